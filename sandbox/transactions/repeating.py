"""Doing a payment or transfer again: an offer after a fresh look, and taking it; no HTTP here."""

import base64
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum

from sandbox import ids
from sandbox.cases.rules import DAILY_LIMIT, DAILY_LIMITS, OFFER_HOLDS
from sandbox.clock import rfc3339
from sandbox.events import telling
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.people.models import Payee
from sandbox.problems import ProblemError
from sandbox.transactions import allowed, machine, wire
from sandbox.transactions.bodies import Repetition
from sandbox.transactions.models import Transaction
from sandbox.transactions.writes import Done, Write, check

Status = Transaction.Status
VOID = (Status.FAILED, Status.CANCELLED, Status.EXPIRED)
WORDS = {
    "payee_closed": "The payee's account is closed.",
    "limit_exceeded": "It is more than may leave today.",
    "insufficient_funds": "The account doesn't cover amount and fee.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Payee and limits as they are now."""

    check: str
    name_found: str
    available_minor: int
    limit_minor: int
    left_minor: int
    refusal: str | None


def look(row: Transaction, now: datetime) -> Look:
    """Ask the payee's bank again, and see what may still leave today."""
    payee = Payee.objects.filter(name=row.counterparty_name).first()
    check = payee.check_result if payee else Payee.Check.MATCH
    limit = DAILY_LIMITS.get(row.currency, DAILY_LIMIT)
    left = max(0, limit - _sent_today(row, now))
    available = row.account.available_minor
    refusal = None
    if check == Payee.Check.CLOSED:
        refusal = "payee_closed"
    elif row.amount_minor > left:
        refusal = "limit_exceeded"
    elif row.amount_minor + row.fee_minor > available:
        refusal = "insufficient_funds"
    return Look(check, payee.name_found if payee else "", available, limit, left, refusal)


def offer(row: Transaction, now: datetime) -> dict[str, Any]:
    """What doing it again would be; the id holds for this amount, payee and fee alone."""
    seen = look(row, now)
    reason = allowed.verdict("repeat", row, now).reason or seen.refusal
    expires_at = now + OFFER_HOLDS
    return {
        "id": _sign(row, int(expires_at.timestamp() * 1000)),
        "transaction_id": row.wire_id,
        "allowed": reason is None,
        "reason": reason,
        "payee": {
            "name": row.counterparty_name,
            "iban": row.counterparty_iban or None,
            "check": seen.check,
            "name_found": seen.name_found or None,
        },
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "fee_minor": row.fee_minor,
        "available_minor": seen.available_minor,
        "daily_limit_minor": seen.limit_minor,
        "left_today_minor": seen.left_minor,
        "expires_at": rfc3339(expires_at),
    }


def repeat(row: Transaction, body: Repetition, now: datetime) -> Done:
    """Send it again, as a new transaction that its person confirmed in this moment."""
    check(row, row.version, "repeat", now)
    if not _holds(row, body.offer_id, now):
        raise ProblemError(409, "offer_expired", "The offer is over, or of something else.")
    if (body.amount_minor, body.currency, body.fee_minor) != (
        row.amount_minor, row.currency, row.fee_minor,
    ):  # fmt: skip
        raise ProblemError(409, "amount_changed", "Amount or fee are not what you were shown.")
    row.account.refresh_from_db()
    if refusal := look(row, now).refusal:
        raise ProblemError(409, refusal, WORDS[refusal])
    made = _again(row, now)
    return Done(
        {"id": ids.wire("rep", ids.uuid7(now)), "transaction": wire.detail(made, now)},
        "transaction.repeated",
    )


def _again(row: Transaction, now: datetime) -> Transaction:
    made = Transaction(
        id=ids.uuid7(now),
        person=row.person,
        account=row.account,
        peer=row.peer,
        merchant=row.merchant,
        kind=row.kind,
        direction=row.direction,
        status=Status.CREATED,
        amount_minor=row.amount_minor,
        currency=row.currency,
        fee_minor=row.fee_minor,
        original_amount_minor=row.original_amount_minor,
        original_currency=row.original_currency,
        rate=row.rate,
        created_at=now,
        updated_at=now,
        confirmed_at=now,
        instant=row.instant,
        counterparty_kind=row.counterparty_kind,
        counterparty_name=row.counterparty_name,
        counterparty_iban=row.counterparty_iban,
        merchant_reference=row.merchant_reference,
        remittance_information=row.remittance_information,
    )
    made.search = made.build_search()
    made.save(force_insert=True)
    person = machine.Actor("user", row.person.name)
    machine.begin(made, by=person, at=now, led_to=True)
    machine.tell(made, "transaction.confirmed", by=person, at=now)
    try:
        machine.move(made, Status.PROCESSING, by=machine.PLATFORM, at=now)
    except InsufficientFundsError:
        raise ProblemError(409, "insufficient_funds", WORDS["insufficient_funds"]) from None
    telling.of_transaction(made, "transaction.confirmed", by="user", at=now)
    return made


def _sent_today(row: Transaction, now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Transaction.objects.filter(
        person=row.person, created_at__gte=midnight, currency=row.currency,
        direction=Transaction.Direction.OUT, kind__in=allowed.REPEATABLE,
    ).exclude(status__in=[*VOID, Status.CREATED, Status.ACTION_REQUIRED])  # fmt: skip
    total: int | None = sent.aggregate(total=Sum("amount_minor"))["total"]
    return total or 0


def _sign(row: Transaction, until_ms: int) -> str:
    """An offer's id holds its own end and a proof of what it was for, so that nothing is kept."""
    told = "|".join(map(str, (
        row.person.sub, row.wire_id, row.amount_minor, row.currency, row.fee_minor,
        row.counterparty_iban, until_ms,
    )))  # fmt: skip
    proof = hmac.digest(settings.SECRET_KEY.encode(), f"repeat-offer|{told}".encode(), "sha256")
    packed = base64.urlsafe_b64encode(struct.pack(">Q", until_ms) + proof[:16])
    return f"off_{packed.decode()}"


def _holds(row: Transaction, offer_id: str, now: datetime) -> bool:
    try:
        packed = base64.urlsafe_b64decode(offer_id.removeprefix("off_").encode("ascii"))
        (until_ms,) = struct.unpack(">Q", packed[:8])
    except (ValueError, struct.error):
        return False
    fresh = now.timestamp() * 1000 < until_ms
    return fresh and hmac.compare_digest(_sign(row, until_ms), offer_id)


WRITES = {"repeat": Write(Repetition, repeat)}
