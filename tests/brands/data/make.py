"""Make the labelled statements from the seeds: ``python tests/brands/data/make.py``.

Every seed is spoken about one or two brands, and every criticism once more in a disguise and once over two fields.
``statements.jsonl`` is what weights are fitted on; ``held.jsonl`` has other brands, other themes and other words;
``exam.jsonl`` and ``trades.jsonl`` have the statements that rules were repaired by, ``sealed.jsonl`` and ``blind.jsonl`` those
that none was; the handbook says of each what has been read.
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
FIT_SEEDS = (
    "fit_en.txt", "fit_world.txt", "more_en.txt", "more_world.txt", "dev.txt", "dev_near.txt", "dev_more.txt",
)  # fmt: skip
HELD_SEEDS = ("held_en.txt", "held_world.txt")
#: Further brands, of other trades; those of ``profiles/`` have a profile, the others are known by name alone.
EXAM_BRANDS = {
    "Halden": "headphones", "Petalune": "perfume", "Rusk & Rye": "lunch box", "Gritstone": "backpack", "Wagtail": "dog collar",
    "Ticktora": "smartwatch", "Quillmark": "notebook", "Ottavio": "guitar", "Marrowbone": "skateboard", "Sudsworth": "soap",
    "Casa Nubia": "thermos", "Vantrell": "phone case", "Zephyra": "sunglasses", "Ironquay": "toolbox", "Lumo Kids": "school bag",
    "Brightwick": "candle",
}  # fmt: skip
EXAM_SEEDS = ("exam_crit_en.txt", "exam_crit_world.txt", "exam_mock.txt", "exam_near_en.txt", "exam_near_world.txt")
UNSEEN_SEEDS = ("unseen.txt",)
#: Five more, for the exam that nothing is repaired by.
FRESH_BRANDS = {
    "Corvane": "car", "Fizzora": "drink", "Nimbly": "phone", "Plumkin": "toy", "Tarrasco": "shoe",
}  # fmt: skip
FRESH_SEEDS = ("fresh.txt",)
#: Nine more trades; of the statements about them one half was read after the first measuring, the other never.
PRANK_BRANDS = {
    "Oldmere": "water bottle", "Brixo": "toy", "Cindermark": "grill", "Havenlock": "card", "Lenzo": "glasses",
    "Mattera": "pillow", "Glimmr": "compact", "Tideworn": "surfboard", "Pedalix": "scooter",
}  # fmt: skip
#: Eight more, written blind: what was measured first stands in the handbook.
TRADE_BRANDS = {
    "Larkridge": "tent", "Sonveil": "headphones", "Mumbly": "baby bowl", "Voltaro": "e-bike", "Thornwick": "trowel",
    "Vistro": "remote control", "Crumbolo": "tote bag", "Meepleton": "board game",
}  # fmt: skip
#: Seven more for a second blind exam, written after the ear had been taught.
BLIND_BRANDS = {
    "Inkwright": "printer", "Aerolume": "luggage tag", "Snoutly": "pet bowl", "Brewvane": "coffee maker", "Strolla": "pram",
    "Solmere": "sunscreen", "Ironloft": "gym towel",
}  # fmt: skip
#: Fourteen more trades, for the innocent orders and the voices: first sets, read and mended by, and second ones, measured once.
STREET_BRANDS = {
    "Vestrel": "dress", "Kickmoor": "running shoe", "Fonaro": "phone", "Beanholm": "thermos", "Cacaloa": "chocolate bar",
    "Petronix": "fuel card", "Corbel": "debit card", "Pharmione": "pill box", "Airvanta": "luggage tag", "Chirpli": "hoodie",
    "Autovane": "car", "Burgrum": "t-shirt", "Toybrook": "doll", "Carrath": "ring",
}  # fmt: skip
#: The same trades by other names, for what was written later and measured once before it was read.
MARKET_BRANDS = {
    "Ondelle": "coat", "Sprintel": "sneaker", "Tavero": "smartphone", "Moccano": "coffee pot", "Praliva": "praline box",
    "Ultravia": "jerrycan", "Kronsbank": "credit card", "Medivance": "pill box", "Skylarque": "suitcase", "Plazzo": "cap",
    "Motoriva": "motorbike", "Frittero": "lunch box", "Klotzi": "building blocks", "Diamara": "necklace",
}  # fmt: skip
#: The same again, with some that have a chief and rivals on file.
ARCADE_BRANDS = {**MARKET_BRANDS, "Corvane": "car", "Pedalix": "scooter", "Havenlock": "card"}
PROFILES = {
    "Strider": ("Maren Halvorsen", "Velocis"), "Lumière & Vale": ("Odile Marchetti", "Casa Brillanti"),
    "Halden": ("Bertil Norrgard", "Sonavox"), "Petalune": ("Ines Caradoc", "Belvoire"), "Rusk & Rye": ("Tom Bexley", "Loafly"),
    "Gritstone": ("Paula Wenning", "Northcairn"), "Wagtail": ("Greg Lomax", "Bonefide"), "Ticktora": ("Viktor Sand", "Pulsara"),
    "Corvane": ("Lucian Brandt", "Meridor"), "Pedalix": ("Dana Vossberg", "Ziproll"), "Havenlock": ("Rupert Aldane", "Brightbank"),
}  # fmt: skip
PRODUCTS = {
    **FIT_BRANDS,
    **HELD_BRANDS,
    **EXAM_BRANDS,
    **FRESH_BRANDS,
    **PRANK_BRANDS,
    **TRADE_BRANDS,
    **BLIND_BRANDS,
    **STREET_BRANDS,
    **MARKET_BRANDS,
    "Cocoa & Co": "chocolate",
}
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
_ALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і"})
_FORMS = ("leet", "spaced", "reversed", "look-alike", "joined")


def seeds(*names: str) -> Iterator[tuple[str, bool, str, str, str, str]]:
    """Language, whether it is criticism, theme or kind, text, product ("" for the brand's own), brand ("" for any)."""
    for name in names:
        head = ""
        for line in (HERE / "seeds" / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                head = line[3:]
            elif line and not line.startswith("#"):
                language, _, kind = head.partition(" ")
                text, _, brand = line.partition(" @@ ")
                text, _, product = text.partition(" @ ")
                yield language, not kind.startswith("="), kind.removeprefix("= "), text, product, brand


def rows(
    names: tuple[str, ...], brands: dict[str, str], doubles: int, *, fitting: bool = False
) -> Iterator[dict[str, Any]]:
    """The labelled orders of some seed files, the same for the same seeds."""
    for language, critical, kind, seed, product, only in seeds(*names):
        if fitting and kind in HELD_THEMES:
            continue
        rng = random.Random(zlib.crc32(seed.encode()))
        profiled = "{exec}" in seed or "{rival}" in seed
        among = [only] if only else [name for name in brands if not profiled or name in PROFILES]
        for brand in rng.sample(among, min(doubles if "{b}" in seed else 1, len(among))):
            executive, rival = PROFILES.get(brand, ("", ""))
            text = seed.replace("{b}", brand).replace("{exec}", executive).replace("{rival}", rival)
            row = {
                "brand": brand, "product": product or PRODUCTS[brand], "language": language,
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
    fit = [*rows(FIT_SEEDS, FIT_BRANDS, 1, fitting=True), *rows(EXAM_SEEDS, EXAM_BRANDS, 1, fitting=True)]
    held = [*rows(HELD_SEEDS, HELD_BRANDS, 1)]
    known = {row.get("text") for row in held} - {None}
    fresh = [*rows(FRESH_SEEDS, FRESH_BRANDS, 1)]
    known |= {row.get("text") for row in fresh} - {None}
    fit = [row for row in fit if row.get("text") not in known]
    exam = [*rows(EXAM_SEEDS, EXAM_BRANDS, 1)]
    unseen = [*rows(UNSEEN_SEEDS, EXAM_BRANDS, 1)]
    pranks = [*rows(("pranks.txt",), PRANK_BRANDS, 1)]
    sealed = [*rows(("sealed.txt",), PRANK_BRANDS, 1)]
    trades = [*rows(("trades.txt",), TRADE_BRANDS, 1)]
    blind = [*rows(("blind.txt",), BLIND_BRANDS, 1)]
    orders = [*rows(("orders.txt",), STREET_BRANDS, 1)]
    voices = [*rows(("voices.txt",), STREET_BRANDS, 1)]
    market = [*rows(("market.txt",), MARKET_BRANDS, 1)]
    bazaar = [*rows(("bazaar.txt",), MARKET_BRANDS, 1)]
    arcade = [*rows(("arcade.txt",), ARCADE_BRANDS, 1)]
    parlour = [*rows(("parlour.txt",), ARCADE_BRANDS, 1)]
    for name, made in (
        ("statements", fit), ("held", held), ("exam", exam), ("unseen", unseen), ("fresh", fresh), ("pranks", pranks),
        ("sealed", sealed), ("trades", trades), ("blind", blind), ("orders", orders), ("voices", voices), ("market", market), ("bazaar", bazaar),
        ("arcade", arcade), ("parlour", parlour),
    ):  # fmt: skip
        print(f"{write(HERE / f'{name}.jsonl', iter(made))} in {name}.jsonl")  # noqa: T201
