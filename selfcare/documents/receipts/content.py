"""What a receipt says, in words, once for the page and the PDF; it reads and stores nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from selfcare.clients.shapes import Transaction
from selfcare.documents.receipts.models import ReceiptCode
from selfcare.documents.receipts.qr import Drawing, drawing
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.web.moments import Zone
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

# By how final it is: title, and what the page and the file are called.
TITLES = {
    "final": ("Receipt", "receipt"),
    "open": ("Payment confirmation, not final", "confirmation-not-final"),
    "void": ("No money moved", "no-money-moved"),
    "unknown": ("State not known", "state-not-known"),
}
SAYINGS = {
    "final": "Paid by {payer} to {payee}, final on {final}.",
    "open": "From {payer} to {payee}. On {as_of} it was: {status}. It can still change or fail, "
    "so this is no proof that it was paid.",
    "void": "From {payer} to {payee}. It didn’t happen: {status}, {final}. No money moved.",
    "unknown": "From {payer} to {payee}. On {as_of} the platform called its state “{status}”, "
    "which we have no words for. This is no proof that it was paid.",
}
# (direction, how final): the first and the last line of the sum.
SUMS = {
    ("out", "final"): ("Paid", "It cost"),
    ("out", "open"): ("To be paid", "It would cost"),
    ("in", "final"): ("Received", "It brought"),
    ("in", "open"): ("To be received", "It would bring"),
}
# On paper that others read, nothing waits for "you".
WAITS = "Waiting for its confirmation"
NO_PROOF = {
    "local": "Runs on one machine: no proof of payment",
    "staging": "A rehearsal: no proof of payment",
    "sandbox": "Sandbox: no proof of payment",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is, and what stands there; `is_code` for what is copied by letter."""

    words: str
    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum; `line` says how final it is, and stands under the last one alone."""

    words: str
    amount: Money
    line: str = ""

    def data(self) -> dict[str, str]:
        line = {"line": self.line} if self.line else {}
        return {"words": self.words, **_figures(self.amount), **line}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, or what stands for it while there can't be one."""

    transaction_id: str
    title: str
    filename: str
    line: str
    amount: Money
    say: str
    facts: tuple[Fact, ...]
    sum: tuple[Line, ...]
    code: str
    address: str
    qr: Drawing | None
    as_of: str
    made_at: datetime
    no_proof: str

    def data(self) -> dict[str, Any]:
        """For typst/receipt.typ."""
        return {
            "title": self.title,
            "line": self.line,
            "amount": _figures(self.amount),
            "say": self.say,
            "facts": [
                [fact.words, fact.text, *(["code"] if fact.is_code else [])] for fact in self.facts
            ],
            "sum_title": "What it comes to",
            "sum": [one.data() for one in self.sum],
            "code": self.code,
            "address": self.address,
            "qr": {"path": self.qr.path, "box": self.qr.box} if self.qr else None,
            "environment": self.no_proof,
            "foot": f"{self.title}, {self.transaction_id}. As of {self.as_of}.",
            "as_of": self.as_of,
        }


def of(txn: Transaction, person: Person, code: ReceiptCode, now: datetime) -> Receipt:
    """The receipt of `txn` as it is at `now`, bearing `code`."""
    zone = Zone.of(zone_of(person), now)
    title, filename = TITLES[txn.line]
    theirs = _their_name(txn)
    payer, payee = (person.name, theirs) if txn.direction == "out" else (theirs, person.name)
    as_of = _moment(zone, now)
    status = wording.STATUSES.get(txn.status)
    words = WAITS if txn.waits_for_person else status.words if status else txn.status
    say = SAYINGS[txn.line].format(
        payer=payer,
        payee=payee,
        final=_moment(zone, txn.completed_at or txn.updated_at),
        as_of=as_of,
        status=words[:1].lower() + words[1:],
    )
    return Receipt(
        transaction_id=txn.id,
        title=title,
        filename=f"{filename}-{txn.id}.pdf",
        line=txn.line,
        amount=txn.amount,
        say=say,
        facts=tuple(_facts(txn, person, zone)),
        sum=tuple(_sum(txn, zone)),
        code=code.grouped,
        address=code.address,
        qr=drawing(code.address),
        as_of=as_of,
        made_at=now,
        no_proof=NO_PROOF.get(settings.ENVIRONMENT, ""),
    )


def _facts(txn: Transaction, person: Person, zone: Zone) -> list[Fact]:
    own = ", ".join(part for part in (person.name, txn.account.name, _tail(txn)) if part)
    theirs = _their_name(txn)
    refs = txn.references
    sides = (own, theirs) if txn.direction == "out" else (theirs, own)
    their_side = "To" if txn.direction == "out" else "From"
    found = [
        Fact("From", sides[0]),
        Fact("To", sides[1]),
        Fact(f"{their_side}: account", _grouped(txn.counterparty.iban), is_code=True),
        Fact("Kind", wording.kind_of(txn.kind).words),
        Fact("Status", WAITS if txn.waits_for_person else wording.status_of(txn).words),
        Fact("Begun", _moment(zone, txn.created_at)),
        Fact("Final since", _moment(zone, txn.completed_at) if txn.completed_at else ""),
        Fact("In their currency", _original(txn)),
        Fact("For", refs.remittance_information or ""),
        Fact("Their reference", refs.merchant_reference or "", is_code=True),
        Fact("End-to-end ID", refs.end_to_end_id or "", is_code=True),
        Fact("Our ID", txn.id, is_code=True),
    ]
    return [fact for fact in found if fact.text]


def _sum(txn: Transaction, zone: Zone) -> list[Line]:
    heads = SUMS.get((txn.direction, txn.line))
    if heads is None:
        return []
    first, last = heads
    fee = txn.fee if txn.direction == "out" else -txn.fee
    rows = [Line(f"{first}, {_day(zone, txn.completed_at or txn.created_at)}", txn.amount)]
    rows.append(Line("Fee", fee))
    total = txn.amount + fee
    if txn.refunded_minor:
        # What went back leaves the one who had got it, and lessens what it cost the other.
        back = [one for one in txn.linked if one.relation == "refund" and one.status == "completed"]
        days = ", ".join(_day(zone, one.created_at) for one in back)
        rows.append(Line(f"Returned, {days}" if days else "Returned", -txn.refunded))
        total = total - txn.refunded
    return [*rows, Line(last, total, txn.line)]


def _their_name(txn: Transaction) -> str:
    legal = txn.merchant.legal_name if txn.merchant else None
    return legal or txn.counterparty.name


def _tail(txn: Transaction) -> str:
    return f"•••• {txn.account.tail}" if txn.account.tail else ""


def _grouped(iban: str | None) -> str:
    plain = (iban or "").replace(" ", "")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _original(txn: Transaction) -> str:
    if txn.original_amount is None:
        return ""
    rate = txn.original_amount.rate
    return f"{txn.original_amount.money}{f' at a rate of {rate}' if rate else ''}"


def _day(zone: Zone, moment: datetime) -> str:
    """With its year always: paper is read in other years."""
    local = zone.local(moment)
    return f"{local.day} {local:%B %Y}"


def _moment(zone: Zone, moment: datetime) -> str:
    return f"{_day(zone, moment)} at {zone.clock(moment, seconds=True)} ({zone.name})"


def _figures(amount: Money) -> dict[str, str]:
    return {"figures": amount.figures(), "currency": amount.currency}
