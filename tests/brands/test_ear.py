"""The ear: what it is told, when it is asked, and what it may do."""

import csv
from collections import Counter

import numpy as np
import pytest

from moderation.brands.ear import Heard, as_told, load_ear, model_file, telling
from moderation.brands.glosses import GLOSSES
from moderation.brands.hearing import hear
from moderation.brands.words import fold_all
from moderation.detectors.brand import BrandDetector
from moderation.errors import DetectorUnavailable
from moderation.evidence import Category, Outcome
from moderation.reading import read
from moderation.request import parse_request

ALLUSIONS = (
    ("the woman who glued this fainted twice", "labour"),
    ("my granny paints better bags than these people", "quality"),
    ("your selfies are on their server now", "privacy"),
)


def detect(detector: BrandDetector, text: str, **order: str):
    return detector.detect(read(parse_request({"text": text, "brand": "Strider", "product": "shoe", **order})))


@pytest.mark.parametrize(("text", "theme"), ALLUSIONS)
def test_the_encoder_has_heard_of_what_no_grammar_knows(text: str, theme: str) -> None:
    assert load_ear().hear(text).chance > 0.9


def test_what_the_ear_hears_is_never_clear_enough_to_refuse(detector: BrandDetector, monkeypatch) -> None:
    ear = load_ear()
    monkeypatch.setattr(type(ear), "is_worth_asking", lambda self, text: True)
    monkeypatch.setattr(type(ear), "hear", lambda self, text: ear_says)
    ear_says = Heard("labour", 1.0)
    found = detect(detector, "nobody sang on tuesday evening")
    assert [each.source for each in found] == ["themes/labour/ear"]
    assert found[0].at_most is Outcome.REVIEW
    assert 0.5 <= found[0].score < 0.9
    assert "nobody sang on tuesday evening" in found[0].explanation
    # Two words, a slogan of the brand's own and its praise are no questions for it.
    for text in ("tuesday evening", "run your own road", "these shoes are sick"):
        assert not detect(detector, text), text
    # Who made a gift is said and meant.
    assert not detect(detector, "made by kids with love", product="mug")


def test_an_encoder_that_fails_is_no_approval(detector: BrandDetector, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    ear = load_ear()
    monkeypatch.setattr(ear, "_session", type("Broken", (), {"run": fails})())
    monkeypatch.setattr(type(ear), "is_worth_asking", lambda self, text: True)
    with pytest.raises(DetectorUnavailable, match="could not answer"):
        detect(detector, "nobody sang on tuesday evening")


def statement_of(book, text: str):
    return hear(read(parse_request({"text": text})).folded, (book.lexicon,))


def test_a_sentence_of_another_language_is_told_in_english(book) -> None:
    statement = statement_of(book, "la batterie a pris feu dans la nuit")
    assert telling(statement) == "the battery has took fire in the night"
    for text in ("the battery caught fire at night", "der Oachkatzlschwoaf gfoit eam"):
        statement = statement_of(book, text)
        assert telling(statement) == as_told(statement), text
    assert not telling(statement_of(book, "Anna Otto"))


def test_each_gloss_is_one_word_of_a_language_and_is_there_once() -> None:
    with GLOSSES.open(encoding="utf-8", newline="") as file:
        rows = [(row["language"], row["word"], row["english"]) for row in csv.DictReader(file)]
    folded = fold_all([word for _, word, _ in rows])
    told = Counter((language, word) for (language, _, _), word in zip(rows, folded, strict=True))
    assert [each for each, count in told.items() if count > 1] == []
    assert [
        row for row in rows if " " in row[1] or not row[2] or len(row[1].rstrip("*")) < (3 if "*" in row[1] else 1)
    ] == []
    assert {language for language, _, _ in rows} == {"de", "es", "fr", "it", "nl", "pl", "pt"}


def test_places_are_told_as_one_but_words_that_are_also_places_are_not(book) -> None:
    assert as_told(statement_of(book, "sewn in Dhaka in the mine")) == "sewn in italy in the mine"


def test_who_speaks_of_himself_or_kindly_is_heard_less(book) -> None:
    ear = load_ear()

    def sureness(text: str, claimed: float = 0.0) -> float:
        statement = statement_of(book, text)
        return ear.sureness(statement, as_told(statement), Heard("quality", 0.97), claimed)

    assert sureness("nobody sang for the people") > sureness("nobody sang for my people") > 0.0
    assert sureness("nobody sang for the people") > sureness("nobody sang for dear grandma")
    assert sureness("nobody sang for the people") > sureness("nobody sang that")
    assert sureness("nobody sang that", 0.9) > sureness("nobody sang that", 0.6) > sureness("nobody sang that")


@pytest.fixture(scope="module")
def encoder():
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from moderation.brands.encoder import from_bytes

    torch.set_num_threads(1)
    return from_bytes(model_file()).eval()


def chances_of(encoder, text: str) -> np.ndarray:
    import torch

    ids = torch.tensor([load_ear()._tokenizer.encode(text).ids])
    with torch.no_grad():
        return torch.softmax(encoder(ids, ids > 0), -1)[0].numpy()


def test_the_files_say_what_the_encoder_does(encoder) -> None:
    for text, _ in ALLUSIONS:
        assert load_ear().hear(text).chance == pytest.approx(1 - chances_of(encoder, text)[0], abs=0.1)


def test_an_encoder_that_is_written_and_read_is_the_same(encoder) -> None:
    from moderation.brands.encoder import from_bytes

    again = from_bytes(encoder.to_bytes()).eval()
    for text, _ in ALLUSIONS:
        assert chances_of(again, text) == pytest.approx(chances_of(encoder, text), abs=0.01)


def test_the_encoder_that_ships_can_be_taught_on(encoder) -> None:
    from copy import deepcopy

    from moderation.brands.lessons import Lesson
    from moderation.brands.teach import teaching

    ear = load_ear()
    lesson = Lesson("privacy", "nobody sang on tuesday evening", "")
    taught = deepcopy(encoder)
    assert sum(1 for _ in teaching(taught, [lesson], ear._themes, ear._tokenizer, epochs=12)) == 12
    at = ear._themes.index("privacy")
    assert chances_of(taught, lesson.told)[at] > chances_of(encoder, lesson.told)[at]


def test_names_are_told_as_roles(book) -> None:
    from moderation.brands.book import profile_lexicon

    profile = book.profile_for("Strider")
    readings = read(parse_request({"text": "Strider and Maren Halvorsen are late", "brand": "Strider"}))
    statement = hear(readings.folded, (book.lexicon, profile_lexicon(profile)))
    assert as_told(statement) == "acme and the boss are late"
    assert {each.category for each in BrandDetector(book).detect(readings)} <= {Category.BRAND_TARGETING}


def test_statements_with_a_claim_are_weighed_apart_from_those_without(book) -> None:
    pytest.importorskip("sklearn")
    from moderation.brands.analysis import Analyst
    from moderation.brands.weigh import fit, weighed

    rows = [
        {"text": text, "label": label, "brand": "Strider", "product": "shoe"}
        for text, label in (
            ("nobody sang on tuesday evening", "innocent"),
            ("living proof that ads work", "criticism"),
            ("Strider sucks and everybody knows", "criticism"),
            ("my phone is worthless without me", "innocent"),
        )
    ]
    samples = list(weighed(rows, Analyst(book, ear=False), load_ear()))
    assert [label for _, label in samples] == [False, True, True, False]
    fitted = fit(samples)
    assert set(fitted) == {"claimed", "unclaimed"}
    assert fitted["unclaimed"]["chance"] > 0.0
