"""What differs between two texts of one order, and what the reviewer is shown of the way that it has gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reviewing.changes import COMPARED_UP_TO, compare_texts
from api.reviewing.dossier import open_dossier
from api.reviewing.orders import newest_text, texts_before
from api.storage.tables import DecisionRecord, ReviewCase, Screening

texts = st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=20), max_size=3)


def fields(words):
    return [{"name": name, "text": text} for name, text in words.items()]


@given(texts, texts)
def test_the_pieces_are_both_texts_whole(before, after):
    for change in compare_texts(fields(before), fields(after)):
        then = "".join(piece.text for piece in change.pieces if piece.kind != "new")
        now = "".join(piece.text for piece in change.pieces if piece.kind != "gone")
        assert (then, now) == (before.get(change.name, ""), after.get(change.name, ""))
        assert change.is_changed == (then != now)


def test_every_place_is_there_also_one_that_is_gone():
    assert [change.name for change in compare_texts(fields({"a": "x", "b": "y"}), fields({"c": "z", "a": "x"}))] == [
        "c", "a", "b",
    ]  # fmt: skip


@pytest.mark.parametrize("length", [COMPARED_UP_TO + 1, 100_000])
def test_long_texts_are_shown_as_replaced(length):
    [change] = compare_texts(fields({"a": "x" * length}), fields({"a": "y" * length}))
    assert [piece.kind for piece in change.pieces] == ["gone", "new"]


def test_a_reviewer_sees_what_the_customer_changed(shop, start):
    old = shop.open_case(start, texts={"a": "Swaet"})
    new = shop.open_case(start, texts={"a": "Sweat"})
    with shop.database.writing() as session:
        first = session.get_one(Screening, session.get_one(ReviewCase, old).screening_id)
        second = session.get_one(Screening, session.get_one(ReviewCase, new).screening_id)
        second.revision_of, second.revision = first.id, 2
        session.add(second)
    with shop.database.reading() as session:
        dossier = open_dossier(session, shop.people["Heron"], new, start)
        assert texts_before(session, second) == [first]
        assert newest_text(session, first) == second
        assert open_dossier(session, shop.people["Heron"], old, start).changes == ()
        assert session.get(DecisionRecord, second.decision_id) is not None
    assert [each.id for each in dossier.texts_before] == [first.id]
    assert [(p.kind, p.text) for p in dossier.changes[0].pieces if p.kind != "same"] != []
    assert (dossier.appeal, dossier.messages) == (None, ())
