"""Makes what others are called fit to stand in a sentence of ours: names are data, never words."""

import re
import unicodedata

# Joiners are letters' business in many scripts; all other format characters only mislead.
_JOINERS = {"\u200c", "\u200d"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
LONGEST = 60


def plain(text: object, *, longest: int = LONGEST) -> str:
    """One line without controls or turned directions, clipped; nothing for what is no text."""
    if not isinstance(text, str):
        return ""
    folded = re.sub(r"\s+", " ", text)
    kept = "".join(c for c in folded if c in _JOINERS or unicodedata.category(c) not in _HIDDEN)
    kept = kept.strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def in_sentence(text: object, *, longest: int = LONGEST) -> str:
    """The same, set apart where it runs from right to left, so that it turns nothing around it."""
    kept = plain(text, longest=longest)
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in kept):
        return f"\u2068{kept}\u2069"
    return kept
