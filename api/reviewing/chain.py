"""The chain's links: what is hashed into each, and how the place where the chain ends is signed."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from api.reviewing.told import Told

#: Before the first link.
ORIGIN = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest link; written as ``"17:3f9a..."``."""

    number: int
    chain: str

    def __str__(self) -> str:
        return f"{self.number}:{self.chain}"


def entry_of(before: Head, each: Told) -> dict[str, Any]:
    """The row that follows ``before`` and seals this."""
    salt = secrets.token_hex(16) if each.written else ""
    words = words_of(salt, each.written)
    content = content_of(each.said, words)
    number = before.number + 1
    chain = link(before.chain, number, each.subject, content)
    return {
        "number": number, "subject": each.subject, "salt": salt, "words": words, "content": content, "chain": chain
    }  # fmt: skip


def mac_of(secret: str, head: Head) -> str:
    """What only a server with the secret can write beside the end of the chain."""
    return hmac.new(secret.encode(), f"audit head|{head}".encode(), hashlib.sha256).hexdigest()


def words_of(salt: str, written: dict[str, Any]) -> str:
    """The print of what people wrote; empty where nobody wrote."""
    return _hash(salt, written) if written else ""


def content_of(said: dict[str, Any], words: str) -> str:
    """The print of everything that an entry seals."""
    return _hash(said, words)


def link(before: str, number: int, subject: str, content: str) -> str:
    """The print that depends on all entries so far."""
    return _hash(before, number, subject, content)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(_encoder.encode(parts).encode()).hexdigest()


_encoder = json.JSONEncoder(sort_keys=True)
