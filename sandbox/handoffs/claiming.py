"""Makes a merchant's demand a transaction of the person who takes it on, once; no HTTP here."""

from datetime import datetime
from uuid import UUID

from sandbox import ids
from sandbox.events import telling
from sandbox.ledger import journal
from sandbox.merchant_api import handoffs
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import choosing, machine, wire
from sandbox.transactions.models import Transaction
from sandbox.transactions.writes import Done
from sandbox.worlds import magic

Direction, Status = Transaction.Direction, Transaction.Status
DIRECTIONS = {"payment": Direction.OUT, "payout": Direction.IN}


def unknown_handoff() -> ProblemError:
    """One answer for what never was, is over, or is somebody else's."""
    return ProblemError(404, "unknown_handoff", "There is no such hand-off.")


REFUSALS = {
    "account_restricted": (403, "This person may look, not move money."),
    "no_account": (409, "This person has no account for this currency."),
}


def refusal(person: Person, found: list[choosing.Quote]) -> str | None:
    """Why a person with these accounts can't take it on."""
    if person.restricted:
        return "account_restricted"
    return None if found else "no_account"


def led_to(person: Person, token: str, now: datetime) -> Demand:
    """What the token leads this person to, or ProblemError 404."""
    found = handoffs.find_for(person, token, now)
    if found is None:
        raise unknown_handoff()
    return found.demand


def locked(pk: UUID) -> Demand:
    """Who calls off or lets lapse takes this lock too, so that a demand has one end.

    ProblemError 404 where its merchant began anew since it was found.
    """
    rows = Demand.objects.select_for_update(of=("self",)).select_related("merchant__world")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise unknown_handoff()
    return found


def claim(demand: Demand, person: Person, now: datetime) -> Done:
    """Take a locked demand on. The same person again gets what they have."""
    row = demand.transaction
    effect = ""
    if row is None:
        row = _taken_on(demand, person, now)
        effect = "handoff.claimed"
    elif row.person_id != person.pk:
        raise unknown_handoff()
    answer = {"id": ids.wire("hcl", ids.uuid7(now)), "transaction": wire.detail(row, now)}
    return Done(answer, effect)


def _taken_on(demand: Demand, person: Person, now: datetime) -> Transaction:
    if demand.status(now) != Status.ACTION_REQUIRED:
        raise unknown_handoff()
    found = choosing.quotes(person, demand.amount_minor, demand.currency, now)
    if reason := refusal(person, found):
        status, told = REFUSALS[reason]
        raise ProblemError(status, reason, told)
    row = _row(demand, person, found[0], now)
    covering = [one for one in found if one.covers(row.direction)]
    choosing.put_on(row, (covering or found)[0])
    row.save(force_insert=True)
    demand.transaction = row
    demand.save(update_fields=["transaction"])
    Handoff.objects.filter(demand=demand).update(used_at=now)
    by = machine.Actor("merchant", demand.merchant.name)
    # It was asked for then, and is news to this person now.
    machine.tell(row, "transaction.created", by=by, at=demand.created_at, led_to=True)
    telling.of_transaction(row, "transaction.created", by=by.kind, at=now)
    machine.move(row, Status.ACTION_REQUIRED, by=machine.PLATFORM, at=now)
    return row


def _row(demand: Demand, person: Person, quote: choosing.Quote, now: datetime) -> Transaction:
    """With the demand's own id, amount and times."""
    shop = demand.merchant
    return Transaction(
        id=demand.id,
        person=person,
        account=quote.account,
        peer=journal.merchant_account(shop, demand.currency),
        merchant=shop,
        kind=demand.kind,
        direction=DIRECTIONS[demand.kind],
        status=Status.CREATED,
        amount_minor=demand.amount_minor,
        currency=demand.currency,
        created_at=demand.created_at,
        updated_at=now,
        expires_at=demand.expires_at,
        instant=demand.amount_minor not in magic.SLOW,
        fails_with=magic.fails_with(demand.amount_minor),
        counterparty_kind="merchant",
        counterparty_name=shop.name,
        merchant_reference=demand.merchant_reference,
        remittance_information=demand.remittance_information,
    )
