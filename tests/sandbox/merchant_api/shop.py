"""A merchant's program: signs requests, changes them on purpose, and sends them byte for byte."""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import socket
import time
from dataclasses import dataclass, field, replace
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sandbox.running import Platform

NUMBER = itertools.count(1)
ROOT = "/merchant-api/v1"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.body.get("code", ""))

    @property
    def step(self) -> str:
        return str(self.body.get("step", ""))


@dataclass(frozen=True)
class Sent:
    """A request as it goes out; `raw` is what stands on the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    content: bytes = b""

    @property
    def raw(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.content

    def header(self, name: str) -> str:
        return next(value for known, value in self.headers if known == name)

    def with_header(self, name: str, value: str) -> "Sent":
        changed = tuple((known, value if known == name else old) for known, old in self.headers)
        return replace(self, headers=changed)

    def without(self, *names: str) -> "Sent":
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0] not in names))

    def also(self, name: str, value: str) -> "Sent":
        return replace(self, headers=(*self.headers, (name, value)))


@dataclass
class Key:
    """A key as it was shown when it was made."""

    id: str
    token: str
    secret: str = ""
    private: Ed25519PrivateKey | None = None

    @property
    def algorithm(self) -> str:
        return "ed25519" if self.private else "hmac-sha256"

    def sign(self, text: bytes) -> bytes:
        if self.private:
            return self.private.sign(text)
        return hmac.digest(self.secret.encode(), text, "sha256")


@dataclass
class Shop:
    """A merchant with a key, and the door they knock at."""

    platform: Platform
    id: str
    key: Key
    name: str = ""
    origin: str = ""
    session: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin = self.origin or self.platform.url

    def signed(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: Key | None = None,
        idempotency_key: str = "",
        components: tuple[str, ...] = (),
        origin: str = "",
        ago: float = 0,
        span: int = 60,
        nonce: str = "",
        content: bytes | None = None,
        **changed: Any,
    ) -> Sent:
        """A request signed as the contract wants it, but for what is changed."""
        key = key or self.key
        target = path if path.startswith("/merchant-api") else ROOT + path
        content = content if content is not None else b"" if body is None else spelled(body)
        headers = [("Host", urlsplit(self.origin).netloc)]
        if content:
            headers += [
                ("Content-Type", "application/json"),
                ("Content-Digest", digest(content)),
                ("Content-Length", str(len(content))),
            ]
        if idempotency_key:
            headers.append(("Idempotency-Key", idempotency_key))
        known = {name.lower(): value for name, value in headers}
        known |= {"@method": method, "@target-uri": (origin or self.origin) + target}
        wanted = components or tuple(
            name
            for name in (
                "@method", "@target-uri", "content-type", "content-digest", "idempotency-key",
            )
            if name in known
        )  # fmt: skip
        created = int(time.time() - ago)
        facts = {
            "created": created, "expires": created + span, "nonce": nonce or new_nonce(),
            "keyid": key.id, "alg": key.algorithm, **changed,
        }  # fmt: skip
        quoted = " ".join(f'"{name}"' for name in wanted)
        told = "".join(
            f";{name}={value if isinstance(value, int) else json.dumps(value)}"
            for name, value in facts.items()
            if value is not None
        )
        params = f"({quoted}){told}"
        lines = [f'"{name}": {known.get(name, "")}' for name in wanted]
        text = "\n".join([*lines, f'"@signature-params": {params}'])
        headers += [
            ("Signature-Input", f"sig1={params}"),
            ("Signature", f"sig1=:{base64.b64encode(key.sign(text.encode())).decode()}:"),
        ]
        return Sent(method, target, tuple(headers), content)

    def get(self, path: str, **changed: Any) -> Answer:
        return self.send(self.signed("GET", path, **changed))

    def post(
        self, path: str, body: Any, *, key: str = "", signing: Key | None = None, **changed: Any
    ) -> Answer:
        """`key` is that of the idempotency."""
        known = {"idempotency_key": key or new_nonce(), "key": signing}
        sent = self.signed("POST", path, body, **known, **changed)
        return self.send(sent)

    def read(self, path: str, token: str = "") -> Answer:
        """With the bearer token alone."""
        answer = requests.get(
            f"{self.platform.url}{ROOT}{path}",
            headers={
                "Authorization": f"Bearer {token or self.key.token}",
                "Host": urlsplit(self.origin).netloc,
            },
            timeout=30,
        )
        return Answer(answer.status_code, answer.json(), dict(answer.headers))

    def send(self, sent: Sent, url: str = "") -> Answer:
        return exchange(url or self.platform.url, sent.raw)

    def explained(self, answer: Answer) -> dict[str, Any]:
        """The steps of a refused request, by name."""
        found = self.read(f"/requests/{answer.body['request_id']}")
        assert found.status == 200, found.body
        return {step["step"]: step for step in found.body["steps"]} | {"": found.body}

    def new_key(self, scope: str = "write", **facts: Any) -> Key:
        return make_key(self.platform, self.id, scope, **facts)


def make_key(
    platform: Platform, merchant: str, scope: str = "write", *, ed25519: bool = False, **facts: Any
) -> Key:
    private = Ed25519PrivateKey.generate() if ed25519 else None
    if private:
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        facts["public_key"] = base64.b64encode(raw).decode()
    many = dict.fromkeys(("rate", "burst", "at_once"), 100_000)
    body = {"name": "Till", "scope": scope, **many, **facts}
    made = platform.control("POST", f"merchants/{merchant}/keys", body)
    return Key(made["id"], made["token"], made["secret"] or "", private)


def open_shop(platform: Platform, *, ed25519: bool = False, **facts: Any) -> Shop:
    name = f"Shop {next(NUMBER)} {secrets.token_hex(4)}"
    made = platform.control("POST", "merchants", {"name": name})
    return Shop(
        platform, made["id"], make_key(platform, made["id"], ed25519=ed25519, **facts), name
    )


def exchange(url: str, raw: bytes) -> Answer:
    """Send bytes as they are and read one answer; status 0 where the connection just ends."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(wire, method=raw.split(b" ", 1)[0].decode("latin-1"))
        try:
            answer.begin()
        except OSError:
            return Answer(0, {}, {})
        content = answer.read()
    headers = dict(answer.getheaders())
    is_json = "json" in headers.get("Content-Type", "")
    return Answer(answer.status, json.loads(content) if is_json and content else {}, headers)


def spelled(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def new_nonce() -> str:
    return secrets.token_urlsafe(18)
