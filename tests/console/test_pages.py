"""What pages show: the customer's exact words, marked and safe; and that everybody can use them."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from api.console.words import LISTED, SHOWN, gather, joined, mark
from api.reviewing import claims
from api.storage.clock import now
from api.storage.tables import ReviewCase
from moderation.evidence import Category, Outcome
from tests.reviewing.shop import SWEATSHOP, found

pytestmark = pytest.mark.browser


def four_findings():
    """As long as the detectors' own sentences are, with the bars of the model."""
    across, listed, model = (
        "Labour criticism aimed at the maker ('sweat shop'), read across left shoe and right shoe.",
        "Reads as “idiots” (listed: mild insult to someone's intelligence); an ordinary word elsewhere as well.",
        "The language model reads the whole text as an insult. A note only: another check understood it as brand targeting.",
    )
    kinds = ("toxicity", "insult", "severe_toxicity", "obscene", "identity_attack")
    place = ("right_shoe", 0, 4)
    return (
        replace(SWEATSHOP[0], explanation=across),
        found(Category.BRAND_TARGETING, place, explanation=across, source="themes/greed/fool + buy|pay|money"),
        found(Category.HARASSMENT, place, severity=1, explanation=listed, source="harassment/en/a0002"),
        replace(
            found(Category.HARASSMENT, place, explanation=model, source="insult@08b8dce7ed6c"),
            classes=tuple((kind, 0.6) for kind in kinds),
            at_most=Outcome.APPROVE,
        ),
    )


def test_a_case_fits_one_screen_at_1440_by_900(sign_in, shop, start, cases):
    for _ in range(4):
        busy = shop.open_case(start, evidence=four_findings(), customer="c-1")
    with shop.database.writing() as session:
        for held in ("mine", "severe", "appeal"):
            session.get_one(ReviewCase, cases[held]).claimed_until = start
        claims.claim(session, shop.people["Wren"], busy, now())
    page = sign_in("Wren")
    for case in [*cases.values(), f"{busy}?said=asked"]:
        page.goto(f"/console/cases/{case}")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        # What was said to and fro may be longer than a screen; it scrolls in its own column.
        for part in (".order", ".findings", ".dock", ".aside:not(:has(.said))"):
            over = "all => Math.max(0, ...all.map(e => e.scrollHeight - e.clientHeight))"
            assert page.locator(part).evaluate_all(over) == 0, (part, case)


def test_what_is_said_of_several_places_is_one_finding_with_all_of_them():
    again = [found(Category.HARASSMENT, ("text", at, at + 5), explanation="Reads as “moron”.") for at in (0, 6, 12)]
    other = found(Category.PROFANITY, ("text", 0, 5))
    first, second = map(joined, gather([again[0], other, *again[1:]]))
    assert ([span.start for span in first.spans], first.explanation) == ([0, 6, 12], "Reads as “moron”. 3 times.")
    assert second == other


def test_the_words_stand_exactly_as_typed(sign_in, shop, start):
    text = "  <b>Ü\u0308ber</b> &amp; 'quotes'\n\tline 2 \U0001f469\u200d\U0001f680  "
    case = shop.open_case(start, texts={"text": text}, evidence=())
    page = sign_in()
    page.goto(f"/console/cases/{case}")
    shown = page.locator(".words").evaluate(
        "e => [...e.childNodes].map(n => n.className === 'hid' ? String.fromCodePoint(parseInt(n.textContent, 16)) : n.textContent).join('')"
    )
    assert shown == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sweat\u200bshop", ["ZERO WIDTH SPACE, U+200B"]),
        ("a\u202eb", ["RIGHT-TO-LEFT OVERRIDE, U+202E"]),
        ("a\x00b\x07", ["CONTROL CHARACTER, U+0000", "CONTROL CHARACTER, U+0007"]),
        ("a\ud800b", ["LONE SURROGATE, U+D800"]),
        ("a\u00a0b\u00ad", ["NO-BREAK SPACE, U+00A0", "SOFT HYPHEN, U+00AD"]),
    ],
)
def test_what_cannot_be_seen_is_shown_by_name(sign_in, shop, start, text, names):
    case = shop.open_case(start, texts={"text": text}, evidence=())
    page = sign_in()
    page.goto(f"/console/cases/{case}")
    assert page.locator(".hid").evaluate_all("all => all.map(each => each.title)") == names


