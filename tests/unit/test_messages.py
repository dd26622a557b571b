"""Customers' words: every category in every language, whole sentences, honest and never shaming."""

import re
from itertools import product

import pytest

from moderation.decision import decide
from moderation.errors import PolicyError
from moderation.evidence import Category, Evidence, Outcome
from moderation.messages import MESSAGE_DIRECTORY, PRINCIPLES, found_in_text, load_messages
from moderation.pipeline import unavailable
from moderation.policy import POLICY_DIRECTORY, PolicyBook, PolicyLayer, load_policies, parse_policy

MESSAGES = load_messages()
LOCALES = ("de", "en", "es", "fr", "it", "ja", "pt")


def test_the_promised_languages_are_there():
    assert set(LOCALES) <= set(MESSAGES.locales)


@pytest.mark.parametrize("locale", MESSAGES.locales)
@pytest.mark.parametrize("outcome", [Outcome.REVIEW, Outcome.REJECT])
def test_every_category_has_its_own_whole_sentences(locale, outcome):
    sentences = [MESSAGES.for_reason(outcome, category, locale) for category in Category]
    assert len(set(sentences)) == len(Category)
    for sentence in sentences:
        assert re.search(r"[.。]$", sentence)
        assert not re.search(r"[{}]|  ", sentence)


#: Whoever writes the last line of a policy, its outcomes have their words.
SHOP = PolicyLayer(origin="merchant", categories={category: {"review": [0] * 4} for category in Category})
LAYERS = {
    "merchant": {"merchant": SHOP},
    "brand": {"brand": "Acme"},
    "product": {"product": "mug"},
    "region": {"region": "DE"},
}
OVERLAY = "{" + ", ".join(f"{category}: {{review: [0, 0, 0, 0], reject: [0, 0, 0, 0]}}" for category in Category) + "}"
STRICT = f"""
name: strict
extends: balanced
brands: {{Acme: {OVERLAY}}}
products: {{mug: {OVERLAY}}}
regions: {{DE: {OVERLAY}}}
"""
BALANCED = parse_policy((POLICY_DIRECTORY / "balanced.yaml").read_text("utf-8"), "balanced.yaml")
LAYERED, BOOK = PolicyBook([BALANCED, parse_policy(STRICT, "strict.yaml")]), load_policies()


@pytest.mark.parametrize("locale", MESSAGES.locales)
@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("layer", [*BOOK.names, *LAYERS])
def test_every_category_locale_and_layer_has_a_message_for_what_it_decides(layer, category, locale):
    policy = LAYERED.effective("strict", **LAYERS[layer]) if layer in LAYERS else BOOK.effective(layer)
    outcomes = set()
    for severity, at_most in product((1, 2, 3, 4), (Outcome.REVIEW, Outcome.REJECT)):
        told = {"source": "t/1", "explanation": "Test.", "at_most": at_most}
        found = Evidence(detector="test", category=category, severity=severity, score=1.0, **told)
        decision = decide([found], policy, {})
        outcomes.add(decision.outcome)
        if decision.outcome is not Outcome.APPROVE:
            assert MESSAGES.for_outcome(decision.outcome, decision.reasons, locale) == MESSAGES.for_reason(
                decision.outcome, category, locale
            )
    assert outcomes - {Outcome.APPROVE}, f"{layer} lets everything pass in {category}"


def test_a_check_that_did_not_answer_is_not_laid_at_the_customers_door():
    decision = decide([unavailable("toxicity", "no answer")], BOOK.effective("balanced"), {})
    found = found_in_text((each.category, each.source) for each in decision.evidence)
    told = MESSAGES.for_outcome(decision.outcome, decision.reasons, "en", found)
    assert told == MESSAGES.catalogue("en").not_automatic
    both = MESSAGES.for_outcome(Outcome.REVIEW, [Category.HATE, Category.UNCLEAR], "en", {Category.HATE})
    assert "demean" in both
    assert "did not fully understand" not in both


@pytest.mark.parametrize("locale", [each for each in MESSAGES.locales if each != "en"])
def test_no_language_borrows_an_english_sentence(locale):
    english, other = MESSAGES.catalogue("en"), MESSAGES.catalogue(locale)
    assert english.not_automatic != other.not_automatic
    for category in Category:
        for part in ("rule", "topic", "reject"):
            assert getattr(english.categories[category], part) != getattr(other.categories[category], part)
    for name in PRINCIPLES:
        assert english.principles[name].rule != other.principles[name].rule


@pytest.mark.parametrize("locale", MESSAGES.locales)
def test_criticism_is_never_called_something_else(locale):
    """The refusal of 2001 named four reasons and none was true."""
    words = MESSAGES.catalogue(locale).categories
    assert words[Category.BRAND_TARGETING].reject != words[Category.PROFANITY].reject
    titles = {category: words[category].title for category in Category}
    assert len(set(titles.values())) == len(Category)


def test_tags_find_their_language_and_strangers_get_english():
    assert MESSAGES.catalogue("pt-BR").locale == "pt"
    assert MESSAGES.catalogue("DE_at").locale == "de"
    assert MESSAGES.catalogue("xx").locale == MESSAGES.catalogue(None).locale == "en"


def test_an_approved_order_is_told_so_and_reasons_are_not_repeated():
    assert MESSAGES.for_outcome(Outcome.APPROVE, [], "en").startswith("Your text can be made")
    twice = MESSAGES.for_outcome(Outcome.REJECT, [Category.HATE, Category.HATE], "en")
    assert twice == MESSAGES.for_reason(Outcome.REJECT, Category.HATE, "en")


def test_a_missing_sentence_is_named(tmp_path):
    text = (MESSAGE_DIRECTORY / "en.yaml").read_text("utf-8")
    (tmp_path / "en.yaml").write_text(text.replace("    title: Drugs\n", ""), "utf-8")
    with pytest.raises(PolicyError, match=r"en.yaml: categories.drugs: 'title' is missing"):
        load_messages(tmp_path)
