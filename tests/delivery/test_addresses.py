"""Which addresses a webhook may go to, and that the connection is made to what was checked."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.delivery import addresses, sending
from api.delivery.addresses import ForbiddenAddress, UnknownHost
from tests.delivery.receiver import Receiver


def post(*arguments: Any, **named: Any) -> sending.Answer:
    """Send from a thread without an event loop, as the worker does; a browser test may have left one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sending.post, *arguments, **named).result()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::1",
        "2001::80ff:fffe", "3fff::1", "4000::1", "203.0.113.7",
    ],
)  # fmt: skip
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hooks",
        "ftp://shop.example/hooks",
        "file:///etc/passwd",
        "//shop.example/hooks",
        "shop.example/hooks",
        "",
        "https://",
        "https:///hooks",
        "https://user@shop.example/",
        "https://user:password@shop.example/",
        "https://shop.example/#part",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example:port/",
        "https://[::1/",
        "https://shop.example/\r\nX-Header: value",
        "https://shop.example/a b",
        "https://shöp.example/",
        "https://shop.example/" + "a" * 2000,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        addresses.parse(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]:8443/hooks",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",  # 127.0.0.1 as one number, as resolvers understand it
        "https://0x7f.1/",
        "https://017700000001/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1:5432/",
    ],
)
def test_a_host_that_leads_inside_is_refused(url: str) -> None:
    with pytest.raises((ForbiddenAddress, UnknownHost)):
        addresses.resolve(addresses.parse(url, allow_private=False), allow_private=False)


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, {"shop.example": ["93.184.216.34", "10.0.0.1"]})
    with pytest.raises(ForbiddenAddress, match=r"leads to 10\.0\.0\.1"):
        addresses.resolve(urlsplit("https://shop.example/"), allow_private=False)


def test_a_name_that_does_not_resolve_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, {})
    with pytest.raises(UnknownHost, match=r"shop\.example does not resolve"):
        addresses.resolve(urlsplit("https://shop.example/"), allow_private=False)


def test_sending_checks_again_because_names_change_their_answer(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = urlsplit(receiver.url).port
    _names(monkeypatch, {"shop.example": ["127.0.0.1"]})
    answer = post(f"https://shop.example:{port}/", {}, "{}", allow_private=False)
    assert answer.code is None
    assert "not a public internet address" in (answer.error or "")
    assert receiver.received == []


def test_the_connection_is_made_to_the_checked_address_in_the_hosts_name(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """A second look at the name would find nobody: the name is resolved once, and what was checked is called."""
    port = urlsplit(receiver.url).port
    asked = _names(monkeypatch, {"shop.example": ["127.0.0.1"]}, answers=1)
    answer = post(f"http://shop.example:{port}/hooks?shop=1", {}, '{"a":1}', allow_private=True)
    assert (answer.code, answer.error) == (200, None)
    [received] = receiver.received
    assert received.headers["host"] == f"shop.example:{port}"
    assert received.path == "/hooks?shop=1"
    assert received.body == b'{"a":1}'
    assert received.headers["content-type"] == "application/json"
    assert asked == ["shop.example"]


def test_an_address_that_does_not_answer_is_followed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    _names(monkeypatch, {"shop.example": ["::1", "127.0.0.1"]})
    port = urlsplit(receiver.url).port
    answer = post(f"http://shop.example:{port}/", {}, "{}", allow_private=True)
    assert answer.code == 200


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert post(receiver.url, {}, "{}", allow_private=True).code == 200


def test_a_closed_port_is_an_answer_and_no_exception() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        answer = post(url, {}, "{}", allow_private=True)
    assert answer.code is None
    assert answer.error == "The connection failed (ConnectError)."


def _names(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]], answers: int = 100) -> list[str]:
    """Let names resolve to what the test says, so many times; the names asked for."""
    genuine, asked = socket.getaddrinfo, []

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in name else socket.AF_INET, name)
        except OSError:
            asked.append(name)
            if name not in known or len(asked) > answers:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            return [info for address in known[name] for info in genuine(address, *args, **kwargs)]
        return genuine(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
