"""A company's issuer for the tests: discovery, authorization code with PKCE, tokens signed with a real key, on loopback."""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT_ID, CLIENT_SECRET = "console", "only-for-the-tests"


@dataclass
class Issuer:
    """Signs in whoever ``claims`` says, without asking."""

    #: Of the person; what a test changes.
    claims: dict[str, Any] = field(default_factory=dict)
    #: A refusal instead of a code.
    error: str = ""
    #: Instead of the right one, to sign with.
    other_key: ECKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "1"})
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.answer_get(self)

            def do_POST(self) -> None:
                issuer.answer_post(self)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer_get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            endpoints = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token")}
            _json(handler, {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **endpoints})
        elif parts.path == "/keys":
            _json(handler, KeySet([self.key]).as_dict(private=False))
        elif parts.path == "/authorization":
            assert (query["client_id"], query["code_challenge_method"]) == (CLIENT_ID, "S256")
            given = {"error": self.error} if self.error else {"code": secrets.token_urlsafe(8)}
            self.codes |= {given["code"]: query} if "code" in given else {}
            handler.send_response(302)
            handler.send_header("Location", f"{query['redirect_uri']}?{urlencode({**given, 'state': query['state']})}")
            handler.end_headers()

    def answer_post(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        client = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        is_client = handler.headers["Authorization"] == f"Basic {client}"
        if asked is None or challenge.decode() != asked["code_challenge"] or not is_client:
            _json(handler, {"error": "invalid_grant"}, status=400)
            return
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "nonce": asked["nonce"],
            **self.claims,
        }
        signed = jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.other_key or self.key)
        _json(handler, {"access_token": "a", "token_type": "Bearer", "id_token": signed})


def _json(handler: BaseHTTPRequestHandler, value: object, status: int = 200) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
