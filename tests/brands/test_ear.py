"""The ear: what it is told, when it is asked, and what it may do."""

import numpy as np
import pytest

from moderation.brands.ear import Heard, as_told, load_ear, telling
from moderation.brands.hearing import hear
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


def test_the_last_layers_can_be_taught_on(tmp_path) -> None:
    torch = pytest.importorskip("torch")
    onnx = pytest.importorskip("onnx")
    from importlib.resources import files

    import onnxruntime

    from moderation.brands.retouch import retouch

    torch.set_num_threads(1)
    folder = files("moderation.brands").joinpath("ear")
    parts = sorted(each.name for each in folder.iterdir() if each.name.endswith(".onnx"))
    model = onnx.load_from_string(b"".join(folder.joinpath(part).read_bytes() for part in parts))
    ids = [2, 6, 7, 8, 3]

    def answers() -> np.ndarray:
        return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"input_ids": np.array([ids])})[0][0]

    before = answers()
    retouch(model, [(ids, 3)], unknown=1, epochs=12, taught=1)
    assert answers()[3] > before[3]
    assert answers().sum() == pytest.approx(1.0, abs=1e-5)


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
