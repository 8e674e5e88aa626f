"""Signed requests with something changed: none is let in, and the unchanged one still is.

10,000 are examined in each run. MUTATIONS says how many go over the wire, to a server that reads
them itself: 600 in the usual run, 10000 for the whole proof.
"""

import base64
import os
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox import clock
from sandbox.merchant_api import examining, keys
from sandbox.merchant_api.examining import Examination
from sandbox.merchant_api.models import ApiKey
from sandbox.merchant_api.signatures import Message, RefusedError
from sandbox.people.models import Merchant
from tests.sandbox.merchant_api.shop import Key, Sent, Shop, exchange, new_nonce, open_shop
from tests.sandbox.running import Platform

MUTATIONS = int(os.environ.get("MUTATIONS", "600"))
# A signature holds for a minute: after so many, what was never changed must still be good.
AT_A_TIME = 200
BODY = {"amount_minor": 6490, "currency": "EUR", "return_url": "https://shop.example/paid"}


def byte_changed(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw))
    other = raw[place] ^ rng.randrange(1, 256)
    return raw[:place] + bytes([other]) + raw[place + 1 :]


def bit_changed(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(8)]) + raw[place + 1 :]


def byte_lost(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw))
    return raw[:place] + raw[place + 1 :]


def byte_doubled(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw))
    return raw[:place] + raw[place : place + 1] + raw[place:]


def bytes_swapped(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw) - 1)
    return raw[:place] + raw[place : place + 2][::-1] + raw[place + 2 :]


def piece_moved(raw: bytes, rng: random.Random) -> bytes:
    start, end, to = (rng.randrange(len(raw)) for _ in range(3))
    piece = raw[min(start, end) : max(start, end)]
    rest = raw.replace(piece, b"", 1)
    return rest[:to] + piece + rest[to:]


def line_lost(raw: bytes, rng: random.Random) -> bytes:
    lines = raw.split(b"\r\n")
    lines.pop(rng.randrange(len(lines)))
    return b"\r\n".join(lines)


def line_doubled(raw: bytes, rng: random.Random) -> bytes:
    head, _, content = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    lines.append(lines[rng.randrange(1, len(lines))])
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def word_changed(raw: bytes, rng: random.Random) -> bytes:
    """Something that means something becomes something else of its kind."""
    words = [
        (b"GET", b"PUT"), (b"POST", b"GET"), (b"/balance", b"/payments"), (b"?limit=5", b""),
        (b"/payments", b"/%70ayments"), (b"/payments", b"//payments"), (b"/v1/", b"/v1/./"),
        (b"limit=5", b"limit=6"), (b"limit=5", b"limit=5&limit=6"), (b"limit=5", b"limit=%35"),
        (b"created=1", b"created=2"), (b"expires=1", b"expires=2"), (b";alg=", b";tag="),
        (b"hmac-sha256", b"ed25519"), (b"hmac-sha256", b"hmac-sha512"),
        (b"ed25519", b"hmac-sha256"),
        (b'"@method" ', b""), (b'"@method" "@target-uri"', b'"@target-uri" "@method"'),
        (b' "content-digest"', b""), (b' "idempotency-key"', b""), (b"sha-256", b"sha-512"),
        (b"6490", b"9490"), (b"EUR", b"GBP"), (b"sig1=(", b"sig1=( "), (b";nonce", b"; nonce"),
        (b"Signature:", b"Signature :"), (b"key_test_", b"key_live_"), (b"/paid", b"/late"),
        (b"application/json", b"application/json;charset=utf-8"), (b"sig1=", b"sig2="),
    ]  # fmt: skip
    known = [(old, new) for old, new in words if old in raw]
    old, new = rng.choice(known)
    return raw.replace(old, new)


KINDS = (
    byte_changed, byte_changed, byte_changed, bit_changed, byte_lost, byte_doubled, bytes_swapped,
    piece_moved, line_lost, line_doubled, word_changed, word_changed,
)  # fmt: skip


def meaning(raw: bytes) -> object:
    """What HTTP says of these bytes: field names in any case, blanks around values, any
    minor version (RFC 9110, section 2.5), fields in any order, and nothing after the body's end."""
    head, _, content = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    fields = {}
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() in fields:
            return raw
        fields[name.lower()] = value.strip(b" \t")
    length = fields.get(b"content-length", b"0")
    size = int(length) if length.isdigit() else -1
    method_and_target = first.rsplit(b" ", 1)
    if not re.fullmatch(rb"HTTP/1\.[0-9]", method_and_target[-1]) or size < 0:
        return raw
    body = content[:size] if len(content) >= size else None
    signed = {
        name: value
        for name, value in fields.items()
        if name in SIGNED and name != b"content-length"
    }
    return method_and_target[0], tuple(sorted(signed.items())), body


