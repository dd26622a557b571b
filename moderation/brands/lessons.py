"""Lessons: labelled statements, patterns and harmless lines as the ear will be told them, with the number of their theme to learn."""

import math
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from moderation.brands.analysis import Analyst
from moderation.brands.book import BrandBook
from moderation.brands.ear import as_told, telling
from moderation.reading import read
from moderation.request import parse_request

#: No row about these is taught: what is heard of them proves what the ear makes of a theme that it never met.
HELD_BACK = frozenset({"animals", "tax"})
#: Said of a slogan, and heard by alignment.
_NOT_TAUGHT = HELD_BACK | {"mock", "mock_slogan"}
#: So many sentences of a pattern, and so many harmless lines of others, of at least so many words.
_SAMPLES, _CLEAN, _FEWEST_WORDS = 24, 12000, 3
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
#: Stand for the brand, its chief and its rival, in patterns; the profile that ships has all three.
_NAMES = {"{b}": "Strider", "{exec}": "Maren Halvorsen", "{rival}": "Velocis"}
_SLOT = re.compile(r"\{(\w+)\}")
#: What the slots of other seeds stand for.
_CALLED = ("Anna", "Tom", "Mia", "Jonas", "Lena", "Omar", "Grace", "Luca", "Zoe", "Pedro")
#: Families in which makers are spoken of too: "made by slaves" is clean of abuse.
_ABOUT_MAKERS = frozenset({"plates", "counter_speech"})
_OTHERS = {"year": ("1998", "2019", "2024"), "num": ("3", "7", "40"), "place": ("Leeds", "Porto", "Texas", "Bremen")}


class Lesson(NamedTuple):
    """One sentence to learn from."""

    #: "" for an innocent one.
    theme: str
    #: As the ear is told it.
    told: str
    #: The statement or pattern that it was made of.
    source: str


def patterns(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of up to 24 sentences of each pattern, the same for the same file."""
    theme = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            kind = line.split(" ", 2)[2]
            theme = "" if kind.startswith("=") else kind
        elif line:
            rng = random.Random(zlib.crc32(line.encode()))
            forms = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(line))
            for text in sorted({_sentence(line, rng) for _ in range(min(_SAMPLES, forms))}):
                yield _row(text, theme, line)


def clean_rows(folder: Path) -> list[dict[str, Any]]:
    """The harmless lines of another model's seeds that the ear would be asked about, no more than the rest can bear."""
    long = [line for line in dict.fromkeys(_clean_lines(folder)) if len(line.split()) >= _FEWEST_WORDS]
    random.Random(2).shuffle(long)
    return [_row(line, "", line) for line in long[:_CLEAN]]


def _row(text: str, theme: str, source: str) -> dict[str, Any]:
    label = "criticism" if theme else "innocent"
    return {"text": text, "label": label, "kind": theme, "brand": "Strider", "product": "shoe", "source": source}


def _sentence(pattern: str, rng: random.Random) -> str:
    text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), pattern)
    text = re.sub(r"(?<![\w{])b(?![\w}])", "{b}", text)
    for sign, name in _NAMES.items():
        text = text.replace(sign, name)
    return re.sub(r"\s+(?=[,:])", "", " ".join(text.split()))


def _clean_lines(folder: Path) -> Iterator[str]:
    """Nothing is said of a brand in them, kind or rough; ``{slots}`` are filled with the words of ``words/``, or with a name."""
    words = {path.stem: path.read_text(encoding="utf-8").split("\n") for path in (folder / "words").glob("*.txt")}
    fillers = {slot: [line for line in lines if line and line[0] not in "#@"] for slot, lines in words.items()}
    for path in sorted((folder / "families").glob("*.txt")):
        clean = path.stem not in _ABOUT_MAKERS
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("@labels", "@pair")):
                clean = path.stem not in _ABOUT_MAKERS and (line.startswith("@pair") or line.endswith("clean"))
            elif clean and line and line[0] not in "#@":
                yield _filled(line.split("||")[0].strip(), fillers)


def _filled(pattern: str, fillers: Mapping[str, Sequence[str]]) -> str:
    rng = random.Random(zlib.crc32(pattern.encode()))
    return _SLOT.sub(lambda slot: rng.choice(fillers.get(slot[1]) or _OTHERS.get(slot[1], _CALLED)), pattern)


def lessons(rows: Iterable[Mapping[str, Any]], book: BrandBook, themes: Sequence[str]) -> list[Lesson]:
    """Labelled statements as the ear will be told them: in another language once more in English. None is there twice."""
    analyst = Analyst(book, ear=False)
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        kind = {"price": "greed"}.get(row["kind"], row["kind"]) if row["label"] == "criticism" else ""
        if kind in _NOT_TAUGHT or kind not in themes or "text" not in row or row.get("form", "plain") != "plain":
            continue
        readings = read(parse_request({key: row[key] for key in ("text", "brand", "product") if row.get(key)}))
        statement = next((s for s, _, _ in analyst.hearings(readings) if s.reading is readings.folded), None)
        if statement:
            for told in filter(None, (as_told(statement), telling(statement))):
                found.setdefault((kind, told), row.get("source") or row["text"])
    return [Lesson(theme, told, source) for (theme, told), source in found.items()]
