"""From no key to a webhook, by API alone: `first_payment.py http://127.0.0.1:9000`, the sandbox.

The control API, which only a sandbox has, stands for the console and for Alice in her browser.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
import urllib.request
from typing import Any

BOX, API = sys.argv[1], "/merchant-api/v1"


def call(path: str, body: Any = None, **headers: str) -> Any:
    """GET, or POST with a body."""
    content = None if body is None else json.dumps(body).encode()
    headers["Content-Type"] = "application/json"
    request = urllib.request.Request(BOX + path, content, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def signed(path: str, body: Any) -> Any:
    digest = base64.b64encode(hashlib.sha256(json.dumps(body).encode()).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{digest}:", "Idempotency-Key": secrets.token_hex(16)}
    lines = {"@method": "POST", "@target-uri": BOX + path, "content-type": "application/json"}
    lines |= {name.lower(): value for name, value in headers.items()}
    names, now = " ".join(f'"{name}"' for name in lines), int(time.time())
    params = f'({names});created={now};expires={now + 60};nonce="{secrets.token_urlsafe(18)}"'
    lines["@signature-params"] = params = f'{params};keyid="{key["id"]}";alg="hmac-sha256"'
    base = "\n".join(f'"{name}": {value}' for name, value in lines.items()).encode()
    mac = base64.b64encode(hmac.digest(key["secret"].encode(), base, "sha256")).decode()
    headers |= {"Signature-Input": f"sig1={params}", "Signature": f"sig1=:{mac}:"}
    return call(path, body, **headers)


shop = f"/control/merchants/{call('/control/merchants', {'name': 'First Payment'})['id']}"
key = call(f"{shop}/keys", {"name": "First", "scope": "write"})
back = call(f"{shop}/return-addresses", {"url": "https://shop.example/paid"})[0]
# Without an address of ours, events go to a receiver that the sandbox makes for us.
endpoint = signed(f"{API}/webhook-endpoints", {"types": ["payment.completed"]})
asked = {"amount_minor": 6490, "currency": "EUR", "return_url": back}
payment = signed(f"{API}/payments", asked)
alice = next(p for p in call("/control/people") if p["email"].startswith("alice@"))
agreed = call(f"/control/people/{alice['sub']}/handoffs", {"url": payment["handoff_url"]})
call(f"/control/transactions/{agreed['id']}/advance", {"to": "completed"})
path, delivery = f"{API}/webhook-endpoints/{endpoint['id']}/deliveries", {"state": "none yet"}
while delivery["state"] != "delivered":
    delivery = (call(path, Authorization=f"Bearer {key['token']}")["data"] or [delivery])[0]
    time.sleep(0.2)
sys.stdout.write(f"{payment['id']}: {delivery['type']} arrived as {delivery['event']}\n")
