"""Reads and checks the signature of a request (RFC 9421, RFC 9530); no tables, no clock."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST_SECONDS = 60
SKEW_SECONDS = 5
LABEL = "sig1"
LONGEST_TARGET = 2000
LONGEST_INPUT = 1000

PATH = r"(?:/[A-Za-z0-9_-]+)+"
# What RFC 3986 lets a query hold, an escape only in its one spelling.
QUERY = r"(?:[A-Za-z0-9._~!$'()*+,:@/?=&-]|%[0-9A-F]{2})+"
METHOD = re.compile(r"[A-Z]{3,10}")
TARGET = re.compile(rf"{PATH}(?:\?{QUERY})?")
INPUT = re.compile(
    r'sig1=(?P<params>\((?P<components>"[@a-z-]{1,40}"(?: "[@a-z-]{1,40}"){0,9})\)'
    r"(?P<parameters>(?:;[a-z]{1,12}=(?:[0-9]{1,15}|\"[!#-\[\]-~]{1,100}\")){1,9}))"
)
PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]+)|"([!#-\[\]-~]+)")')
INSTANT = re.compile(r"[1-9][0-9]{9}")
NONCE = re.compile(r"[A-Za-z0-9+/=_-]{16,88}")
VALUE = re.compile(r"sig1=:([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==):")
DIGEST = re.compile(r"(sha-256|sha-512)=:([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==):")
KEY_ID = re.compile(r'[;]keyid="(key_(?:test|live)_[0-9a-f]{32})"')
PARAMETERS = ("created", "expires", "nonce", "keyid", "alg")
LENGTHS = {"hmac-sha256": 32, "ed25519": 64}
HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


class RefusedError(Exception):
    """A request that fails at `step`; `expected` and `received` explain it to its sender."""

    def __init__(
        self, step: str, code: str, detail: str, *, expected: str = "", received: str = "",
        status: int = 401,
    ) -> None:  # fmt: skip
        super().__init__(f"{step} {code}")
        self.step, self.code, self.detail, self.status = step, code, detail, status
        self.expected, self.received = expected, received
        self.wait = 0.0


@dataclass(frozen=True, slots=True)
class Message:
    """What arrived: the request line's parts as they stood there, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says of itself; `params` is the text that stands in the base."""

    params: str
    components: tuple[str, ...]
    created: int
    expires: int
    nonce: str
    key_id: str
    algorithm: str
    signature: bytes = field(repr=False)


def check_target(message: Message, origin: str) -> None:
    """Only targets that nobody can read in two ways, sent to who we are."""
    target = message.target
    if not METHOD.fullmatch(message.method):
        raise RefusedError("target", "bad_method", "That is no method of HTTP.", status=400)
    if len(target) > LONGEST_TARGET or not TARGET.fullmatch(target):
        raise RefusedError(
            "target", "bad_target",
            "The path may have letters, digits, - and _ between single slashes; the query must be "
            "escaped with capital hex digits, and isn't empty.",
            expected="/merchant-api/v1/…", received=target[:LONGEST_TARGET], status=400,
        )  # fmt: skip
    names = [part.partition("=")[0] for part in target.partition("?")[2].split("&")]
    escaped = any("%" in name or "+" in name for name in names)
    if escaped or len(names) != len(set(names)) or (len(names) > 1 and "" in names):
        raise RefusedError(
            "target", "bad_target", "Each parameter may come once, its name without escapes.",
            received=target, status=400,
        )  # fmt: skip
    authority = origin.partition("://")[2]
    if message.header("host") != authority:
        raise RefusedError(
            "target", "misdirected", f"This is {origin}: send it there by that name.",
            expected=authority, received=message.header("host")[:200], status=421,
        )  # fmt: skip


def parse(message: Message) -> Signed:
    """The signature in its one spelling. RefusedError at `headers`, `components`, `parameters`."""
    line = message.header("signature-input")
    found = INPUT.fullmatch(line) if len(line) <= LONGEST_INPUT else None
    if found is None:
        raise RefusedError(
            "headers", "bad_signature_input" if line else "signature_missing",
            "Send one Signature-Input, labelled sig1, with single spaces between the components "
            "and none elsewhere.",
            expected=f"{LABEL}=({_quoted(required(message))});created=…;expires=…;nonce=\"…\";"
            "keyid=\"key_…\";alg=\"…\"",
            received=line[:LONGEST_INPUT],
        )  # fmt: skip
    signature = _signature(message)
    components = tuple(part[1:-1] for part in found["components"].split(" "))
    wanted = required(message)
    if components != wanted:
        raise RefusedError(
            "components", "wrong_components",
            "Sign exactly these, in this order: " + ", ".join(wanted) + ".",
            expected=_quoted(wanted), received=_quoted(components),
        )  # fmt: skip
    _check_there(message, wanted)
    facts = _parameters(found["parameters"])
    return Signed(
        params=found["params"], components=components, signature=signature,
        created=int(facts["created"]), expires=int(facts["expires"]), nonce=facts["nonce"],
        key_id=facts["keyid"], algorithm=facts["alg"],
    )  # fmt: skip


def required(message: Message) -> tuple[str, ...]:
    """The components that this message has to be signed over, in order."""
    found = ["@method", "@target-uri"]
    if message.content:
        found += ["content-type", "content-digest"]
    if "idempotency-key" in message.headers:
        found.append("idempotency-key")
    return tuple(found)


def base(message: Message, signed: Signed, origin: str) -> str:
    """The signature base (RFC 9421, section 2.5), as both sides compute it."""
    derived = {"@method": message.method, "@target-uri": origin + message.target}
    lines = [
        f'"{name}": {derived[name] if name in derived else message.headers[name]}'
        for name in signed.components
    ]
    return "\n".join([*lines, f'"@signature-params": {signed.params}'])


