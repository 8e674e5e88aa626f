"""What a share link may show of a transaction: the whole list, and nothing beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.shapes import Transaction
from selfcare.transactions import wording
from selfcare.web import formats
from selfcare.web.moments import UTC, Zone


class Option(NamedTuple):
    """One thing that may be shown: its name, words for its owner, words for the one who looks."""

    name: str
    words: str
    label: str
    on: bool


# Notes, labels, files, balances and other transactions aren't here: no link ever shows them.
OPTIONS = (
    Option("amount", noop("The amount"), noop("Amount"), True),
    Option("date", noop("The day"), noop("Day"), True),
    Option("status", noop("Where it stands"), noop("Status"), True),
    Option("counterparty", noop("The other side’s name"), "", True),
    Option(
        "iban", noop("The end of the other side’s account number"), noop("Their account"), False
    ),
    Option("account", noop("The end of your account number"), noop("Account"), False),
    Option("fee", noop("The fee"), noop("Fee"), False),
    Option("message", noop("The message that went with it"), noop("Message"), False),
    Option("reference", noop("The other side’s reference"), noop("Reference"), False),
    Option("end_to_end_id", noop("The end-to-end ID, for a bank"), noop("End-to-end ID"), False),
)
NAMES = tuple(option.name for option in OPTIONS)
DEFAULT = tuple(option.name for option in OPTIONS if option.on)
LIFETIMES = ((1, noop("1 day")), (7, noop("7 days")), (30, noop("30 days")))


def said(names: Sequence[str]) -> list[str]:
    """What a link shows, in words and in the order of the list."""
    return [_(option.words) for option in OPTIONS if option.name in names]


def of(txn: Transaction, shown: Sequence[str]) -> dict[str, Any]:
    """What the public page may know: a part that isn't shown is not in here at all."""
    chosen = set(shown)
    name = txn.counterparty.name if "counterparty" in chosen else ""
    kind = wording.kind_of(txn.kind)
    # The words of a kind are in the language already.
    titled = kind.into if txn.direction == "in" else kind.out
    told: dict[str, Any] = {
        "title": titled.format(name=name) if name else kind.words,
        "facts": [],
    }
    if "amount" in chosen:
        told["amount"] = txn.amount
        told["line"] = txn.line if "status" in chosen else ""
    if "status" in chosen:
        told["chip"] = _chip(txn)
    for option in OPTIONS:
        if option.name in chosen and (text := _text(txn, option.name)):
            told["facts"].append((_(option.label), text))
    return told


def _chip(txn: Transaction) -> wording.Chip:
    if txn.status == "action_required":
        # Seen by somebody else, nothing waits for "you".
        return wording.Chip("pending", "clock", _("Not confirmed yet"))
    chip = wording.status_of(txn)
    return chip._replace(words=_(chip.words))


def _text(txn: Transaction, name: str) -> str:
    at = txn.completed_at or txn.created_at
    texts = {
        "date": formats.day(Zone.of(UTC).local(at).date()),
        "iban": f"•••• {txn.counterparty.tail}" if txn.counterparty.tail else "",
        "account": f"•••• {txn.account.tail}" if txn.account.tail else "",
        "fee": str(txn.fee),
        "message": txn.references.remittance_information or "",
        "reference": txn.references.merchant_reference or "",
        "end_to_end_id": txn.references.end_to_end_id or "",
    }
    return texts.get(name, "")
