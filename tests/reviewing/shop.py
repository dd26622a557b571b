"""A shop for the tests: merchants, reviewers and open cases, made directly in the store."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.customers.reviewers import passwords
from api.reviewing.roles import Actor, Role
from api.storage.database import Database
from api.storage.searching import searchable
from api.storage.tables import CaseEventRecord, DecisionRecord, Merchant, ReviewCase, Reviewer, Screening
from moderation.evidence import Category, Evidence, Outcome, Severity, Span
from moderation.routing import Subject, language_of, shipped_routing
from moderation.wire import evidence_to_json

PASSWORD = "correct horse battery"
#: Argon2 takes its time by design; the tests hash once.
PASSWORD_HASH = passwords.hash(PASSWORD)


def found(
    category: Category,
    *spans: tuple[str, int, int],
    severity: Severity = 2,
    score: float = 0.7,
    explanation: str = "An example finding.",
    at_most: Outcome = Outcome.REJECT,
    **more: Any,
) -> Evidence:
    """One finding; spans as ``(field, start, end)``."""
    return Evidence(
        **{"detector": "blocklist", "source": f"{category}/en/x-001", **more},
        category=category,
        severity=severity,
        score=score,
        spans=tuple(Span(field=name, start=start, end=end) for name, start, end in spans),
        explanation=explanation,
        at_most=at_most,
    )


SWEATSHOP = (
    found(
        Category.BRAND_TARGETING,
        ("left_shoe", 0, 5),
        ("right_shoe", 0, 4),
        severity=3,
        score=0.92,
        explanation="Read across both shoes, this says “sweatshop”, a criticism of how the products are made.",
        detector="brand",
        source="labour/t-003",
        reading="fields joined",
        read_as="sweatshop",
    ),
)


@dataclass
class Shop:
    """A merchant with reviewers, in a database; cases are opened one by one."""

    database: Database
    merchant: Merchant
    people: dict[str, Actor] = field(default_factory=dict)
    opened: int = 0

    @classmethod
    def open(cls, database: Database, name: str = "Demo shop", undo_seconds: int = 15, **more: Any) -> "Shop":
        merchant = Merchant(name=name, undo_seconds=undo_seconds, **more)
        with database.writing() as session:
            session.add(merchant)
        return cls(database, merchant)

    def address_of(self, pseudonym: str) -> str:
        """The e-mail address with which the reviewer signs in."""
        return f"{pseudonym}@{self.merchant.id.removeprefix('mer_')}.example".lower()

    def hire(self, pseudonym: str, role: Role = Role.REVIEWER) -> Actor:
        """A new reviewer of this shop."""
        person = Reviewer(
            merchant_id=self.merchant.id,
            email=self.address_of(pseudonym),
            pseudonym=pseudonym,
            role=role.value,
            password_hash=PASSWORD_HASH,
        )
        with self.database.writing() as session:
            session.add(person)
        actor = Actor(id=person.id, merchant_id=self.merchant.id, pseudonym=pseudonym, role=role)
        self.people[pseudonym] = actor
        return actor

    def open_case(
        self,
        at: datetime,
        *,
        texts: dict[str, str] | None = None,
        evidence: tuple[Evidence, ...] = SWEATSHOP,
        due_in: timedelta = timedelta(hours=4),
        **order: Any,
    ) -> str:
        """A screening in review with its case. Returns the case's id."""
        with self.database.writing() as session:
            return self._open_case(session, at, texts, evidence, due_in, order)

    def _open_case(
        self,
        session: Session,
        at: datetime,
        texts: dict[str, str] | None,
        evidence: tuple[Evidence, ...],
        due_in: timedelta,
        order: dict[str, Any],
    ) -> str:
        self.opened += 1
        words = texts or {"left_shoe": "Sw3at", "right_shoe": "sh0p"}
        given = {
            "reference": f"order-{self.opened:04d}",
            "brand": "Strider",
            "product": "shoe",
            "locale": "en",
            **order,
        }
        screening = Screening(
            merchant_id=self.merchant.id,
            fields=[{"name": name, "text": text} for name, text in words.items()],
            status="in_review",
            created_at=at,
            updated_at=at,
            **given,
        )
        session.add(screening)
        session.flush()
        reasons = tuple(dict.fromkeys(each.category for each in evidence))[:1]
        decision = DecisionRecord(
            screening_id=screening.id,
            decided_by="machine",
            outcome="review",
            reasons=[reason.value for reason in reasons],
            risk=0.6,
            evidence=[evidence_to_json(each) for each in evidence],
            versions={"policy": "balanced@00000000", "lists": "00000000", "normaliser": "1"},
            created_at=at,
        )
        session.add(decision)
        session.flush()
        screening.decision_id = decision.id
        case = ReviewCase(
            merchant_id=self.merchant.id,
            screening_id=screening.id,
            queue=shipped_routing().queue_for(Subject(reasons=reasons, locale=given["locale"])),
            language=language_of(given["locale"]),
            searched=searchable(screening),
            deadline_at=screening.deadline_at,
            state="open",
            severity=max((each.severity for each in evidence), default=1),
            risk=0.6,
            due_at=at + due_in,
            created_at=at,
        )
        session.add(case)
        session.flush()
        session.add(CaseEventRecord(case_id=case.id, kind="opened", actor="machine", created_at=at))
        return case.id