def check_time(signed: Signed, now: float) -> None:
    """`now` in seconds since 1970. At most a minute long, begun, and not over."""
    span = signed.expires - signed.created
    received = f"created={signed.created}, expires={signed.expires}"
    ours = f"our clock: {now:.3f}"
    if not 0 < span <= LONGEST_SECONDS:
        raise RefusedError(
            "time", "bad_lifetime",
            f"expires must be 1 to {LONGEST_SECONDS} seconds after created.",
            expected=f"expires from {signed.created + 1} to {signed.created + LONGEST_SECONDS}",
            received=received,
        )  # fmt: skip
    if signed.created > now + SKEW_SECONDS:
        raise RefusedError(
            "time", "created_in_future",
            f"created lies in the future: your clock is ahead of ours, which says {int(now)}.",
            expected=f"created up to {int(now) + SKEW_SECONDS}; {ours}", received=received,
        )  # fmt: skip
    if now >= signed.expires:
        raise RefusedError(
            "time", "signature_expired",
            f"The signature is over: sign anew, right before sending. Our clock says {int(now)}.",
            expected=f"expires after {now:.3f}; {ours}", received=received,
        )  # fmt: skip


def check_digest(message: Message) -> None:
    """The body is the one whose digest was signed (RFC 9530), and all of what was announced."""
    announced = message.header("content-length") or str(len(message.content))
    if announced.lstrip("0") != str(len(message.content)).lstrip("0"):
        raise RefusedError(
            "digest", "body_incomplete", "The body ended before it was over.",
            expected=f"{announced[:20]} bytes", received=f"{len(message.content)} bytes",
            status=400,
        )  # fmt: skip
    if not message.content:
        if "content-digest" in message.headers:
            raise RefusedError(
                "digest", "digest_without_body", "There is no body, so leave out Content-Digest."
            )
        return
    line = message.header("content-digest")
    found = DIGEST.fullmatch(line)
    names = "sha-256=:" + base64.b64encode(hashlib.sha256(message.content).digest()).decode() + ":"
    if found is None:
        raise RefusedError(
            "digest", "bad_digest", "Content-Digest must be one digest, sha-256 or sha-512.",
            expected=names, received=line[:300],
        )  # fmt: skip
    given = _decoded(found[2])
    real = HASHES[found[1]](message.content).digest()
    if given is None or not hmac.compare_digest(given, real):
        raise RefusedError(
            "digest", "wrong_digest", "The digest isn't that of the body that arrived.",
            expected=f"{found[1]}=:{base64.b64encode(real).decode()}:", received=line,
        )  # fmt: skip


def fits(signature: bytes, text: bytes, algorithm: str, verifier: bytes) -> bool:
    """Whether the signature is that of the text, in a time that doesn't depend on how nearly."""
    if len(signature) != LENGTHS[algorithm]:
        return False
    if algorithm == "hmac-sha256":
        return hmac.compare_digest(hmac.digest(verifier, text, "sha256"), signature)
    try:
        Ed25519PublicKey.from_public_bytes(verifier).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def claimed_key(message: Message) -> str:
    """The one key that a request names, however broken the rest; only to know whose log it is."""
    found = KEY_ID.findall(message.header("signature-input")[:4000])
    return str(found[0]) if len(set(found)) == 1 else ""


def _check_there(message: Message, wanted: tuple[str, ...]) -> None:
    """What is signed must be there, and be text that a signature base can hold."""
    for name in wanted:
        value = "-" if name.startswith("@") else message.header(name)
        if not value or not value.isascii() or not value.isprintable():
            raise RefusedError(
                "components", "missing_header", f"The header {name} is missing, or isn't ASCII.",
                expected=name, received=value[:200],
            )  # fmt: skip


def _signature(message: Message) -> bytes:
    line = message.header("signature")
    found = VALUE.fullmatch(line)
    decoded = _decoded(found[1]) if found else None
    if decoded is None:
        raise RefusedError(
            "headers", "bad_signature" if line else "signature_missing",
            "Send one Signature, labelled sig1: 32 bytes for hmac-sha256 or 64 for ed25519, in "
            "base64 between colons.",
            expected=f"{LABEL}=:…:", received=f"{len(line)} characters",
        )  # fmt: skip
    return decoded


def _parameters(text: str) -> dict[str, str]:
    pairs = [(name, number or word) for name, number, word in PARAMETER.findall(text)]
    facts = dict(pairs)
    names = [name for name, _ in pairs]
    quoted = {name for name, number, _ in PARAMETER.findall(text) if not number}
    fine = (
        sorted(names) == sorted(PARAMETERS)
        and quoted == {"nonce", "keyid", "alg"}
        and all(INSTANT.fullmatch(facts[name]) for name in ("created", "expires"))
        and NONCE.fullmatch(facts["nonce"])
        and facts["alg"] in LENGTHS
    )
    if not fine:
        raise RefusedError(
            "parameters", "bad_parameters",
            "Each once: created and expires in seconds since 1970, nonce of 16 to 88 characters "
            "of base64, keyid, and alg (hmac-sha256 or ed25519).",
            expected=", ".join(PARAMETERS), received=", ".join(names),
        )  # fmt: skip
    return facts


def _decoded(text: str) -> bytes | None:
    """Base64 in its one spelling: the last letter has no bits to spare."""
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return found if base64.b64encode(found).decode() == text else None


def _quoted(components: tuple[str, ...]) -> str:
    return " ".join(f'"{name}"' for name in components)
