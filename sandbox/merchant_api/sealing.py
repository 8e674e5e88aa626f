"""Seals what must be read again but not by who holds a copy of the database; knows no table."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"sandbox merchant api keys 1"


class BrokenSealError(Exception):
    """Sealed under another SANDBOX_SECRET_KEY, or for something else."""


def seal(secret: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + _cipher().encrypt(nonce, secret, bound_to.encode())


def unseal(sealed: bytes, bound_to: str) -> bytes:
    try:
        return _cipher().decrypt(sealed[:12], sealed[12:], bound_to.encode())
    except InvalidTag:
        raise BrokenSealError(bound_to) from None


def _cipher() -> AESGCM:
    found = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return AESGCM(found.derive(settings.SECRET_KEY.encode()))
