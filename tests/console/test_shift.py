"""A whole shift in the browser, with keys alone, through everything that may come between; and one without script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, delete, select

from api.reviewing import audit, deciding, orders
from api.storage.clock import now
from api.storage.tables import (
    Appeal,
    AuditEntry,
    CaseMessage,
    DecisionRecord,
    Merchant,
    OutboxEvent,
    ReviewCase,
    ReviewerSession,
    Screening,
)
from tests.console.conftest import SECRET
from tests.reviewing.shop import PASSWORD
from tests.reviewing.test_opinions import BY_CATEGORY

pytestmark = pytest.mark.browser


class Order:
    """One order of the shift, as the store has it."""

    def __init__(self, shop, start, hours: int) -> None:
        self.database = shop.database
        self.id = shop.open_case(start, due_in=timedelta(hours=hours))
        self.url = re.compile(f"/console/cases/{self.id}")

    @property
    def case(self) -> ReviewCase:
        with self.database.reading() as session:
            return session.get_one(ReviewCase, self.id)

    @property
    def status(self) -> str:
        with self.database.reading() as session:
            return session.get_one(Screening, self.case.screening_id).status

    def told(self) -> list[str]:
        """The outcomes that the shop was told, in order."""
        with self.database.reading() as session:
            mine = OutboxEvent.screening_id == self.case.screening_id
            told = session.exec(select(OutboxEvent.type).where(mine).order_by(col(OutboxEvent.id))).all()
        return [each for each in told if each in ("screening.approved", "screening.rejected")]

    def decided_by(self) -> list[str]:
        with self.database.reading() as session:
            mine = DecisionRecord.screening_id == self.case.screening_id
            rows = session.exec(select(DecisionRecord).where(mine).order_by(col(DecisionRecord.id)))
            return [row.decided_by for row in rows]


@pytest.fixture
def orders_of_the_day(shop, start):
    """Due one after the other."""
    return [Order(shop, start, hours) for hours in range(1, 7)]


def in_hand(page: Page, order: Order, *, hears_keys: bool = True) -> None:
    expect(page).to_have_url(order.url)
    expect(page.locator("[data-mine]")).to_be_attached()
    if hears_keys:
        expect(page.locator("body[data-ready]")).to_be_attached()


def test_a_whole_shift(sign_in, shop, start, database, server, orders_of_the_day):
    first, second, third, fourth, fifth, sixth = orders_of_the_day
    with database.writing() as session:
        session.get_one(Merchant, shop.merchant.id).undo_seconds = 120  # the whole shift; the test moves the clock
    heron, names = sign_in("Heron"), {actor.id: name for name, actor in shop.people.items()}

    # Claim, read, decide; take it back; decide again.
    for key in ("ArrowDown", "j", "ArrowUp", "Enter"):
        heron.keyboard.press(key)
    in_hand(heron, first)
    expect(heron.locator(".words").first).to_contain_text("Sw3at")
    expect(heron.locator(".finding").first).to_contain_text("a criticism of how the products are made")
    heron.keyboard.press("a")
    in_hand(heron, second)
    expect(heron.locator(".toast")).to_contain_text("Approved")
    # Read out to who does not see it.
    expect(heron.locator("[data-announce]")).to_have_text(re.compile(r"Approved\. In your hands: order-0002"))
    assert (first.status, first.told()) == ("in_review", [])
    heron.keyboard.press("Control+z")
    in_hand(heron, first)
    expect(heron.get_by_role("status")).to_contain_text("Undone")
    heron.keyboard.press("a")
    in_hand(heron, second)

    # Reject for the reason that the evidence names, with the customer's message seen before it goes.
    heron.keyboard.press("r")
    expect(heron.locator("[data-message=brand_targeting]")).to_be_visible()
    heron.keyboard.press("r")
    in_hand(heron, third)

    # The session ends in mid-decision: nothing is sent, the case is still there after signing in.
    with database.writing() as session:
        session.exec(delete(ReviewerSession).where(col(ReviewerSession.reviewer_id) == shop.people["Heron"].id))
    heron.keyboard.press("a")
    expect(heron.get_by_role("status")).to_contain_text("nothing was sent")
    assert third.case.state == "claimed"
    heron.keyboard.type(shop.address_of("Heron"))
    heron.keyboard.press("Tab")
    heron.keyboard.type(PASSWORD)
    heron.keyboard.press("Enter")
    in_hand(heron, third)
    heron.keyboard.press("a")
    in_hand(heron, fourth)

    # Two browsers on one case: the lead takes it over; the slower decision changes nothing and says why.
    wren = sign_in("Wren")
    expect(wren.locator(".row-holder").filter(has_text="Heron")).to_have_count(1)
    wren.goto(f"/console/cases/{fourth.id}")
    expect(wren.locator(".dock")).not_to_contain_text("Approve")
    wren.fill("[action$=take-over] [name=note]", "The shop called about it.")
    wren.keyboard.press("Enter")
    expect(wren.locator("[data-mine]")).to_be_attached()
    heron.keyboard.press("a")
    expect(heron.get_by_role("alert")).to_contain_text("Nothing was changed")
    expect(heron.get_by_role("alert")).to_contain_text("Wren took it over")
    wren.keyboard.press("r")
    wren.keyboard.press("Enter")
    in_hand(wren, fifth)

    # The server dies while verdicts can still be undone, and starts again: they take effect once, no sooner.
    server.kill()
    assert {order.status for order in orders_of_the_day} == {"in_review"}
    server.start()
    wren.reload()
    expect(wren.locator("[data-mine]")).to_be_attached()
    deciding.settle_due(database, now() + timedelta(minutes=3))
    assert [order.status for order in orders_of_the_day[:4]] == ["approved", "rejected", "approved", "rejected"]

    # Released, it can be taken again; a question leads on to the next case.
    heron.goto("/console")
    heron.keyboard.press("n")
    in_hand(heron, sixth)
    heron.keyboard.press("l")
    expect(heron.get_by_role("status")).to_contain_text("Released")
    assert sixth.case.state == "open"
    heron.keyboard.press("n")
    in_hand(heron, sixth)
    heron.keyboard.press("q")
    heron.keyboard.type("a rale of the village?")
    heron.get_by_role("button", name="Ask and go on").press("Enter")
    expect(heron).to_have_url(re.compile(r"/console(\?|$)"))
    with database.reading() as session:
        (question,) = session.exec(select(CaseMessage).where(CaseMessage.case_id == sixth.id)).all()
    assert question.text == "a rale of the village?", "keys are dead in text fields"

    # The customer objects to the rejection: somebody else answers, with words, and overturns it.
    with database.writing() as session:
        case = session.get_one(ReviewCase, second.id)
        orders.appeal(session, session.get_one(Screening, case.screening_id), case, "It is my village.", now())
    heron.goto(f"/console/cases/{second.id}")
    expect(heron.locator("main")).to_contain_text("It is my village.")
    expect(heron.locator("[data-key=a]")).to_have_count(0)
    plover = sign_in("Plover")
    plover.goto("/console?queue=appeals")
    plover.keyboard.press("n")
    in_hand(plover, second)
    plover.fill("textarea[name=ground]", "Your village, of course.")
    plover.keyboard.press("Escape")
    plover.keyboard.press("a")
    expect(plover).to_have_url(re.compile(r"/console\?queue=appeals"))
    deciding.settle_due(database, now() + timedelta(minutes=3))
    assert second.status == "approved"
    with database.reading() as session:
        (appeal,) = session.exec(select(Appeal).where(Appeal.screening_id == second.case.screening_id)).all()
    assert (appeal.verdict, appeal.reason) == ("overturned", "Your village, of course.")

    # The shop wants two for such a rejection: the second, who sees nothing of the first, makes it stand.
    with database.writing() as session:
        session.get_one(Merchant, shop.merchant.id).review_rules = BY_CATEGORY
    wren.keyboard.press("r")
    wren.keyboard.press("Enter")
    expect(wren.locator(".toast")).to_contain_text("Rejected: brand targeting")
    deciding.settle_due(database, now() + timedelta(minutes=3))
    assert (fifth.status, fifth.told(), fifth.case.awaits) == ("in_review", [], "second")
    plover.goto("/console")
    plover.keyboard.press("n")
    in_hand(plover, fifth)
    expect(plover.locator(".history")).not_to_contain_text("Wren")
    expect(plover.locator(".case-head, .dock")).not_to_contain_text(["Wren", "Wren"])
    plover.keyboard.press("r")
    plover.keyboard.press("Enter")
    expect(plover.locator(".toast")).to_contain_text("Rejected: brand targeting")
    deciding.settle_due(database, now() + timedelta(minutes=3))
    assert fifth.status == "rejected"

    # No order was decided twice or told two outcomes of one decision; the log of it all is whole.
    assert [[names.get(by, by) for by in order.decided_by()] for order in orders_of_the_day] == [
        ["machine", "Heron"], ["machine", "Heron", "Plover"], ["machine", "Heron"], ["machine", "Wren"],
        ["machine", "Plover"], ["machine"],
    ]  # fmt: skip
    approved, rejected = "screening.approved", "screening.rejected"
    assert [order.told() for order in orders_of_the_day] == [
        [approved], [rejected, approved], [approved], [rejected], [rejected], [],
    ]  # fmt: skip
    audit.seal_all(database, SECRET, within=60)
    with database.reading() as session:
        assert audit.verify(session, SECRET).faults == ()
        assert session.exec(select(AuditEntry)).first() is not None


def test_a_shift_without_script(sign_in, shop, database, orders_of_the_day):
    first, second, third, fourth, fifth, _sixth = orders_of_the_day
    page = sign_in(java_script_enabled=False)
    page.locator("button.open").first.click()
    in_hand(page, first, hears_keys=False)
    expect(page.locator("[data-message=brand_targeting]")).to_be_visible()
    page.click("text=another reason")
    expect(page.locator("[data-message=brand_targeting]")).not_to_be_visible()
    page.select_option("[name=other]", "hate")
    expect(page.locator("[data-message=hate]")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    in_hand(page, second, hears_keys=False)
    page.get_by_role("button", name="Undo").click()
    in_hand(page, first, hears_keys=False)
    page.get_by_role("button", name="Reject").click()
    in_hand(page, second, hears_keys=False)
    page.fill("[action$=escalate] [name=note]", "Is this about us?")
    page.get_by_role("button", name="Escalate").click()
    expect(page.get_by_role("status").first).to_contain_text("Escalated")
    assert second.case.state == "escalated"
    in_hand(page, third, hears_keys=False)
    page.fill("[action$=skip] [name=note]", "I know the customer")
    page.locator("[action$=skip] button").last.click()
    in_hand(page, fourth, hears_keys=False)
    page.locator(".ask summary").click()
    page.fill("[name=question]", "Is it a name?")
    page.get_by_role("button", name="Ask and go on").click()
    in_hand(page, fifth, hears_keys=False)
    with database.writing() as session:
        session.get_one(Merchant, shop.merchant.id).undo_seconds = 0
    page.get_by_role("button", name="Approve").click()
    assert fifth.status == "approved"
    deciding.settle_due(database, now() + timedelta(minutes=3))
    assert [order.status for order in (first, second, third, fourth)] == ["rejected", *["in_review"] * 3]
