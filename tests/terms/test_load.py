from datetime import date
from pathlib import Path

import pytest

from moderation.compiled import cache_folder
from moderation.errors import TermListError
from moderation.evidence import Category
from moderation.terms import Action, AllowKind, MatchKind, Term, load_lists
from tests.terms.conftest import COLUMNS, HEADER, WriteLists

DARN = "p1,darn,word,review,1,mild oath"


def test_a_row_takes_what_it_leaves_empty_from_the_header(write_lists: WriteLists) -> None:
    lists = load_lists(write_lists({"profanity/en.csv": DARN}))
    assert lists.blocked == (
        Term(
            id="profanity/en/p1",
            term="darn",
            match=MatchKind.WORD,
            action=Action.REVIEW,
            severity=1,
            category=Category.PROFANITY,
            language="en",
            reason="mild oath",
            owner="policy@example",
            added=date(2026, 11, 22),
            review_by=date(2027, 11, 22),
        ),
    )


def test_cells_override_the_header_and_lists_split_at_semicolons(write_lists: WriteLists) -> None:
    columns = COLUMNS + ",language,regions,scope,edits,unless,context,source"
    row = 'p1,"well, darn",phrase,reject,2,oath,de,DE;AT,brand:acme;product:mug,0,darn good; darn it,a;b,a dictionary'
    (term,) = load_lists(write_lists({"profanity/en.csv": row}, columns=columns)).blocked
    assert (term.term, term.language, term.max_edits) == ("well, darn", "de", 0)
    assert (term.regions, term.scope) == ({"DE", "AT"}, {"brand:acme", "product:mug"})
    assert (term.unless, term.context, term.source) == (("darn good", "darn it"), ("a", "b"), "a dictionary")


def test_allow_files_say_their_kind_in_the_header(write_lists: WriteLists) -> None:
    header = "# purpose: innocent\n# licence: Apache-2.0\n# kind: place\n"
    folder = write_lists({"allow/places.csv": "Scunthorpe,en\nCondom,"}, columns="term,language", header=header)
    allowed = load_lists(folder).allowed
    assert [(allow.term, allow.kind, allow.language) for allow in allowed] == [
        ("Scunthorpe", AllowKind.PLACE, "en"),
        ("Condom", AllowKind.PLACE, "any"),
    ]


