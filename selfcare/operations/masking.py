"""Shows as much of people's data as looking after deliveries needs, and no more."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare.notifications.models.rules import Channel

# Facts that are codes, ids and times; what looks otherwise than one is told by its shape alone.
PLAIN = frozenset(
    {
        *("object", "id", "subject", "version", "kind", "direction", "status", "state", "currency"),
        *("reason_code", "merchant_id", "transaction_id", "expires_at", "respond_by", "actor"),
        *("waiting_for", "month", "scope", "acr", "channel", "sequence", "reason"),
    }
)
CODE = re.compile(r"[A-Za-z0-9_.:+\-]{0,80}", re.ASCII)
MOST_FACTS = 60
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an event says; `is_hidden`: its value isn't shown, only what it is."""

    name: str
    words: str
    is_hidden: bool


def address(channel: str, value: str) -> str:
    """`a•••@example.com`, `+49•••78`, `push.example`: enough to know it again by."""
    if channel == Channel.EMAIL:
        name, at, domain = value.rpartition("@")
        return f"{name[:1]}•••@{domain}" if at else "•••"
    if channel == Channel.SMS:
        return f"{value[:3]}•••{value[-2:]}" if len(value) > 7 else "•••"
    try:
        return urlsplit(value).hostname or "•••"
    except ValueError:
        return "•••"


def facts(data: Any) -> list[Fact]:
    """What an event says, each fact by its value where that is a code, else by its shape."""
    if not isinstance(data, Mapping):
        return [Fact("data", shape(data), is_hidden=True)]
    found = list(data.items())
    told = [_fact(str(name)[:80], value) for name, value in found[:MOST_FACTS]]
    if len(found) > MOST_FACTS:
        more = len(found) - MOST_FACTS
        words = ngettext("%(count)d more fact", "%(count)d more facts", more) % {"count": more}
        told.append(Fact("…", words, is_hidden=True))
    return told


def read(body: str) -> Any:
    """What a body says: its `data` where it is an event, else what it is."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return told.get("data", told) if isinstance(told, dict) else told


def everything(data: Any) -> str:
    """All of it, as JSON to be read by people."""
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)[:LONGEST_TEXT]


def shape(value: Any) -> str:
    """What kind of thing a value is, without the value."""
    if isinstance(value, str):
        count = len(value)
        return ngettext("text, %(count)d character", "text, %(count)d characters", count) % {
            "count": count
        }
    for kind, words in (
        (bool, _("yes or no")),
        (int, _("a whole number")),
        (float, _("a number with a fraction")),
    ):
        if isinstance(value, kind):
            return words
    if isinstance(value, list):
        count = len(value)
        return ngettext("list of %(count)d thing", "list of %(count)d things", count) % {
            "count": count
        }
    if isinstance(value, Mapping):
        count = len(value)
        return ngettext("object of %(count)d fact", "object of %(count)d facts", count) % {
            "count": count
        }
    return _("nothing")


def _fact(name: str, value: Any) -> Fact:
    if value is None:
        return Fact(name, _("nothing"), is_hidden=False)
    if name in PLAIN:
        if isinstance(value, bool | int):
            return Fact(name, str(value).lower(), is_hidden=False)
        if isinstance(value, str) and CODE.fullmatch(value):
            return Fact(name, value, is_hidden=False)
    return Fact(name, shape(value), is_hidden=True)
