"""Erasing: the words go, the decision stays.

Gone are the texts, their print, every quotation in the evidence of every decision, the conversation and the words in
reviewers' notes. What stays says that there was an order, how it was decided, by which rules and for which reason:
every row and every event keeps its place, its time and its link to the one before. The sealed log keeps prints of the
words; without their salts, which go too, nobody can tell by trying which words they were.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from api.reviewing.claims import note
from api.reviewing.orders import find_appeal, withdraw
from api.storage.happened import happened, lock_log
from api.storage.tables import AuditEntry, CaseEventRecord, CaseMessage, DecisionRecord, Opinion, ReviewCase, Screening

ERASED = "[erased]"
#: The parts of a finding that quote the customer.
WORDS_OF_A_FINDING = ("spans", "read_as", "explanation")


def erase(session: Session, screening: Screening, case: ReviewCase | None, actor: str, at: datetime) -> None:
    """Forget the words of one screening. Again is no error.

    An order in review is withdrawn by it: without its words nobody could decide it.
    """
    if screening.erased_at is not None:
        return
    lock_log(session)
    if screening.status == "in_review":
        withdraw(session, screening, case, actor, at)
    screening.fields, screening.likeness, screening.extra = [], None, {}
    screening.erased_at = screening.updated_at = at
    session.add(screening)
    for decision in session.exec(select(DecisionRecord).where(DecisionRecord.screening_id == screening.id)):
        decision.evidence = [_without_words(found) for found in decision.evidence]
        decision.ground = decision.ground and ERASED
        session.add(decision)
        _forget_salt(session, decision.id)
    happened(session, "text_erased", actor, screening.merchant_id, screening.id)
    if (lodged := find_appeal(session, screening.id)) is not None:
        lodged.message, lodged.reason = ERASED, lodged.reason and ERASED
        session.add(lodged)
    if case is not None:
        _erase_case(session, case, actor, at)


def _erase_case(session: Session, case: ReviewCase, actor: str, at: datetime) -> None:
    case.searched = ""
    for message in session.exec(select(CaseMessage).where(CaseMessage.case_id == case.id)):
        message.text = ERASED
        session.add(message)
    for opinion in session.exec(select(Opinion).where(Opinion.case_id == case.id)):
        opinion.ground = opinion.ground and ERASED
        session.add(opinion)
    for event in session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == case.id)):
        event.detail = {
            key: ERASED if key in ("note", "ground") and value else value for key, value in event.detail.items()
        }
        session.add(event)
        _forget_salt(session, event.id)
    note(session, case, "erase", actor, at)


def _forget_salt(session: Session, subject: str) -> None:
    session.execute(update(AuditEntry).where(col(AuditEntry.subject) == subject).values(salt=""))


def _without_words(found: dict[str, Any]) -> dict[str, Any]:
    """The finding without what it quotes; category, score and source still say why it was decided so."""
    return {
        **found,
        "spans": [],
        "read_as": "",
        "explanation": f"A finding of {found['category']}; its words were erased.",
    }
