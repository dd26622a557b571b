"""The sealed log: whole through everything that people do, erasure included; any tampering shows."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from api.reviewing import audit, claims, holding
from api.reviewing.erasing import erase
from api.storage.tables import AuditEntry, CaseEventRecord, ReviewCase, Screening


@pytest.fixture
def case_id(shop, start):
    """A case with words in its events, all sealed."""
    case_id = shop.open_case(start)
    heron = shop.people["Heron"]
    with shop.database.writing() as session:
        claims.claim(session, heron, case_id, start)
        claims.escalate(session, heron, case_id, 2, "Is it a village?", start + timedelta(minutes=1))
        hold = holding.place(session, shop.people["Wren"], "Pranks", brand="Strider")
    with shop.database.writing() as session:
        holding.lift(session, shop.people["Wren"], hold.id)
    assert audit.seal(shop.database) == 5
    return case_id


def verify(shop, known=None):
    with shop.database.reading() as session:
        return audit.verify(session, known)


def run(shop, statement, **values):
    with shop.database.writing() as session:
        session.execute(text(statement), values)


def test_what_happened_is_sealed_once_and_whole(shop, case_id):
    assert audit.seal(shop.database) == 0
    verified = verify(shop)
    assert (verified.faults, verified.unsealed, verified.head.number) == ((), 0, 5)
    with shop.database.reading() as session:
        lines = list(audit.export(session))
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert lines[2]["written"] == {"note": "Is it a village?"}
    assert lines[2]["said"]["detail"]["version"] == 3


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE case_event SET actor = 'machine' WHERE kind = 'escalate'",
        "UPDATE case_event SET kind = 'release' WHERE kind = 'escalate'",
        'UPDATE case_event SET detail = \'{"version": 3, "note": "Another."}\' WHERE kind = \'escalate\'',
        'UPDATE case_event SET detail = \'{"version": 3, "note": "[erased]"}\' WHERE kind = \'escalate\'',
        "UPDATE audit_entry SET salt = '' WHERE number = 3",
        "DELETE FROM case_event WHERE kind = 'claim'",
        "DELETE FROM audit_entry WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 1",
        "UPDATE audit_entry SET number = CASE number WHEN 2 THEN 12 ELSE 11 END WHERE number IN (1, 2)",
        "UPDATE audit_entry SET subject = subject || 'x' WHERE number = 2",
        "UPDATE hold SET note = 'Nothing much'",
        "UPDATE hold SET lifted_at = NULL",
        "DELETE FROM hold",
    ],
)
def test_a_change_a_removal_or_another_order_shows(shop, case_id, tampering):
    run(shop, tampering)
    assert verify(shop).faults != ()


def test_a_log_whose_end_was_cut_off_or_that_was_made_anew_shows_to_whoever_kept_a_head(shop, case_id):
    head = str(verify(shop).head)
    assert verify(shop, head).faults == ()
    run(shop, "DELETE FROM audit_entry")
    run(shop, "UPDATE case_event SET sealed_as = NULL")
    run(shop, "UPDATE case_event SET actor = 'machine' WHERE kind = 'escalate'")
    audit.seal(shop.database)
    assert verify(shop).faults == ()
    assert "does not go through" in verify(shop, head).faults[0]


def test_erasing_takes_words_and_salt_and_leaves_the_chain_whole(shop, case_id, start):
    head = str(verify(shop).head)
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        erase(session, session.get_one(Screening, case.screening_id), case, "shop", start + timedelta(hours=1))
    audit.seal(shop.database)
    assert verify(shop, head).faults == ()
    with shop.database.reading() as session:
        assert [each.salt for each in session.exec(select(AuditEntry))] == [""] * verify(shop).head.number
        notes = [event.detail.get("note") for event in session.exec(select(CaseEventRecord))]
    assert set(notes) == {None, "[erased]"}


def test_several_workers_make_one_chain(shop, start):
    from concurrent.futures import ThreadPoolExecutor

    for _ in range(6):
        shop.open_case(start)
    with ThreadPoolExecutor(3) as pool:
        sealed = list(pool.map(lambda _: audit.seal(shop.database), range(3)))
    assert sum(sealed) == 6
    assert (verify(shop).faults, verify(shop).head.number) == ((), 6)
