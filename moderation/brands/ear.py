"""The ear: a small trained encoder, asked about sentences in which no grammar heard anything.

Grammars know how things are said; strangers find other ways. The ear is a small sentence encoder, fitted on labelled statements
(``teach.py``), and names the theme it hears. It is asked last, it never refuses alone, and it says that it was it.
"""

import hashlib
import json
import math
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from moderation.brands.glosses import GLOSSES, glossed, has_gloss, load_glossaries
from moderation.brands.hearing import Mention, Statement
from moderation.brands.lexicon import BRAND
from moderation.brands.scoring import logit
from moderation.errors import DetectorUnavailable
from moderation.matching.lexicon import PLACE, load_lexicon

#: Fewer words are names and single words, for which there are lists; more are letters and poems.
_FEWEST_WORDS, _MOST_WORDS = 3, 20
_MOST_TOKENS = 40
#: More words than these say no more; a chance is never nearer to 0 or 1 than this, nor a claim, and a glance sees no further.
_MANY_WORDS, _NEVER, _CLAIMED, _FAR = 10, 1e-4, (0.02, 0.999), 3.0
#: Below this a claim is no evidence, and the ear looks for one of its own instead of doubting it.
WORTH_SAYING = 0.5
#: Concepts of what is said kindly, or of something else.
_KIND = frozenset({"praise", "gift", "family", "other", "memory", "charity", "career", "profession"})
#: The encoder's alphabet ends here; other scripts are left to the grammars.
_LAST_LETTER = "\u024f"
#: What the ear hears in the place of names: it is to judge what is said, not of whom.
_STAND_INS = {BRAND: "acme", "exec": "the boss", "competitor": "rival"}
#: Names of places are read as one of them behind the words for "in" and "from".
_PLACE = "italy"
_BEFORE_PLACES = frozenset("in from aus en de do da di dans em av w z ze".split())
_NO_PLACES = frozenset("the a an my your our their his her its this that these those one two all it us them me".split())


class Heard(NamedTuple):
    """What a sentence seems to say."""

    theme: str
    #: 0.0 to 1.0: how likely it criticises at all.
    chance: float


