"""Examines who sent a request, step by step, so that each step can be shown afterwards."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sandbox import clock
from sandbox.merchant_api import crowds, keys, nonces, rates, sealing, signatures, slips
from sandbox.merchant_api.models import ApiKey
from sandbox.merchant_api.signatures import Message, RefusedError, Signed
from sandbox.transactions.bodies import LARGEST

STEPS = (
    "rate", "target", "headers", "components", "parameters", "key", "time", "algorithm", "digest",
    "signature", "nonce", "scope",
)  # fmt: skip
BEARER_STEPS = ("rate", "target", "headers", "key", "scope")
BEARER = re.compile(r"Bearer ([!-~]{1,200})")
READS = ("GET",)
# Where the WSGI environment has what was refused without a look, for the log (`early.py`).
REFUSED_EARLY = "merchant_api.refused_early"
NO_SUCH_KEY = (
    "There is no such key here. Keys that begin with key_test_ belong to the sandbox, those with "
    "key_live_ to live operation."
)


@dataclass(slots=True)
class Examination:
    """What is known of a request's sender so far.

    `verdict` is what it is if nothing is refused, `hint` the slip that explains a refusal, if any,
    `placed` the key of which it has a place (`crowds.py`).
    """

    message: Message
    key: ApiKey | None = None
    signed: Signed | None = None
    verdict: str = "verified"
    base: str = ""
    hint: str = ""
    placed: ApiKey | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        return BEARER_STEPS if self.verdict == "bearer" else STEPS


def examine(
    exam: Examination, now: datetime, enter: Callable[[ApiKey], bool] = lambda _: True
) -> None:
    """Let the sender in, or raise RefusedError; `exam` says how far it came.

    `enter` takes one of the key's places, False if there is none.

    The key that a request names is looked up first, however broken the rest: it is whose log this
    goes to, and whose tokens it costs.
    """
    message = exam.message
    by_token = "authorization" in message.headers
    exam.verdict = "bearer" if by_token else "verified"
    exam.key = _named(message)
    if exam.key:
        _check_rate(exam, exam.key, enter)
    if "transfer-encoding" in message.headers:
        told = "Send the body in one piece, with Content-Length."
        raise RefusedError("target", "length_required", told, status=411)
    if len(message.content) > LARGEST:
        told = f"A body may have {LARGEST} bytes."
        raise RefusedError("target", "too_large", told, status=413)
    signatures.check_target(message, settings.SANDBOX_URL)
    if by_token:
        _by_token(exam, now)
    else:
        _by_signature(exam, now)


def _check_rate(exam: Examination, key: ApiKey, enter: Callable[[ApiKey], bool]) -> None:
    if wait := rates.take(key):
        raise too_many(wait, f"{key.rate} a second, {key.burst} of them at once")
    if enter(key):
        exam.placed = key
    else:
        raise too_many_at_once(f"{key.at_once} under way")


def claimed_key(message: Message) -> str:
    """The id of the key that a request says it is of, as far as that is known without asking."""
    if claimed := signatures.claimed_key(message):
        return claimed
    found = BEARER.fullmatch(message.header("authorization"))
    return rates.bearer_of(keys.hashed(found[1])) if found else ""


def _named(message: Message) -> ApiKey | None:
    if claimed := signatures.claimed_key(message):
        return keys.by_id(claimed)
    found = BEARER.fullmatch(message.header("authorization"))
    return keys.by_token(found[1]) if found else None


def _by_token(exam: Examination, now: datetime) -> None:
    both = {"signature", "signature-input"} & set(exam.message.headers)
    if both or not BEARER.fullmatch(exam.message.header("authorization")):
        raise RefusedError(
            "headers", "two_credentials" if both else "bad_authorization",
            "Send either a signature or `Authorization: Bearer read_…`.",
            status=400 if both else 401,
        )  # fmt: skip
    _check_key(exam, now)
    if exam.message.method not in READS:
        raise RefusedError(
            "scope", "signature_required", "A bearer token only reads; sign what changes things.",
            expected="Signature-Input and Signature", received="Authorization", status=403,
        )  # fmt: skip


def _by_signature(exam: Examination, now: datetime) -> None:
    message = exam.message
    signed = exam.signed = signatures.parse(message)
    exam.base = signatures.base(message, signed, settings.SANDBOX_URL)
    if exam.key and exam.key.public_id != signed.key_id:
        exam.key = None
    _check_key(exam, now)
    signatures.check_time(signed, now.timestamp())
    _check_algorithm(exam, signed)
    signatures.check_digest(message)
    _check_signature(exam, signed)
    _check_nonce(exam, signed)
    _check_scope(exam)


def _check_key(exam: Examination, now: datetime) -> None:
    key = exam.key
    if key is None:
        raise RefusedError("key", "unknown_key", NO_SUCH_KEY)
    state = key.state(now)
    if state in {"revoked", "expired"}:
        at = clock.maybe(key.revoked_at or key.expires_at)
        raise RefusedError("key", f"key_{state}", f"This key is {state} since {at}.")


def too_many(wait: float, allowed: str = "") -> RefusedError:
    refused = RefusedError(
        "rate", "too_many_requests", f"Too many requests of this key; wait {wait:.2f} s.",
        expected=allowed, status=429,
    )  # fmt: skip
    refused.wait = wait
    return refused


def too_many_at_once(allowed: str = "") -> RefusedError:
    refused = RefusedError(
        "rate", "too_many_at_once", "Too many requests of this key are under way; wait.",
        expected=allowed, status=429,
    )  # fmt: skip
    refused.wait = crowds.WAIT_SECONDS
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
