"""A small OpenID provider of the tests' own: standard, unlike the box, and it lies when told to."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Change = Callable[[dict[str, Any]], object]


class Provider:
    """Signs with ES256, takes the client's secret in the form, tells names at userinfo alone.

    Each `change_*` may change a document in place before it goes out; `delay` makes it slow,
    `raw` makes an endpoint answer something else altogether.
    """

    def __init__(self) -> None:
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.keys: list[Key] = [self.new_key()]
        self.signing_key = self.keys[0]
        self.asks: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self.closed = False
        self.sid = secrets.token_hex(8)
        self.delay: dict[str, float] = {}
        self.raw: dict[str, tuple[int, bytes]] = {}
        self.change_discovery: Change = lambda facts: None
        self.change_header: Change = lambda header: None
        self.change_claims: Change = lambda claims: None
        self.change_userinfo: Change = lambda claims: None
        self.change_answer: Change = lambda params: None
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Gone; a second time does no harm."""
        if not self.closed:
            self.closed = True
            self.server.shutdown()
            self.server.server_close()

    def new_key(self) -> Key:
        return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)

    def rotate(self) -> None:
        """A new key signs; the old one is gone at once."""
        self.signing_key = self.new_key()
        self.keys = [self.signing_key]

    # ── What it answers ─────────────────────────────────────────────────────────────────────
    def discovery(self) -> dict[str, Any]:
        facts = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/bye",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.change_discovery(facts)
        return facts

    def authorize(self, params: dict[str, str]) -> str:
        """The address that it leads back to, with a code."""
        code = secrets.token_urlsafe(8)
        self.asks[code] = params
        answer = {"code": code, "state": params["state"], "iss": self.issuer}
        self.change_answer(answer)
        return f"{params['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.asks.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or not form.get("client_secret"):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(8)
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "sub": "248289761001",
            "nonce": asked["nonce"],
            "auth_time": int(time.time()),
            "sid": self.sid,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **({"acr": asked["acr_values"].split()[0]} if "acr_values" in asked else {}),
        }
        body = {"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims)}
        return 200, body

    def sign(self, claims: dict[str, Any], typ: str = "JWT") -> str:
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": "selfcare", "iat": now, "exp": now + 300, **claims}
        header = {"alg": "ES256", "kid": self.signing_key.kid, "typ": typ}
        self.change_header(header)
        self.change_claims(whole)
        if header["alg"] == "none":
            parts = [json.dumps(part).encode() for part in (header, whole)]
            return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
        header = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(header, whole, self.signing_key, algorithms=[header["alg"]])

    def logout_token(self, **claims: Any) -> str:
        named = {"jti": secrets.token_hex(8), "events": {LOGOUT_EVENT: {}}, "sid": self.sid}
        return self.sign(
            {k: v for k, v in {**named, **claims}.items() if v is not None}, "logout+jwt"
        )

    def userinfo(self) -> dict[str, Any]:
        claims = {"sub": "248289761001", "name": "Jane Doe", "email": "jane@example.com"}
        self.change_userinfo(claims)
        return claims


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        self._slowly(path)
        if path in self.provider.raw:
            self._send(*self.provider.raw[path])
        elif path == "/authorize":
            params = {name: values[0] for name, values in parse_qs(query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(params))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/keys":
            keys = [key.as_dict(private=False) for key in self.provider.keys]
            # A kind of key that nobody knows yet must hinder no other.
            self._json(200, {"keys": [{"kty": "new"}, *keys]})
        elif path == "/userinfo":
            self._json(200, self.provider.userinfo())
        else:
            self._json(200, self.provider.discovery())

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        length = int(self.headers.get("Content-Length", "0"))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        self._slowly(path)
        if path in self.provider.raw:
            self._send(*self.provider.raw[path])
        else:
            self._json(*self.provider.token(form))

    def _slowly(self, path: str) -> None:
        self.provider.calls.append(path)
        time.sleep(self.provider.delay.get(path, 0))

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests' output stays readable."""
