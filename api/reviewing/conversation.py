"""Conversation: what the reviewer asks the customer, the shop or the brand's partner, and what they answer.

Every message is on the record and moves the case's version, so that nobody decides without having seen it. While the
customer is asked, the case's clock stands still: the due time moves by what the customer may take, and back by what
was not needed. No job has to wake up for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, func, select

from api.delivery.outbox import announce_question
from api.errors import Problem
from api.reviewing.claims import in_hand, name_of, note, release
from api.reviewing.roles import Actor
from api.storage.tables import CaseMessage, ReviewCase, Screening
from moderation.review import CaseState

MAX_TEXT = 2000
#: Of one party about one case; a conversation, not a forum.
MAX_MESSAGES = 30
#: The longest that somebody may be waited for.
LONGEST_WAIT = timedelta(days=14)


class Party(StrEnum):
    CUSTOMER = "customer"
    SHOP = "shop"
    PARTNER = "partner"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message and who wrote it: a pseudonym, ``the customer``, ``the shop`` or ``the partner``."""

    message: CaseMessage
    by: str


def ask_and_go_on(
    session: Session,
    actor: Actor,
    case_id: str,
    version: int,
    to: Party,
    text: str,
    due_at: datetime,
    at: datetime,
    shown_fields: Sequence[str] = (),
) -> CaseMessage:
    """Ask, and hand the case back until somebody knows more. Arguments and errors are those of ``ask``."""
    question = ask(session, actor, case_id, version, to, text, due_at, at, shown_fields)
    release(session, actor, case_id, version + 1, at)
    return question


def ask(
    session: Session,
    actor: Actor,
    case_id: str,
    version: int,
    to: Party,
    text: str,
    due_at: datetime,
    at: datetime,
    shown_fields: Sequence[str] = (),
) -> CaseMessage:
    """Ask somebody about a case that is in the actor's hands.

    Args:
        due_at: Until when an answer helps; a partner's link is good until then.
        shown_fields: The fields of the order that a partner sees beside the question; nothing else is shown.

    Raises:
        CaseConflict: The case moved since the actor's page was made, or is not in the actor's hands.
        Problem: 422 for an empty question or an impossible due time, 409 when this party is being asked already.
    """
    case = in_hand(session, actor, case_id, version)
    screening = session.get_one(Screening, case.screening_id)
    _check_text(text)
    if to is Party.REVIEWER:
        raise Problem(422, "no_addressee", "Ask the customer, the shop or the partner; a colleague by escalating.")
    if not at < due_at <= at + LONGEST_WAIT:
        raise Problem(422, "bad_due_time", f"The answer must be due within {LONGEST_WAIT.days} days from now.")
    if any(each.to_party == to for each in open_questions(session, case.id, at)):
        raise Problem(409, "already_asked", f"The {to} has not answered the last question yet. Wait until it is due.")
    names = {field["name"] for field in screening.fields}
    question = CaseMessage(
        case_id=case.id,
        from_party=Party.REVIEWER,
        to_party=to,
        reviewer_id=actor.id,
        text=text,
        shown_fields=[name for name in shown_fields if name in names] if to is Party.PARTNER else [],
        due_at=due_at,
        created_at=at,
    )
    if to is Party.CUSTOMER:
        _pause(case, question, at)
    case.waits_until = max(case.waits_until or due_at, due_at)
    session.add(question)
    note(session, case, "ask", actor.id, at, message=question.id, to=to.value)
    announce_question(session, screening, question)
    return question


def write(
    session: Session, case: ReviewCase, author: Party, text: str, at: datetime, answer_to: str | None = None
) -> CaseMessage:
    """A message from outside: an answer to a question, or a word of one's own accord.

    Raises:
        Problem: 404 for a question that was not put to the author, 409 when it was answered or nobody decides any more.
    """
    _check_text(text)
    if case.state not in (CaseState.OPEN, CaseState.CLAIMED, CaseState.ESCALATED):
        raise Problem(409, "case_closed", "This order is decided; a message would reach nobody. Appeal, or start anew.")
    mine = select(func.count()).where(CaseMessage.case_id == case.id, CaseMessage.from_party == author)
    if session.exec(mine).one() >= MAX_MESSAGES:
        raise Problem(409, "too_many_messages", f"{MAX_MESSAGES} messages are the limit for one order.")
    question = None if answer_to is None else _question(session, case, author, answer_to)
    message = CaseMessage(
        case_id=case.id, from_party=author, to_party=Party.REVIEWER, text=text, answer_to=answer_to, created_at=at
    )
    session.add(message)
    if question is not None:
        question.answered_at = at
        session.add(question)
        if author is Party.CUSTOMER:
            _go_on(case, question, at)
        # What a reviewer put aside comes back with an answer; what others were asked as well goes on waiting for them.
        case.waits_until = max((q.due_at for q in open_questions(session, case.id, at) if q.due_at), default=None)
    note(session, case, "answer" if question else "say", author.value, at, message=message.id)
    return message


def thread(session: Session, case_id: str) -> list[CaseMessage]:
    """All messages about a case, the oldest first."""
    messages = select(CaseMessage).where(CaseMessage.case_id == case_id)
    return list(session.exec(messages.order_by(col(CaseMessage.created_at), col(CaseMessage.id))))


def told(session: Session, case_id: str) -> list[Said]:
    """All messages about a case with the names of those who wrote them, the oldest first."""
    return [Said(message=m, by=name_of(session, m.reviewer_id or m.from_party)) for m in thread(session, case_id)]


def open_questions(session: Session, case_id: str, at: datetime) -> list[CaseMessage]:
    """The questions that still wait for their answer."""
    waiting = select(CaseMessage).where(
        CaseMessage.case_id == case_id, col(CaseMessage.answered_at).is_(None), col(CaseMessage.due_at) > at
    )
    return list(session.exec(waiting.order_by(col(CaseMessage.id))))


def _question(session: Session, case: ReviewCase, author: Party, question_id: str) -> CaseMessage:
    question = None if "\0" in question_id else session.get(CaseMessage, question_id, with_for_update=True)
    if question is None or question.case_id != case.id or question.to_party != author or question.due_at is None:
        raise Problem(404, "question_not_found", f"There is no question with this id to the {author}.")
    if question.answered_at is not None:
        raise Problem(409, "already_answered", "This question was answered. Write a message without it instead.")
    return question


def _pause(case: ReviewCase, question: CaseMessage, at: datetime) -> None:
    assert question.due_at is not None
    question.case_due_at = case.due_at
    case.due_at = _within(case.due_at + (question.due_at - at), case.deadline_at, case.due_at)
    case.paused_until = question.due_at


def _go_on(case: ReviewCase, question: CaseMessage, at: datetime) -> None:
    """The customer's turn is over: the case is due when it would have been, and later by what the customer took."""
    if case.paused_until is None or at >= case.paused_until or question.case_due_at is None:
        return
    taken = at - question.created_at
    case.due_at = _within(question.case_due_at + taken, case.deadline_at, question.case_due_at)
    case.paused_until = None


def _within(due_at: datetime, deadline_at: datetime | None, before: datetime) -> datetime:
    """The shop's own deadline does not wait for anybody; one that was passed before counts no more."""
    return due_at if deadline_at is None else max(before, min(due_at, deadline_at))


def _check_text(text: str) -> None:
    if not text.strip():
        raise Problem(422, "text_missing", "Write something: an empty message helps nobody.")
    if len(text) > MAX_TEXT or "\0" in text:
        raise Problem(422, "text_too_long", f"A message has at most {MAX_TEXT} characters, and no NUL among them.")
