"""Codes on receipts: made, read as people type them, and written in groups; no tables."""

import re
import secrets

# Crockford's base 32 has no I, L, O and U; what is typed for them is read as what was meant.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEANT = str.maketrans("OIL", "011")
# Five bits each: 80 bits, so that guessing a thousand a second for an age finds none.
LENGTH = 16
GROUP = 4
# More than this is no code with spaces and dashes in it.
LONGEST_TYPED = 80


def new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """`R7KM-20TQ-9F4X-8B3N`, as it is printed."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """What was typed or followed, as it is stored; empty if it can't be a code."""
    if len(typed) > LONGEST_TYPED:
        return ""
    plain = re.sub(r"[\s\-\u2010-\u2015\u2212_.]", "", typed).upper().translate(MEANT)
    return plain if re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", plain) else ""
