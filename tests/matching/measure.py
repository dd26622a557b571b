"""Prints what the matcher stops: disguised spellings by technique, traps by class, dictionaries, generated names.

``python -m tests.matching.measure [--part all|held|fitted] [--show N] battery traps words names``
"""

import argparse
import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from moderation.evidence import Category
from moderation.matching import Matcher
from moderation.matching.inflection import is_form_of
from moderation.reading import read
from moderation.reading.fold import fold_text
from moderation.request import Field, PersonalizationRequest
from moderation.terms.load import load_lists
from moderation.terms.term import Action, MatchKind, Term
from tests.matching.battery import make_battery
from tests.matching.make_traps import DICTIONARIES, all_traps, dictionary

HERE = Path(__file__).parent
#: From this score a person looks at it.
STOPS = 0.5


def base_terms() -> list[Term]:
    """The terms that the battery disguises."""
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
    """The shipped lists and, where they lack one, the base terms."""
    lists = load_lists()
    return Matcher([*lists.blocked, *base_terms()], lists.allowed)


def stopped(fields: Iterable[str], request_region: str | None = None) -> list[str]:
    """Names of what stops an order with these fields: ``term (reading, score)``; empty when it passes."""
    request = PersonalizationRequest(
        fields=tuple(Field(name=f"line{number}", text=text) for number, text in enumerate(fields)),
        region=request_region,
    )
    return [
        f"{match.term.term} ({match.reading}, {match.score:.2f}, {match.term.action})"
        for match in matcher().find(read(request))
        if match.score >= STOPS and match.term.action != Action.NOTE
    ]


@cache
def listed_words() -> frozenset[str]:
    return frozenset(fold_text(term.term) for term in load_lists().blocked)


def is_listed(word: str) -> bool:
    """A word of a dictionary that the lists name, or a plain form of one: stopping it is what they are for."""
    return is_form_of(fold_text(word), listed_words())


def battery(part: str, show: int) -> dict[str, tuple[int, int]]:
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed: dict[str, list[str]] = defaultdict(list)
    for made in make_battery([term.term for term in base_terms()]):
        if part != "all" and made.is_held != (part == "held"):
            continue
        rows[made.technique][0] += 1
        if stopped(made.fields):
            rows[made.technique][1] += 1
        else:
            missed[made.technique].append(f"{made.term}: {'|'.join(made.fields)!r}")
    total = [sum(row[k] for row in rows.values()) for k in (0, 1)]
    print(f"battery ({part}): {total[1]} of {total[0]} = {total[1] / total[0]:.1%}")
    for technique, (count, hit) in sorted(rows.items(), key=lambda row: row[1][1] / row[1][0]):
        print(f"  {technique:28} {hit:5}/{count:<5} {hit / count:6.1%}")
        for line in random.Random(1).sample(missed[technique], min(show, len(missed[technique]))):
            print("      ", line)
    return {technique: (row[0], row[1]) for technique, row in rows.items()}


def traps(show: int) -> tuple[int, int]:
    rows: Counter[str] = Counter()
    hits: dict[str, list[str]] = defaultdict(list)
    for kind, text in all_traps():
        if kind in ("ordinary words", "two-word joins") and any(map(is_listed, text.split())):
            continue
        rows[kind] += 1
        if why := stopped([text]):
            hits[kind].append(f"{text!r}: {why[0]}")
    total, wrong = sum(rows.values()), sum(map(len, hits.values()))
    print(f"traps: {wrong} of {total} = {wrong / total:.2%}")
    for kind, count in rows.items():
        print(f"  {kind:28} {len(hits[kind]):5}/{count:<5}")
        for line in hits[kind][:show]:
            print("      ", line)
    return total, wrong


def words(show: int, each: int = 20000) -> dict[str, tuple[int, int]]:
    found = {}
    for name in DICTIONARIES:
        every = dictionary(name)
        chosen = random.Random(3).sample(every, min(each, len(every)))
        every_hit = [(word, why[0]) for word in chosen if (why := stopped([word]))]
        hits = [(word, why) for word, why in every_hit if not is_listed(word)]
        found[name] = (len(chosen), len(hits))
        print(
            f"words {name}: {len(hits)} of {len(chosen)} = {len(hits) / max(1, len(chosen)):.3%}, and {len(every_hit) - len(hits)} that are listed themselves"
        )
        for word, why in hits[:show]:
            print("      ", word, why)
    return found


def names(show: int, each: int = 250) -> tuple[int, int]:
    """Full names of forty locales; the share that is approved."""
    from faker import Faker

    locales = "ar_EG bg_BG cs_CZ da_DK de_AT de_DE el_GR en_AU en_GB en_IN en_US es_ES es_MX et_EE fa_IR fi_FI fr_CA fr_FR he_IL hi_IN hr_HR hu_HU hy_AM id_ID it_IT ja_JP ka_GE ko_KR lt_LT lv_LV nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU sv_SE tr_TR zh_CN".split()
    count, hits = 0, []
    for locale in locales:
        Faker.seed(11)
        fake = Faker(locale)
        for _ in range(each):
            name = fake.name()
            count += 1
            if why := stopped([name]):
                hits.append(f"{locale} {name}: {why[0]}")
    print(f"names: {count - len(hits)} of {count} = {1 - len(hits) / count:.2%} pass")
    for line in hits[:show]:
        print("      ", line)
    return count, len(hits)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["battery", "traps", "words", "names"])
    parser.add_argument("--part", default="all")
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--each", type=int, default=20000)
    arguments = parser.parse_args()
    for what in arguments.what:
        if what == "battery":
            battery(arguments.part, arguments.show)
        elif what == "traps":
            traps(arguments.show)
        elif what == "words":
            words(arguments.show, arguments.each)
        elif what == "names":
            names(arguments.show)


if __name__ == "__main__":
    main()
