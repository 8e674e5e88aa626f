"""Finds out which common slip a wrong signature is the result of; lets nobody in."""

import base64
import binascii
import re
from collections.abc import Iterator

from sandbox.merchant_api import signatures
from sandbox.merchant_api.signatures import Message, Signed


def find(message: Message, signed: Signed, origin: str, verifier: bytes) -> str:
    """A sentence, or "" where no slip of ours fits.

    It helps nobody without the key: the signature has to be right for the slip.
    """
    if len(signed.signature) != signatures.LENGTHS[signed.algorithm]:
        return (
            f"A signature with {signed.algorithm} has {signatures.LENGTHS[signed.algorithm]} bytes."
        )
    right = signatures.base(message, signed, origin)
    for told, text in _texts(right, message, origin):
        if signatures.fits(signed.signature, text.encode("ascii"), signed.algorithm, verifier):
            return told
    if signed.algorithm == "hmac-sha256":
        for told, secret in _secrets(verifier):
            if signatures.fits(signed.signature, right.encode("ascii"), signed.algorithm, secret):
                return told
    return ""


def _texts(right: str, message: Message, origin: str) -> Iterator[tuple[str, str]]:
    target, path = origin + message.target, message.target.partition("?")[0]
    yield "You signed a newline at the end: the base has none after its last line.", right + "\n"
    yield "You signed CR LF between the lines: it is LF alone.", right.replace("\n", "\r\n")
    line = '"@target-uri": '
    for told, other in (
        ("You signed the path only: @target-uri is the whole address.", message.target),
        ("You left the query out of @target-uri.", origin + path),
        ("You signed the address with http where we are at https.", target.replace("s:", ":", 1)),
        (
            "You signed the address with localhost, but sent it to another name.",
            re.sub(r"//[^/:]+", "//localhost", target, count=1),
        ),
    ):
        if other != target:
            yield told, right.replace(line + target, line + other)
    yield (
        "Your last line begins with `@signature-params` without quotation marks.",
        right.replace('"@signature-params"', "@signature-params"),
    )


def _secrets(secret: bytes) -> Iterator[tuple[str, bytes]]:
    """Other things that a secret is taken for."""
    tail = secret.split(b"_", 2)[-1]
    yield "You signed with the secret without its beginning: the whole text is the key.", tail
    try:
        decoded = base64.urlsafe_b64decode(tail + b"=" * (-len(tail) % 4))
    except binascii.Error:
        return
    yield "You decoded the secret: the text itself is the key, byte for byte.", decoded
    yield "You signed with the secret and a newline after it.", secret + b"\n"
