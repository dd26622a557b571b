"""Signing in: passwords, throttling, cookies, the proof that a form is ours."""

import httpx
import pytest

from tests.reviewing.shop import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(client, email, password):
    page = client.get("/console/sign-in").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    return client.post("/console/sign-in", data={"email": email, "password": password, "csrf": token})


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, follow_redirects=False) as made:
        yield made


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, shop):
    answer = sign_in(client, shop.address_of("Heron"), PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("moderation_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_the_token_itself_is_not_in_the_store(client, shop, database):
    sign_in(client, shop.address_of("Heron"), PASSWORD)
    token = client.cookies["moderation_session"]
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT token_hash, csrf_token FROM reviewer_session").all()
    assert not any(token in row for row in rows)


@pytest.mark.parametrize("who", ["Heron", "nobody"])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, shop, who):
    answer = sign_in(client, shop.address_of(who), "wrong horse battery")
    assert answer.status_code == 401
    assert "The e-mail address or the password is not right." in answer.text
    assert "moderation_session" not in client.cookies


def test_guessing_is_slowed_down_even_for_the_right_password(client, shop):
    for _ in range(5):
        assert sign_in(client, shop.address_of("Plover"), "guess").status_code == 401
    refused = sign_in(client, shop.address_of("Plover"), PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert sign_in(client, shop.address_of("Heron"), PASSWORD).status_code == 303


def test_a_sign_in_form_from_elsewhere_is_refused(client, shop):
    client.get("/console/sign-in")
    form = {"email": shop.address_of("Heron"), "password": PASSWORD, "csrf": "made-up"}
    assert client.post("/console/sign-in", data=form).status_code == 403


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/v1/x", "/console@evil"]
)
def test_signing_in_never_leads_off_the_console(client, shop, back):
    page = client.get("/console/sign-in").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    form = {"email": shop.address_of("Heron"), "password": PASSWORD, "csrf": token, "back": back}
    assert client.post("/console/sign-in", data=form).headers["location"] == "/console"


def test_a_link_to_a_case_survives_signing_in(client, shop, start):
    case = shop.open_case(start)
    to = client.get(f"/console/cases/{case}?queue=brand").headers["location"]
    token = client.get(to).text.split('name="csrf" value="')[1].split('"')[0]
    back = client.get(to).text.split('name="back" value="')[1].split('"')[0].replace("&amp;", "&")
    form = {"email": shop.address_of("Heron"), "password": PASSWORD, "csrf": token, "back": back}
    assert client.post("/console/sign-in", data=form).headers["location"] == f"/console/cases/{case}?queue=brand"


def test_signing_out_ends_the_session_on_the_server(form):
    heron = form()
    cookie = heron.client.cookies["moderation_session"]
    assert heron.post("/console/sign-out").status_code == 303
    heron.client.cookies.set("moderation_session", cookie)
    assert heron.get("/console").status_code == 303


def test_a_disabled_reviewer_is_out_at_once(form, shop, database):
    from api.customers.reviewers import disable_reviewer

    heron = form()
    with database.writing() as session:
        disable_reviewer(session, shop.address_of("Heron"))
    assert heron.get("/console").headers["location"] == "/console/sign-in"
