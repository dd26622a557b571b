"""Prints what the matcher alone stops: disguised base terms by technique, innocents by class, dictionaries, names.

``python -m tests.matching.measure [--part all|held|seen] [--show N] [--each N] battery innocents words names``

The whole pipeline is measured by ``moderation evaluate``; this is the matcher's own instrument.
"""

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from moderation.battery import disguise, innocents
from moderation.battery.world import full_names
from moderation.evidence import Category
from moderation.matching import Matcher
from moderation.matching.inflection import is_form_of
from moderation.reading import read
from moderation.reading.fold import fold_text
from moderation.request import Field, PersonalizationRequest
from moderation.terms.load import load_lists
from moderation.terms.term import Action, MatchKind, Term

HERE = Path(__file__).parent
DICTIONARIES = ("american-english", "british-english", "french", "ngerman", "spanish", "italian")
#: From this score a person looks at it.
STOPS = 0.5


def base_terms() -> list[Term]:
    """The terms that the weights are fitted on."""
    with (HERE / "base_terms.csv").open(newline="") as file:
        return [
            Term(
                id=f"base/{row['language']}/{number}", term=row["term"], match=MatchKind.WORD, action=Action.REJECT,
                severity=int(row["severity"]), category=Category(row["category"]), language=row["language"], reason="base term",
            )
            for number, row in enumerate(csv.DictReader(file))
        ]  # fmt: skip


@cache
def matcher() -> Matcher:
    """The shipped lists and, where they lack one or allow it no misspellings, the base terms."""
    lists = load_lists()
    known = {fold_text(term.term) for term in lists.blocked if term.max_edits is None}
    return Matcher(
        [*lists.blocked, *(term for term in base_terms() if fold_text(term.term) not in known)], lists.allowed
    )


def stopped(texts: Iterable[str]) -> list[str]:
    """What stops an order with these fields: ``term (reading, score, action)``; empty when it passes."""
    fields = (Field(name=f"line{number}", text=text) for number, text in enumerate(texts))
    return [
        f"{match.term.term} ({match.reading}, {match.score:.2f}, {match.term.action})"
        for match in matcher().find(read(PersonalizationRequest(fields=tuple(fields))))
        if match.score >= STOPS and match.term.action != Action.NOTE
    ]


@cache
def dictionary(name: str) -> tuple[str, ...]:
    """One of Debian's word lists; empty where it is not installed."""
    path = Path("/usr/share/dict", name)
    return tuple(word for word in path.read_text("utf-8").split() if word.isalpha()) if path.exists() else ()


@cache
def rightly_stopped() -> frozenset[str]:
    """Words of dictionaries that a person found to be obscene, abusive or otherwise rightly listed; see the file."""
    with (HERE / "rightly_stopped.csv").open(newline="") as file:
        return frozenset(fold_text(row["word"]) for row in csv.DictReader(file))


def is_listed(word: str) -> bool:
    """Stopping this word of a dictionary is what the lists are for: it, or the word it is a form of, was judged so."""
    return is_form_of(fold_text(word), rightly_stopped())


def innocent_texts(each: int = 100) -> Iterator[tuple[str, str, bool]]:
    """(class, text, is it held back) of every innocent sample."""
    return ((made.kind, made.texts[0], made.is_held) for made in innocents(load_lists().blocked, each=each))


def battery(part: str, show: int, each: int) -> None:
    rows = ((made.kind, made.texts, made.is_held) for made in disguise(base_terms(), variants=2))
    _print("disguises stopped", ((kind, texts) for kind, texts, held in rows if _is_of(part, held)), show, missed=True)


def innocent(part: str, show: int, each: int) -> None:
    rows = innocent_texts(min(each, 100))
    _print("innocents stopped", ((kind, (text,)) for kind, text, held in rows if _is_of(part, held)), show)


def words(part: str, show: int, each: int) -> None:
    for name in DICTIONARIES:
        every = dictionary(name)
        chosen = random.Random(3).sample(every, min(each, len(every)))
        _print(f"dictionary {name}", ((name, (word,)) for word in chosen if not is_listed(word)), show)


def names(part: str, show: int, each: int) -> None:
    _print("full names stopped", ((language, (name,)) for language, name in full_names(each // 4, 11)), show)


def _is_of(part: str, held: bool) -> bool:
    return part == "all" or held == (part == "held")


def _print(title: str, rows: Iterable[tuple[str, tuple[str, ...]]], show: int, *, missed: bool = False) -> None:
    counts: dict[str, int] = defaultdict(int)
    hits: dict[str, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for kind, texts in rows:
        counts[kind] += 1
        why = stopped(texts)
        (hits if why else others)[kind].append(f"{'|'.join(texts)!r}: {why[0] if why else 'passed'}")
    total, hit = sum(counts.values()), sum(map(len, hits.values()))
    print(f"{title}: {hit} of {total} = {hit / max(1, total):.3%}")
    for kind, count in counts.items() if len(counts) > 1 else ():
        print(f"  {kind:36} {len(hits[kind]):5}/{count:<5} {len(hits[kind]) / count:7.2%}")
    for line in [line for kind in counts for line in (others if missed else hits)[kind][:show]]:
        print("      ", line)


def main() -> None:
    measures = {"battery": battery, "innocents": innocent, "words": words, "names": names}
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=list(measures))
    parser.add_argument("--part", default="all", choices=("all", "held", "seen"))
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--each", type=int, default=20000)
    arguments = parser.parse_args()
    for what in arguments.what:
        measures[what](arguments.part, arguments.show, arguments.each)


if __name__ == "__main__":
    main()
