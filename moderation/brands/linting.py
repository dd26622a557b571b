"""Linting: what is usable in the profiles but probably not meant."""

from moderation.brands.book import BrandBook
from moderation.brands.profile import BrandProfile
from moderation.brands.words import fold_all, split

#: Concepts whose words come from profiles, or from the digits of the text.
_FROM_PROFILES = frozenset({"brand", "exec", "competitor", "factory", "partner", "number"})


def lint_book(book: BrandBook) -> list[str]:
    """One sentence for each thing worth a second look, in the order of the profiles."""
    remarks = [f"{profile.name}: {remark}" for profile in book.profiles for remark in _remarks(profile, book)]
    return remarks + _unheard(book)


def _unheard(book: BrandBook) -> list[str]:
    """Frames that can never be filled: a concept in them has no word in any language."""
    known = book.lexicon.concepts | _FROM_PROFILES
    return [
        f"themes.yaml: {concept!r} in the frame '{frame.pattern}' of {frame.theme} has no word in any language file; "
        "correct its spelling or add it."
        for frame in book.themes.frames
        for part in frame.parts
        for concept in sorted(part - known)
    ]


def _remarks(profile: BrandProfile, book: BrandBook) -> list[str]:
    remarks = []
    for name, folded in zip(profile.names, fold_all(profile.names), strict=True):
        words = split(folded)
        senses = book.lexicon.words.get(words[0], ()) if len(words) == 1 else ()
        if senses:
            meaning = ", ".join(sorted({sense.concept for sense in senses}))
            remarks.append(f"'{name}' is also an ordinary word ({meaning}); every mention will count as the brand.")
        if len("".join(words)) < 3:
            remarks.append(f"'{name}' is so short that it will be read into ordinary words. Prefer a longer alias.")
    for slogan in profile.slogans:
        if len(split(slogan)) < 2:
            remarks.append(f"the slogan '{slogan}' is one word; mock slogans are only found for two words or more.")
    for rival in sorted(set(profile.competitors) & set(profile.partners)):
        remarks.append(f"'{rival}' is both competitor and partner; as a partner it will pass.")
    return remarks
