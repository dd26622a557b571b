from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.lists import app
from moderation.evidence import Category
from moderation.terms import Action, MatchKind, Term, TermLists, load_lists
from moderation.terms.diff import diff
from moderation.terms.exchange import read_rule, rule_lines, write_csv, write_rules
from tests.terms.conftest import WriteLists

FULL = Term(
    id="profanity/en/p1",
    term='well, "darn"',
    match=MatchKind.PHRASE,
    action=Action.REJECT,
    severity=3,
    category=Category.PROFANITY,
    language="en",
    regions=frozenset({"GB", "IE"}),
    scope=frozenset({"brand:acme"}),
    max_edits=0,
    unless=("darn good", "darn it"),
    context=("you",),
    reason="mild oath, said aloud",
    source="a dictionary",
    owner="policy@example",
    added=date(2026, 11, 22),
    review_by=date(2027, 11, 22),
    expires=date(2100, 1, 1),
)


@pytest.mark.parametrize(
    ("rule", "term", "match"),
    [
        ("darn", "darn", MatchKind.WORD),
        ("darn*", "darn", MatchKind.PREFIX),
        ("*darn", "darn", MatchKind.SUFFIX),
        ("*darn*", "darn", MatchKind.INSIDE),
        ("  well   darn ", "well darn", MatchKind.PHRASE),
        ("#darn", "#darn", MatchKind.WORD),
        ("***", "***", MatchKind.WORD),
    ],
)
def test_rules_are_read_as_other_filters_mean_them(rule: str, term: str, match: MatchKind) -> None:
    lines = rule_lines(f"{rule}\n\n# a comment\n".encode())
    assert [read_rule(line) for _, line in lines] == [(term, match)]


def test_rules_written_read_back(write_lists: WriteLists) -> None:
    rows = "p1,darn,word,review,1,x\np2,drat,prefix,review,1,x\np3,heck,suffix,review,1,x\np4,gosh,inside,review,1,x"
    lists = load_lists(write_lists({"profanity/en.csv": rows + "\np5,88,code,review,1,x"}))
    rules, unsaid = write_rules(lists.blocked)
    assert rules == ["darn", "drat*", "*heck", "*gosh*"]
    assert unsaid == ["profanity/en/p5"]
    assert list(map(read_rule, rules)) == [(term.term, term.match) for term in lists.blocked[:4]]


def test_an_exported_file_loads_as_the_same_terms(tmp_path: Path) -> None:
    path = tmp_path / "lists/profanity/en.csv"
    path.parent.mkdir(parents=True)
    path.write_text(write_csv([FULL], {"purpose": "test", "licence": "Apache-2.0"}), encoding="utf-8")
    assert load_lists(tmp_path / "lists").blocked == (FULL,)


def test_a_diff_tells_each_entry_once(write_lists: WriteLists) -> None:
    before = load_lists(write_lists({"profanity/en.csv": "p1,darn,word,review,1,oath\np2,drat,word,review,1,oath"}))
    after = load_lists(write_lists({"profanity/en.csv": "p1,darn,word,reject,2,oath\np3,heck,word,review,1,oath"}))
    assert list(diff(before, after)) == [
        "~ profanity/en/p1: action review -> reject; severity 1 -> 2",
        "- profanity/en/p2: drat (word, review, profanity 1): oath",
        "+ profanity/en/p3: heck (word, review, profanity 1): oath",
    ]
    assert list(diff(before, before)) == []


def test_a_diff_tells_allow_entries(write_lists: WriteLists) -> None:
    header = "# purpose: x\n# licence: x\n# kind: place\n"
    before = load_lists(write_lists({"allow/p.csv": "Darntown"}, columns="term", header=header))
    after = TermLists(blocked=(), allowed=(), version="")
    assert list(diff(before, after)) == ["- allow Darntown (place, any)"]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_lint_exits_0_1_2(write_lists: WriteLists, tmp_path: Path) -> None:
    clean = write_lists({"profanity/en.csv": "p1,darn,word,review,1,oath"})
    code, printed = run("lint", str(clean), "--no-collisions")
    assert (code, printed) == (0, "1 entries, 0 allowed: 0 faults, 0 errors, 0 warnings.\n")
    wrong = write_lists({"profanity/en.csv": "p1,ab,inside,review,1,oath"})
    code, printed = run("lint", str(wrong), "--no-collisions")
    assert code == 1
    assert "error: blocklists/profanity/en.csv:9: " in printed
    broken = write_lists({"profanity/en.csv": "p1,darn,wurd,review,1,oath"})
    code, printed = run("lint", str(broken), "--no-collisions")
    assert code == 2
    assert 'blocklists/profanity/en.csv:9: match is "wurd".' in printed
    assert run("lint", str(tmp_path / "nowhere"))[0] == 2


