"""Makes people and transactions on demand, in legal order and with honest postings; no HTTP."""

import random
import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction as database

from sandbox import clock, ids
from sandbox.auth import one_time_codes
from sandbox.events import muting
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant, Payee, Person
from sandbox.transactions import machine
from sandbox.transactions.models import Transaction

PASSWORD = "sandbox"  # noqa: S105 (the box's people live in the box only)
ROLES = {"user", "restricted", "merchant_admin", "operator"}
MOST = 10**12
OUT = {"payment", "withdrawal", "transfer"}
TEXTS = {
    "counterparty_name": 140, "counterparty_iban": 34, "end_to_end_id": 80,
    "merchant_reference": 80, "remittance_information": 500, "merchant": 120,
}  # fmt: skip
# How to reach a status, step by step and legally.
WAYS = {
    "created": (),
    "action_required": ("action_required",),
    "scheduled": ("scheduled",),
    "processing": ("processing",),
    "completed": ("processing", "completed"),
    "failed": ("processing", "failed"),
    "cancelled": ("cancelled",),
    "expired": ("action_required", "expired"),
}


def person(facts: dict[str, Any], at: datetime) -> Person:
    """A person with accounts and maybe a history. ValueError says what is wrong."""
    email, name, roles = facts.get("email"), facts.get("name"), facts.get("roles", ["user"])
    if not isinstance(email, str) or not re.fullmatch(r"[^@\s\0]{1,64}@[^@\s\0]{1,180}", email):
        raise ValueError("email must be an address")
    email = email.lower()
    if Person.objects.filter(email=email).exists():
        raise ValueError(f"{email} is taken")
    name = _check_text("name", name, 120)
    if not isinstance(roles, list) or not all(role in ROLES for role in roles):
        raise ValueError(f"roles are out of {', '.join(sorted(ROLES))}")
    history = _whole(facts, "history", 0, 5000) or 0
    balances = facts.get("balances", [{"currency": "EUR", "amount_minor": 100_000}])
    if not isinstance(balances, list) or not all(isinstance(b, dict) for b in balances):
        raise ValueError("balances is a list of currency and amount_minor")
    with database.atomic():
        made = Person.objects.create(
            email=email,
            password=_hashed(),
            sub=ids.wire("usr", ids.uuid7(at)),
            name=name,
            roles=roles,
        )
        one_time_codes.enroll(made)
        for balance in balances:
            amount = _whole(balance, "amount_minor", 0, MOST) or 0
            _fund(account(made, balance.get("currency"), at), amount, at)
        with muting.silence():
            _history(made, history, at)
    return made


@cache
def _hashed() -> str:
    """One slow hash a process: everybody made here has the same password, and tests make many."""
    return make_password(PASSWORD)


def account(owner: Person, currency: Any, at: datetime) -> Account:
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError("currency must be three capital letters")
    return Account.objects.get_or_create(
        kind=Account.Kind.PERSON,
        person=owner,
        currency=currency,
        defaults={
            "public_id": ids.wire("acc", ids.uuid7(at)),
            "name": f"{currency} account",
            "opened_at": at,
        },
    )[0]


def transaction(owner: Person, facts: dict[str, Any], at: datetime) -> Transaction:
    """A transaction in the status asked for, reached step by step. ValueError says what is wrong.

    InsufficientFundsError if the way there needs money that isn't available.
    """
    status = facts.get("status", "processing")
    if status not in WAYS:
        raise ValueError(f"status must be one of {', '.join(WAYS)}")
    at = _begun(facts, at)
    row = _draft(owner, facts, at)
    with database.atomic():
        row.save(force_insert=True)
        by = machine.Actor("merchant", row.merchant.name) if row.merchant else machine.PLATFORM
        machine.begin(row, by=by, at=at, led_to=True)
        for target in WAYS[status]:
            reason = {"failed": "MS03", "cancelled": "CUST"}.get(target, "")
            if target == status:
                reason = facts.get("reason_code") or reason
            advance(row, target, at, reason_code=reason)
        seconds = _whole(facts, "processing_seconds", 0, 10**7)
        if seconds is not None and row.status == "processing":
            row.due_at = at + timedelta(seconds=seconds)
            row.cut_off_at = None if row.instant else row.due_at
            row.save(update_fields=["due_at", "cut_off_at"])
    return row


def payee(facts: dict[str, Any]) -> Payee:
    """What the bank of somebody outside says when asked. ValueError says what is wrong."""
    name = _check_text("name", facts.get("name"), 140)
    found = facts.get("name_found")
    if facts.get("check") not in Payee.Check.values:
        raise ValueError(f"check must be one of {', '.join(Payee.Check.values)}")
    told = {
        "check_result": facts["check"],
        "name_found": "" if found is None else _check_text("name_found", found, 140),
    }
    return Payee.objects.update_or_create(name=name, defaults=told)[0]


def _begun(facts: dict[str, Any], now: datetime) -> datetime:
    """When it was made: now, so many days ago, or at an instant of the past."""
    days = _whole(facts, "completed_days_ago", 0, 3650)
    if days is not None:
        return now - timedelta(days=days)
    text = facts.get("created_at")
    if text is None:
        return now
    at = clock.parse(text) if isinstance(text, str) else None
    if at is None or at > now:
        raise ValueError("created_at must be an RFC 3339 instant of the past")
    return at


def advance(row: Transaction, target: str, at: datetime, *, reason_code: str = "") -> None:
    """One legal step, by whom the table says it usually is."""
    if not isinstance(reason_code, str) or not re.fullmatch(r"([A-Z0-9]{4})?", reason_code):
        raise ValueError("reason_code has four capital letters or digits")
    kind = machine.step_for(row, target).by[0]
    name = row.person.name if kind == "user" else ""
    machine.move(row, target, by=machine.Actor(kind, name), at=at, reason_code=reason_code)


