"""Sends one signed request; needs nothing but Python: `sign.py GET /merchant-api/v1/balance`.

`sign.py POST /merchant-api/v1/payments '{"amount_minor":6490,…}'`. MERCHANT_API is the origin,
KEY_ID and KEY_SECRET the key. A retry is a new signature with the same IDEMPOTENCY_KEY.
"""

import base64
import hashlib
import hmac
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

ORIGIN = os.environ.get("MERCHANT_API", "http://127.0.0.1:9000")


def signed(method: str, target: str, body: bytes, idempotency_key: str) -> dict[str, str]:
    """The headers of this request, good for a minute and once."""
    signed_values = {"@method": method, "@target-uri": ORIGIN + target}
    headers = {}
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {
            "Content-Type": "application/json",
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": idempotency_key,
        }
        signed_values |= {name.lower(): value for name, value in headers.items()}
    created = int(time.time())
    covered = " ".join(f'"{name}"' for name in signed_values)
    params = (
        f"({covered});created={created};expires={created + 60}"
        f';nonce="{secrets.token_urlsafe(18)}";keyid="{os.environ["KEY_ID"]}";alg="hmac-sha256"'
    )
    lines = [f'"{name}": {value}' for name, value in signed_values.items()]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    value = hmac.digest(os.environ["KEY_SECRET"].encode(), base.encode(), "sha256")
    headers["Signature-Input"] = f"sig1={params}"
    headers["Signature"] = f"sig1=:{base64.b64encode(value).decode()}:"
    return headers


def main() -> int:
    method, target = sys.argv[1:3]
    body = sys.argv[3].encode() if len(sys.argv) > 3 else b""
    key = os.environ.get("IDEMPOTENCY_KEY") or secrets.token_urlsafe(18)
    request = urllib.request.Request(
        ORIGIN + target, data=body or None, method=method, headers=signed(method, target, body, key)
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            sys.stdout.write(answer.read().decode() + "\n")
            return 0
    except urllib.error.HTTPError as error:
        sys.stdout.write(error.read().decode() + "\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
