from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from moderation.terms.finding import Finding, Level
from moderation.terms.lint import lint
from moderation.terms.load import list_files, read_files
from tests.terms.conftest import COLUMNS, HEADER, WriteLists

TODAY = date(2026, 11, 22)
ALLOW_HEADER = "# purpose: innocent\n# licence: Apache-2.0\n# kind: word\n# language: en\n"

Lint = Callable[[Path], list[Finding]]


def found(folder: Path, *, on: date = TODAY, collisions: bool = False) -> list[tuple[str, str]]:
    """Rule and fact of each finding."""
    return [(each.rule, each.fact) for each in lint(read_files(list_files(folder)), on, collisions=collisions)]


def test_a_good_list_is_clean(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,mild oath\np2,darned,word,review,1,mild oath"})
    assert found(folder, collisions=True) == []


def test_a_finding_says_where_what_and_what_to_do(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,mild\np2,DÁRN,word,review,1,mild"})
    (finding,) = lint(read_files(list_files(folder)), TODAY, collisions=False)
    assert str(finding) == (
        'blocklists/profanity/en.csv:10: "DÁRN" is already listed at blocklists/profanity/en.csv:9.\n'
        "Keep the entry with the better reason and delete the other."
    )
    assert finding.level is Level.ERROR


def test_the_same_term_in_two_languages_must_weigh_the_same(write_lists: WriteLists) -> None:
    row = "p1,darn,word,{},1,mild,{}"
    even = write_lists(
        {"profanity/a.csv": row.format("review", "es"), "profanity/b.csv": row.format("review", "pt")},
        columns=COLUMNS + ",language",
    )
    assert found(even) == []
    uneven = write_lists({"profanity/b.csv": row.format("reject", "pt")}, columns=COLUMNS + ",language")
    ((rule, fact),) = found(uneven)
    assert rule == "uneven"
    assert fact == '"darn" is reject, severity 1 here, but review, severity 1 at blocklists/profanity/a.csv:9.'


def test_entries_for_different_brands_are_no_duplicates(write_lists: WriteLists) -> None:
    rows = "p1,darn,word,review,1,x,brand:acme\np2,darn,word,review,1,x,brand:other"
    assert found(write_lists({"profanity/en.csv": rows}, columns=COLUMNS + ",scope")) == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("p1,a,inside,review,1,x", "short-wildcard"),
        ("p1,ab,prefix,review,1,x", "short-wildcard"),
        ("p1,操,inside,review,1,x", "short-wildcard"),
        ("p1,darn*,word,review,1,x", "wildcard-sign"),
        ("p1,*darn,word,review,1,x", "wildcard-sign"),
    ],
)
def test_wildcards_that_reach_too_far_are_errors(write_lists: WriteLists, row: str, rule: str) -> None:
    assert [each[0] for each in found(write_lists({"profanity/en.csv": row}))] == [rule]


@pytest.mark.parametrize("row", ["p1,🖕,inside,review,1,x", "p1,操你,inside,review,1,x", "p1,ab,word,review,1,x"])
def test_signs_and_whole_words_of_other_scripts_are_no_short_wildcards(write_lists: WriteLists, row: str) -> None:
    assert found(write_lists({"profanity/en.csv": row})) == []


def test_an_identity_word_is_no_entry_by_itself(write_lists: WriteLists) -> None:
    write_lists({"allow/identity/en.csv": "Muslim"}, columns="term", header=ALLOW_HEADER)
    folder = write_lists({"hate/en.csv": "h1,muslim,word,review,2,x\nh2,kill muslims,phrase,reject,4,x"})
    ((rule, fact), second) = found(folder)
    assert (rule, fact) == ("identity-word", '"muslim" says who someone is; by itself it is evidence of nothing.') or (
        second[0] == "identity-word"
    )


def test_dates_are_needed_and_kept(write_lists: WriteLists) -> None:
    columns = COLUMNS + ",review_by,expires"
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,x,2026-11-21,2026-11-21"}, columns=columns)
    assert [rule for rule, _ in found(folder)] == ["expired", "past-review"]
    assert found(folder, on=date(2026, 11, 21)) == []
    undated = HEADER.replace("# review_by: 2027-11-22\n", "").replace("# added: 2026-11-22\n", "")
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,x"}, header=undated)
    assert [rule for rule, _ in found(folder)] == ["missing-field", "missing-field"]


