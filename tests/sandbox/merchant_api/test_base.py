"""Properties of what is read and what is signed, over whatever can be written."""

import base64
import contextlib
from dataclasses import dataclass, field, replace

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as some

from sandbox.merchant_api import signatures
from sandbox.merchant_api.signatures import Message, RefusedError, Signed
from tests.sandbox.merchant_api.shop import digest

ORIGIN = "https://box.example:8443"
HOST = ORIGIN.partition("://")[2]
KEY = "key_test_" + "0" * 32

segments = some.text("abcXYZ019-_", min_size=1, max_size=8)
values = some.text("abZ09._~!$'()*+,:@/?-", min_size=1, max_size=12)
queries = some.dictionaries(segments, values | some.sampled_from(["%2F", "%E2%82%AC"]), max_size=3)
contents = some.binary(max_size=60)


@some.composite
def messages(draw: some.DrawFn) -> Message:
    path = "/" + "/".join(draw(some.lists(segments, min_size=1, max_size=4)))
    query = "&".join(f"{name}={value}" for name, value in draw(queries).items())
    content = draw(contents)
    headers = {"host": HOST, "content-length": str(len(content))}
    if content:
        headers |= {"content-type": "application/json", "content-digest": digest(content)}
    if draw(some.booleans()):
        headers["idempotency-key"] = draw(some.text("abc0_-", min_size=16, max_size=30))
    method = draw(some.sampled_from(["GET", "POST", "PUT", "DELETE"]))
    return Message(method, path + (f"?{query}" if query else ""), headers, content)


def with_signature(message: Message, nonce: str, created: int) -> Message:
    """A signature whose bytes are none: only what stands around them is of interest."""
    quoted = " ".join(f'"{name}"' for name in signatures.required(message))
    told = f'({quoted});created={created};expires={created + 60};nonce="{nonce}";keyid="{KEY}"'
    value = base64.b64encode(bytes(32)).decode()
    more = {"signature-input": f'sig1={told};alg="hmac-sha256"', "signature": f"sig1=:{value}:"}
    return replace(message, headers={**message.headers, **more})


nonces = some.text("abcXYZ019+/=_-", min_size=16, max_size=88)
instants = some.integers(1_700_000_000, 1_900_000_000)
signed_messages = some.builds(with_signature, messages(), nonces, instants)


def base_of(message: Message) -> str:
    return signatures.base(message, signatures.parse(message), ORIGIN)


@given(signed_messages)
def test_what_is_well_formed_is_read_and_nothing_of_it_is_lost(message: Message) -> None:
    signatures.check_target(message, ORIGIN)
    signatures.check_digest(message)
    signed = signatures.parse(message)
    assert f"sig1={signed.params}" == message.header("signature-input")
    assert signed.components == signatures.required(message)
    lines = base_of(message).split("\n")
    assert len(lines) == len(signed.components) + 1
    assert lines[0] == f'"@method": {message.method}'
    assert lines[1] == f'"@target-uri": {ORIGIN}{message.target}'
    assert lines[-1] == f'"@signature-params": {signed.params}'


@given(signed_messages, signed_messages)
def test_different_requests_have_different_bases(one: Message, other: Message) -> None:
    def facts(message: Message) -> tuple[object, ...]:
        names = ("content-digest", "content-type", "idempotency-key", "signature-input")
        return message.method, message.target, *(message.header(name) for name in names)

    assert (facts(one) == facts(other)) == (base_of(one) == base_of(other))


@dataclass
class Outgoing:
    """What the other implementation takes for a request."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class NoKey(HTTPSignatureKeyResolver):  # type: ignore[misc]
    pass


@given(signed_messages)
def test_another_implementation_puts_the_same_base_together(message: Message) -> None:
    signed = signatures.parse(message)
    outgoing = Outgoing(message.method, ORIGIN + message.target, dict(message.headers))
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=NoKey())
    theirs, _, _ = signer._build_signature_base(
        outgoing,
        covered_component_ids=signer._parse_covered_component_ids(signed.components),
        signature_params={
            "created": signed.created, "expires": signed.expires, "nonce": signed.nonce,
            "keyid": signed.key_id, "alg": signed.algorithm,
        },
    )  # fmt: skip
    assert theirs == base_of(message)


wild = some.text(max_size=200)


@given(wild, wild, wild, wild, contents)
def test_whatever_comes_is_read_or_refused(
    target: str, line: str, signature: str, host: str, content: bytes
) -> None:
    headers = {"host": host, "signature-input": line, "signature": signature}
    message = Message("GET", target, headers, content)
    for act in (
        lambda: signatures.check_target(message, ORIGIN),
        lambda: signatures.parse(message),
        lambda: signatures.check_digest(message),
    ):
        with contextlib.suppress(RefusedError):
            act()
    assert signatures.claimed_key(message) == ""


@given(signed_messages, some.data())
def test_a_changed_line_is_refused_or_says_something_else(
    message: Message, data: some.DataObject
) -> None:
    """There is one spelling: no two lines are read as the same."""
    name = data.draw(some.sampled_from(["signature-input", "signature"]))
    line = message.header(name)
    place = data.draw(some.integers(0, len(line) - 1))
    letter = data.draw(some.sampled_from(" \t\"';:=(),%aZ09+/_-@.\\"))
    kind = data.draw(some.sampled_from(["put", "instead", "away"]))
    rest = line[place + (kind != "put") :]
    changed = line[:place] + ("" if kind == "away" else letter) + rest
    other = replace(message, headers={**message.headers, name: changed})
    if changed == line:
        return
    try:
        found = signatures.parse(other)
    except RefusedError:
        return
    assert whole(found) != whole(signatures.parse(message))


def whole(signed: Signed) -> tuple[str, bytes]:
    return signed.params, signed.signature


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "ed25519"])
@given(signature=some.binary(max_size=80), text=some.binary(max_size=80))
def test_no_made_up_signature_fits(algorithm: str, signature: bytes, text: bytes) -> None:
    verifier = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert not signatures.fits(signature, text, algorithm, verifier)