def test_brand_and_theme_folders_are_left_alone(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": DARN, "brands/acme.csv": "not, a, term, list", "themes/t.csv": ","})
    assert len(load_lists(folder).blocked) == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("p1,darn,wurd,review,1,oath", 'match is "wurd".'),
        ("p1,darn,word,stop,1,oath", 'action is "stop".'),
        ("p1,darn,word,review,5,oath", 'severity is "5".'),
        ("p1,darn,word,review,²,oath", 'severity is "²".'),
        ("p1,,word,review,1,oath", '"term" is missing.'),
        ("p1,darn,word,review,1,", '"reason" is missing.'),
        ("p 1,darn,word,review,1,oath", 'the id "p 1" is not a plain name.'),
        ("p1,well, darn,word,review,1,oath", "7 cells, but the table has 6 columns."),
        ('p1,"darn,word,review,1,oath', "a quotation mark is left open."),
        ("p1,da(rn,pattern,review,1,oath", "the pattern cannot be read"),
        ("p1,(d+a+)+rn,pattern,review,1,oath", "the pattern cannot be used"),
        ("p1,d(?=arn),pattern,review,1,oath", "the pattern cannot be used"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_its_place(write_lists: WriteLists, row: str, says: str) -> None:
    folder = write_lists({"profanity/en.csv": f"p0,drat,word,review,1,oath\n# a comment\n\n{row}"})
    line = (HEADER + COLUMNS).count("\n") + 5
    with pytest.raises(TermListError) as caught:
        load_lists(folder)
    place, advice = str(caught.value).split("\n")[:2]
    assert place.startswith(f"blocklists/profanity/en.csv:{line}: ")
    assert says in place
    assert advice.endswith(".")


def test_the_first_fault_is_told_with_the_number_of_the_others(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": "p1,darn,wurd,review,1,x\np1,drat,wurd,review,1,x\np3,,,,,"})
    with pytest.raises(TermListError, match=r"en\.csv:9: .*\n.*\n2 more; `moderation lists lint` prints them all"):
        load_lists(folder)


def test_an_id_stands_once(write_lists: WriteLists) -> None:
    with pytest.raises(TermListError, match=r":10: the id profanity/en/p1 is already that of line 9\."):
        load_lists(write_lists({"profanity/en.csv": f"{DARN}\n{DARN}"}))


def test_a_whole_id_stands_once_over_all_files(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": DARN, "export.csv": DARN.replace("p1", "profanity/en/p1")})
    with pytest.raises(TermListError, match=r"en\.csv:9: the id profanity/en/p1 is already that of \S+export\.csv:9\."):
        load_lists(folder)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"# purpose: x\n", "no column line"),
        (b"# purpose: x\n# licence: x\nid;term;match\n", "separated by ';'"),
        (
            b"# purpose: x\n# licence: x\nid,term,match,action,severity,reason,colour\n",
            '"colour" is not a column',
        ),
        (b"# purpose: x\n# licence: x\nid,term,match,action,severity\n", "no column reason"),
        (b"# purpose: x\nid,term,match,action,severity,reason\n", 'does not say its "licence"'),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(TermListError, match=says):
        load_lists(tmp_path)


def test_a_missing_or_empty_folder_is_an_error_not_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(TermListError, match="no such folder"):
        load_lists(tmp_path / "nowhere")
    with pytest.raises(TermListError, match=r"holds no \.csv file"):
        load_lists(tmp_path)


def test_a_spreadsheet_file_is_read_as_it_was_meant(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": DARN + ",,,"})
    path = folder / "profanity/en.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [term.term for term in load_lists(folder).blocked] == ["darn"]


def test_an_expired_entry_acts_no_more_and_the_version_says_so(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": DARN + ",2026-12-31"}, columns=COLUMNS + ",expires")
    before = load_lists(folder, on=date(2026, 12, 31))
    after = load_lists(folder, on=date(2027, 1, 1))
    assert (len(before.blocked), len(after.blocked)) == (1, 0)
    assert before.version != after.version


def test_the_version_changes_with_any_byte_and_with_nothing_else(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": DARN})
    first = load_lists(folder).version
    (folder / "profanity/en.csv").touch()
    assert load_lists(folder).version == first
    (folder / "profanity/en.csv").write_text((folder / "profanity/en.csv").read_text() + "# note\n")
    assert load_lists(folder).version != first


def test_the_cache_gives_the_very_same_lists(write_lists: WriteLists) -> None:
    columns = COLUMNS + ",regions,unless,context,edits,expires"
    folder = write_lists({"profanity/en.csv": "p1,dárn ☠,word,review,1,oath,GB,a b;c,d,0,2100-01-01"}, columns=columns)
    fresh = load_lists(folder)
    assert len(list(cache_folder().iterdir())) == 1
    assert load_lists(folder) == fresh


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other form", "folder"])
def test_a_damaged_cache_is_rebuilt(write_lists: WriteLists, damage: str) -> None:
    folder = write_lists({"profanity/en.csv": DARN})
    fresh = load_lists(folder)
    (kept,) = cache_folder().iterdir()
    data = kept.read_bytes()
    kept.unlink()
    if damage == "folder":
        kept.mkdir()
    else:
        body = b'{"terms": 7}'
        damaged = {
            "empty": b"",
            "cut": data[:-9],
            "flipped": data.replace(b"darn", b"barn"),
            "other form": body,
        }
        kept.write_bytes(damaged[damage])
    assert load_lists(folder) == fresh
    assert load_lists(folder) == fresh


def test_a_cache_that_cannot_be_written_is_done_without(
    write_lists: WriteLists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "file"))
    assert len(load_lists(write_lists({"profanity/en.csv": DARN})).blocked) == 1


PEOPLE = "# purpose: peoples\n# licence: Apache-2.0\n# kind: word\n# language: en\n"


def test_a_phrase_with_a_roster_is_one_entry_for_everybody_on_it(write_lists: WriteLists) -> None:
    write_lists({"rosters/people/en.csv": "Jews\nMuslims\ndeaf people"}, columns="term", header=PEOPLE)
    columns = COLUMNS + ",unless"
    folder = write_lists(
        {"hate/en.csv": "h1,kill all {people},phrase,reject,4,x,we kill all {people} said"}, columns=columns
    )
    terms = load_lists(folder).blocked
    assert [(term.id, term.term, term.severity) for term in terms] == [
        ("hate/en/h1+jews", "kill all Jews", 4),
        ("hate/en/h1+muslims", "kill all Muslims", 4),
        ("hate/en/h1+deaf-people", "kill all deaf people", 4),
    ]
    assert terms[0].unless == ("we kill all Jews said",)


def test_a_roster_that_does_not_exist_is_a_fault(write_lists: WriteLists) -> None:
    folder = write_lists({"hate/en.csv": "h1,kill all {people},phrase,reject,4,x"})
    with pytest.raises(TermListError, match=r"en\.csv:9: .*names a roster.*\nAdd rosters/people/en\.csv"):
        load_lists(folder)
