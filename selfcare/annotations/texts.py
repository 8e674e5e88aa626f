"""Makes what people type fit to be kept and shown; it knows nothing of notes or labels."""

import re
import unicodedata

# What turns the reading direction of all that follows: a name could pretend to be another.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def lines(text: str) -> str:
    """Several lines as they were typed, with `\\n` between them and nothing that can't be kept.

    No database keeps half a character (a lone surrogate), PostgreSQL no NUL.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def line(text: str) -> str:
    """One line: white space folded, controls and turned directions gone."""
    plain = re.sub(r"\s+", " ", text).translate(_TURNS)
    return lines(plain).strip()


def alike(name: str) -> str:
    """What two names share that people read as the same one: `Café ` and `CAFE\u0301`."""
    return unicodedata.normalize("NFKC", line(name)).casefold()
