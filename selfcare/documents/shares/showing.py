"""What a share link may show of a transaction: the whole list, and nothing beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from selfcare.clients.shapes import Transaction
from selfcare.transactions import wording
from selfcare.web.moments import UTC, Zone


class Option(NamedTuple):
    """One thing that may be shown: its name, words for its owner, words for the one who looks."""

    name: str
    words: str
    label: str
    on: bool


# Notes, labels, files, balances and other transactions aren't here: no link ever shows them.
OPTIONS = (
    Option("amount", "The amount", "Amount", True),
    Option("date", "The day", "Day", True),
    Option("status", "Where it stands", "Status", True),
    Option("counterparty", "The other side’s name", "", True),
    Option("iban", "The end of the other side’s account number", "Their account", False),
    Option("account", "The end of your account number", "Account", False),
    Option("fee", "The fee", "Fee", False),
    Option("message", "The message that went with it", "Message", False),
    Option("reference", "The other side’s reference", "Reference", False),
    Option("end_to_end_id", "The end-to-end ID, for a bank", "End-to-end ID", False),
)
NAMES = tuple(option.name for option in OPTIONS)
DEFAULT = tuple(option.name for option in OPTIONS if option.on)
WORDS = {option.name: option.words for option in OPTIONS}
LIFETIMES = ((1, "1 day"), (7, "7 days"), (30, "30 days"))


def of(txn: Transaction, shown: Sequence[str]) -> dict[str, Any]:
    """What the public page may know: a part that isn't shown is not in here at all."""
    chosen = set(shown)
    name = txn.counterparty.name if "counterparty" in chosen else ""
    kind = wording.kind_of(txn.kind)
    titled = (kind.into if txn.direction == "in" else kind.out).format(name=name)
    told: dict[str, Any] = {"title": titled if name else kind.words, "facts": []}
    if "amount" in chosen:
        told["amount"] = txn.amount
        told["line"] = txn.line if "status" in chosen else ""
    if "status" in chosen:
        told["chip"] = _chip(txn)
    for option in OPTIONS:
        if option.name in chosen and (text := _text(txn, option.name)):
            told["facts"].append((option.label, text))
    return told


def _chip(txn: Transaction) -> wording.Chip:
    if txn.status == "action_required":
        # Seen by somebody else, nothing waits for "you".
        return wording.Chip("pending", "clock", "Not confirmed yet")
    return wording.status_of(txn)


def _text(txn: Transaction, name: str) -> str:
    at = txn.completed_at or txn.created_at
    local = Zone.of(UTC).local(at)
    texts = {
        "date": f"{local.day} {local:%B %Y}",
        "iban": f"•••• {txn.counterparty.tail}" if txn.counterparty.tail else "",
        "account": f"•••• {txn.account.tail}" if txn.account.tail else "",
        "fee": str(txn.fee),
        "message": txn.references.remittance_information or "",
        "reference": txn.references.merchant_reference or "",
        "end_to_end_id": txn.references.end_to_end_id or "",
    }
    return texts.get(name, "")
