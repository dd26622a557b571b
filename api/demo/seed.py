"""Fill an empty database with the demo shop: every order goes through the same door as a real one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from api.customers import merchants, reviewers
from api.customers.merchants import Account
from api.demo.yesterday import Shift
from api.intake.policy import policy_of
from api.intake.schemas import ScreeningCreate
from api.intake.submit import submit
from api.reviewing.known import add_control, parse_known
from api.reviewing.rules import set_rules
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import Merchant
from moderation.yaml_text import load_yaml

SHOP = Path(__file__).parent / "shop.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShop:
    """What is printed to the person who looks."""

    data: dict[str, Any]

    @property
    def sign_ins(self) -> list[tuple[str, str]]:
        """Role and address of each reviewer; they share one password."""
        return [(person["role"], person["email"]) for person in self.data["reviewers"]]

    @property
    def password(self) -> str:
        return str(self.data["password"])

    @property
    def example(self) -> dict[str, Any]:
        """The body of the order that the printed curl line sends."""
        body = dict(self.data["example"])
        return {**body, "brand": self.data["brands"][body["brand"]], "fields": _fields(body["fields"])}


def load_shop() -> DemoShop:
    return DemoShop(data=load_yaml(SHOP.read_text("utf-8")))


def is_seeded(state: AppState, shop: DemoShop) -> bool:
    with state.database.reading() as session:
        return session.exec(select(Merchant).where(Merchant.name == shop.data["merchant"])).first() is not None


def seed(state: AppState, shop: DemoShop) -> str:
    """Make the shop, its people and its orders. Returns the checkout's token."""
    with state.database.writing() as session:
        merchant = merchants.add_merchant(session, shop.data["merchant"], "balanced")
        scopes = ["screenings:write", "screenings:read", "webhooks"]
        _key, token = merchants.create_key(session, merchant.id, "demo checkout", scopes)
        for person in shop.data["reviewers"]:
            reviewers.add_reviewer(session, merchant.id, password=shop.password, **person)
    shift = Shift(state.database, merchant.id)
    _seed_yesterday(state, shop, merchant, shift)
    for number, order in enumerate(shop.data["orders"], 1):
        stored = submit(state, Account.of(merchant), _order(shop, number, *order), idempotency_key=None)
        if (move := shop.data["today"].get(_words(order))) is not None:
            shift.move(stored.screening_id, move, now())
    return token


def _words(order: list[Any]) -> str:
    return " ".join(order[3].values())


def _seed_yesterday(state: AppState, shop: DemoShop, merchant: Merchant, shift: Shift) -> None:
    """What the people of the shop did yesterday, and the rules and controls that hold for them today."""
    _set_rules(state, merchant, {"double_review_rate": 0.5})
    moment = now()
    for number, (brand, product, field, text, hours, minutes, first, second) in enumerate(shop.data["yesterday"], 1):
        body = _order(shop, 1000 + number, brand, product, "en", {field: text}, None, f"c-2{number:03d}")
        stored = submit(state, Account.of(merchant), body, idempotency_key=None)
        shift.review(stored.screening_id, moment - timedelta(hours=hours), minutes, first, second)
    _set_rules(state, merchant, {})
    for number, (brand, product, field, text, hours, words, verdict, answer) in enumerate(shop.data["appeals"], 1):
        body = _order(shop, 2000 + number, brand, product, "en", {field: text}, None, f"c-3{number:03d}")
        stored = submit(state, Account.of(merchant), body, idempotency_key=None)
        shift.answer(stored.screening_id, moment - timedelta(hours=hours), words, verdict, answer)
    _seed_controls(state, shop, merchant, shift, moment)
    _set_rules(state, merchant, shop.data["review_rules"])


def _seed_controls(state: AppState, shop: DemoShop, merchant: Merchant, shift: Shift, moment: datetime) -> None:
    policy, own_lines = policy_of(merchant)
    for known in parse_known(shop.data["controls"], SHOP.name):
        decision = state.pipeline.moderate(known.request, policy=policy, merchant=own_lines)
        with state.database.writing() as session:
            add_control(session, merchant, known, decision, moment, state.routing)
    _set_rules(state, merchant, {"control_rate": 0.5})
    for name, slips in (("Reviewer R", 1), ("Reviewer S", 0)):
        shift.meet_controls(name, 4, slips, moment - timedelta(hours=2))


def _set_rules(state: AppState, merchant: Merchant, rules: dict[str, Any]) -> None:
    with state.database.writing() as session:
        set_rules(session, session.get_one(Merchant, merchant.id), rules, SHOP.name)


def _order(
    shop: DemoShop,
    number: int,
    brand: str,
    product: str,
    locale: str,
    fields: dict[str, str],
    hours: int | None,
    customer: str,
) -> ScreeningCreate:
    return ScreeningCreate.model_validate(
        {
            "reference": f"demo-{number:04d}",
            "fields": _fields(fields),
            "brand": shop.data["brands"][brand],
            "product": product,
            "locale": locale,
            "customer": customer,
            "deadline_at": None if hours is None else now() + timedelta(hours=hours),
        }
    )


def _fields(fields: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "text": text} for name, text in fields.items()]
