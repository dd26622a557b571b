"""Every sentence in every language, with the same places to fill in."""

import re

import pytest

from api.pages.web import DIRECTORY
from api.wording import load_wording
from moderation.messages import load_messages

WORDING = load_wording()
ENGLISH = WORDING.words("en")


def test_the_pages_speak_the_languages_of_the_messages():
    assert WORDING.locales == load_messages().locales


@pytest.mark.parametrize("locale", WORDING.locales)
def test_no_sentence_is_missing_and_each_is_filled_in_alike(locale):
    words = WORDING.words(locale)
    assert words.keys() == ENGLISH.keys()
    for key, sentence in words.items():
        assert sentence.strip(), key
        assert re.findall(r"\{\w+\}", sentence) == re.findall(r"\{\w+\}", ENGLISH[key]), key
        if locale != "en" and len(sentence) > 12:
            assert sentence != ENGLISH[key], key


def test_the_first_language_that_we_speak_is_taken():
    assert WORDING.language("xx", "pt-BR", "de") == "pt"
    assert WORDING.language(None, "") == WORDING.language() == "en"


def test_no_sentence_stands_in_a_template_itself():
    """What is written there would be English in every language."""
    # The example shop is somebody's own page, in that shop's language.
    for path in set((DIRECTORY / "templates").glob("*.html")) - {DIRECTORY / "templates" / "demo.html"}:
        text = re.sub(r"\{[{%].*?[%}]\}|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]{2,}", text), path.name