class Ear:
    """Serves the encoder that ships; loaded once, shared by all threads."""

    def __init__(self) -> None:
        load_glossaries()  # now, not while the first orders wait for it
        folder = files("moderation.brands").joinpath("ear")
        model = model_file()
        written = folder.joinpath("ear.json").read_bytes()
        about = json.loads(written)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(folder.joinpath("tokenizer.json").read_text(encoding="utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._themes: list[str] = about["themes"]
        #: Themes of which the encoder was taught nothing: it has no say in what others hear of them.
        self.untaught: frozenset[str] = frozenset(about["untaught"])
        self._sureness: dict[str, dict[str, float]] = about["sureness"]
        self._bias: float = about["bias"]
        self._words: dict[str, float] = about["words"]
        self._asked: float = about["asked"]
        self.version = hashlib.sha256(model + written + GLOSSES.read_bytes()).hexdigest()[:8]

    def sureness(self, statement: Statement, told: str, heard: Heard, claimed: float) -> float:
        """How sure a sentence is criticism, 0.0 to 1.0: what is heard, what the grammars claim, and what neither sees.

        Many words say more than few; somebody who speaks of himself, of the family, of history or with praise speaks less of the
        maker.

        Args:
            claimed: The score of the surest claim, 0.0 without any.
        """
        weights = self._sureness["claimed" if claimed >= WORTH_SAYING else "unclaimed"]
        sample = self.weighed(statement, told, heard, claimed)
        return 1.0 / (1.0 + math.exp(-weights["bias"] - sum(weights[name] * value for name, value in sample.items())))

    def weighed(self, statement: Statement, told: str, heard: Heard, claimed: float) -> dict[str, float]:
        """What makes a sentence sure, by the names of its weights."""
        said = {mention.concept for mention in statement.mentions}
        return {
            "claim": logit(min(max(claimed, _CLAIMED[0]), _CLAIMED[1])),
            "chance": logit(min(max(heard.chance, _NEVER), 1.0 - _NEVER)),
            "word": min(len(statement.words), _MANY_WORDS),
            "self": float("self" in said),
            "kind": float(not said.isdisjoint(_KIND)),
            "glance": max(-_FAR, min(_FAR, self.glance(told))),
        }

    def glance(self, text: str) -> float:
        """What words and pairs alone speak for, by a linear model that costs next to nothing: above 0.0 criticism, below innocence."""
        words = text.split()
        seen = dict.fromkeys((*words, *map(" ".join, pairwise(words))))
        return self._bias + sum(self._words.get(word, 0.0) for word in seen)

    def is_worth_asking(self, told: str) -> bool:
        """Whether the encoder may hear anything; nearly always where it would, and for one innocent text in four."""
        return self.glance(told) >= self._asked

    def hear(self, text: str) -> Heard:
        """The likeliest theme of a text, and how likely it is criticism.

        Raises:
            DetectorUnavailable: The encoder could not answer.
        """
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        try:
            chances = self._session.run(None, {"ids": ids})[0][0]
        except Exception as error:  # onnxruntime's exceptions share no base; out of memory is one of them
            raise DetectorUnavailable(
                f"The brand check's encoder could not answer ({type(error).__name__})."
            ) from error
        best = 1 + int(np.argmax(chances[1:]))
        return Heard(self._themes[best], 1.0 - float(chances[0]))


def model_file() -> bytes:
    """The encoder that ships, put together from its parts."""
    folder = files("moderation.brands").joinpath("ear")
    parts = sorted(part.name for part in folder.iterdir() if part.name.endswith(".onnx"))
    return b"".join(folder.joinpath(part).read_bytes() for part in parts)


@cache
def load_ear() -> Ear:
    """The one ear of this process."""
    return Ear()


def telling(statement: Statement) -> str:
    """The statement as the ear is told it, in English where it can be; empty when it is none to be asked about."""
    words = _words_told(statement)
    if len(statement.words) < _FEWEST_WORDS or not words:
        return ""
    told = [each for _, each in words]
    return " ".join(glossed([word for word, _ in words], told) or told)


def as_told(statement: Statement) -> str:
    """The statement in repaired words, with stand-ins for names; empty when it is none to be asked about."""
    return " ".join(told for _, told in _words_told(statement))


def _words_told(statement: Statement) -> list[tuple[str, str]]:
    """Each word as it stands and as it is told; a name is told once."""
    count = len(statement.words)
    if not 0 < count <= _MOST_WORDS or 2 * len(statement.excused) > count:
        return []
    if any(max(word.text) > _LAST_LETTER for word in statement.words):
        return []
    names: dict[int, Mention] = {}
    for mention in statement.mentions:
        longest = names.get(mention.first)
        if mention.concept in _STAND_INS and not mention.how and (longest is None or mention.last > longest.last):
            names[mention.first] = mention
    told: list[tuple[str, str]] = []
    at = 0
    while at < count:
        word, name = statement.words[at].text, names.get(at)
        told.append(("", _STAND_INS[name.concept]) if name else (word, _without_place(statement, at)))
        at = name.last if name else at + 1
    return told


def _without_place(statement: Statement, at: int) -> str:
    """The word, or a stand-in where it names a place: a statement holds for every country alike.

    Nearly every word is a place somewhere: one that says something here, or means something in English, is none.
    """
    word = statement.words[at].text
    if not at or statement.words[at - 1].text not in _BEFORE_PLACES or word in _NO_PLACES:
        return word
    says_something = any(m.first <= at < m.last and not m.concept.startswith("context:") for m in statement.mentions)
    is_place = load_lexicon().kinds(word) & PLACE and not says_something and not has_gloss(word)
    return _PLACE if is_place else word
