"""Events as the platform spells and signs them, and posts them to a site of ours."""

import itertools
import json
import os
import time
from typing import Any

import requests
from django.conf import settings
from django.test import Client
from standardwebhooks.webhooks import Webhook

COUNTER = itertools.count(1)
PATH = "/hooks/platform"


def body_of(type_: str = "transaction.completed", **changes: Any) -> dict[str, Any]:
    """One event; `data__name=value` changes a fact, `name=value` the envelope."""
    number = next(COUNTER)
    data: dict[str, Any] = {
        "subject": "usr_alice",
        "object": "transaction",
        "id": f"txn_{os.getpid()}_{number}",
        "version": 1,
        "kind": "payment",
        "direction": "out",
        "status": "completed",
        "amount_minor": 6490,
        "currency": "EUR",
        "fee_minor": 0,
        "counterparty_name": "Nordlicht Books",
        "merchant_id": None,
        "merchant_name": None,
        "expires_at": None,
        "reason_code": None,
        "actor": "platform",
    }
    whole: dict[str, Any] = {
        "id": f"evt_{os.getpid()}_{number}",
        "type": type_,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "sequence": number,
        "data": data,
    }
    for given, value in changes.items():
        name = given.removeprefix("data__")
        part = whole if name == given else data
        if value is None and name in {"subject", "id", "data", "timestamp"}:
            part.pop(name)
        else:
            part[name] = value
    return whole


def spelt(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signed(content: bytes, id_: str, *, secret: str = "", seconds_ago: float = 0) -> dict[str, str]:
    """The headers, made by the library of the specification's authors."""
    from datetime import UTC, datetime, timedelta

    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    webhook = Webhook(secret or settings.HOOK_SECRETS[0])
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(id_, at, content.decode()),
    }


def post(
    client: Client,
    body: Any,
    *,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    id_: str = "",
    **how: Any,
) -> Any:
    """Post it as the platform does; what is given replaces what would be made."""
    content = spelt(body) if content is None else content
    id_ = id_ or (body["id"] if isinstance(body, dict) and "id" in body else "evt_none")
    if headers is None:
        headers = signed(content, id_, **how)
    return client.post(PATH, content, content_type="application/json", headers=headers)


def post_to(url: str, body: Any, session: requests.Session | None = None) -> requests.Response:
    """The same over the network."""
    content = spelt(body)
    return (session or requests).post(
        f"{url}{PATH}",
        data=content,
        headers={**signed(content, body["id"]), "Content-Type": "application/json"},
        allow_redirects=False,
        timeout=15,
    )
