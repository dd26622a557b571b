"""The second factor: set up with a drawing or by typing, asked for at sign-in, never good twice, lost and reset."""

import html
import re

import pyotp
import pytest
from sqlmodel import select

from api.customers.reviewers import reset_second_factor
from api.reviewing import second_factor
from api.storage.tables import AuditEvent, SecondFactor
from tests.console.pages import field_of, sign_in


@pytest.fixture
def moment(monkeypatch):
    """Time as the server sees it; the tests move it."""
    from api.storage import clock

    class Moment:
        at = clock.now()

        def later(self, seconds):
            from datetime import timedelta

            self.at += timedelta(seconds=seconds)

    moving = Moment()
    for module in ("api.console.signing", "api.console.account", "api.console.web"):
        monkeypatch.setattr(f"{module}.now", lambda: moving.at)
    return moving


class Device:
    def __init__(self, page, moment):
        self.secret = re.sub(r"\s", "", re.search(r'class="secret">([^<]+)<', page)[1])
        self.moment = moment

    def code(self):
        return pyotp.TOTP(self.secret).at(self.moment.at)


@pytest.fixture
def lead(app_client, shop, moment):
    """The lead's client, device and recovery codes, set up at the first sign-in."""
    client = app_client(second_factor_for="lead,admin")
    assert (
        sign_in(client, shop.address_of("Wren"), back="/console/holds")
        .headers["location"]
        .startswith("/console/account")
    )
    page = client.get("/console/account?back=/console/holds").text
    device = Device(page, moment)
    csrf = field_of(page, "csrf")
    answer = client.post("/console/account/second-factor", data={"csrf": csrf, "code": device.code()})
    codes = re.findall(r"<code>([0-9a-f]{6}-[0-9a-f]{6})</code>", answer.text)
    assert len(codes) == second_factor.RECOVERY_CODES
    return client, device, codes


def give(client, code):
    csrf = field_of(client.get("/console/second-factor").text, "csrf")
    return client.post("/console/second-factor", data={"csrf": csrf, "code": code})


def test_a_role_that_needs_it_sets_it_up_before_anything_else(app_client, shop, moment):
    client = app_client(second_factor_for="lead,admin")
    sign_in(client, shop.address_of("Wren"))
    for path in ("/console", "/console/team", "/console/holds"):
        assert client.get(path).headers["location"].startswith("/console/sign-in")
    page = client.get("/console/account").text
    assert "<svg" in page
    assert " style=" not in page
    wrong = client.post("/console/account/second-factor", data={"csrf": field_of(page, "csrf"), "code": "000000"})
    assert (wrong.status_code, "clock" in wrong.text) == (401, True)
    # The same secret still: what was photographed stays good.
    assert Device(wrong.text, moment).secret == Device(page, moment).secret


def test_the_drawing_says_what_the_words_say(sqlite_database, app_client, shop, moment):
    client = app_client()
    sign_in(client, shop.address_of("Heron"))
    page = client.get("/console/account").text
    device = Device(page, moment)
    address = pyotp.TOTP(device.secret).provisioning_uri(name=shop.address_of("Heron"), issuer_name="Moderation")
    import segno

    assert segno.make(address, error="m").svg_inline(scale=4, light="#fff", dark="#000") in html.unescape(page)


def test_a_session_is_whole_once_the_device_is_set_up(lead, shop):
    client, _device, codes = lead
    assert client.get("/console/team").status_code == 200
    with shop.database.reading() as session:
        factor = session.get_one(SecondFactor, shop.people["Wren"].id)
    # A copy of the database alone shows neither the secret nor a code.
    assert not any(code in str(factor.recovery) for code in codes)
    assert _device.secret not in factor.secret
    assert "8 recovery codes left" in client.get("/console/account").text


