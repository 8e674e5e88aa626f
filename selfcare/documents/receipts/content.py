"""What a receipt says, in words, once for the page and the PDF; it reads and stores nothing."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.shapes import Transaction
from selfcare.documents.receipts.models import ReceiptCode
from selfcare.documents.receipts.qr import Drawing, drawing
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.web import formats
from selfcare.web.moments import Zone
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

# By how final it is: title, and what the page and the file are called.
TITLES = {
    "final": (noop("Receipt"), "receipt"),
    "open": (noop("Payment confirmation, not final"), "confirmation-not-final"),
    "void": (noop("No money moved"), "no-money-moved"),
    "unknown": (noop("State not known"), "state-not-known"),
}
SAYINGS = {
    "final": noop("Paid by {payer} to {payee}, final on {final}."),
    "open": noop(
        "From {payer} to {payee}. On {as_of} it was: {status}. It can still change or fail, "
        "so this is no proof that it was paid."
    ),
    "void": noop("From {payer} to {payee}. It didn’t happen: {status}, {final}. No money moved."),
    "unknown": noop(
        "From {payer} to {payee}. On {as_of} the platform called its state “{status}”, "
        "which we have no words for. This is no proof that it was paid."
    ),
}
# (direction, how final): the first and the last line of the sum.
SUMS = {
    ("out", "final"): (noop("Paid"), noop("It cost")),
    ("out", "open"): (noop("To be paid"), noop("It would cost")),
    ("in", "final"): (noop("Received"), noop("It brought")),
    ("in", "open"): (noop("To be received"), noop("It would bring")),
}
# On paper that others read, nothing waits for "you".
WAITS = noop("Waiting for its confirmation")
NO_PROOF = {
    "local": noop("Runs on one machine: no proof of payment"),
    "staging": noop("A rehearsal: no proof of payment"),
    "sandbox": noop("Sandbox: no proof of payment"),
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
            "sum_title": _("What it comes to"),
            "sum": [one.data() for one in self.sum],
            "code": self.code,
            "address": self.address,
            "qr": {"path": self.qr.path, "box": self.qr.box} if self.qr else None,
            "environment": self.no_proof,
            "foot": _("%(title)s, %(id)s. As of %(at)s.")
            % {"title": self.title, "id": self.transaction_id, "at": self.as_of},
            "said": {
                "qr": _("QR code of the address beside it"),
                "check": _("Check this paper"),
                "code": _("Code {code}"),
                "shows": _(
                    "It shows what we knew on %(at)s. The address shows whether anything changed "
                    "since: amount, day and status, and nothing else."
                )
                % {"at": self.as_of},
            },
        }


def of(txn: Transaction, person: Person, code: ReceiptCode, now: datetime) -> Receipt:
    """The receipt of `txn` as it is at `now`, bearing `code`."""
    zone = Zone.of(zone_of(person), now)
    title, filename = TITLES[txn.line]
    theirs = _their_name(txn)
    payer, payee = (person.name, theirs) if txn.direction == "out" else (theirs, person.name)
    as_of = _moment(zone, now)
    status = wording.STATUSES.get(txn.status)
    words = _(WAITS if txn.waits_for_person else status.words) if status else txn.status
    say = _(SAYINGS[txn.line]).format(
        payer=payer,
        payee=payee,
        final=_moment(zone, txn.completed_at or txn.updated_at),
        as_of=as_of,
        status=words[:1].lower() + words[1:],
    )
    return Receipt(
        transaction_id=txn.id,
        title=_(title),
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
        no_proof=no_proof(),
    )


def no_proof() -> str:
    """What stands on each paper where the money isn't real; empty where it is."""
    words = NO_PROOF.get(settings.ENVIRONMENT, "")
    return _(words) if words else ""


def _facts(txn: Transaction, person: Person, zone: Zone) -> list[Fact]:
    own = ", ".join(part for part in (person.name, txn.account.name, _tail(txn)) if part)
    theirs = _their_name(txn)
    refs = txn.references
    sides = (own, theirs) if txn.direction == "out" else (theirs, own)
    their_account = _("To: account") if txn.direction == "out" else _("From: account")
    status = WAITS if txn.waits_for_person else wording.status_of(txn).words
    found = [
        Fact(_("From"), sides[0]),
        Fact(_("To"), sides[1]),
        Fact(their_account, _grouped(txn.counterparty.iban), is_code=True),
        Fact(_("Kind"), _(wording.kind_of(txn.kind).words)),
        Fact(_("Status"), _(status)),
        Fact(_("Begun"), _moment(zone, txn.created_at)),
        Fact(_("Final since"), _moment(zone, txn.completed_at) if txn.completed_at else ""),
        Fact(_("In their currency"), _original(txn)),
        Fact(_("For"), refs.remittance_information or ""),
        Fact(_("Their reference"), refs.merchant_reference or "", is_code=True),
        Fact(_("End-to-end ID"), refs.end_to_end_id or "", is_code=True),
        Fact(_("Our ID"), txn.id, is_code=True),
    ]
    return [fact for fact in found if fact.text]


def _sum(txn: Transaction, zone: Zone) -> list[Line]:
    heads = SUMS.get((txn.direction, txn.line))
    if heads is None:
        return []
    first, last = heads
    fee = txn.fee if txn.direction == "out" else -txn.fee
    rows = [Line(f"{_(first)}, {_day(zone, txn.completed_at or txn.created_at)}", txn.amount)]
    rows.append(Line(_("Fee"), fee))
    total = txn.amount + fee
    if txn.refunded_minor:
        # What went back leaves the one who had got it, and lessens what it cost the other.
        back = [one for one in txn.linked if one.relation == "refund" and one.status == "completed"]
        days = ", ".join(_day(zone, one.created_at) for one in back)
        returned = _("Returned, %(days)s") % {"days": days} if days else _("Returned")
        rows.append(Line(returned, -txn.refunded))
        total = total - txn.refunded
    return [*rows, Line(_(last), total, txn.line)]


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
    amount, rate = txn.original_amount.money, txn.original_amount.rate
    if not rate:
        return str(amount)
    with suppress(InvalidOperation):  # what isn't a number stands as it came
        rate = formats.number(Decimal(rate))
    return _("%(amount)s at a rate of %(rate)s") % {"amount": amount, "rate": rate}


def _day(zone: Zone, moment: datetime) -> str:
    """With its year always: paper is read in other years."""
    return formats.day(zone.local(moment).date())


def _moment(zone: Zone, moment: datetime) -> str:
    facts = {
        "day": _day(zone, moment),
        "clock": zone.clock(moment, seconds=True),
        "zone": zone.name,
    }
    return _("%(day)s at %(clock)s (%(zone)s)") % facts


def _figures(amount: Money) -> dict[str, str]:
    return {"figures": amount.figures(), "currency": amount.currency}
