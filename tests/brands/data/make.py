"""Make the labelled statements from the seeds: ``python tests/brands/data/make.py``.

Every seed is spoken about one or two brands, and every criticism once more in a disguise and once over two fields.
``statements.jsonl`` is what weights are fitted on; ``held.jsonl`` has other brands, other themes and other words.
"""

import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: name -> product of one order; the first two have profiles on file, the others are known by name alone.
FIT_BRANDS = {
    "Strider": "shoe", "Lumière & Vale": "ring", "Northwind": "jacket", "Tellio": "phone case", "Kesselring": "knife",
    "Denimo": "jeans", "Pennon": "pen", "Velora": "bicycle",
}  # fmt: skip
HELD_BRANDS = {
    "Aurelle": "lipstick", "Brumby & Lane": "bag", "Papilot": "toy", "Solvang Roast": "bottle", "Skyferry": "suitcase",
    "Mirari": "bracelet", "Tusk and Fern": "sofa", "Kumori": "shoe",
}  # fmt: skip
#: Themes of the held-back file that appear in no seed for fitting.
HELD_THEMES = frozenset({"safety", "animals", "tax", "privacy", "politics"})
FIT_SEEDS = ("fit_en.txt", "fit_world.txt", "more_en.txt", "more_world.txt")
HELD_SEEDS = ("held_en.txt", "held_world.txt")
PROFILES = {"Strider": ("Maren Halvorsen", "Velocis"), "Lumière & Vale": ("Odile Marchetti", "Casa Brillanti")}
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
_ALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і"})
_FORMS = ("leet", "spaced", "reversed", "look-alike", "joined")


def seeds(*names: str) -> Iterator[tuple[str, bool, str, str, str]]:
    """Language, whether it is criticism, theme or kind, text, product ("" for the brand's own)."""
    for name in names:
        head = ""
        for line in (HERE / "seeds" / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                head = line[3:]
            elif line and not line.startswith("#"):
                language, _, kind = head.partition(" ")
                text, _, product = line.partition(" @ ")
                yield language, not kind.startswith("="), kind.removeprefix("= "), text, product


def rows(names: tuple[str, ...], brands: dict[str, str], doubles: int) -> Iterator[dict[str, Any]]:
    """The labelled orders of some seed files, the same for the same seeds."""
    for language, critical, kind, seed, product in seeds(*names):
        if names is FIT_SEEDS and kind in HELD_THEMES:
            continue
        rng = random.Random(zlib.crc32(seed.encode()))
        profiled = "{exec}" in seed or "{rival}" in seed
        among = [name for name in brands if not profiled or name in PROFILES]
        for brand in rng.sample(among, min(doubles if "{b}" in seed else 1, len(among))):
            executive, rival = PROFILES.get(brand, ("", ""))
            text = seed.replace("{b}", brand).replace("{exec}", executive).replace("{rival}", rival)
            row = {
                "brand": brand, "product": product or brands[brand], "language": language,
                "label": "criticism" if critical else "innocent", "kind": kind,
            }  # fmt: skip
            yield {"text": text, **row, "form": "plain"}
            if critical and text.isascii() and len(text) >= 6:
                form = rng.choice(_FORMS)
                yield {"text": disguised(text, form), **row, "form": form}
            if critical and len(text) >= 6:
                left, right = halves(text, rng)
                yield {"fields": {"left": left, "right": right}, **row, "form": "split"}


def disguised(text: str, form: str) -> str:
    """The text as people hide it; a reader still reads it."""
    if form == "leet":
        return text.translate(_LEET)
    if form == "spaced":
        return "   ".join(" ".join(word) for word in text.split())
    if form == "reversed":
        return text[::-1]
    if form == "look-alike":
        return text.translate(_ALIKE)
    return "".join(text.split()).upper()


def halves(text: str, rng: random.Random) -> tuple[str, str]:
    """Two fields: cut between two words near the middle, or inside a word when there is only one."""
    gaps = [at for at, letter in enumerate(text) if letter == " "]
    middle = len(text) // 2
    if not gaps:
        return text[:middle], text[middle:]
    at = min(gaps, key=lambda gap: abs(gap - middle) + rng.random())
    return text[:at], text[at + 1 :]


def write(path: Path, made: Iterator[dict[str, Any]]) -> int:
    lines = [json.dumps(row, ensure_ascii=False) for row in made]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


if __name__ == "__main__":
    fit = write(HERE / "statements.jsonl", rows(FIT_SEEDS, FIT_BRANDS, 1))
    held = write(HERE / "held.jsonl", rows(HELD_SEEDS, HELD_BRANDS, 1))
    print(f"{fit} statements to fit on, {held} held back.")  # noqa: T201