@pytest.mark.parametrize(("at", "length"), [(0, 100), (3990, 5000), (150_000, 200_000), (199_990, 200_000)])
def test_a_finding_is_in_view_however_long_the_text(at, length):
    text = "x" * at + "sweatshop" + "y" * (length - at - 9)
    evidence = (found(Category.BRAND_TARGETING, ("text", at, at + 9)),)
    for most in (SHOWN, LISTED):
        (field,) = mark([{"name": "text", "text": text}], evidence, shown=most)
        shown = "".join(glyph.text for segment in field.segments for glyph in segment.glyphs)
        assert [glyph.text for each in field.segments if each.numbers for glyph in each.glyphs] == ["sweatshop"]
        assert (field.before + len(shown) + field.more, len(shown) <= most) == (length, True)
        assert text[field.before : field.before + len(shown)] == shown


def test_markup_in_an_order_stays_text_everywhere(sign_in, shop, start):
    bad = "<img src=x onerror=alert(1)>\"'</text></svg><script>alert(1)</script>{{7*7}}"
    evidence = (found(Category.UNCLEAR, ("f", 0, 9), explanation=bad, read_as=bad[:20], reading="leet"),)
    texts = {"f": bad, bad[:90]: "x"}
    case = shop.open_case(start, texts=texts, evidence=evidence, brand=bad, product=bad, reference=bad, customer=bad)
    page = sign_in()
    for path in ("/console", f"/console/cases/{case}"):
        page.goto(path)
        assert page.locator("img, main script").count() == 0
        assert page.get_by_text("{{7*7}}").count() > 0


def test_severe_words_are_covered_until_a_key_is_pressed(sign_in, cases):
    page = sign_in("Wren")
    page.goto(f"/console/cases/{cases['severe']}")
    for place in (".texts mark.masked", ".made"):
        expect(page.locator(place).first).to_have_css("filter", re.compile(r"blur\(\d"))
    page.keyboard.press("m")
    for place in (".texts mark.masked", ".made"):
        expect(page.locator(place).first).to_have_css("filter", "none")


def test_the_views_of_the_product_turn_with_a_key(sign_in, cases):
    page = sign_in("Wren")
    page.goto(f"/console/cases/{cases['mine']}")
    transforms = []
    for _ in range(4):
        page.wait_for_timeout(220)
        style = page.locator(".made").evaluate(
            "e => [getComputedStyle(e).transform, getComputedStyle(e).textTransform]"
        )
        transforms.append(tuple(style))
        page.keyboard.press("v")
    assert len(set(transforms)) == 4


def test_the_reading_table_shows_which_character_was_read_as_which(sign_in, cases):
    page = sign_in("Wren")
    page.goto(f"/console/cases/{cases['mine']}")
    changed = page.locator(".reading td.changed").all_inner_texts()
    assert changed == ["3", "0", "e", "o"]


def test_the_customers_message_is_in_their_language(sign_in, shop, start):
    case = shop.open_case(start, locale="de-AT")
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Heron"], case, now())
    page = sign_in()
    page.goto(f"/console/cases/{case}")
    expect(page.locator(".approve q")).to_have_attribute("lang", "de")
    expect(page.locator("[data-message=brand_targeting] q")).to_be_visible()
    assert "We can't" not in page.locator("[data-message=brand_targeting]").inner_text()


def test_pages_are_light(sign_in, shop, start):
    for number in range(30):
        shop.open_case(start, evidence=SWEATSHOP * 3, customer="c-1", reference=f"o-{number}")
    page = sign_in()
    sizes = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/console")
    page.keyboard.press("n")
    page.wait_for_url("**/cases/**")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 2 * 100_000
