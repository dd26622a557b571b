"""Every reading keeps the way back, and sees what a person sees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.evidence import Span
from moderation.reading import Reading, read
from moderation.reading.fold import fold_text
from moderation.request import Field, PersonalizationRequest

ODD = "ЅаⒶ🅱🇫𝕜ﬁßİıǺ\u0345\u200b\u202e\u202c\U000e0041ｶﾞチ한ㅅส्ูक🖕🏽👨\u200d👩f0!|_<(/\\\n\ud800\ue000 1988"
texts = st.text(alphabet=st.one_of(st.sampled_from(ODD), st.characters(codec=None)), max_size=40)


def request_of(*fields: str) -> PersonalizationRequest:
    return PersonalizationRequest(fields=tuple(Field(name=f"f{at}", text=text) for at, text in enumerate(fields)))


def shown(name: str, *fields: str) -> str:
    return next((reading.text for reading in read(request_of(*fields)) if reading.name == name), "")


@given(st.lists(texts, min_size=1, max_size=3))
@settings(deadline=None)
def test_every_character_of_every_reading_leads_back_into_a_field(fields: list[str]) -> None:
    request = request_of(*fields)
    for reading in read(request):
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        for at in range(len(reading.text)):
            for span in reading.spans(at, at + 1):
                assert 0 <= span.start < span.end <= len(request.text_of(span.field))


@given(st.lists(texts, min_size=1, max_size=2))
@settings(deadline=None)
def test_reading_never_changes_what_was_typed(fields: list[str]) -> None:
    assert read(request_of(*fields)).as_written.text == "\n".join(fields)


@given(texts)
@settings(deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(texts)
@settings(deadline=None)
def test_a_listed_text_folds_as_the_same_text_in_an_order_does(text: str) -> None:
    assert fold_text(text) == read(request_of(text)).folded.text


@given(texts)
@settings(deadline=None)
def test_a_straight_reading_runs_forward(text: str) -> None:
    folded = read(request_of(text)).folded
    assert list(folded.starts) == sorted(folded.starts)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("ＨＥＬＬＯ", "hello"),
        ("𝕳𝖊𝖑𝖑𝖔", "hello"),
        ("Ⓗⓔⓛⓛⓞ", "hello"),
        ("🅷🅴🅻🅻🅾", "hello"),
        ("🇭🇪🇱🇱🇴", "hello"),
        ("h\u200be\u00adllo", "hello"),
        ("H̷̡e̴͜l̶͎l̸͠o͞ͅ", "hello"),
        ("hеllо", "hello"),  # Cyrillic е and о among Latin letters
        ("ʜᴇʟʟᴏ", "hello"),
        ("hᗴᒪᒪᗝ", "hello"),
        ("Straße", "strasse"),
        ("привет", "привет"),  # wholly Cyrillic: stays Cyrillic
        ("チンチラ", "ちんちら"),
        ("ｶﾞｷﾞ", "がぎ"),
        ("٣ ५", "3 5"),
    ],
)
def test_folding_keeps_what_is_read_and_drops_how_it_is_drawn(typed: str, read_as: str) -> None:
    assert fold_text(typed) == read_as


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("leet", ["H3110 w0rld 1999"], "heiio world 1999"),
        ("letters apart", ["h e l l o you"], "hello you"),
        ("letters apart", ["h", "e", "l", "l", "o"], "hello"),
        ("letters drawn with signs", ["|-|ello"], "hello"),
        ("reversed", ["olleh"], "hello"),
        ("upside down", ["plɹoʍ"], "world"),
        ("mirrored", ["oↄɘb"], "deco"),
        ("mirrored", ["éↄɘb"], "dece"),
        ("upside down", ["pɹáʍ"], "ward"),
        ("as displayed", ["say \u202eolleh\u202c!"], "say hello!"),
        ("hidden letters", ["hi\U000e0079\U000e006f\U000e0075"], "hi you"),
        ("calculator", ["call 37738"], "belle"),
        ("first letters of words", ["Happy Elephants Love Lemons Often"], "hello"),
        ("first letters of lines", ["Hats\nEggs", "Lamps\nLakes\nOwls"], "hello"),
        ("read aloud", ["gr8 2day"], "grate today"),
        ("emoji as words", ["I like 🐝s"], "i like bees"),
        ("filler letters", ["hxexlxlxo"], "hello"),
        ("words by capitals", ["SayHelloAgain #MyDay"], "say hello again #my day"),
        ("transliterated", ["привет"], "privet"),
        ("look-alikes", ["сорок"], "copok"),
    ],
)
def test_each_reading_shows_what_a_person_would_see(name: str, fields: list[str], text: str) -> None:
    assert shown(name, *fields) == text


def test_pig_latin_puts_the_beginning_back() -> None:
    assert "hello" in {reading.text for reading in read(request_of("ellohay"))}


def test_a_span_covers_hidden_characters_and_marks_inside_it() -> None:
    reading = read(request_of("x h\u200be\u0301llo y")).folded
    at = reading.text.index("hello")
    assert reading.spans(at, at + 5) == (Span(field="f0", start=2, end=9),)


def test_a_word_over_two_fields_is_marked_in_both() -> None:
    reading = read(request_of("hel", "lo you")).folded
    assert reading.spans(0, 6) == (Span(field="f0", start=0, end=3), Span(field="f1", start=0, end=2))


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧",  # joiners inside an emoji
        "❤\ufe0f 1\ufe0f\u20e3",  # colour form and keycap
        "می\u200cخواهم",  # Persian plural
        "क्\u200dष",  # Hindi conjunct
        "\u200fשלום\u200f",  # direction marks beside Hebrew
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # flag of England
        "葛\U000e0100城",  # a variant of a name's letter
        "two\nlines\tand tab",
    ],
)
def test_hidden_characters_with_honest_work_are_no_finding(text: str) -> None:
    assert read(request_of(text)).hidden == []


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("a\u200bb", "U+200B ZERO WIDTH SPACE"),
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("hi\U000e0061", "U+E0061 TAG LATIN SMALL LETTER A"),
        ("so\u00adft", "U+00AD SOFT HYPHEN"),
        ("a\x00b", "U+0000 CONTROL CHARACTER"),
        ("ㅤ", "U+3164 HANGUL FILLER"),
    ],
)
def test_other_hidden_characters_are_named_by_code_point(text: str, described: str) -> None:
    assert [hidden.described for hidden in read(request_of(text)).hidden] == [described]


def test_a_reading_derived_by_others_leads_back_as_well() -> None:
    written = read(request_of("ab", "cd")).as_written
    derived = written.derive(
        "doubled", [(2 * c, origin) for c, origin in zip(written.text, written.origins, strict=True)]
    )
    assert derived.text == "aabb\n\nccdd"
    assert derived.spans(6, 8) == (Span(field="f1", start=0, end=1),)
    assert isinstance(derived, Reading)
