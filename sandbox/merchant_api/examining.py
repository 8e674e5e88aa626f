"""Examines who sent a request, step by step, so that each step can be shown afterwards."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sandbox import clock
from sandbox.merchant_api import keys, nonces, rates, sealing, signatures, slips
from sandbox.merchant_api.models import ApiKey
from sandbox.merchant_api.signatures import Message, RefusedError, Signed

STEPS = (
    "target", "headers", "components", "parameters", "key", "rate", "time", "algorithm", "digest",
    "signature", "nonce", "scope",
)  # fmt: skip
BEARER_STEPS = ("target", "headers", "key", "rate", "scope")
BEARER = re.compile(r"Bearer ([!-~]{1,200})")
READS = ("GET",)
NO_SUCH_KEY = (
    "There is no such key here. Keys that begin with key_test_ belong to the sandbox, those with "
    "key_live_ to live operation."
)


@dataclass(slots=True)
class Examination:
    """What is known of a request's sender so far. `hint` is the slip that explains it, if any."""

    message: Message
    key: ApiKey | None = None
    signed: Signed | None = None
    verdict: str = "refused"
    base: str = ""
    hint: str = ""
    looked_at: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        return BEARER_STEPS if self.verdict == "bearer" else STEPS


def examine(exam: Examination, now: datetime) -> None:
    """Let the sender in, or raise RefusedError; `exam` says how far it came."""
    message = exam.message
    exam.looked_at = True
    signatures.check_target(message, settings.SANDBOX_URL)
    if "authorization" in message.headers:
        _by_token(exam, now)
    else:
        _by_signature(exam, now)


def _by_token(exam: Examination, now: datetime) -> None:
    exam.verdict = "bearer"
    found = BEARER.fullmatch(exam.message.header("authorization"))
    both = {"signature", "signature-input"} & set(exam.message.headers)
    if found is None or both:
        raise RefusedError(
            "headers", "two_credentials" if both else "bad_authorization",
            "Send either a signature or `Authorization: Bearer read_…`.",
            status=400 if both else 401,
        )  # fmt: skip
    _check_key(exam, keys.by_token(found[1]), now)
    _check_rate(exam)
    if exam.message.method not in READS:
        raise RefusedError(
            "scope", "signature_required", "A bearer token only reads; sign what changes things.",
            expected="Signature-Input and Signature", received="Authorization", status=403,
        )  # fmt: skip


def _by_signature(exam: Examination, now: datetime) -> None:
    message = exam.message
    claimed = signatures.claimed_key(message)
    exam.key = keys.by_id(claimed) if claimed else None
    signed = exam.signed = signatures.parse(message)
    exam.base = signatures.base(message, signed, settings.SANDBOX_URL)
    _check_key(exam, exam.key, now)
    _check_rate(exam)
    signatures.check_time(signed, now.timestamp())
    _check_algorithm(exam, signed)
    signatures.check_digest(message)
    _check_signature(exam, signed)
    _check_nonce(exam, signed)
    _check_scope(exam)
    exam.verdict = "verified"


def _check_key(exam: Examination, key: ApiKey | None, now: datetime) -> None:
    exam.key = key
    state = key.state(now) if key else "unknown"
    if state == "unknown":
        raise RefusedError("key", "unknown_key", NO_SUCH_KEY)
    if key and state in {"revoked", "expired"}:
        at = clock.maybe(key.revoked_at or key.expires_at)
        raise RefusedError("key", f"key_{state}", f"This key is {state} since {at}.")


def _check_rate(exam: Examination) -> None:
    key = exam.key
    if key and (wait := rates.take(key)):
        raise too_many(wait, f"{key.rate} a second, {key.burst} at once")


def too_many(wait: float, allowed: str = "") -> RefusedError:
    refused = RefusedError(
        "rate", "too_many_requests", f"Too many requests of this key; wait {wait:.2f} s.",
        expected=allowed, status=429,
    )  # fmt: skip
    refused.wait = wait
    return refused


def _check_algorithm(exam: Examination, signed: Signed) -> None:
    key = exam.key
    if key and signed.algorithm != key.algorithm:
        raise RefusedError(
            "algorithm", "wrong_algorithm", f"This key signs with {key.algorithm}.",
            expected=key.algorithm, received=signed.algorithm,
        )  # fmt: skip


def _check_signature(exam: Examination, signed: Signed) -> None:
    key = exam.key
    assert key is not None  # noqa: S101 (by `_check_key`)
    verifier = verifier_of(key)
    if not signatures.fits(signed.signature, exam.base.encode("ascii"), key.algorithm, verifier):
        exam.hint = slips.find(exam.message, signed, settings.SANDBOX_URL, verifier)
        raise RefusedError(
            "signature", "wrong_signature",
            "The signature isn't that of this request with this key. Compare your signature base "
            "with ours, line by line.",
            expected=exam.base, received="another text, or another key",
        )  # fmt: skip


def verifier_of(key: ApiKey) -> bytes:
    stored = bytes(key.verifier)
    if key.algorithm == ApiKey.Algorithm.ED25519:
        return stored
    try:
        return sealing.unseal(stored, key.public_id)
    except sealing.BrokenSealError:
        raise RefusedError(
            "key", "key_unusable", "We have lost what checks this key: make a new one."
        ) from None


def _check_nonce(exam: Examination, signed: Signed) -> None:
    if exam.key and not nonces.spend(exam.key, signed.nonce, signed.expires):
        raise RefusedError(
            "nonce", "nonce_used",
            "This nonce was used with this key: a retry needs a new nonce and a new signature, "
            "and the same Idempotency-Key.",
            received=signed.nonce,
        )  # fmt: skip


def _check_scope(exam: Examination) -> None:
    if exam.key and exam.message.method not in READS and exam.key.scope != ApiKey.Scope.WRITE:
        raise RefusedError(
            "scope", "read_only_key", "This key only reads.",
            expected="write", received=exam.key.scope, status=403,
        )  # fmt: skip
