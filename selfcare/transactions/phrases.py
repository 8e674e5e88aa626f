"""What a list is narrowed to, in words for chips, headings and manifests: tables, no rules."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import pgettext

from selfcare.transactions import days, wording
from selfcare.transactions.forms import STATUS_GROUPS
from selfcare.web import formats

# What a chip says before its value.
PARTS = {
    "word": noop("text"),
    "status": noop("status"),
    "kind": noop("kind"),
    "direction": noop("money"),
    "currency": noop("currency"),
    "days": noop("date"),
    "booked": noop("booked"),
    "amount": noop("amount"),
    "counterparty": noop("name"),
    "merchant": noop("merchant"),
    "reference": noop("reference"),
    "iban": noop("IBAN"),
    "label": noop("label"),
    "account": noop("account"),
    "needs_me": noop("needs"),
}
ADJECTIVES = {
    STATUS_GROUPS["waiting"]: "waiting",
    STATUS_GROUPS["pending"]: "pending",
    STATUS_GROUPS["completed"]: "completed",
    STATUS_GROUPS["unsuccessful"]: "failed or cancelled",
    ("created",): "just begun",
    ("scheduled",): "scheduled",
    ("processing",): "travelling",
    ("failed",): "failed",
    ("cancelled",): "cancelled",
    ("expired",): "lapsed",
}
DIRECTIONS = {"in": "incoming", "out": "outgoing"}
# How the rest of the sentence tells each part; `words` has its own.
EXTRAS = {
    "days": "",
    "booked": "booked",
    "amount": "",
    "currency": "in",
    "reference": "reference",
    "iban": "IBAN",
    "label": "labelled",
    "account": "account",
}


def status(codes: tuple[str, ...]) -> str:
    """`Pending` for a whole group, else the words of each status."""
    group = next((name for name, members in STATUS_GROUPS.items() if members == codes), "")
    if group:
        return wording.status_words(group)
    return ", ".join(wording.status_words(code) for code in codes if code in wording.STATUSES)


def value(name: str, said: Any) -> str:
    """The value of a part, as a person would say it."""
    match name, said:
        case "status", tuple():
            return status(said)
        case "kind", (str() as code, *_):
            return wording.kind_of(code).words
        case "iban", str():
            return " ".join(said[at : at + 4] for at in range(0, len(said), 4))
        case "needs_me", _said:
            return pgettext("as in: needs you", "you")
        case "direction", ("in" | "out") as way:
            return _("in") if way == "in" else _("out")
    return ", ".join(map(str, said)) if isinstance(said, tuple) else str(said)


def sentence(parts: Iterable[Any]) -> str:
    """One plain line: `Completed payments with Nordlicht Books, March 2026`.

    What such a sentence is made of bends in each language in another way, so others than English
    list what was chosen: `status: Completed, merchant: Nordlicht Books, date: March 2026`.
    """
    parts = list(parts)
    if parts and formats.active().language != "en":
        label = _("%(what)s: %(value)s")
        return ", ".join(
            label % {"what": _(PARTS[part.name]), "value": _dated(part)} for part in parts
        )
    by_name: dict[str, list[Any]] = {}
    for part in parts:
        by_name.setdefault(part.name, []).append(part)
    if not by_name:
        return _("All transactions")

    def said(name: str) -> list[str]:
        return [_dated(part) for part in by_name.get(name, [])]

    adjectives = [" or ".join(ADJECTIVES.get(p.value, p.words) for p in by_name.get("status", []))]
    adjectives += [DIRECTIONS.get(part.value, "") for part in by_name.get("direction", [])[:1]]
    kinds = [f"{words.lower()}s" for words in said("kind")]
    head = " ".join([*filter(None, adjectives), " or ".join(kinds) or "transactions"])
    if names := [*said("merchant"), *said("counterparty")]:
        head += f" with {' or '.join(names)}"
    if words := said("word"):
        head += " about " + " ".join(f"“{one}”" for one in words)
    if "needs_me" in by_name:
        head += " that wait for you"
    extras = [
        f"{before} {' or '.join(said(name))}".strip()
        for name, before in EXTRAS.items()
        if said(name)
    ]
    told = ", ".join([head, *extras])
    return told[:1].upper() + told[1:]


def _dated(part: Any) -> str:
    """A chip leaves out the year when it is this one; what is kept for years can't."""
    return part.value.words() if isinstance(part.value, days.Span) else str(part.words)