def test_an_entry_of_one_region_must_not_apply_elsewhere(write_lists: WriteLists) -> None:
    rows = "p1,darn,word,review,1,x,GB\np2,darn,phrase,review,1,x,"
    folder = write_lists({"profanity/en.csv": rows}, columns=COLUMNS + ",regions")
    assert found(folder) == [
        ("region", '"darn" is meant for GB alone, but blocklists/profanity/en.csv:10 applies it everywhere.')
    ]
    rows = "p1,darn,word,review,1,x,GB\np2,darn,word,review,1,x,US"
    assert found(write_lists({"profanity/en.csv": rows}, columns=COLUMNS + ",regions")) == []


def test_a_word_is_not_both_allowed_and_blocked(write_lists: WriteLists) -> None:
    write_lists({"allow/words.csv": "Darn"}, columns="term", header=ALLOW_HEADER)
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,x"})
    assert [rule for rule, _ in found(folder)] == ["allowed-and-blocked"]
    names = ALLOW_HEADER.replace("word", "name")
    write_lists({"allow/words.csv": "Darn"}, columns="term", header=names)
    assert found(folder) == []


def test_faults_are_findings_and_the_good_rows_are_still_looked_at(write_lists: WriteLists) -> None:
    rows = "p1,darn,wurd,review,1,x\np2,ab,inside,review,1,x"
    folder = write_lists({"profanity/en.csv": rows})
    assert [rule for rule, _ in found(folder)] == ["bad-value", "short-wildcard"]


def test_a_wildcard_is_told_with_what_else_it_hits(write_lists: WriteLists) -> None:
    folder = write_lists({"sexual/en.csv": "s1,cock,inside,reject,2,x"})
    findings = lint(read_files(list_files(folder)), TODAY)
    (finding,) = [each for each in findings if each.rule == "collision"]
    assert '"cock" with match inside also hits ' in finding.fact
    for kind in ("words (", "surnames (", "places ("):
        assert kind in finding.fact
    assert "cocktail" in finding.fact
    assert finding.level is Level.ERROR


def test_listed_and_allowed_words_are_no_collisions(write_lists: WriteLists) -> None:
    rows = "s1,shuttlecoc,prefix,reject,2,x"
    folder = write_lists({"sexual/en.csv": rows})
    before = found(folder, collisions=True)
    write_lists({"allow/words.csv": "shuttlecock\nshuttlecocks"}, columns="term", header=ALLOW_HEADER)
    assert found(folder, collisions=True) == []
    assert all(rule == "collision" for rule, _ in before)


@pytest.mark.parametrize(
    ("term", "language", "rule"), [("slut", "en", "other-language"), ("fart", "en", "other-language")]
)
def test_an_everyday_word_of_another_language_needs_a_context(
    write_lists: WriteLists, term: str, language: str, rule: str
) -> None:
    columns = COLUMNS + ",language,unless"
    folder = write_lists({"sexual/en.csv": f"s1,{term},word,reject,3,x,{language},"}, columns=columns)
    assert [each for each, _ in found(folder, collisions=True)] == [rule]
    folder = write_lists({"sexual/en.csv": f"s1,{term},word,reject,3,x,{language},{term} spurt"}, columns=columns)
    assert found(folder, collisions=True) == []


def test_an_entry_for_a_person_may_be_ten_times_more_everyday_elsewhere_and_no_more(write_lists: WriteLists) -> None:
    columns = COLUMNS + ",language"
    folder = write_lists({"sexual/en.csv": "s1,slags,word,review,3,x,en\ns2,penis,word,review,2,x,en"}, columns=columns)
    ((rule, fact),) = found(folder, collisions=True)
    assert rule == "other-language"
    assert fact.startswith('"slags" asks for a person, and is an everyday word in da (')
    folder = write_lists({"sexual/en.csv": "s1,slags,word,note,3,x,en"}, columns=columns)
    assert found(folder, collisions=True) == []


def test_a_word_that_is_listed_in_the_other_language_too_is_meant(write_lists: WriteLists) -> None:
    columns = COLUMNS + ",language"
    alone = write_lists({"extremism/en.csv": "s1,pkk,word,review,3,x,en"}, columns=columns)
    assert [rule for rule, _ in found(alone, collisions=True)] == ["other-language"]
    both = write_lists({"extremism/tr.csv": "s1,pkk,word,review,3,x,tr"}, columns=columns)
    assert found(both, collisions=True) == []


def test_a_name_that_rejects_is_an_error(write_lists: WriteLists) -> None:
    folder = write_lists({"sexual/en.csv": "s1,willy,word,reject,2,x"})
    ((rule, fact),) = found(folder, collisions=True)
    assert rule == "name"
    assert "given name" in fact
