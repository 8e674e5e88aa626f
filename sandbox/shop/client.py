"""Speaks to the merchant API: signs, sends, and tells a refusal from no answer at all.

How to sign, word by word: `docs/signing/`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from sandbox.shop.models import ClosedError, Till

type Json = dict[str, Any]

ROOT = "/merchant-api/v1"
SECONDS = 10
TRIES = 2
# The shop is served by the very process that it calls: it must never wait in all of its threads.
AT_ONCE = 4


class RefusedError(Exception):
    """The platform said no; `code` is why, `facts` the whole problem."""

    def __init__(self, facts: Json) -> None:
        self.code = str(facts.get("code", ""))
        self.facts = facts
        super().__init__(f"{self.code} {facts.get('request_id', '')}")


class NoAnswerError(Exception):
    """We don't know whether it happened. The same call with the same key is safe at any time."""


_session = requests.Session()
_session.trust_env = False
_places = threading.BoundedSemaphore(AT_ONCE)


def get(path: str) -> Json:
    return _call("GET", path, b"", "")


def post(path: str, body: Json, *, key: str) -> Json:
    """`key` says what this is once and for all: it happens once however often it is sent."""
    return _call("POST", path, json.dumps(body).encode(), key)


def _call(method: str, path: str, content: bytes, key: str) -> Json:
    """RefusedError, ClosedError where our key doesn't count any more, or NoAnswerError after
    another try: that has a signature of its own, and the same key."""
    for _ in range(TRIES):
        try:
            with _place():
                answer = _session.request(
                    method,
                    settings.SANDBOX_INSIDE_URL + ROOT + path,
                    data=content or None,
                    headers=_signed(method, ROOT + path, content, key),
                    timeout=SECONDS,
                    allow_redirects=False,
                )
                facts = answer.json()
        except requests.RequestException:  # ValueErrors of broken JSON are among them
            continue
        if answer.status_code < 400:
            return dict(facts)
        if answer.status_code == 401:
            raise ClosedError(f"{facts.get('code')}: {facts.get('detail')}")
        if answer.status_code < 500 and answer.status_code != 429:
            raise RefusedError(facts)
    raise NoAnswerError


def _signed(method: str, target: str, content: bytes, key: str) -> dict[str, str]:
    """The headers of one request, good for a minute and once."""
    till = Till.secrets()
    headers = {}
    if content:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        headers = {
            "Content-Type": "application/json",
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": key,
        }
    covered = {"@method": method, "@target-uri": settings.SANDBOX_URL + target}
    covered |= {name.lower(): value for name, value in headers.items()}
    now = int(time.time())
    params = (
        f"({' '.join(json.dumps(name) for name in covered)});created={now};expires={now + 60}"
        f';nonce="{secrets.token_urlsafe(18)}";keyid="{till.key_id}";alg="hmac-sha256"'
    )
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    value = base64.b64encode(hmac.digest(till.signing.encode(), base.encode(), "sha256")).decode()
    return {
        **headers,
        "Host": urlsplit(settings.SANDBOX_URL).netloc,
        "Signature-Input": f"sig1={params}",
        "Signature": f"sig1=:{value}:",
    }


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=SECONDS / 2):
        raise requests.Timeout("too many of us are calling already")
    try:
        yield
    finally:
        _places.release()
