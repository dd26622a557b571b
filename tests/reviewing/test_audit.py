"""The sealed log: whole through everything that people do, erasure included; any tampering shows."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from api.customers import merchants, reviewers
from api.reviewing import audit, claims, deciding, holding
from api.reviewing.deciding import Verdict
from api.reviewing.erasing import erase
from api.reviewing.told import SOURCES
from api.storage.happened import happened, in_force
from api.storage.tables import AuditEntry, CaseEventRecord, DecisionRecord, ReviewCase, Screening
from moderation.evidence import Category, Outcome
from tests.reviewing.shop import Shop

SECRET = "only-for-the-tests-" * 3
#: One machine's decision; opened, claimed, escalated; a hold placed and lifted; a sign-in; a key.
SEALED = 8


@pytest.fixture
def case_id(shop, start):
    """A case with words in its events, and things that happened beside it, all sealed."""
    case_id = shop.open_case(start)
    heron = shop.people["Heron"]
    with shop.database.writing() as session:
        claims.claim(session, heron, case_id, start)
        claims.escalate(session, heron, case_id, 2, "Is it a village?", start + timedelta(minutes=1))
        hold = holding.place(session, shop.people["Wren"], "Pranks", brand="Strider")
        happened(session, "sign_in", heron.id, heron.merchant_id, heron.id, by="password")
        merchants.create_key(session, heron.merchant_id, "checkout", ["previews"])
    with shop.database.writing() as session:
        holding.lift(session, shop.people["Wren"], hold.id)
    assert audit.seal(shop.database, SECRET) == SEALED
    return case_id


def verify(shop, *known, secret=SECRET):
    with shop.database.reading() as session:
        return audit.verify(session, secret, known)


def run(shop, statement, **values):
    with shop.database.writing() as session:
        session.execute(text(statement), values)


def told(shop):
    with shop.database.reading() as session:
        return list(audit.export(session))


def test_what_happened_is_sealed_once_and_whole(shop, case_id):
    assert audit.seal(shop.database, SECRET) == 0
    verified = verify(shop)
    assert (verified.faults, verified.unsealed, verified.head.number) == ((), 0, SEALED)
    lines = told(shop)
    assert [line["number"] for line in lines] == list(range(1, SEALED + 1))
    assert [(line["said"].get("kind"), line["subject"][:4]) for line in lines] == [
        ("opened", "cev_"), ("claim", "cev_"), ("escalate", "cev_"), (None, "dec_"),
        ("sign_in", "aud_"), ("key_created", "aud_"), (None, "hold"), (None, "hold"),
    ]  # fmt: skip
    assert lines[2]["written"] == {"note": "Is it a village?"}
    assert lines[2]["said"]["detail"]["version"] == 3
    machine = lines[3]
    assert (machine["said"]["actor"], machine["said"]["versions"]["policy"]) == ("machine", "balanced@00000000")
    assert machine["written"]["fields"][0] == {"name": "left_shoe", "text": "Sw3at"}
    # Nothing but `written` holds words, so nothing else needs erasing.
    assert "sweatshop" not in str([line["said"] for line in lines])


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE case_event SET actor = 'machine' WHERE kind = 'escalate'",
        "UPDATE case_event SET kind = 'release' WHERE kind = 'escalate'",
        'UPDATE case_event SET detail = \'{"version": 3, "note": "Another."}\' WHERE kind = \'escalate\'',
        'UPDATE case_event SET detail = \'{"version": 3, "note": "[erased]"}\' WHERE kind = \'escalate\'',
        "DELETE FROM case_event WHERE kind = 'claim'",
        "UPDATE decision SET outcome = 'approve'",
        "UPDATE decision SET decided_by = 'rev_x'",
        "UPDATE decision SET risk = 0.1",
        "UPDATE decision SET versions = '{}'",
        "UPDATE decision SET evidence = '[]'",
        "UPDATE screening SET fields = '[]'",
        'UPDATE screening SET fields = \'[{"name": "left_shoe", "text": "Sweet"}]\'',
        "UPDATE screening SET fields = '[]', erased_at = created_at",
        "UPDATE audit_entry SET salt = '' WHERE number = 3",
        "UPDATE audit_entry SET salt = '' WHERE number = 4",
        "DELETE FROM audit_entry WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 1",
        "UPDATE audit_entry SET number = CASE number WHEN 2 THEN 12 ELSE 11 END WHERE number IN (1, 2)",
        "UPDATE audit_entry SET subject = subject || 'x' WHERE number = 2",
        "UPDATE audit_event SET actor = 'nobody'",
        "UPDATE audit_event SET detail = '{}'",
        "DELETE FROM audit_event WHERE kind = 'sign_in'",
        "UPDATE hold SET note = 'Nothing much'",
        "UPDATE hold SET lifted_at = NULL",
        "DELETE FROM hold",
        # The end cut off, with all that would tell of it.
        "DELETE FROM audit_entry WHERE number > 6",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 6, chain = (SELECT chain FROM audit_entry WHERE number = 6)",
    ],
)
def test_a_change_a_removal_or_another_order_shows_and_goes_on_showing(shop, case_id, start, tampering):
    run(shop, tampering)
    assert verify(shop).faults != ()
    # What the server seals afterwards covers nothing up.
    shop.open_case(start)
    audit.seal(shop.database, SECRET)
    assert verify(shop).faults != ()


def test_an_end_that_was_cut_off_with_its_events_stays_in_the_log_for_good(shop, case_id, start):
    run(shop, "DELETE FROM hold")
    run(shop, "DELETE FROM audit_entry WHERE number > 6")
    assert verify(shop).faults == (
        "Entries 7 to 8 are missing at the end.",
        f"The chain does not go through {head_on_record(shop)}: its end was cut off, or it was made anew.",
    )
    shop.open_case(start)
    audit.seal_all(shop.database, SECRET)
    audit.seal_all(shop.database, SECRET)
    (fault,) = verify(shop).faults
    assert "says that the log was damaged before it" in fault


def head_on_record(shop):
    with shop.database.reading() as session:
        return "{}:{}".format(*session.execute(text("SELECT number, chain FROM audit_head")).one())


def test_a_log_that_was_made_anew_shows_to_whoever_kept_a_head(shop, case_id, start, tmp_path):
    path = tmp_path / "heads"
    audit.anchor(shop.database, path, start)
    audit.anchor(shop.database, path, start)
    (head,) = audit.known_heads(path)
    assert verify(shop, head).faults == ()
    run(shop, "DELETE FROM audit_entry")
    run(shop, "DELETE FROM audit_head")
    for table in ("case_event", "decision", "audit_event"):
        run(shop, f"UPDATE {table} SET sealed_as = NULL")
    run(shop, "UPDATE case_event SET actor = 'machine' WHERE kind = 'escalate'")
    audit.seal(shop.database, SECRET)
    assert verify(shop).faults == ()
    assert "does not go through" in verify(shop, head).faults[0]


def test_an_end_signed_with_another_secret_shows_until_it_is_explained(shop, case_id, start):
    assert "is not signed by this server" in verify(shop, secret="another").faults[0]
    shop.open_case(start)
    audit.seal_all(shop.database, "another")
    (fault,) = verify(shop, secret="another").faults
    entry = int(fault.split()[1])
    with shop.database.reading() as session:
        assert audit.verify(session, "another", explained=[entry]).faults == ()


def test_the_end_of_a_log_from_before_ends_were_signed_is_taken_over(shop, case_id, start):
    run(shop, "UPDATE audit_head SET mac = ''")
    assert verify(shop).faults == ()
    shop.open_case(start)
    audit.seal(shop.database, SECRET)
    assert verify(shop).faults == ()


def test_erasing_takes_words_and_salt_and_leaves_the_chain_whole(shop, case_id, start):
    head = str(verify(shop).head)
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        erase(session, session.get_one(Screening, case.screening_id), case, "shop", start + timedelta(hours=1))
    assert verify(shop, head).faults == ()
    audit.seal(shop.database, SECRET)
    assert verify(shop, head).faults == ()
    with shop.database.reading() as session:
        assert {each.salt for each in session.exec(select(AuditEntry))} == {""}
        notes = [event.detail.get("note") for event in session.exec(select(CaseEventRecord))]
        assert session.get_one(ReviewCase, case_id).searched == ""
    assert set(notes) == {None, "[erased]"}
    assert "Sw3at" not in str(told(shop))
    # The order's words are gone for good: none can be put in their place.
    run(shop, 'UPDATE screening SET fields = \'[{"name": "left_shoe", "text": "Sweet"}]\'')
    assert verify(shop).faults != ()


def test_a_persons_verdict_and_its_ground_are_sealed(shop, start):
    case_id, heron = shop.open_case(start), shop.people["Heron"]
    with shop.database.writing() as session:
        version = claims.claim(session, heron, case_id, start).version
        verdict = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It reads across.")
        deciding.decide(session, heron, case_id, version, verdict, start)
    deciding.settle_due(shop.database, start + timedelta(minutes=1))
    audit.seal_all(shop.database, SECRET)
    decided = [line for line in told(shop) if line["subject"].startswith("dec_")]
    assert [(line["said"]["actor"], line["written"]["ground"]) for line in decided] == [
        ("machine", ""),
        (heron.id, "It reads across."),
    ]
    run(shop, "UPDATE decision SET ground = 'Nothing.' WHERE decided_by <> 'machine'")
    assert "words of dec_" in verify(shop).faults[0]


def test_keys_reviewers_and_versions_are_in_the_log(sqlite_database, start):
    shop = Shop.open(sqlite_database)
    with sqlite_database.writing() as session:
        key, _token = merchants.create_key(session, shop.merchant.id, "checkout", ["previews"])
        merchants.revoke_key(session, key.id, by="key_other")
        merchants.revoke_key(session, key.id)
        reviewers.add_reviewer(session, shop.merchant.id, "a@shop.example", "Heron", "lead", "a long password")
        reviewers.change_reviewer(session, "a@shop.example", "senior", None)
        reviewers.disable_reviewer(session, "a@shop.example")
        for versions in ({"lists": "1"}, {"lists": "1"}, {"lists": "2"}):
            in_force(session, versions)
            session.flush()
    audit.seal_all(sqlite_database, SECRET)
    assert [(each["said"]["kind"], each["said"]["actor"], each["said"]["detail"]) for each in told(shop)] == [
        ("key_created", "operator", {"scopes": ["previews"]}),
        ("key_revoked", "key_other", {}),
        ("reviewer_added", "operator", {"role": "lead"}),
        ("reviewer_changed", "operator", {"role": "senior", "role_was": "lead"}),
        ("reviewer_disabled", "operator", {}),
        ("in_force", "machine", {"lists": "1"}),
        ("in_force", "machine", {"lists": "2"}),
    ]


def test_several_workers_make_one_chain(shop, start):
    from concurrent.futures import ThreadPoolExecutor

    for _ in range(6):
        shop.open_case(start)
    with ThreadPoolExecutor(3) as pool:
        sealed = list(pool.map(lambda _: audit.seal(shop.database, SECRET), range(3)))
    assert sum(sealed) == 12
    assert (verify(shop).faults, verify(shop).head.number) == ((), 12)


def test_sealing_a_decision_costs_little_and_its_query_reads_only_what_is_unsealed(sqlite_database, start):
    shop = Shop.open(sqlite_database)
    shop.open_case(start)
    audit.seal_all(sqlite_database, SECRET)
    rounds = []
    for _ in range(3):
        with sqlite_database.writing() as session:
            more = session.exec(select(DecisionRecord)).first().model_dump(exclude={"id", "sealed_as"})
            session.add_all(DecisionRecord(**more) for _ in range(400))
        began = time.process_time()
        assert audit.seal_all(sqlite_database, SECRET, within=60) == 400
        rounds.append((time.process_time() - began) * 1000 / 400)
    assert min(rounds) < 0.4, f"{min(rounds):.3f} ms to seal one; the promise is 0.2 on a machine that is not busy"
    with sqlite_database.reading() as session:
        query = SOURCES["dec"].unsealed.compile(sqlite_database.engine)
        (first, *_) = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (100, 0)).all()
    assert "decision USING INDEX ix_decision_unsealed" in first[-1]
