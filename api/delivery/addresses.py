"""Where a webhook may go: an address on the public internet, checked after the name was resolved.

A shop chooses the address and our server calls it. Unchecked, a shop could make us call the operator's own
network. The name is resolved here and the connection is made to the very address that was checked: a name that
changes its answer between the check and the call gains nothing.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

#: IPv4 inside IPv6 as translators understand it (RFC 6052).
TRANSLATED = IPv6Network("64:ff9b::/96")

#: What IANA's registry of special-purpose IPv4 addresses keeps from the internet, and multicast. Written out:
#: ``ipaddress.is_global`` answers differently from one Python release to the next.
INNER_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)

#: The only part of IPv6 that is handed out to the internet, and what is kept back inside it.
GLOBAL_IPV6 = IPv6Network("2000::/3")
INNER_IPV6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))

MAX_URL_LENGTH = 2000


class ForbiddenAddress(Exception):
    """The address may not be called; the message says why and what would be fine."""


class UnknownHost(Exception):
    """The name does not resolve, now."""


def parse(url: str, *, allow_private: bool) -> SplitResult:
    """Read a webhook's address.

    Raises:
        ForbiddenAddress: It is no https address, or one with credentials or a fragment.
    """
    if len(url) > MAX_URL_LENGTH or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise ForbiddenAddress(f"The address must be at most {MAX_URL_LENGTH} printable ASCII characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ForbiddenAddress("The address cannot be read; it should look like https://shop.example/hooks.") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise ForbiddenAddress("The address must begin with https://, so that nobody on the way can read or change.")
    if not host or port == 0:
        raise ForbiddenAddress("The address names no host; it should look like https://shop.example/hooks.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddress("The address may not carry a user name, a password or a fragment (#...).")
    return parts


def resolve(parts: SplitResult, *, allow_private: bool) -> list[str]:
    """The addresses behind the host, in the system's order of preference; never empty.

    Raises:
        UnknownHost: The name has no address now.
        ForbiddenAddress: One of them is not public. All of them must be, or a name with one public and one
            private address would be a way in.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownHost(f"The host {parts.hostname} does not resolve to an address.") from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not allow_private and (inner := next((a for a in addresses if not is_public(a)), None)):
        raise ForbiddenAddress(
            f"The host {parts.hostname} leads to {inner}, which is not a public internet address. "
            "Use a host that the internet can reach; an operator of a test installation may set "
            "MODERATION_ALLOW_PRIVATE_WEBHOOKS=true."
        )
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, whatever form it is wrapped in."""
    ip = _unwrapped(ip_address(address.split("%")[0]))
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in INNER_IPV4)
    return ip in GLOBAL_IPV6 and not any(ip in network for network in INNER_IPV6)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
