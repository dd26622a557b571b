"""Ordinary endings and beginnings: a listed word with one of them is still the listed word."""

from collections.abc import Container

#: By language of the term; what is read as a form of the same word. Kept short: every ending costs some surname.
ENDINGS = {
    "en": ("s", "es", "z", "zz", "ed", "er", "ers", "ing", "in", "ings", "y", "d", "r", "rs", "ty", "ish", "face", "head", "heads", "able", "boy", "hole", "holes"),
    "de": ("e", "en", "er", "ern", "es", "em", "s", "n", "in", "innen", "t", "te", "st"),
    "fr": ("s", "e", "es", "r", "er", "ent", "x"),
    "es": ("s", "es", "a", "as", "o", "os", "ita", "ito", "on", "ada", "ado", "azo"),
    "it": ("i", "e", "a", "o", "ini", "one", "ate", "ata"),
    "pt": ("s", "es", "a", "as", "o", "os", "inha", "inho", "ao"),
    "nl": ("en", "e", "s", "er", "ers", "je", "jes", "t"),
    "pl": ("a", "y", "i", "e", "u", "ow", "om", "ami", "ach", "ie"),
    "ru": ("а", "ы", "и", "у", "е", "о", "ом", "ой", "ам", "ами", "ах", "ов", "ей", "и", "ка", "ки", "a", "y", "i", "u", "e"),
    "sv": ("en", "ar", "or", "er", "na", "arna", "a", "s", "n"),
    "tr": ("lar", "ler", "i", "in", "im", "e", "a", "u", "um", "un"),
}  # fmt: skip
_ANY = ("s",)


def endings(language: str) -> tuple[str, ...]:
    return ENDINGS.get(language, _ANY)


def is_form_of(word: str, stems: Container[str]) -> bool:
    """Whether the word is one of the stems or an English inflection of one, with its last letter doubled or dropped."""
    if word in stems:
        return True
    for ending in ("s", "es", "ed", "er", "ers", "ing", "in", "ings", "y", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            stem = word[: -len(ending)]
            if stem in stems or stem + "e" in stems or (stem[-1] == stem[-2] and stem[:-1] in stems):
                return True
    return False
