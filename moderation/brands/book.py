"""The brand book: every profile, the themes and the words behind them, loaded once."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from moderation.brands.compiled import words_in
from moderation.brands.document import Document, read_document
from moderation.brands.ear import load_ear
from moderation.brands.lexicon import ANY, Lexicon
from moderation.brands.marks import Mark, load_marks
from moderation.brands.profile import BrandProfile, Criticism
from moderation.brands.themes import Themes, load_themes
from moderation.brands.words import fold_all, split
from moderation.errors import BrandProfileError

SHIPPED_BRANDS = Path(__file__).resolve().parents[2] / "blocklists" / "brands"
MARKS_FILE = "marks.yaml"

_LISTS = frozenset(
    "aliases products slogans hashtags executives faces competitors partners sensitive places praise".split()
)
_KEYS = _LISTS | {"name", "trade", "criticism"}


class BrandBook:
    """Brand profiles by name. A brand without one gets the general themes and its own name."""

    def __init__(
        self, profiles: Iterable[BrandProfile], themes: Themes, lexicon: Lexicon, marks: Iterable[Mark], version: str
    ) -> None:
        self.themes = themes
        self.lexicon = lexicon
        self.marks = tuple(marks)
        #: Content hash over all files; quoted by every decision.
        self.version = version
        self.profiles = tuple(profiles)
        self._by_name: dict[str, BrandProfile] = {}
        for profile in self.profiles:
            for name in fold_all((profile.name, *profile.aliases)):
                self._by_name.setdefault(_key(name), profile)
        self._marks_by_name = {_key(name): mark for mark in self.marks for name in fold_all((mark.name, *mark.aliases))}

    def profile_for(self, brand_name: str | None) -> BrandProfile | None:
        """The profile of a brand, by its name or an alias; one of the name alone where there is none on file."""
        if not brand_name or not brand_name.strip():
            return None
        return _profile_for(self, brand_name)

    def _find(self, brand_name: str) -> BrandProfile:
        key = _key(fold_all((brand_name,))[0])
        if profile := self._by_name.get(key):
            return profile
        if mark := self._marks_by_name.get(key):
            return BrandProfile(
                name=brand_name, aliases=(mark.name, *mark.aliases), trade=mark.trade, slogans=mark.slogans
            )
        return BrandProfile(name=brand_name)


@lru_cache(maxsize=1024)
def _profile_for(book: BrandBook, brand_name: str) -> BrandProfile:
    return book._find(brand_name)


def _key(folded: str) -> str:
    return "".join(character for character in folded if character.isalnum())


def load_brands(directory: Path | None = None) -> BrandBook:
    """Every profile of a directory, with the themes and marks beside it.

    Args:
        directory: Holds one ``*.yaml`` per brand and, if wanted, ``marks.yaml``; themes are read from the
            ``themes`` folder next to it. None means the profiles that ship.

    Raises:
        BrandProfileError: A file cannot be used; the message begins with file and line.
    """
    brands = directory or SHIPPED_BRANDS
    folder = brands.parent / "themes"
    if not (folder / "themes.yaml").exists():
        folder = SHIPPED_BRANDS.parent / "themes"
    themes = load_themes(folder / "themes.yaml")
    files = sorted(brands.glob("*.yaml")) if brands.is_dir() else []
    profiles = [read_profile(path, themes) for path in files if path.name != MARKS_FILE]
    _refuse_twins(profiles)
    marks_path = brands / MARKS_FILE
    marks = load_marks(marks_path if marks_path.exists() else SHIPPED_BRANDS / MARKS_FILE)
    of_themes = sorted(folder.glob("*.yaml"))
    lexicon = _lexicon(folder, themes.loud, _digest(of_themes))
    return BrandBook(profiles, themes, lexicon, marks, _version([*files, *of_themes]))


def _version(files: Iterable[Path]) -> str:
    """Of what is written, and of the model that hears the rest."""
    return f"brands@{hashlib.sha256((_digest(files) + load_ear().version).encode()).hexdigest()[:8]}"


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


# A reload of a list or a profile must not wait for the words of all themes, which hardly ever change.
@lru_cache(maxsize=2)
def _lexicon(folder: Path, loud: frozenset[str], digest: str) -> Lexicon:
    words = words_in(folder, digest)
    return Lexicon(words.entries, loud, patterns=words.patterns, first=words.bits.get("en", 0))


def read_profile(path: Path, themes: Themes) -> BrandProfile:
    """One profile file.

    Raises:
        BrandProfileError: A key is unknown, missing or holds the wrong kind of value.
    """
    document = read_document(path)
    document.refuse_unknown(_KEYS)
    name = document.content.get("name")
    if not isinstance(name, str) or not name.strip():
        raise document.complaint("a profile needs 'name', the brand as orders write it.", "name")
    lists = {key: document.strings(key) for key in _LISTS}
    for theme in lists["sensitive"]:
        if theme not in themes.themes:
            raise document.complaint(
                f"there is no theme {theme!r}. Use any of {', '.join(themes.themes)}.", "sensitive"
            )
    return BrandProfile(name=name, trade=_trade(document), criticism=_criticism(document), **lists)


def _trade(document: Document) -> str:
    trade = document.content.get("trade", "")
    if not isinstance(trade, str):
        raise document.complaint("'trade' must be one word, such as sport.", "trade")
    return trade


def _criticism(document: Document) -> Criticism:
    value = document.content.get("criticism", Criticism.REVIEW.value)
    try:
        return Criticism(value)
    except ValueError:
        raise document.complaint(f"criticism is {value!r}; it must be review, reject or allow.", "criticism") from None


def _refuse_twins(profiles: Iterable[BrandProfile]) -> None:
    owners: dict[str, str] = {}
    for profile in profiles:
        for name in fold_all((profile.name, *profile.aliases)):
            owner = owners.setdefault(_key(name), profile.name)
            if owner != profile.name:
                raise BrandProfileError(
                    f"{name!r} names both {owner} and {profile.name}. Remove it from one of the profiles."
                )


def profile_lexicon(profile: BrandProfile, competitors: Iterable[str] = (), slogans: Iterable[str] = ()) -> Lexicon:
    """The words that have a meaning for this brand alone."""
    executives = [form for name in profile.executives for form in (name, name.split()[-1])]
    rivals = [name for name in (*profile.competitors, *competitors) if name not in profile.names]
    meanings = {
        "brand": profile.names, "exec": executives, "competitor": rivals, "factory": profile.places,
        "idiom": (*profile.praise, *profile.slogans), "partner": (*profile.partners, *profile.faces),
    }  # fmt: skip
    entries = [
        (folded, concept, ANY)
        for concept, names in meanings.items()
        if names
        for folded in fold_all(names)
        if folded.strip()
    ]
    # The words of the slogans are known, so that a slogan written together is cut where its words end.
    words = {word for folded in fold_all(slogans) for word in split(folded) if len(word) > 1} if slogans else set()
    entries += [(word, "slogan_word", ANY) for word in sorted(words)]
    return Lexicon(entries, frozenset({"brand"}))