def test_a_code_is_asked_for_and_good_once(lead, app_client, shop, moment):
    _client, device, _codes = lead
    client = app_client(second_factor_for="lead")
    assert sign_in(client, shop.address_of("Wren"), back="/console/holds").headers["location"] == (
        "/console/second-factor?back=%2Fconsole%2Fholds"
    )
    assert client.get("/console").headers["location"] == "/console/sign-in"
    assert client.get("/console/account").headers["location"] == "/console/second-factor"
    assert give(client, device.code()).status_code == 401, "the code that set it up was used by that"
    moment.later(30)
    code = device.code()
    assert give(client, f"{code[:3]} {code[3:]}").status_code == 303
    assert client.get("/console/team").status_code == 200
    again = app_client()
    sign_in(again, shop.address_of("Wren"))
    assert give(again, code).status_code == 401
    moment.later(600)
    assert give(again, code).status_code == 401


def test_a_recovery_code_is_good_once(lead, app_client, shop):
    _client, _device, codes = lead
    first, second = app_client(), app_client()
    for client, status in ((first, 303), (second, 401)):
        sign_in(client, shop.address_of("Wren"))
        assert give(client, f" {codes[0].upper()} ").status_code == status
    assert "7 recovery codes left" in first.get("/console/account").text


def test_new_recovery_codes_end_the_old_ones_and_need_a_code_of_the_device(lead, app_client, shop, moment):
    client, device, codes = lead
    csrf = field_of(client.get("/console/account").text, "csrf")

    def renew(code):
        return client.post("/console/account/recovery-codes", data={"csrf": csrf, "code": code})

    for wrong in (codes[0], device.code(), "000000"):
        assert renew(wrong).status_code == 401
    moment.later(30)
    fresh = re.findall(r"<code>([0-9a-f]{6}-[0-9a-f]{6})</code>", renew(device.code()).text)
    assert len(set(fresh) - set(codes)) == second_factor.RECOVERY_CODES
    other = app_client()
    sign_in(other, shop.address_of("Wren"))
    assert [give(other, code).status_code for code in (codes[0], fresh[0])] == [401, 303]


def test_guessing_codes_is_slowed_down_even_for_the_right_one(lead, app_client, shop, moment):
    _client, device, _codes = lead
    client = app_client()
    sign_in(client, shop.address_of("Wren"))
    for _ in range(5):
        assert give(client, "123456").status_code == 401
    moment.later(60)
    refused = give(client, device.code())
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_what_waits_for_a_code_waits_a_quarter_of_an_hour(lead, app_client, shop, moment):
    _client, device, _codes = lead
    client = app_client()
    sign_in(client, shop.address_of("Wren"))
    csrf = field_of(client.get("/console/second-factor").text, "csrf")
    moment.later(901)
    late = client.post("/console/second-factor", data={"csrf": csrf, "code": device.code()})
    assert late.headers["location"].startswith("/console/sign-in")


def test_forms_from_elsewhere_set_nothing_up(app_client, shop, moment):
    client = app_client()
    sign_in(client, shop.address_of("Heron"))
    device = Device(client.get("/console/account").text, moment)
    answer = client.post("/console/account/second-factor", data={"csrf": "x", "code": device.code()})
    assert answer.status_code == 403


def test_a_lost_device_is_reset_by_the_operator_and_all_of_it_is_in_the_log(lead, app_client, shop):
    client, _device, _codes = lead
    with shop.database.writing() as session:
        reset_second_factor(session, shop.address_of("Wren"))
    assert client.get("/console").status_code == 303
    again = app_client(second_factor_for="lead")
    assert sign_in(again, shop.address_of("Wren")).headers["location"].startswith("/console/account")
    with shop.database.reading() as session:
        about = AuditEvent.about == shop.people["Wren"].id
        kinds = [event.kind for event in session.exec(select(AuditEvent).where(about).order_by(AuditEvent.id))]
    assert kinds == ["second_factor_set_up", "sign_in", "second_factor_reset"]


def test_a_new_secret_of_the_server_is_told_and_does_not_let_in(lead, app_client, shop, moment):
    _client, device, _codes = lead
    client = app_client(secret_key="another-secret-of-the-server-entirely")
    sign_in(client, shop.address_of("Wren"))
    moment.later(30)
    answer = give(client, device.code())
    assert (answer.status_code, "reset it" in answer.text) == (409, True)