def _draft(owner: Person, facts: dict[str, Any], at: datetime) -> Transaction:
    kind = facts.get("kind", "payment")
    if kind not in Transaction.Kind.values:
        raise ValueError(f"kind must be one of {', '.join(Transaction.Kind.values)}")
    direction = facts.get("direction") or ("out" if kind in OUT else "in")
    if direction not in Transaction.Direction.values:
        raise ValueError("direction must be in or out")
    for name, longest in TEXTS.items():
        if facts.get(name) is not None:
            _check_text(name, facts[name], longest)
    own = account(owner, facts.get("currency"), at)
    shop = opened_shop(facts.get("merchant")) if kind in {"payment", "payout", "refund"} else None
    if shop:
        _temper(shop, facts.get("temperament"))
    world = journal.platform_account(Account.Kind.WORLD, own.currency)
    lapses = _whole(facts, "expires_in_seconds", 0, 10**8)
    later = _whole(facts, "scheduled_in_seconds", 0, 10**8)
    if facts.get("status") == "scheduled" and later is None:
        later = 86_400
    amount = _whole(facts, "amount_minor", 1, MOST)
    if amount is None:
        raise ValueError("amount_minor is missing")
    row = Transaction(
        id=ids.uuid7(at),
        person=owner,
        account=own,
        peer=journal.merchant_account(shop, own.currency) if shop else world,
        merchant=shop,
        kind=kind,
        direction=direction,
        status=Transaction.Status.CREATED,
        amount_minor=amount,
        fee_minor=_whole(facts, "fee_minor", 0, MOST) or 0,
        currency=own.currency,
        created_at=at,
        updated_at=at,
        expires_at=at + timedelta(seconds=3600 if lapses is None else lapses)
        if facts.get("status") == "action_required"
        else None,
        scheduled_for=at + timedelta(seconds=later) if later is not None else None,
        instant=facts.get("instant") is True,
        fails_with=facts.get("fails_with") or "",
        counterparty_kind="merchant" if shop else "person" if kind == "transfer" else "bank",
        counterparty_name=facts.get("counterparty_name")
        or (shop.name if shop else "A bank elsewhere"),
        counterparty_iban=facts.get("counterparty_iban") or "",
        end_to_end_id=facts.get("end_to_end_id") or "",
        merchant_reference=facts.get("merchant_reference") or "",
        remittance_information=facts.get("remittance_information") or "",
    )
    _to_person(row, facts.get("to_sub"))
    if not re.fullmatch(r"([A-Z0-9]{4})?", row.fails_with):
        raise ValueError("fails_with has four capital letters or digits")
    row.search = row.build_search()
    return row


def _to_person(row: Transaction, sub: Any) -> None:
    """A transfer to somebody in the box, by their sub."""
    if sub is None:
        return
    other = (
        Person.objects.filter(sub=_check_text("to_sub", sub, 64)).exclude(pk=row.person.pk).first()
    )
    if other is None or row.kind != "transfer" or row.direction != "out":
        raise ValueError("to_sub is another person, for transfers out")
    row.peer = account(other, row.currency, row.created_at)
    row.counterparty_name = other.name


def opened_shop(name: Any) -> Merchant:
    """A merchant by id or name; an unknown name opens a shop."""
    if name is None:
        # Whose own time is ahead would have moved on with it already.
        found = Merchant.objects.exclude(world__ahead__gt=timedelta(0)).order_by("pk").first()
        name = "Corner Shop"
    else:
        found = Merchant.objects.filter(public_id=name).first()
    found = found or Merchant.objects.filter(name=name).first()
    if found:
        return found
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or "shop"
    return Merchant.objects.create(public_id=f"mer_{slug}", name=name, legal_name=f"{name} Ltd")


def _temper(shop: Merchant, temperament: Any) -> None:
    """From now on the shop answers like this."""
    if temperament is None:
        return
    if temperament not in Merchant.Temperament.values:
        raise ValueError(f"temperament must be one of {', '.join(Merchant.Temperament.values)}")
    shop.temperament = temperament
    shop.save(update_fields=["temperament"])


def _fund(own: Account, amount_minor: int, at: datetime) -> None:
    if amount_minor:
        world = journal.platform_account(Account.Kind.WORLD, own.currency)
        lines = [(own, amount_minor), (world, -amount_minor)]
        journal.post(at=at, name="balance.opened", transaction_id=None, lines=lines)


def _history(owner: Person, count: int, at: datetime) -> None:
    """Small payments and the deposits that cover them, newest last, one an hour."""
    rng = random.Random(owner.sub)
    for place in range(count, 0, -1):
        paid = rng.randrange(100, 5000)
        deposit = place % 2 == 0
        facts = {
            "kind": "deposit" if deposit else "payment",
            "amount_minor": 5000 if deposit else paid,
            "currency": "EUR",
            "status": "completed",
            "instant": True,
            "remittance_information": f"Order {place}",
        }
        if place == count and not deposit:
            facts["kind"] = "deposit"
        transaction(owner, facts, at - timedelta(hours=place))


def _whole(facts: dict[str, Any], name: str, low: int, high: int) -> int | None:
    """A whole number in its bounds, or None if it isn't given."""
    value = facts.get(name)
    if value is None:
        return None
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value


def _check_text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\0" in value:
        raise ValueError(f"{name} must be text of 1 to {longest} characters")
    if not value.isprintable():
        raise ValueError(f"{name} has characters that can't be shown")
    return value
