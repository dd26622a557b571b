"""The conversation: whoever has a voice in an order is heard, on the record, and the clock is fair."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.errors import Problem
from api.reviewing import claims, conversation
from api.reviewing.conversation import Party, ask, ask_and_go_on, open_questions, thread, write
from api.reviewing.waiting import QueueFilter, next_case
from api.storage.tables import CaseEventRecord, OutboxEvent, ReviewCase
from moderation.errors import CaseConflict

HOUR = timedelta(hours=1)


@pytest.fixture
def case_id(shop, start):
    return shop.open_case(start, due_in=4 * HOUR)


def put(shop, case_id, to, at, due_in=2 * HOUR, text="What does it mean?", **more):
    """Heron takes the case and asks."""
    with shop.database.writing() as session:
        case = claims.claim(session, shop.people["Heron"], case_id, at)
        return ask(session, shop.people["Heron"], case_id, case.version, to, text, at + due_in, at, **more)


def say(shop, case_id, author, text, at, answer_to=None):
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id, with_for_update=True)
        return write(session, case, author, text, at, answer_to)


def case_of(shop, case_id):
    with shop.database.reading() as session:
        return session.get_one(ReviewCase, case_id)


def test_while_the_customer_is_asked_the_clock_stands_still(shop, case_id, start):
    question = put(shop, case_id, Party.CUSTOMER, start + HOUR)
    waiting = case_of(shop, case_id)
    assert waiting.due_at == start + 6 * HOUR
    assert waiting.paused_until == start + 3 * HOUR
    say(shop, case_id, Party.CUSTOMER, "A town.", start + 1.5 * HOUR, question.id)
    after = case_of(shop, case_id)
    assert (after.due_at, after.paused_until) == (start + 4.5 * HOUR, None)


def test_a_customer_who_is_silent_holds_the_case_up_until_the_answer_was_due_and_no_longer(shop, case_id, start):
    question = put(shop, case_id, Party.CUSTOMER, start + HOUR)
    say(shop, case_id, Party.CUSTOMER, "Sorry, late.", start + 5 * HOUR, question.id)
    assert case_of(shop, case_id).due_at == start + 6 * HOUR


def test_the_shops_own_deadline_waits_for_nobody(shop, start):
    case_id = shop.open_case(start, due_in=4 * HOUR, deadline_at=start + 5 * HOUR)
    question = put(shop, case_id, Party.CUSTOMER, start, due_in=24 * HOUR)
    assert case_of(shop, case_id).due_at == start + 5 * HOUR
    say(shop, case_id, Party.CUSTOMER, "A town.", start + 0.5 * HOUR, question.id)
    assert case_of(shop, case_id).due_at == start + 4.5 * HOUR


@pytest.mark.parametrize("to", [Party.SHOP, Party.PARTNER])
def test_for_others_the_clock_goes_on(shop, case_id, start, to):
    put(shop, case_id, to, start)
    assert case_of(shop, case_id).due_at == start + 4 * HOUR


def test_every_message_is_an_event_and_the_shop_hears_of_questions(shop, case_id, start):
    question = put(shop, case_id, Party.PARTNER, start, shown_fields=["left_shoe", "nowhere"])
    say(shop, case_id, Party.PARTNER, "Ours, and fine.", start + HOUR, question.id)
    say(shop, case_id, Party.SHOP, "Please hurry.", start + 2 * HOUR)
    with shop.database.reading() as session:
        said = [(m.from_party, m.to_party) for m in thread(session, case_id)]
        events = session.exec(select(CaseEventRecord).order_by(CaseEventRecord.id)).all()
        told = session.exec(select(OutboxEvent)).one()
        assert open_questions(session, case_id, start + HOUR) == []
    assert said == [("reviewer", "partner"), ("partner", "reviewer"), ("shop", "reviewer")]
    assert [e.kind for e in events] == ["opened", "claim", "ask", "answer", "say"]
    assert [e.detail.get("version", 1) for e in events] == [1, 2, 3, 4, 5]
    assert question.shown_fields == ["left_shoe"]
    assert told.type == "screening.question"
    assert "mean" not in str(told.payload)


def test_nobody_decides_without_having_seen_what_was_answered(shop, case_id, start):
    question = put(shop, case_id, Party.CUSTOMER, start)
    seen = case_of(shop, case_id).version
    say(shop, case_id, Party.CUSTOMER, "A town.", start, question.id)
    with shop.database.writing() as session, pytest.raises(CaseConflict, match="the customer answered"):
        claims.in_hand(session, shop.people["Heron"], case_id, seen)


def test_one_question_at_a_time_each_answered_once_and_only_by_whom_it_was_put_to(shop, case_id, start):
    question = put(shop, case_id, Party.CUSTOMER, start)
    with pytest.raises(Problem, match="not answered the last"):
        put(shop, case_id, Party.CUSTOMER, start)
    with pytest.raises(Problem, match="no question with this id to the shop"):
        say(shop, case_id, Party.SHOP, "I know.", start, question.id)
    say(shop, case_id, Party.CUSTOMER, "A town.", start, question.id)
    with pytest.raises(Problem, match="was answered"):
        say(shop, case_id, Party.CUSTOMER, "A city.", start, question.id)
    with pytest.raises(Problem, match="no question"):
        say(shop, case_id, Party.CUSTOMER, "A city.", start, "msg_none")


@pytest.mark.parametrize("due_in", [timedelta(0), -HOUR, timedelta(days=15)])
def test_a_question_is_due_in_a_time_that_makes_sense(shop, case_id, start, due_in):
    with pytest.raises(Problem, match="due within"):
        put(shop, case_id, Party.SHOP, start, due_in)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (conversation.MAX_TEXT + 1), "a\0b"])
def test_a_message_says_something_and_is_no_book(shop, case_id, start, text):
    with pytest.raises(Problem):
        put(shop, case_id, Party.SHOP, start, text=text)


def test_about_a_decided_order_nothing_is_said_any_more(shop, case_id, start):
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        case.state = "resolved"
        session.add(case)
    with pytest.raises(Problem, match="reach nobody"):
        say(shop, case_id, Party.SHOP, "Hello?", start)


def test_a_case_with_an_open_question_is_offered_again_when_answered_or_nearly_due(shop, start):
    case_id = shop.open_case(start, due_in=8 * HOUR)
    heron = shop.people["Heron"]

    def offered(at):
        with shop.database.writing() as session:
            return next_case(session, heron, QueueFilter(), at) is not None

    with shop.database.writing() as session:
        version = claims.claim(session, heron, case_id, start).version
        question = ask_and_go_on(session, heron, case_id, version, Party.SHOP, "On sale?", start + 9 * HOUR, start)
    assert case_of(shop, case_id).claimed_by is None
    assert not offered(start + HOUR)
    assert offered(start + 7.5 * HOUR)
    say(shop, case_id, Party.SHOP, "Yes.", start + 2 * HOUR, question.id)
    assert offered(start + 2 * HOUR)
