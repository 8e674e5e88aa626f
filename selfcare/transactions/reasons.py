"""Reads reasons.toml: what a technical reason code means, and what a person can do about it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

WAYS = ("", "repeat", "contact", "wrong", "similar", "support")


class Reason(NamedTuple):
    """`name` is the standard's own; `way` is where to do what `advice` says."""

    code: str
    name: str
    words: str
    advice: str
    way: str = ""


UNKNOWN = Reason(
    "",
    "",
    noop("The bank’s code for it is {code}."),
    noop("Ask support and give them the code."),
    "support",
)


@cache
def known() -> dict[str, Reason]:
    """All that we have words for, by their code."""
    text = Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    del content["texts"]  # which keys are for people, told to the catalogs
    return {code: Reason(code, **told) for code, told in content.items()}


def of(code: str) -> Reason:
    """Words for a reason code; an unknown one is shown as it came, for support."""
    found = known().get(code, UNKNOWN)
    words = _(found.words).replace("{code}", code)
    return found._replace(code=code, words=words, advice=_(found.advice))
