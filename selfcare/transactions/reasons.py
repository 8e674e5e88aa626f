"""Reads reasons.toml: what a technical reason code means, and what a person can do about it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

WAYS = ("", "repeat", "contact", "wrong", "similar", "support")


class Reason(NamedTuple):
    """`name` is the standard's own; `way` is where to do what `advice` says; `incoming` is said
    in place of `words` where the money was to come to the person."""

    code: str
    name: str
    words: str
    advice: str
    way: str = ""
    incoming: str = ""


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


def of(code: str, direction: str = "out") -> Reason:
    """Words for a reason code; an unknown one is shown as it came, for support."""
    found = known().get(code, UNKNOWN)
    if direction == "in":
        found = _incoming(found)
    words = _(found.words).replace("{code}", code)
    advice = _(found.advice) if found.advice else ""
    return found._replace(code=code, words=words, advice=advice)


def _incoming(reason: Reason) -> Reason:
    """Who sends has to send it again; asking support and looking for the other one stay theirs."""
    told = reason._replace(words=reason.incoming or reason.words)
    return told if told.way in {"support", "similar"} else told._replace(advice="", way="contact")
