"""The rules are public before the order, in the customer's language, and true to the policy that decides."""

from moderation.evidence import Category


def test_every_category_has_its_rule_in_the_customers_language(client):
    rules = client.get("/v1/guidelines", params={"locale": "fr-CA"}).json()
    assert rules["locale"] == "fr"
    assert {rule["category"] for rule in rules["rules"]} == set(Category)
    assert all(rule["rule"] and rule["title"] and rule["against"] and rule["fine"] for rule in rules["rules"])


def test_faith_identity_and_names_have_their_rule_beside_the_categories(client):
    for locale in ("en", "es", "fr", "de", "it", "pt", "ja"):
        principles = client.get("/v1/guidelines", params={"locale": locale}).json()["principles"]
        assert [each["name"] for each in principles] == ["religion", "identity", "names"]
        assert all(each["title"] and each["rule"] for each in principles)


def test_what_happens_to_a_text_follows_the_policy(client):
    handling = {r["category"]: r["handling"] for r in client.get("/v1/guidelines").json()["rules"]}
    assert handling["profanity"] == "may_be_refused"
    assert handling["politics"] == handling["self_harm"] == "read_by_a_person"


def test_an_unknown_language_gets_english(client):
    assert client.get("/v1/guidelines", params={"locale": "tlh"}).json()["locale"] == "en"
