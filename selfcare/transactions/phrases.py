"""What a list is narrowed to, in words for chips, headings and manifests: tables, no rules."""

from collections.abc import Iterable
from typing import Any

from selfcare.transactions import days, wording
from selfcare.transactions.forms import STATUS_GROUPS

# What a chip says before its value.
PARTS = {
    "word": "text",
    "status": "status",
    "kind": "kind",
    "direction": "money",
    "currency": "currency",
    "days": "date",
    "booked": "booked",
    "amount": "amount",
    "counterparty": "name",
    "merchant": "merchant",
    "reference": "reference",
    "iban": "IBAN",
    "label": "label",
    "account": "account",
    "needs_me": "needs",
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
    "days": "{}",
    "booked": "booked {}",
    "amount": "{}",
    "currency": "in {}",
    "reference": "reference {}",
    "iban": "IBAN {}",
    "label": "labelled {}",
    "account": "account {}",
}


def status(codes: tuple[str, ...]) -> str:
    """`Pending` for a whole group, else the words of each status."""
    group = next((name for name, members in STATUS_GROUPS.items() if members == codes), "")
    if group:
        return wording.STATUS_GROUPS[group]
    return ", ".join(wording.STATUSES[code].words for code in codes if code in wording.STATUSES)


def value(name: str, said: Any) -> str:
    """The value of a part, as a person would say it."""
    match name, said:
        case "status", tuple():
            return status(said)
        case "kind", (str() as code, *_):
            return wording.kind_of(code).words
        case "iban", str():
            return " ".join(said[at : at + 4] for at in range(0, len(said), 4))
        case "needs_me", _:
            return "you"
        case _, tuple():
            return ", ".join(map(str, said))
    return str(said)


def sentence(parts: Iterable[Any]) -> str:
    """One plain line: `Completed payments with Nordlicht Books, March 2026`."""
    by_name: dict[str, list[Any]] = {}
    for part in parts:
        by_name.setdefault(part.name, []).append(part)
    if not by_name:
        return "All transactions"

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
    extras = [form.format(" or ".join(said(name))) for name, form in EXTRAS.items() if said(name)]
    told = ", ".join([head, *extras])
    return told[:1].upper() + told[1:]


def _dated(part: Any) -> str:
    """A chip leaves out the year when it is this one; what is kept for years can't."""
    return part.value.words() if isinstance(part.value, days.Span) else str(part.words)
