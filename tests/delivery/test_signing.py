"""Signatures, judged by the specification's own package."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.delivery import endpoints, signing
from api.storage.clock import now
from api.storage.tables import WebhookEndpoint

BODY = '{"type":"screening.approved","data":{"reference":"Größe 42 – ✓"}}'


def test_a_secret_is_256_random_bits_in_the_specifications_form() -> None:
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert signing.new_secret() != secret


def test_the_signature_is_that_of_the_specifications_example() -> None:
    """Key, id, time, body and signature as the specification's reference libraries have them in their tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent_at = datetime.fromtimestamp(1614265330, UTC)
    headers = signing.sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at, '{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_each_of_several_secrets_verifies_and_no_other() -> None:
    secrets = [signing.new_secret() for _ in range(3)]
    headers = signing.sign(secrets, "evt_1", now(), BODY)
    for secret in secrets:
        assert Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(BODY, headers)


@pytest.mark.parametrize("skew", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_signature_is_good_for_minutes_only(skew: timedelta) -> None:
    secret = signing.new_secret()
    headers = signing.sign([secret], "evt_1", now() + skew, BODY)
    with pytest.raises(WebhookVerificationError, match="too"):
        Webhook(secret).verify(BODY, headers)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body"])
def test_a_changed_part_does_not_verify(part: str) -> None:
    secret = signing.new_secret()
    headers, body = signing.sign([secret], "evt_1", now(), BODY), BODY
    if part == "body":
        body = body.replace("approved", "rejected")
    elif part == "webhook-id":
        headers[part] = "evt_2"
    else:
        headers[part] = str(int(headers[part]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_old_secrets_sign_until_the_overlap_ends() -> None:
    first = signing.new_secret()
    endpoint = WebhookEndpoint(merchant_id="mer_1", url="https://shop.example/", secrets=[first])
    assert signing.secrets_in_force(endpoint, now()) == [first]
    second = endpoints.rotate_secret(endpoint, timedelta(hours=24))
    assert signing.secrets_in_force(endpoint, now()) == [second, first]
    assert signing.secrets_in_force(endpoint, now() + timedelta(hours=25)) == [second]
    third = endpoints.rotate_secret(endpoint, timedelta(hours=1))
    assert signing.secrets_in_force(endpoint, now()) == [third, second, first]
    fourth = endpoints.rotate_secret(endpoint, timedelta(hours=1))
    assert signing.secrets_in_force(endpoint, now()) == [fourth, third, second]
    last = endpoints.rotate_secret(endpoint, timedelta(0))
    assert endpoint.secrets == [last]


def test_a_secret_whose_overlap_ended_does_not_come_back_with_the_next_rotation() -> None:
    retired = signing.new_secret()
    endpoint = WebhookEndpoint(merchant_id="mer_1", url="https://shop.example/", secrets=[retired])
    second = endpoints.rotate_secret(endpoint, timedelta(hours=1))
    endpoint.old_secrets_until = now() - timedelta(seconds=1)
    third = endpoints.rotate_secret(endpoint, timedelta(hours=1))
    assert signing.secrets_in_force(endpoint, now()) == [third, second]
