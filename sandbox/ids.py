"""Opaque ids: UUIDv7 inside, `prefix_hex` on the wire; knows no table."""

import random
import re
import secrets
import uuid
from datetime import datetime

_HEX = re.compile(r"[0-9a-f]{32}")


def uuid7(at: datetime, rng: random.Random | None = None) -> uuid.UUID:
    """A UUIDv7 (RFC 9562) for the instant; with `rng` the same for the same seed."""
    noise = rng.getrandbits(74) if rng else secrets.randbits(74)
    milliseconds = int(at.timestamp() * 1000)
    number = milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return uuid.UUID(int=number)


def wire(prefix: str, value: uuid.UUID) -> str:
    return f"{prefix}_{value.hex}"


def unwire(prefix: str, value: str) -> uuid.UUID | None:
    """The UUID of a wire id, or None for anything that never was one."""
    head, _, tail = value.partition("_")
    if head != prefix or not _HEX.fullmatch(tail):
        return None
    return uuid.UUID(tail)
