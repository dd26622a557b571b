"""``GET /v1/guidelines``: what may be written, from the very policy that will decide."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.dependencies import ReadKeyDep, StateDep
from api.examples import example
from api.intake.policy import policy_of
from api.problems import documented
from moderation.evidence import Category
from moderation.policy import NEVER, Threshold

router = APIRouter(prefix="/v1/guidelines", tags=["guidelines"])

Label = Annotated[str | None, Query(max_length=200)]
Handling = Literal["may_be_refused", "read_by_a_person", "allowed"]


class Rule(BaseModel):
    """One rule as a customer may read it."""

    model_config = example(
        category="brand_targeting",
        title="Words about the brand",
        rule="We do not make statements against the brand whose product this is.",
        handling="may_be_refused",
        against=["Made in a sweatshop"],
        fine=["No sweat"],
    )

    category: Category
    title: str
    rule: str
    handling: Handling
    #: Examples of both sides, or a description where a quotation would itself offend.
    against: list[str]
    fine: list[str]


class Principle(BaseModel):
    """A rule by which nothing is refused: how faith, identity and names are treated."""

    model_config = example(
        name="names",
        title="Names",
        rule="A person's name is made, or read by a person; it is not refused for its sound.",
    )

    name: str
    title: str
    rule: str


class Guidelines(BaseModel):
    """All rules that hold for a brand, in one language."""

    locale: str
    policy: str
    rules: list[Rule]
    principles: list[Principle]


@router.get("", responses=documented("policy_error"))
def get_guidelines(
    state: StateDep,
    key: ReadKeyDep,
    brand: Label = None,
    product: Label = None,
    region: Label = None,
    locale: Label = None,
) -> Guidelines:
    """The rules in plain words, in the customer's language, with what happens to a text that breaks each."""
    name, own_lines = policy_of(key.account.shop)
    policy = state.pipeline.policies.effective(name, brand=brand, product=product, region=region, merchant=own_lines)
    catalogue = state.messages.catalogue(locale)
    rules = [
        Rule(
            category=category,
            title=words.title,
            rule=words.rule,
            handling=_handling(policy.thresholds[category]),
            against=list(words.against),
            fine=list(words.fine),
        )
        for category, words in catalogue.categories.items()
    ]
    principles = [
        Principle(name=name, title=words.title, rule=words.rule) for name, words in catalogue.principles.items()
    ]
    return Guidelines(locale=catalogue.locale, policy=policy.version, rules=rules, principles=principles)


def _handling(line: Threshold) -> Handling:
    if min(line.reject) < NEVER:
        return "may_be_refused"
    return "read_by_a_person" if min(line.review) < NEVER else "allowed"
