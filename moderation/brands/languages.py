"""The word files: one for each language, concepts with the words and phrases that stand for them."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from moderation.brands.document import Document, read_document
from moderation.brands.lexicon import IDIOM
from moderation.brands.phrases import STEM
from moderation.brands.words import UNSPACED, fold_all, split

_GROUP = re.compile(r"\(([^()]*)\)")
#: The words of an item: spaces within brackets are no ends of words.
_TOKEN = re.compile(r"(?:\([^()]*\)|[^\s()])+")
#: An item that stands for more forms than this is kept as a pattern.
_MOST_FORMS = 24


@dataclass(slots=True)
class Words:
    """What all files hold, in the shapes that a lexicon is built from."""

    #: ``(folded text, concept, language bits)``.
    entries: list[tuple[str, str, int]] = field(default_factory=list)
    #: Phrases of many forms: the words that may stand at each place.
    patterns: list[tuple[tuple[frozenset[str], ...], str, int]] = field(default_factory=list)
    #: Language -> its bit.
    bits: dict[str, int] = field(default_factory=dict)


def load_languages(directory: Path) -> Words:
    """Every ``<language>.yaml`` of a directory.

    Raises:
        BrandProfileError: A file cannot be used.
    """
    words = Words()
    for path in sorted(directory.glob("??.yaml")):
        document = read_document(path)
        words.bits[path.stem] = bit = 1 << len(words.bits)
        for concept, text in _concepts(document).items():
            if not isinstance(text, str):
                raise document.complaint(
                    "the words of a concept are one string with commas between them.", "words", concept
                )
            items = [item.strip() for item in text.split(",") if item.strip()]
            many = [item for item in items if _is_pattern(item)]
            words.entries += _entries([item for item in items if item not in many], concept, bit)
            for places in (places for item in many for places in _places(item)):
                if len(places) > 1:
                    words.patterns.append((places, concept, bit))
                else:
                    words.entries += [(word, concept, bit) for place in places for word in place]
    return words


def _concepts(document: Document) -> dict[str, object]:
    document.refuse_unknown(frozenset({"language", "words", "idioms"}))
    words = document.content.get("words")
    if document.content.get("language") != document.path.stem or not isinstance(words, Mapping):
        raise document.complaint(
            f"needs 'language: {document.path.stem}' and 'words:', a mapping of concepts to words.", "language"
        )
    return {**{str(concept): text for concept, text in words.items()}, IDIOM: document.content.get("idioms") or ""}


def _entries(items: Iterable[str], concept: str, bit: int) -> list[tuple[str, str, int]]:
    spelled = [form for item in items for form in expand(item) if form]
    if not spelled:
        return []
    folded = fold_all([form.removesuffix(STEM) for form in spelled])
    stars = (STEM if form.endswith(STEM) else "" for form in spelled)
    return [(text + star, concept, bit) for text, star in zip(folded, stars, strict=True)]


def expand(item: str) -> Iterator[str]:
    """``"pollut(e|es)"`` -> ``"pollute"``, ``"pollutes"``; an item without brackets stands for itself."""
    group = _GROUP.search(item)
    if group is None:
        yield item
        return
    for ending in group.group(1).split("|"):
        yield from expand(item[: group.start()] + ending + item[group.end() :])


def _is_pattern(item: str) -> bool:
    forms = 1
    for group in _GROUP.finditer(item):
        forms *= group.group(1).count("|") + 1
    return forms > _MOST_FORMS and " " in item and not UNSPACED.search(item)


def _places(item: str) -> Iterator[tuple[frozenset[str], ...]]:
    """The patterns of one item: ``(made|sewn) (by|in a) slum`` is two, as ``in a`` is two words."""
    choices: list[list[tuple[frozenset[str], ...]]] = []
    for token in _TOKEN.findall(item):
        forms = [split(form) for form in fold_all(expand(token))]
        single = frozenset(words[0] for words in forms if len(words) == 1)
        longer = [tuple(frozenset({word}) for word in words) for words in forms if len(words) != 1]
        choices.append([*([(single,)] if single else []), *longer])
    for chosen in itertools.product(*choices):
        yield tuple(itertools.chain.from_iterable(chosen))
