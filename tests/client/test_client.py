"""The client against the real API, and against networks that fail."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from api.client import ApiError, AsyncClient, BadSignature, Client, Order, Unreachable, admin, verify
from api.delivery.signing import new_secret, sign
from api.storage.clock import now
from tests.api.conftest import make_token

ORDER = Order(fields={"left": "a rejectme b", "right": "x"}, reference="order-1", locale="en", metadata={"till": 4})


@pytest.fixture
def shop(client, database):
    token = make_token(database, "Client", "screenings:write", "screenings:read", "previews")
    return Client("http://testserver", token, http=client, attempts=1)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("api.client.clients._pause", lambda attempt, response: 0.0)


def test_the_life_of_an_order(shop):
    first = shop.screen(ORDER, key="k1")
    assert (first.status, first.reasons[0].category, first.may_be_made) == ("rejected", "profanity", False)
    assert shop.screen(ORDER, key="k1") == first
    appealed = shop.appeal(first.id, "It is a town.")
    assert appealed.appeal is not None
    assert appealed.case is not None
    assert shop.write(first.id, "Please hurry.").party == "shop"
    assert [message.text for message in shop.messages(first.id)] == ["Please hurry."]
    second = shop.revise(first.id, {"left": "hello", "right": "x"})
    assert (second.may_be_made, second.revision_of) == (True, first.id)
    assert shop.get(first.id).revised_by == second.id
    assert shop.text(second.id) == {"left": "hello", "right": "x"}
    assert shop.withdraw(second.id).status == "withdrawn"
    assert shop.erase(second.id).erased_at is not None
    assert shop.text(second.id) == {}
    assert shop.preview(Order(fields={"a": "hello"}), session="s").hint == "looks_fine"
    rules = shop.guidelines(brand="Stride", locale="de-AT")
    assert (rules.locale, rules.rules[0].title, len(rules.principles)) == ("de", "Schimpfwörter", 3)


def test_many_orders_and_all_pages(shop):
    results = shop.screen_many([Order(fields={"a": f"text {n}"}, reference="many") for n in range(60)])
    assert [each.status for each in results] == [201] * 60
    made = [each.screening.id for each in results]
    assert [each.id for each in shop.find(reference="many")] == sorted(made, reverse=True)


def test_an_error_has_the_servers_code_and_sentence(shop):
    with pytest.raises(ApiError) as caught:
        shop.get("scr_none")
    assert (caught.value.status, caught.value.code) == (404, "screening_not_found")
    with pytest.raises(ApiError, match="fields"):
        shop.screen(Order(fields={}))
    with pytest.raises(ApiError, match=r"query\.refrence"):  # or one would go through all orders for one's own
        list(shop.find(refrence="order-1"))


def test_awaited_it_is_the_same(client, shop):
    async def go():
        transport = httpx.ASGITransport(client.app)
        async with (
            httpx.AsyncClient(transport=transport) as http,
            AsyncClient("http://x", shop._key, http=http) as other,
        ):
            made = await other.screen(ORDER, key="k1")
            found = [each async for each in other.find(reference="order-1")]
            assert (await other.guidelines(locale="de")).locale == "de"
            return made, found

    with ThreadPoolExecutor(1) as pool:  # a browser test may have left a loop in this thread
        made, found = pool.submit(lambda: asyncio.run(go())).result()
    assert found == [made]
    assert made == shop.screen(ORDER, key="k1")


# Networks that fail


def answering(*answers):
    """A client whose attempts meet these, one after another; what was sent is kept."""
    sent, left = [], list(answers)

    def handle(request):
        sent.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Client("http://x", "mk_x", http=httpx.Client(transport=httpx.MockTransport(handle))), sent


def test_an_order_is_tried_again_with_the_same_key(shop):
    good = shop.screen(ORDER).model_dump_json()
    lost, busy = httpx.ReadTimeout("lost"), httpx.Response(503, json={"error": {"code": "x", "detail": "y"}})
    flaky, sent = answering(lost, busy, httpx.Response(201, content=good))
    assert flaky.screen(ORDER).status == "rejected"
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert len({request.content for request in sent}) == 1


def test_it_gives_up_and_says_that_nothing_may_be_made():
    flaky, sent = answering(*[httpx.ConnectError("down")] * 4)
    with pytest.raises(Unreachable):
        flaky.screen(ORDER)
    assert len(sent) == 4


def test_what_must_not_be_said_twice_is_not(shop):
    flaky, sent = answering(httpx.ReadTimeout("lost"))
    with pytest.raises(Unreachable):
        flaky.write("scr_1", "hello")
    assert len(sent) == 1


def test_a_refusal_is_not_tried_again_and_rubbish_is_named():
    flaky, sent = answering(httpx.Response(409, json={"error": {"code": "idempotency_conflict", "detail": "z"}}))
    with pytest.raises(ApiError, match="idempotency_conflict"):
        flaky.screen(ORDER)
    assert len(sent) == 1
    with pytest.raises(ApiError, match="unreadable"):
        answering(httpx.Response(500, content=b"<html>"))[0].get("x")


def test_a_webhook_is_believed_when_one_of_the_secrets_signed_it():
    old, new, body = (
        new_secret(),
        new_secret(),
        json.dumps({"type": "screening.approved", "timestamp": now().isoformat(), "data": {"id": "scr_1"}}),
    )
    headers = {name.title(): value for name, value in sign([old], "evt_1", now(), body).items()}
    event = verify(body.encode(), headers, [new, old])
    assert (event.id, event.type, event.screening_id) == ("evt_1", "screening.approved", "scr_1")
    for wrong in (body.encode() + b" ", body.replace("scr_1", "scr_2").encode()):
        with pytest.raises(BadSignature):
            verify(wrong, headers, old)
    with pytest.raises(BadSignature):
        verify(body.encode(), headers, new)


@pytest.mark.parametrize(("minutes", "is_believed"), [(-4, True), (4, True), (-6, False), (6, False)])
def test_a_webhook_is_believed_for_five_minutes_by_either_clock(minutes, is_believed):
    secret, body = new_secret(), json.dumps({"type": "webhook.test", "timestamp": now().isoformat(), "data": {}})
    headers = sign([secret], "evt_1", now() + timedelta(minutes=minutes), body)
    if is_believed:
        assert verify(body.encode(), headers, secret).id == "evt_1"
        return
    with pytest.raises(BadSignature):
        verify(body.encode(), headers, secret)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"no json", b'{"type": "x", "timestamp": "soon", "data": {}}'])
def test_what_is_signed_but_is_no_event_is_not_believed(body):
    secret = new_secret()
    with pytest.raises(BadSignature):
        verify(body, sign([secret], "evt_1", now(), body.decode()), secret)


def test_a_shop_manages_its_keys_holds_and_webhooks(client, database):
    shop = Client("http://testserver", make_token(database, "Managed", "admin"), http=client, attempts=1)
    made = shop.send(admin.create_key("checkout", ["screenings:write"], requests_per_minute=90))
    rotated = shop.send(admin.rotate_key(made.id, overlap_hours=1))
    assert rotated.token != made.token
    assert shop.send(admin.end_key(rotated.id)).status == "ended"
    states = {each.id: each.status for each in shop.send(admin.list_keys()).items}
    assert (states[made.id], states[rotated.id]) == ("ending", "ended")

    held = shop.send(admin.place_hold("in the news", brand="Stride"))
    waiting = shop.screen(Order(fields={"a": "hello"}, brand="Stride"))
    assert [each.screening_id for each in shop.send(admin.reconcile()).items] == [waiting.id]
    assert shop.send(admin.list_holds()).items == (held,)
    assert shop.send(admin.lift_hold(held.id)).lifted_at is not None
    assert shop.screen(Order(fields={"a": "hello"}, brand="Stride")).may_be_made

    endpoint = shop.send(admin.create_endpoint("https://93.184.216.34/hook", ["screening.approved"]))
    assert shop.send(admin.rotate_secret(endpoint.id)).secret != endpoint.secret
    assert shop.send(admin.send_test_event(endpoint.id)).event_id
    assert shop.send(admin.disable_endpoint(endpoint.id)).status == "disabled"
    assert shop.send(admin.enable_endpoint(endpoint.id)).status == "active"
    assert shop.send(admin.replay(endpoint.id, endpoint.created_at, now())).requested >= 0
    assert shop.send(admin.list_deliveries(endpoint.id, status="failed")).items == ()
    with pytest.raises(ApiError, match="delivery"):
        shop.send(admin.replay_delivery(endpoint.id, "dlv_none"))
    assert [each.id for each in shop.send(admin.list_endpoints()).items] == [endpoint.id]
    shop.send(admin.delete_endpoint(endpoint.id))
    with pytest.raises(ApiError) as caught:
        shop.send(admin.get_endpoint(endpoint.id))
    assert caught.value.code == "endpoint_not_found"
