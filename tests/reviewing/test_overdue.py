"""A shop hears once that the time it was promised has passed, and again when the case got a later time that passed too."""

from datetime import timedelta

from sqlmodel import select

from api.reviewing.overdue import AT_ONCE, tell_overdue
from api.storage.tables import OutboxEvent, ReviewCase

HOUR = timedelta(hours=1)


def told(shop) -> list[OutboxEvent]:
    with shop.database.reading() as session:
        query = select(OutboxEvent).where(OutboxEvent.type == "screening.overdue").order_by(OutboxEvent.id)
        return list(session.exec(query))


def test_a_shop_is_told_once_for_each_time_that_passed(shop, start):
    case_id = shop.open_case(start)
    with shop.database.reading() as session:
        case = session.get_one(ReviewCase, case_id)
    due = case.due_at
    assert tell_overdue(shop.database, due) == 0
    assert [tell_overdue(shop.database, due + HOUR * hours) for hours in (1, 2)] == [1, 0]
    [event] = told(shop)
    assert event.payload["due_at"] == due.isoformat()
    assert (event.screening_id, event.merchant_id, event.payload["status"]) == (
        case.screening_id, shop.merchant.id, "in_review",
    )  # fmt: skip
    assert "sweat" not in str(event.payload)

    with shop.database.writing() as session:
        session.get_one(ReviewCase, case_id).due_at = due + HOUR * 5
    assert [tell_overdue(shop.database, due + HOUR * hours) for hours in (4, 6, 7)] == [0, 1, 0]
    with shop.database.writing() as session:
        late = session.get_one(ReviewCase, case_id)
        late.due_at, late.state = due + HOUR * 8, "resolved"
    assert tell_overdue(shop.database, due + HOUR * 9) == 0
    assert len(told(shop)) == 2


def test_many_are_told_in_short_transactions(shop, start):
    for _ in range(AT_ONCE + 1):
        shop.open_case(start)
    assert tell_overdue(shop.database, start + HOUR * 1000) == AT_ONCE + 1
