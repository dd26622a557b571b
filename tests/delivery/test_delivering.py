"""From the outbox to the shop, on both databases, over a real connection; one worker serves the whole file."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from api.delivery import signing
from api.delivery.signing import new_secret
from api.storage.database import Database
from api.storage.tables import OutboxEvent
from tests.delivery import receiver as receivers
from tests.delivery.conftest import ENGINES, Shop, make_shop, served_database
from tests.delivery.receiver import Receiver, wait_until


@pytest.fixture(scope="module", params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a worker at work."""
    with served_database(request, tmp_path_factory) as database:
        yield database


NewReceiver = Callable[..., Receiver]


@pytest.fixture
def new_receiver() -> Iterator[NewReceiver]:
    """Opens receivers that behave in the given ways, one after the other; they are closed after the test."""
    opened: list[Receiver] = []

    def open_one(*behave: receivers.Behaviour) -> Receiver:
        opened.append(Receiver(behave=list(behave)))
        return opened[-1]

    yield open_one
    for receiver in opened:
        receiver.close()


def accept_after(event: threading.Event) -> receivers.Behaviour:
    """A behaviour: hold the answer back until the test has looked."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        event.wait(20)
        receivers.accept(handler)

    return behave


@pytest.fixture
def shop(served: Database) -> Shop:
    return make_shop(served)


def test_an_event_arrives_signed_and_says_what_was_decided(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.listen(receiver.url)
    event = shop.decide("rejected", ("brand_targeting",))
    [received] = receiver.wait_for(1)
    message = received.verified(endpoint.secrets[0])
    assert received.id == event.id
    assert message["type"] == "screening.rejected"
    assert message["data"]["id"] == event.screening_id
    assert message["data"]["reference"] == "order-1"
    assert message["data"]["status"] == "rejected"
    assert message["data"]["outcome"] == "reject"
    assert message["data"]["decided_by"] == "machine"
    assert [reason["category"] for reason in message["data"]["reasons"]] == ["brand_targeting"]
    assert "about the brand" in message["data"]["reasons"][0]["message"]
    wait_until(lambda: [d.status for d in shop.deliveries()] == ["delivered"])
    [delivery] = shop.deliveries()
    assert (delivery.attempts, delivery.response_code, delivery.error) == (1, 200, None)
    assert delivery.latency_ms is not None
    assert delivery.delivered_at is not None
    assert delivery.next_attempt_at is None


def test_the_customers_words_do_not_travel(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.url)
    shop.decide("in_review")
    [received] = receiver.wait_for(1)
    assert b"canary" not in received.body


def test_another_secret_does_not_verify(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.url)
    shop.decide()
    [received] = receiver.wait_for(1)
    with pytest.raises(WebhookVerificationError):
        received.verified(new_secret())


def test_every_endpoint_gets_the_types_that_it_asked_for(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.url + "/all")
    shop.listen(receiver.url + "/approved", event_types=["screening.approved"])
    shop.decide("approved")
    shop.decide("rejected")
    receiver.wait_for(3)
    wait_until(lambda: len(shop.deliveries()) == 3)
    arrived = sorted((r.path.rpartition("/")[2], json.loads(r.body)["type"]) for r in receiver.received)
    assert arrived == [
        ("all", "screening.approved"),
        ("all", "screening.rejected"),
        ("approved", "screening.approved"),
    ]


def test_a_shop_never_gets_another_shops_events(shop: Shop, receiver: Receiver) -> None:
    other = make_shop(shop.database)
    shop.listen(receiver.url + "/mine")
    other.listen(receiver.url + "/others")
    mine, others = shop.decide(), other.decide()
    receiver.wait_for(2)
    assert {(r.path, r.id) for r in receiver.received} == {("/hooks/mine", mine.id), ("/hooks/others", others.id)}


def test_a_rolled_back_decision_is_never_announced(shop: Shop, receiver: Receiver) -> None:
    shop.listen(receiver.url)

    def decide_and_fail() -> None:
        with shop.database.writing() as session:
            session.add(OutboxEvent(merchant_id=shop.merchant_id, type="screening.approved"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide_and_fail()
    after = shop.decide()
    assert [received.id for received in receiver.wait_for(1)] == [after.id]


#: What the shop does, what is then recorded as its answer, and what as the error; the slow ones last.
MISBEHAVIOURS: dict[str, tuple[receivers.Behaviour, int | None, str]] = {
    "fails": (receivers.answer(500), 500, "Answered 500"),
    "refuses": (receivers.answer(400), 400, "Answered 400"),
    "is busy": (receivers.answer(429), 429, "Answered 429"),
    "talks rubbish": (receivers.rubbish, None, "The connection failed"),
    "redirects away": (receivers.answer(302, location="http://127.0.0.1:1/"), 302, "redirects are not followed"),
    "redirects home": (receivers.answer(308, location="/hooks/else"), 308, "redirects are not followed"),
    "hangs": (receivers.hang, None, "No complete answer within 3 seconds"),
    "drips": (receivers.drip, None, "No complete answer within 3 seconds"),
}


def test_what_is_not_accepted_is_tried_again_under_the_same_id(shop: Shop, new_receiver: NewReceiver) -> None:
    shops = {}
    for name, (behaviour, _code, _error) in MISBEHAVIOURS.items():
        looked = threading.Event()
        receiver = new_receiver(behaviour, accept_after(looked))
        shops[name] = receiver, shop.listen(receiver.url), looked
    event = shop.decide()
    for name, (receiver, endpoint, looked) in shops.items():
        receiver.wait_for(2)
        delivery = shop.delivery_to(endpoint)
        looked.set()
        _behaviour, code, error = MISBEHAVIOURS[name]
        assert delivery is not None
        assert (name, delivery.status, delivery.attempts) == (name, "pending", 1)
        assert (name, delivery.response_code) == (name, code)
        assert error in (delivery.error or "")
        assert delivery.next_attempt_at is not None
    wait_until(lambda: {d.status for d in shop.deliveries()} == {"delivered"})
    for receiver, endpoint, _ in shops.values():
        assert {received.path for received in receiver.received} == {"/hooks"}
        assert len({received.body for received in receiver.received}) == 1
        for received in receiver.received:
            assert received.id == event.id
            assert received.verified(endpoint.secrets[0])["data"]["id"] == event.screening_id


def test_an_endless_answer_is_accepted_and_not_read_to_its_end(shop: Shop, receiver: Receiver) -> None:
    receiver.behave = [receivers.flood]
    shop.listen(receiver.url)
    shop.decide()
    wait_until(lambda: [d.status for d in shop.deliveries()] == ["delivered"])
    assert len(receiver.received) == 1


def test_any_answer_of_the_200s_is_accepted_whatever_it_says(shop: Shop, receiver: Receiver) -> None:
    receiver.behave = [receivers.answer(200, body=b"\x00\xff <html>{no json")]
    shop.listen(receiver.url)
    shop.decide()
    wait_until(lambda: [(d.status, d.response_code) for d in shop.deliveries()] == [("delivered", 200)])
    assert len(receiver.received) == 1


def test_after_the_last_try_a_delivery_is_given_up_and_the_endpoint_shown_as_failing(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.behave = [receivers.answer(503)]
    endpoint = shop.listen(receiver.url)
    shop.decide()
    wait_until(lambda: [d.status for d in shop.deliveries()] == ["failed"])
    [delivery] = shop.deliveries()
    assert (delivery.attempts, delivery.next_attempt_at) == (3, None)
    assert len(receiver.received) == 3
    assert shop.endpoint(endpoint.id).failing_since is not None
    receiver.behave = [receivers.accept]
    shop.decide()
    wait_until(lambda: [d.status for d in shop.deliveries()] == ["failed", "delivered"])
    assert shop.endpoint(endpoint.id).failing_since is None


def test_gone_disables_the_endpoint_and_nothing_more_is_sent(shop: Shop, receiver: Receiver) -> None:
    receiver.behave = [receivers.answer(410)]
    endpoint = shop.listen(receiver.url)
    shop.decide()
    wait_until(lambda: [d.status for d in shop.deliveries()] == ["failed"])
    assert "The endpoint is disabled" in (shop.deliveries()[0].error or "")
    assert shop.endpoint(endpoint.id).disabled_at is not None
    second = shop.decide()
    wait_until(lambda: shop.was_relayed(second))
    assert len(receiver.received) == 1
    assert len(shop.deliveries()) == 1


def test_a_fault_of_ours_does_not_end_a_delivery(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([KeyError("a fault"), None])
    genuine = signing.sign

    def sign(*arguments: Any) -> dict[str, str]:
        if (fault := next(faults, None)) is not None:
            raise fault
        return genuine(*arguments)

    monkeypatch.setattr(signing, "sign", sign)
    shop.listen(receiver.url)
    shop.decide()
    wait_until(lambda: [(d.status, d.attempts) for d in shop.deliveries()] == [("delivered", 2)])
