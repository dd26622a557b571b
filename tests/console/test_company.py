"""Signing in through the company: an issuer that signs real tokens, and every way in which its word does not hold."""

import time

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlmodel import select

from api.customers.reviewers import disable_reviewer
from api.reviewing import throttle
from api.settings import Settings
from api.storage.tables import AuditEvent, CompanyIdentity, Reviewer, ReviewerSession
from tests.console.issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.console.pages import sign_in
from tests.reviewing.shop import PASSWORD


@pytest.fixture(scope="module")
def _issuer():
    made = Issuer()
    yield made
    made.stop()


@pytest.fixture
def issuer(_issuer, shop):
    address = shop.address_of("Heron")
    _issuer.claims = {"sub": f"sub-{shop.merchant.id}", "email": address.upper(), "email_verified": True}
    _issuer.error, _issuer.other_key = "", None
    return _issuer


@pytest.fixture
def client(app_client, issuer, shop):
    def made(**settings):
        given = {"oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET, "oidc_merchant": shop.merchant.name}
        return app_client(**{"oidc_issuer": issuer.url, "oidc_name": "Acme", **given, **settings})

    return made


def travel(client, back="/console"):
    """Off to the issuer and back; the console's answer."""
    left = client.get("/console/company", params={"back": back})
    arrived = httpx.get(left.headers["location"])
    return client.get(arrived.headers["location"])


def people(shop):
    with shop.database.reading() as session:
        return {
            each.pseudonym: each
            for each in session.exec(select(Reviewer).where(Reviewer.merchant_id == shop.merchant.id))
        }


def events(shop, kind):
    with shop.database.reading() as session:
        return session.exec(select(AuditEvent).where(AuditEvent.kind == kind)).all()


def test_a_reviewer_is_known_by_a_verified_address_and_then_by_the_subject(client, issuer, shop):
    made = client()
    assert "Sign in through Acme" in made.get("/console/sign-in").text
    assert travel(made, "/console/holds").headers["location"] == "/console/holds"
    assert "Heron" in made.get("/console").text
    # From now on the address may change, and need not be verified any more.
    issuer.claims |= {"email": "married@acme.example", "email_verified": False}
    assert travel(client()).headers["location"] == "/console"
    with shop.database.reading() as session:
        (identity,) = session.exec(
            select(CompanyIdentity).where(CompanyIdentity.reviewer_id == shop.people["Heron"].id)
        ).all()
    assert identity.subject == f"{issuer.url}|{issuer.claims['sub']}"
    signed = [event for event in events(shop, "sign_in") if event.about == shop.people["Heron"].id]
    assert [event.detail for event in signed] == [{"by": "company"}] * 2


def test_who_is_new_is_refused_or_gets_the_configured_role(client, issuer, shop):
    issuer.claims["email"] = f"new@{shop.merchant.id}.example"
    refused = travel(client())
    assert (refused.status_code, "Nobody with the address new@" in refused.text) == (403, True)
    assert travel(client(oidc_new_role="senior")).status_code == 303
    (made,) = [each for each in people(shop).values() if each.email.startswith("new@")]
    assert (made.role, made.password_hash) == ("senior", "")


WRONG = {
    "an address that nobody verified": ({"email_verified": False}, "no verified e-mail address"),
    "no address": ({"email": None}, "no verified e-mail address"),
    "another console's token": ({"aud": "another"}, "does not hold"),
    "a token for many, not made for us": ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "does not hold"),
    "another issuer's token": ({"iss": "https://evil.example"}, "does not hold"),
    "a token of another journey": ({"nonce": "other"}, "does not hold"),
    "a token that has ended": ({"exp": int(time.time()) - 3600}, "does not hold"),
    "a token about nobody": ({"sub": None}, "does not hold"),
}


