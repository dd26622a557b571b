"""Lists renewed while a server runs: always what a start would load, and only what changed is read."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from moderation.errors import TermListError
from moderation.terms import load_lists, renewal
from moderation.terms.renewal import Renewal

TERMS = (
    "# purpose: For tests.\n# licence: Apache-2.0\n# category: {0}\n# language: en\n# owner: policy@example\n"
    "id,term,match,action,severity,reason,expires\n"
)
WORDS = "# purpose: For tests.\n# licence: Apache-2.0\n# kind: word\n# language: en\n# source: own\nterm\n"


def term(number: int, word: str, expires: str = "") -> str:
    return f"p{number},{word},word,reject,3,oath,{expires}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lists = tmp_path / "blocklists"
    write(lists / "profanity/en.csv", TERMS.format("profanity") + term(1, "darn") + term(2, "drat"))
    write(lists / "hate/en.csv", TERMS.format("hate") + term(1, "boo {people}"))
    write(lists / "violence/en.csv", TERMS.format("violence") + term(1, "smack"))
    write(lists / "rosters/people/en.csv", WORDS + "cats\ndogs\n")
    write(lists / "allow/en.csv", WORDS + "darning\n")
    return lists


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def test_whatever_changes_a_renewal_gives_what_a_start_gives(folder: Path) -> None:
    renewed = Renewal(folder, load_lists(folder))
    yesterday, tomorrow = (str(date.today() + timedelta(days=days)) for days in (-1, 1))
    profanity = TERMS.format("profanity")
    steps: list[tuple[str, str | None]] = [
        ("profanity/en.csv", profanity + term(1, "darn") + term(3, "heck")),
        ("violence/en.csv", None),
        ("violence/en.csv", TERMS.format("violence") + term(1, "whack") + term(2, "smite {people}")),
        ("drugs/en.csv", TERMS.format("drugs") + term(1, "pipe")),
        ("rosters/people/en.csv", WORDS + "cats\nbirds\n"),
        ("allow/en.csv", WORDS + "darning\nheckle\n"),
        ("profanity/en.csv", profanity),
        ("profanity/en.csv", profanity + term(1, "darn", yesterday) + term(2, "drat", tomorrow)),
        ("hate/en.csv", TERMS.format("hate") + term(1, "boo {people}") + term(2, "hiss")),
        ("profanity/en.csv", profanity + term(1, "darn")),
    ]
    for path, content in steps:
        if content is None:
            (folder / path).unlink()
        else:
            write(folder / path, content)
        lists, started = renewed.load(), load_lists(folder)
        assert lists == started, path
        assert renewed.load() == started, f"{path}, again"


def test_only_what_changed_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed, read, genuine = Renewal(folder, load_lists(folder)), list[str](), renewal.read_files
    monkeypatch.setattr(renewal, "read_files", lambda files: read.extend(f.path for f in files) or genuine(files))
    write(folder / "profanity/en.csv", TERMS.format("profanity") + term(7, "heck"))
    assert [each.id for each in renewed.load().blocked if "profanity" in each.id] == ["profanity/en/p7"]
    assert set(read) == {"profanity/en.csv", "allow/en.csv", "rosters/people/en.csv"}


def test_a_broken_file_is_told_as_a_start_tells_it_and_forgotten_when_it_is_mended(folder: Path) -> None:
    renewed, good = Renewal(folder, load_lists(folder)), TERMS.format("profanity") + term(1, "darn")
    explicit = "hate/en/p9,hiss,word,reject,3,oath,\n"
    write(folder / "hate/en.csv", TERMS.format("hate") + term(9, "boo"))
    assert renewed.load() == load_lists(folder)
    for broken in (good.replace("word", "wurd"), good + explicit, good + term(2, "smack {nobody}")):
        write(folder / "profanity/en.csv", broken)
        with pytest.raises(TermListError) as told:
            renewed.load()
        with pytest.raises(TermListError) as at_a_start:
            load_lists(folder)
        assert str(told.value) == str(at_a_start.value)
    write(folder / "profanity/en.csv", good)
    assert renewed.load() == load_lists(folder)
