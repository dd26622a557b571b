"""Writes ``characters.csv``: which Latin letters a reader sees in a character that Unicode does not decompose.

Sources: Unicode TR39 confusables (through the package confusable-homoglyphs 3.3.1, MIT, which carries
``confusables.txt`` of Unicode), Unicode character names, anyascii, and our own rows below. Run it when one of
them changes, from a throw-away environment: ``pip install confusable-homoglyphs anyascii && python make_characters.py``.

Columns: code point, letters, kind. ``always`` is another way to draw a Latin letter; ``look`` is a letter of another
alphabet that looks like one, read so only in Latin company; ``symbol`` is a sign that can stand for one; ``turned`` and ``mirrored`` are letters drawn
upside down or in a mirror, which also stand in for the upright letter.
"""

import csv
import json
import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path

from anyascii import anyascii

TURNED = {
    "ɐ": "a", "ɒ": "a", "ɔ": "c", "ǝ": "e", "ə": "e", "ɟ": "f", "ƃ": "g", "ᵷ": "g", "ɥ": "h", "ᴉ": "i", "ɾ": "j",
    "ʞ": "k", "ꞁ": "l", "˥": "l", "ʃ": "l", "ɯ": "m", "ɹ": "r", "ʇ": "t", "ʌ": "v", "ʍ": "w", "ʎ": "y",
    "∀": "a", "Ɐ": "a", "𐐒": "b", "Ɔ": "c", "ᗡ": "d", "Ǝ": "e", "∃": "e", "Ⅎ": "f", "⅁": "g", "פ": "g",
    "ſ": "j", "⋊": "k", "Ʞ": "k", "Ꞁ": "l", "Ԁ": "p", "ᴚ": "r", "Ʇ": "t", "⊥": "t", "∩": "u",
    "Λ": "v", "Ʌ": "v", "⅄": "y", "Ɯ": "m", "Ɥ": "h", "Ɪ": "i", "¡": "i", "¿": "?", "ɓ": "g", "ꓤ": "r", "ꓕ": "t",
    "Ɛ": "3", "ㄣ": "4", "ϛ": "5", "ㄥ": "7", "ᔭ": "4", "Ɩ": "1", "⇂": "1", "ᘔ": "2", "ꓯ": "a", "ꓞ": "f", "ꓱ": "e",
}
MIRRORED = {
    "ꟻ": "f", "ᖷ": "f", "ᴎ": "n", "И": "n", "и": "n", "Ͷ": "n", "ͷ": "n", "ɘ": "e", "Ǝ": "e", "Я": "r", "я": "r",
    "ᴙ": "r", "ɿ": "r", "Ɔ": "c", "ↄ": "c", "Ↄ": "c", "ɔ": "c", "Ƨ": "s", "ƨ": "s", "ꙅ": "s", "Ꙅ": "s", "ᙠ": "b",
    "ᗺ": "b", "ᗡ": "d", "ᑫ": "p", "ꟼ": "p", "ᒐ": "j", "ᒑ": "j", "⅃": "l", "ᒧ": "l", "ɒ": "a", "ʞ": "k", "ꓘ": "k",
    "Ʞ": "k", "⋊": "k", "ǫ": "g", "ϱ": "g", "Ꭾ": "g", "ƚ": "t", "Ɉ": "t", "ʜ": "h", "ᴢ": "z", "Ƹ": "e", "Ꮈ": "l",
    "ᒥ": "l", "ᒉ": "j", "Ϙ": "p", "Ϸ": "q", "ᖶ": "h", "ᖹ": "z",
}
# What TR39 has no row for, or maps to another drawing than people read in a word.
OWN_LOOK = {
    "к": "k", "м": "m", "н": "h", "т": "t", "в": "b", "г": "r", "з": "3", "ч": "4", "б": "6", "ь": "b", "ъ": "b",
    "п": "n", "л": "n", "ц": "u", "ш": "w", "щ": "w", "ж": "x", "у": "y", "ф": "o", "э": "3", "ю": "io", "и": "n",
    "я": "r", "М": "m", "Н": "h", "К": "k", "Т": "t", "В": "b", "Г": "r", "Р": "p", "р": "p", "о": "o", "О": "o",
    "α": "a", "β": "b", "γ": "y", "δ": "d", "ε": "e", "ζ": "z", "η": "n", "θ": "o", "ι": "i", "κ": "k", "λ": "a",
    "μ": "u", "ν": "v", "ξ": "e", "ο": "o", "π": "n", "ρ": "p", "σ": "o", "ς": "s", "τ": "t", "υ": "u", "φ": "o",
    "χ": "x", "ψ": "w", "ω": "w", "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "i", "Κ": "k", "Μ": "m",
    "Ν": "n", "Ο": "o", "Ρ": "p", "Τ": "t", "Υ": "y", "Χ": "x", "Σ": "e", "Ξ": "e", "Λ": "a", "Δ": "a", "Θ": "o",
    "Φ": "o", "Ω": "o", "Π": "n", "Γ": "r", "∆": "a", "∂": "d", "∑": "e", "√": "v", "∫": "s", "∪": "u",
    "⊂": "c", "⊆": "c", "∈": "e", "∉": "e", "∇": "v", "ℰ": "e", "†": "t", "‡": "t", "×": "x", "✕": "x", "✖": "x",
    "✗": "x", "✘": "x", "❌": "x", "○": "o", "◯": "o", "●": "o", "◉": "o", "◎": "o", "☉": "o", "⊙": "o", "⭕": "o",
    "🔴": "o", "⚪": "o", "⚫": "o", "🔵": "o", "⍟": "o", "💿": "o", "€": "e", "£": "l", "¥": "y", "¢": "c", "₩": "w",
    "₦": "n", "₱": "p", "₭": "k", "₮": "t", "₳": "a", "₵": "c", "₲": "g", "฿": "b", "₿": "b", "₣": "f", "₴": "s",
    "₽": "p", "₹": "r", "₸": "t", "💲": "s", "💰": "s", "§": "s", "❗": "i", "❕": "i", "‼": "i", "⚠": "a", "✝": "t", "♱": "t", "☦": "t", "☥": "t", "☠": "o", "❤": "o",
    "♥": "o", "☺": "o", "★": "a", "☆": "a", "⚡": "s", "♾": "oo", "△": "a", "▲": "a", "▽": "v", "▼": "v", "□": "o",
    "▢": "o", "◇": "o", "⌂": "a", "☻": "o", "🌑": "o", "🌕": "o", "🍩": "o", "⚽": "o", "🏀": "o", "🎾": "o", "🌐": "o",
    "丨": "i", "工": "i", "口": "o", "ㅣ": "i", "ㅇ": "o", "ㅌ": "e", "ㄴ": "l", "ㅅ": "a", "卄": "h", "匚": "c",
    "乇": "e", "千": "f", "丂": "s", "几": "n", "尺": "r", "卩": "p", "ㄥ": "l", "爪": "m", "山": "w", "乙": "z",
    "ㄒ": "t", "ㄩ": "u", "卂": "a", "乃": "b", "ᗪ": "d", "ᐯ": "v", "ㄖ": "o", "Ҝ": "k", "ﾉ": "i", "ﾌ": "f",
    "ᄃ": "c", "ズ": "x", "ﾚ": "l", "ʎ": "y", "ᶘ": "c", "ᥙ": "u", "ᥴ": "c", "ƙ": "k", "մ": "u", "ո": "n", "հ": "h",
    "Ꮪ": "s", "Ꮲ": "p",
}
OWN_ALWAYS = {
    "ı": "i", "ȷ": "j", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "p",
    "Þ": "p", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ħ": "h", "Ħ": "h", "ŧ": "t", "Ŧ": "t", "ŋ": "n", "Ŋ": "n",
    "ɑ": "a", "ɡ": "g", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ʟ": "l", "ɴ": "n", "ʀ": "r", "ʏ": "y", "ʙ": "b", "ɛ": "e",
    "ɩ": "i", "ɨ": "i", "ʊ": "u", "ʋ": "v", "ɵ": "o", "ɸ": "o", "ʂ": "s", "ʐ": "z", "ɳ": "n", "ɲ": "n", "ɱ": "m",
    "ɓ": "b", "ɖ": "d", "ɗ": "d", "ɠ": "g", "ɦ": "h", "ɭ": "l", "ɫ": "l", "ɬ": "l", "ɰ": "m", "ɼ": "r", "ɽ": "r",
    "ʈ": "t", "ƭ": "t", "ƈ": "c", "ƙ": "k", "ƥ": "p", "ƒ": "f", "ƴ": "y", "ǥ": "g", "ƶ": "z", "ƀ": "b", "ƃ": "b",
    "ƌ": "d", "ɇ": "e", "ɉ": "j", "ɋ": "q", "ɍ": "r", "ɏ": "y", "ȼ": "c", "ƚ": "l", "ȿ": "s", "ɀ": "z", "ʉ": "u",
    "ꞵ": "b", "ꜰ": "f", "ꜱ": "s", "ꞯ": "q", "ꟲ": "c", "ʁ": "r", "ʝ": "j", "ɕ": "c", "ʑ": "z", "ʄ": "f", "ʛ": "g",
    "ɜ": "e", "ɞ": "e", "ɤ": "y", "ɣ": "y", "ɺ": "r", "ʘ": "o", "ꭓ": "x", "ꭕ": "x", "ẟ": "d", "ȡ": "d",
    "ȴ": "l", "ȵ": "n", "ȶ": "t", "ꬲ": "e", "ꬴ": "e", "ꭇ": "r", "ꭈ": "r", "ꭎ": "u", "ꭑ": "u", "ꭒ": "u",
}


