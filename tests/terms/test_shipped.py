"""The lists that ship: whole, clean, quick to load, in many languages."""

import re
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from moderation.evidence import Category
from moderation.terms import Action, TermLists, load_lists
from moderation.terms.finding import Level
from moderation.terms.lint import lint
from moderation.terms.load import SHIPPED_LISTS, list_files, read_files

#: Kinds of harm that people write in their own language, whatever it is.
EVERYWHERE = ("profanity", "sexual", "hate", "harassment", "violence", "self_harm", "drugs", "impersonation")
#: And what the languages of the promise hold besides.
PROMISED = (*EVERYWHERE, "extremism", "politics", "unclear")
DEVANAGARI = re.compile("[\u0900-\u097f]")
LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "tr", "ru", "ar", "hi", "zh", "ja", "ko")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def shipped(cache: Path) -> TermLists:
    """Read from the files, once for all."""
    return load_lists(cache=cache)


def test_the_shipped_lists_are_clean() -> None:
    findings = lint(read_files(list_files(SHIPPED_LISTS)), date.today())
    wrong = [str(each) for each in findings if each.level is not Level.WARNING]
    assert not wrong, "\n".join(wrong)


def test_each_language_is_covered(shipped: TermLists) -> None:
    counts = Counter(term.language for term in shipped.blocked)
    assert counts["en"] >= 2500
    assert {language: counts[language] for language in LANGUAGES if counts[language] < 150} == {}


def test_each_kind_of_harm_is_covered_in_each_language(shipped: TermLists) -> None:
    counts = Counter((term.category.value, term.language) for term in shipped.blocked)
    languages = {language for _, language in counts} - {"any"}
    missing = {(kind, language) for kind in EVERYWHERE for language in languages if counts[kind, language] < 10}
    assert missing == set()
    thin = {(kind, language) for kind in PROMISED for language in LANGUAGES if counts[kind, language] < 25}
    assert thin == set()


def test_hindi_is_covered_in_both_scripts(shipped: TermLists) -> None:
    hindi = [term.term for term in shipped.blocked if term.language == "hi"]
    native = sum(bool(DEVANAGARI.search(text)) for text in hindi)
    assert native >= 150
    assert len(hindi) - native >= 150


def test_chinese_is_covered_in_both_scripts(shipped: TermLists) -> None:
    simple, traditional = "国妈们贱脑杀猪鸡骂骚卖", "國媽們賤腦殺豬雞罵騷賣"
    chinese = {term.term for term in shipped.blocked if term.language == "zh"}
    assert sum(bool(set(text) & set(simple)) for text in chinese) >= 150
    assert sum(bool(set(text) & set(traditional)) for text in chinese) >= 150
    turned = str.maketrans(simple, traditional)
    frames = {term for term in chinese if set(term) & set(simple)}
    written = sum(term.translate(turned) in chinese for term in frames)
    assert written >= 150, "what is listed in one script is listed in the other"


def test_politics_is_for_a_person_and_names_each_side_in_the_same_words(shipped: TermLists) -> None:
    terms = [term for term in shipped.blocked if term.category is Category.POLITICS]
    assert {term.action for term in terms} <= {Action.REVIEW, Action.NOTE}
    rosters = {"/".join(path.parts[-2:]) for path in (SHIPPED_LISTS / "rosters").glob("*/*.csv")}
    for language in ("en", *LANGUAGES):
        assert {f"leaders/{language}.csv", f"contested/{language}.csv", f"parties/{language}.csv"} <= rosters
        assert language == "en" or f"authorities/{language}.csv" in rosters


def test_praise_of_an_ideology_of_hatred_is_refused_in_each_language_and_naming_one_is_not(shipped: TermLists) -> None:
    praise = [term for term in shipped.blocked if term.reason.startswith("praises or calls for an ideology of hatred")]
    counts = Counter(term.language for term in praise)
    assert {language for language in ("en", *LANGUAGES) if counts[language] < 200} == set()
    named = {word for path in (SHIPPED_LISTS / "rosters").glob("ideologies*/*.csv") for word in _terms(path)}
    assert len(named) > 200
    assert [term.id for term in shipped.blocked if term.term in named and term.action is Action.REJECT] == []


def test_every_entry_says_why_where_from_who_and_until_when(shipped: TermLists) -> None:
    for term in shipped.blocked:
        assert all((term.reason, term.source, term.owner, term.added, term.review_by or term.expires)), term.id


def test_slurs_with_an_innocent_meaning_say_in_which_words(shipped: TermLists) -> None:
    slurs = [term for term in shipped.blocked if term.category is Category.HATE and term.language == "en"]
    assert sum(bool(term.unless or term.context) for term in slurs) >= 100


def test_the_allow_side_is_covered_in_many_languages(shipped: TermLists) -> None:
    allowed = shipped.allowed
    assert len(allowed) >= 1200
    assert len({allow.language for allow in allowed}) >= 15


def test_the_shipped_lists_load_within_a_second_from_the_cache(shipped: TermLists, cache: Path) -> None:
    assert any(cache.iterdir())
    spent = []
    for _ in range(3):
        started = time.process_time()
        again = load_lists(cache=cache)
        spent.append(time.process_time() - started)
        assert again == shipped
    # The best of three: what runs beside it must not decide.
    assert min(spent) < 1.0


@pytest.mark.slow
def test_a_hundred_thousand_entries_load_and_index_within_twelve_seconds(tmp_path: Path) -> None:
    from moderation.matching import Matcher

    path = tmp_path / "lists/profanity/en.csv"
    path.parent.mkdir(parents=True)
    head = "# purpose: many\n# licence: Apache-2.0\n# category: profanity\n# language: en\n# owner: x\n"
    rows = (f"p{number},{_word(number)},word,review,1,one of many" for number in range(100_000))
    path.write_text(head + "id,term,match,action,severity,reason\n" + "\n".join(rows) + "\n", encoding="utf-8")
    started = time.process_time()
    lists = load_lists(tmp_path / "lists")
    Matcher(lists.blocked, lists.allowed)
    assert time.process_time() - started < 12
    assert len(lists.blocked) == 100_000


def _terms(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").partition("\nterm\n")[2].splitlines()


def _word(number: int) -> str:
    """A distinct pronounceable word of eight letters."""
    letters = []
    for consonants, vowels in (("bdfgklmnprstvz", "aeiou"),) * 4:
        number, first = divmod(number, len(consonants))
        number, second = divmod(number, len(vowels))
        letters += [consonants[first], vowels[second]]
    return "".join(letters)