def test_import_then_lint_then_export_then_diff(tmp_path: Path, write_lists: WriteLists) -> None:
    rules, target = tmp_path / "rules.txt", tmp_path / "mine/profanity/en.csv"
    rules.write_text("darn\ndrat*\n*ck*\n", encoding="utf-8")
    options = ["--category", "profanity", "--language", "en", "--owner", "p@e", "--reason", "oaths", "--origin", "own"]
    assert run("import", str(rules), str(target), *options)[0] == 0
    code, printed = run("lint", str(tmp_path / "mine"), "--no-collisions")
    assert code == 1, printed
    assert '"ck" with match inside is found in thousands of innocent words.' in printed
    assert run("import", str(rules), str(target), *options)[0] == 2, "an existing file is never written over"
    out = tmp_path / "out.txt"
    assert run("export", str(out), "--directory", str(tmp_path / "mine"), "--format", "rules")[0] == 0
    assert out.read_text() == rules.read_text()
    code, printed = run("diff", str(tmp_path / "mine"), str(tmp_path / "mine"))
    assert code == 0
    code, printed = run(
        "diff", str(tmp_path / "mine"), str(write_lists({"profanity/en.csv": "x1,heck,word,review,1,o"}))
    )
    assert code == 1
    assert "+ profanity/en/x1: heck" in printed


IMPORTING = ("--category", "profanity", "--language", "en", "--owner", "p@e", "--reason", "oaths", "--origin", "own")


def test_a_table_is_imported_with_what_it_says_and_the_options_for_the_rest(tmp_path: Path) -> None:
    table, target = tmp_path / "theirs.csv", tmp_path / "mine/profanity/en.csv"
    table.write_text('term,severity,action,reason\ndarn*,3,reject,\n"well, drat",,,said aloud\n', encoding="utf-8")
    code, printed = run("import", str(table), str(target), *IMPORTING)
    assert code == 0, printed
    one, two = load_lists(tmp_path / "mine").blocked
    assert (one.term, one.match, one.severity, one.action) == ("darn", MatchKind.PREFIX, 3, Action.REJECT)
    assert (two.term, two.match, two.severity, two.action) == ("well, drat", MatchKind.PHRASE, 2, Action.REVIEW)
    assert (one.reason, two.reason, two.owner) == ("oaths", "said aloud", "p@e")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"term,colour\ndarn,red\n", '"colour" is not a column'),
        (b"term,severity\ndarn,9\n", 'theirs.csv:2: severity is "9"'),
        (b"caf\xe9\n", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_imported_is_named_and_nothing_is_written(
    tmp_path: Path, table: bytes, says: str
) -> None:
    source, target = tmp_path / "theirs.csv", tmp_path / "mine/profanity/en.csv"
    source.write_bytes(table)
    code, printed = run("import", str(source), str(target), *IMPORTING)
    assert code == 1
    assert says in printed
    assert not target.exists()


def test_everything_exported_loads_as_the_same_entries(tmp_path: Path, write_lists: WriteLists) -> None:
    people = "# purpose: x\n# licence: x\n# kind: word\n# language: en\n"
    write_lists({"rosters/people/en.csv": "Jews\ndeaf people"}, columns="term", header=people)
    folder = write_lists(
        {"profanity/en.csv": "p1,darn,word,review,1,o", "hate/en.csv": "p1,out {people},phrase,note,1,o"}
    )
    (tmp_path / "all").mkdir()
    out = tmp_path / "all/all.csv"
    assert run("export", str(out), "--directory", str(folder))[0] == 0
    assert load_lists(tmp_path / "all").blocked == load_lists(folder).blocked
    assert run("diff", str(folder), str(out)) == (0, "0 differences.\n")


def test_words_and_rules_are_compared_as_rules(tmp_path: Path, write_lists: WriteLists) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("darn\ndrat*\n")
    new.write_text("darn\n*heck*\n")
    assert run("diff", str(old), str(new)) == (1, "- drat*\n+ *heck*\n2 differences.\n")
    folder = write_lists({"profanity/en.csv": "p1,darn,word,review,1,o\np2,drat,prefix,review,1,o"})
    assert run("diff", str(old), str(folder))[0] == 0
    words = tmp_path / "words.txt"
    assert run("export", str(words), "--directory", str(folder), "--format", "words")[0] == 0
    assert words.read_text() == "darn\ndrat\n"


def test_show_finds_an_entry_by_any_spelling(write_lists: WriteLists) -> None:
    folder = write_lists({"profanity/en.csv": "p1,Därn,word,review,1,mild oath"})
    code, printed = run("show", "DARN", "--directory", str(folder))
    assert code == 0
    assert "profanity/en/p1: Därn (word, review, severity 1). mild oath" in printed
    code, printed = run("show", "--directory", str(folder))
    assert "profanity           en          1" in printed