@pytest.mark.parametrize(("claims", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_hold_lets_nobody_in(client, issuer, shop, claims, said):
    issuer.claims |= claims
    made = client(oidc_new_role="admin")
    refused = travel(made)
    assert (refused.status_code, said in refused.text) == (403, True)
    assert "moderation_session" not in made.cookies
    assert len(people(shop)) == 4


def test_a_token_with_another_key_lets_nobody_in(client, issuer):
    issuer.other_key = ECKey.generate_key("P-256", parameters={"kid": "1"})
    assert travel(client()).status_code == 403


def test_a_code_is_good_once_and_in_the_browser_that_asked_for_it(client):
    first, other = client(), client()
    left = first.get("/console/company")
    back = httpx.get(left.headers["location"]).headers["location"]
    assert "Begin again" in other.get(back).text
    assert other.get(back).status_code == 403
    assert first.get(back).status_code == 303
    assert first.get(back).status_code == 403


def test_refusals_and_silence_of_the_issuer_are_told_in_words(client, issuer):
    issuer.error = "access_denied"
    assert "Acme did not let you in" in travel(client()).text
    silent = client(oidc_issuer="http://127.0.0.1:9").get("/console/company")
    assert (silent.status_code, "does not answer" in silent.text) == (503, True)
    misnamed = client(oidc_issuer=f"{issuer.url}/x")
    assert misnamed.get("/console/company").status_code == 503
    assert client(oidc_issuer=None).get("/console/company").status_code == 404


def test_an_address_given_to_somebody_new_does_not_open_the_former_ones_account(client, issuer):
    assert travel(client()).status_code == 303
    issuer.claims["sub"] += "-another"
    refused = travel(client())
    assert (refused.status_code, "another person" in refused.text) == (403, True)


def test_a_disabled_reviewer_stays_out_and_the_log_says_so(client, issuer, shop):
    with shop.database.writing() as session:
        disable_reviewer(session, shop.address_of("Heron"))
    assert travel(client()).status_code == 403
    assert events(shop, "sign_in_refused")[-1].detail == {"code": "reviewer_disabled"}


@pytest.mark.parametrize(("methods", "waits"), [(["pwd"], "enrolment"), (["pwd", "mfa"], "")])
def test_the_second_factor_of_the_company_counts_and_a_mere_password_does_not(client, issuer, shop, methods, waits):
    issuer.claims["amr"] = methods
    answer = travel(client(second_factor_for="reviewer"))
    assert answer.status_code == 303
    with shop.database.reading() as session:
        (row,) = session.exec(
            select(ReviewerSession).where(ReviewerSession.reviewer_id == shop.people["Heron"].id)
        ).all()
    assert row.waits_for == waits


def test_where_passwords_are_off_the_company_is_the_only_way_in(client, issuer, shop):
    made = client(password_sign_in=False)
    page = made.get("/console/sign-in").text
    assert ('type="password"' in page, "Sign in through Acme" in page) == (False, True)
    form = {"email": shop.address_of("Heron"), "password": PASSWORD, "csrf": made.cookies["moderation_sign_in"]}
    refused = made.post("/console/sign-in", data=form)
    assert (refused.status_code, "Passwords let nobody in" in refused.text) == (403, True)
    assert travel(made).status_code == 303
    with pytest.raises(ValueError, match="nobody could sign in"):
        Settings(database_url="sqlite:///x", secret_key="x" * 32, password_sign_in=False)


def test_ways_through_the_company_that_fail_are_slowed_down_apart_from_passwords(client, issuer, shop, monkeypatch):
    monkeypatch.setattr("api.console.company.address_of", lambda _request: shop.merchant.id)
    monkeypatch.setattr(throttle, "PER_ADDRESS", 3)
    for _ in range(3):
        assert client().get("/console/company/back?code=guess&state=guess").status_code == 403
    refused = client().get("/console/company")
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert sign_in(client(), shop.address_of("Heron")).status_code == 303
    monkeypatch.setattr("api.console.company.address_of", lambda _request: shop.merchant.id + " elsewhere")
    assert travel(client()).status_code == 303