SIGNED = {
    b"host", b"content-type", b"content-digest", b"content-length", b"idempotency-key",
    b"signature-input", b"signature", b"authorization",
}  # fmt: skip


def mutations(raw: bytes, rng: random.Random) -> Iterator[bytes]:
    while True:
        changed = rng.choice(KINDS)(raw, rng)
        if meaning(changed) != meaning(raw):
            yield changed


def requests_of(shop: Shop) -> Iterator[Sent]:
    while True:
        yield shop.signed("GET", "/payments?limit=5")
        yield shop.signed("POST", "/payments", BODY, idempotency_key=new_nonce())
        yield shop.signed("GET", "/balance")


@pytest.mark.parametrize("ed25519", [False, True], ids=["hmac-sha256", "ed25519"])
def test_nothing_changed_is_let_in(platform: Platform, ed25519: bool) -> None:
    shop = open_shop(platform, ed25519=ed25519)
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BODY["return_url"]})
    rng = random.Random(20 + ed25519)
    left, sources = MUTATIONS // 2, requests_of(shop)
    while left:
        sent = next(sources)
        changed = mutations(sent.raw, rng)
        for _ in range(min(left, AT_A_TIME)):
            raw = next(changed)
            status = exchange(platform.url, raw).status
            assert status == 0 or 400 <= status < 500, (raw, sent.raw)
            left -= 1
        good = shop.send(sent)
        assert good.status == (201 if sent.content else 200), good.body
        again = shop.send(sent)
        assert again.code == "nonce_used"


@pytest.mark.parametrize("ed25519", [False, True], ids=["hmac-sha256", "ed25519"])
def test_each_byte_counts(platform: Platform, ed25519: bool) -> None:
    """Every single byte of a request that writes, changed once."""
    shop = open_shop(platform, ed25519=ed25519)
    rng = random.Random(7)
    raw = shop.signed("POST", "/payments", BODY, idempotency_key=new_nonce()).raw
    step = max(1, len(raw) * 2 // max(1, MUTATIONS))
    for place in range(0, len(raw), step):
        other = raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(7)]) + raw[place + 1 :]
        if meaning(other) != meaning(raw):
            answer = exchange(platform.url, other)
            assert answer.code != "unknown_return_url", other
            assert answer.status == 0 or 400 <= answer.status < 500, other
    # The signature itself is good: only the wish isn't.
    assert exchange(platform.url, raw).code == "unknown_return_url"


def arrived(raw: bytes) -> Message | None:
    """The bytes as a server reads them, or None where it would refuse them itself."""
    head, _, content = raw.decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            return None
        known = fields.get(name.lower())
        value = value.strip(" \t")
        fields[name.lower()] = value if known is None else f"{known},{value}"
    size = fields.get("content-length", "0")
    if len(words) != 3 or not re.fullmatch(r"HTTP/1\.[0-9]", words[2]):
        return None
    if not size.isascii() or not size.isdecimal():
        return None
    return Message(words[0], words[1], fields, content.encode("latin-1")[: int(size)])


@pytest.mark.django_db
@pytest.mark.parametrize("ed25519", [False, True], ids=["hmac-sha256", "ed25519"])
def test_of_ten_thousand_none_is_let_in(ed25519: bool) -> None:
    merchant = Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")
    private = Ed25519PrivateKey.generate() if ed25519 else None
    raw_public = private.public_key().public_bytes_raw() if private else b""
    made = keys.make(
        merchant, name="Till", scope="write", public_key=base64.b64encode(raw_public).decode()
    )
    ApiKey.objects.update(rate=10**6, burst=10**6)
    key = Key(made.key.public_id, made.token, made.secret, private)
    shop = Shop(None, "mer_lamps", key, origin="http://127.0.0.1:9000")  # type: ignore[arg-type]
    rng, tried, steps = random.Random(40 + ed25519), 0, Counter[str]()
    sources = requests_of(shop)
    while tried < 5000:
        sent = next(sources)
        changed = mutations(sent.raw, rng)
        for _ in range(100):
            if message := arrived(next(changed)):
                with pytest.raises(RefusedError) as refused:
                    examining.examine(Examination(message), clock.now())
                steps[refused.value.step] += 1
                tried += 1
        good = arrived(sent.raw)
        assert good
        examining.examine(Examination(good), clock.now())
    # What is tried reaches every step that a changed byte can fail at.
    assert set(steps) > {"target", "headers", "components", "parameters", "digest", "signature"}
