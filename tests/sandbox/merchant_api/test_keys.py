"""Keys: made, shown once, kept so that a copy of the database signs nothing, rotated, revoked."""

import base64
import hashlib
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import override_settings

from sandbox import clock
from sandbox.merchant_api import keys
from sandbox.merchant_api.examining import verifier_of
from sandbox.merchant_api.models import ApiKey
from sandbox.merchant_api.signatures import RefusedError
from sandbox.people.models import Merchant
from tests.sandbox.merchant_api.shop import Key, Shop, new_nonce

PEM = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def merchant(db: None) -> Merchant:
    return Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")


def test_the_secret_is_shown_once(shop: Shop) -> None:
    listed = shop.platform.control("GET", f"merchants/{shop.id}/keys")
    assert [row["id"] for row in listed] == [shop.key.id]
    assert shop.key.secret not in str(listed)
    assert shop.key.token not in str(listed)
    assert "secret" not in listed[0]


def test_no_column_holds_what_signs_or_reads(merchant: Merchant) -> None:
    made = keys.make(merchant, name="Till", scope="write")
    row = ApiKey.objects.filter(pk=made.key.pk).values().get()
    stored = b"|".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in row.values()
    )
    for secret in (made.secret, made.token):
        assert secret.encode() not in stored
        assert secret.split("_", 2)[2].encode() not in stored
    assert row["bearer_sha256"] == hashlib.sha256(made.token.encode()).hexdigest()
    assert verifier_of(made.key) == made.secret.encode()


def test_a_sealed_secret_opens_for_its_own_key_and_under_our_secret_only(
    merchant: Merchant,
) -> None:
    one, other = (keys.make(merchant, name="Till", scope="write").key for _ in range(2))
    other.verifier = one.verifier
    with pytest.raises(RefusedError, match="key_unusable"):
        verifier_of(other)
    with override_settings(SECRET_KEY="another"), pytest.raises(RefusedError, match="unusable"):
        verifier_of(one)


def test_an_ed25519_key_may_come_as_pem_or_base64(merchant: Merchant) -> None:
    public = Ed25519PrivateKey.generate().public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    for text in (public.public_bytes(*PEM).decode(), base64.b64encode(raw).decode()):
        made = keys.make(merchant, name="Till", scope="write", public_key=text)
        assert made.secret == ""
        assert verifier_of(made.key) == raw


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(b"\x01" + bytes(31)).decode(),
        base64.b64encode(b"\xec" + b"\xff" * 31).decode(),
        base64.b64encode(bytes(31) + b"\x80").decode(),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        X25519PrivateKey.generate().public_key().public_bytes(*PEM).decode(),
    ],
)
def test_it_refuses_what_is_no_safe_public_key(text: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        keys.raw_public_key(text)


def test_a_key_that_reads_does_not_write(shop: Shop) -> None:
    reading = shop.new_key("read")
    assert shop.get("/balance", key=reading).status == 200
    answer = shop.post("/payments", {}, key=new_nonce(), signing=reading)
    assert (answer.status, answer.step, answer.code) == (403, "scope", "read_only_key")


def test_a_token_alone_never_writes(shop: Shop) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = requests.request(
            method,
            f"{shop.origin}/merchant-api/v1/payments",
            json={},
            headers={"Authorization": f"Bearer {shop.key.token}"},
            timeout=30,
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "signature_required")


@pytest.mark.parametrize(
    "line", ["Bearer", "Bearer a b", "Basic YTpi", "bearer x", "Bearer ", "Bearer read_test_x"]
)
def test_a_broken_token_is_refused(shop: Shop, line: str) -> None:
    url = f"{shop.origin}/merchant-api/v1/balance"
    answer = requests.get(url, headers={"Authorization": line}, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_rotated_key_overlaps_with_its_successor(shop: Shop) -> None:
    made = rotate(shop, overlap_seconds=1)
    young = Key(made["id"], made["token"], made["secret"])
    assert shop.get("/balance", key=young).status == 200
    listed = {row["id"]: row for row in listing(shop)}
    assert listed[shop.key.id]["expires_at"]
    assert (listed[young.id]["state"], listed[young.id]["name"]) == ("active", "Till")
    until = time.monotonic() + 10
    while shop.get("/balance").status == 200:
        assert time.monotonic() < until
    assert shop.get("/balance").code == "key_expired"
    assert shop.read("/balance").code == "key_expired"
    assert shop.get("/balance", key=young).status == 200


def test_only_an_active_key_is_rotated(shop: Shop) -> None:
    rotate(shop)
    with pytest.raises(AssertionError, match="only an active key"):
        rotate(shop)
    with pytest.raises(AssertionError, match="seven days"):
        shop.platform.control(
            "POST", f"api-keys/{shop.key.id}/rotation", {"overlap_seconds": 10**6}
        )


def test_it_says_when_a_key_was_last_used(shop: Shop) -> None:
    assert listing(shop)[0]["last_used_at"] is None
    shop.get("/balance", ago=61)
    assert listing(shop)[0]["last_used_at"] is None
    shop.get("/balance")
    assert listing(shop)[0]["last_used_at"]


def test_a_busy_keys_row_is_written_once_a_minute(merchant: Merchant) -> None:
    key, now = keys.make(merchant, name="Till", scope="read").key, clock.now()
    key.note_use(now)
    key.refresh_from_db()
    key.note_use(now + timedelta(seconds=59))
    key.refresh_from_db()
    assert key.last_used_at == now
    key.note_use(now + timedelta(seconds=61))
    key.refresh_from_db()
    assert key.last_used_at == now + timedelta(seconds=61)


def test_there_is_an_end_to_how_many_keys_one_has(merchant: Merchant) -> None:
    made = [keys.make(merchant, name="Till", scope="read") for _ in range(keys.MOST_KEYS)]
    with pytest.raises(ValueError, match="50 keys"):
        keys.make(merchant, name="Till", scope="read")
    keys.revoke(made[0].key, clock.now())
    keys.make(merchant, name="Till", scope="read")


def rotate(shop: Shop, **facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.platform.control("POST", f"api-keys/{shop.key.id}/rotation", facts)
    return found


def listing(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.platform.control("GET", f"merchants/{shop.id}/keys")
    return found