def letter_named(character: str) -> str | None:
    """``"b"`` for NEGATIVE SQUARED LATIN CAPITAL LETTER B and the like; None for other names."""
    name = unicodedata.name(character, "")
    found = re.search(r"(?:LATIN (?:CAPITAL |SMALL )?(?:LETTER )?(?:SMALL CAPITAL )?|REGIONAL INDICATOR SYMBOL LETTER )([A-Z])(?: WITH .*)?$", name)
    return found.group(1).lower() if found else None


def look_alike(character: str, table: dict[str, list[dict[str, str]]]) -> str | None:
    """The ASCII letters or digits that TR39 takes for the same drawing, letters first."""
    drawn = [row["c"] for row in table.get(character, ()) if row["c"].isascii() and row["c"].isalnum()]
    if not drawn:
        return None
    name = unicodedata.name(character, "")
    wanted = "0123456789" if unicodedata.category(character) in ("Nd", "No") else "abcdefghijkmnopqrstuvwxyz"
    found = sorted(drawn, key=lambda c: (c.lower() not in wanted, c == "l" and " EL" not in name, len(c), c))
    return found[0].lower()


def rows() -> dict[str, tuple[str, str]]:
    source = Path(find_spec("confusable_homoglyphs").origin).with_name("confusables.json")  # type: ignore[union-attr,arg-type]
    table = json.loads(source.read_text())
    found: dict[str, tuple[str, str]] = {}
    for code in range(0x80, 0x20000):
        character = chr(code)
        if unicodedata.category(character) in ("Cn", "Co", "Cs", "Cc", "Cf", "Mn", "Me"):
            continue
        plain = unicodedata.normalize("NFKD", character).casefold()
        plain = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Me"))
        if plain.isascii() and plain.strip() and plain.isalnum():
            continue
        name = unicodedata.name(character, "")
        latin = "LATIN" in name or name.startswith(("MODIFIER LETTER", "REGIONAL INDICATOR"))
        letters = letter_named(character)
        if letters is None and latin:
            ascii_ = anyascii(character).lower()
            letters = ascii_ if ascii_.isalpha() and ascii_.isascii() and len(ascii_) <= 2 else None
        if letters:
            found[character] = (letters, "always")
        elif letters := look_alike(character, table):
            found[character] = (letters, "look")
    for character, letters in TURNED.items():
        if unicodedata.name(character, "").startswith("LATIN"):
            found[character] = (letters, "always")
    for own, kind in ((OWN_LOOK, "look"), (OWN_ALWAYS, "always")):
        found |= {character: (letters, kind) for character, letters in own.items()}
    return {
        character: (letters, "symbol" if kind == "look" and unicodedata.category(character)[0] in "SP" else kind)
        for character, (letters, kind) in found.items()
    }


def main() -> None:
    lines = [(character, letters, kind) for character, (letters, kind) in rows().items()]
    lines += [(character, letters, "turned") for character, letters in TURNED.items()]
    lines += [(character, letters, "mirrored") for character, letters in MIRRORED.items()]
    with Path(__file__).with_name("characters.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "letters", "kind"))
        writer.writerows(sorted({(f"{ord(character):04X}", letters, kind) for character, letters, kind in lines}))


if __name__ == "__main__":
    main()
