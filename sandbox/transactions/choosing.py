"""Which of a person's accounts it is to be, for what was begun at a merchant; moves nothing."""

from datetime import datetime
from typing import NamedTuple

from sandbox.ledger.models import Account
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import exchange
from sandbox.transactions.models import Transaction


class Quote(NamedTuple):
    """What it comes to on an account; `rate` is empty where nothing is exchanged."""

    account: Account
    amount_minor: int
    rate: str = ""

    def covers(self, direction: str) -> bool:
        return direction == Transaction.Direction.IN or (
            self.amount_minor <= self.account.available_minor
        )


def asked_for(row: Transaction) -> tuple[int, str]:
    """Amount and currency as the merchant knows them."""
    if row.original_amount_minor is None:
        return row.amount_minor, row.currency
    return row.original_amount_minor, row.original_currency


def quotes(person: Person, amount_minor: int, currency: str, now: datetime) -> list[Quote]:
    """For each account of the person that it can be on, the one in its own currency first."""
    rows = person.accounts.filter(kind=Account.Kind.PERSON).order_by("opened_at", "pk")
    found = [_quote(row, amount_minor, currency, now) for row in rows]
    return sorted((one for one in found if one), key=lambda one: one.rate != "")


def of_row(row: Transaction, now: datetime) -> list[Quote]:
    """The same for a transaction that is theirs: where it lies now, it stays as it was told."""
    return [
        Quote(one.account, row.amount_minor, row.rate) if one.account == row.account else one
        for one in quotes(row.person, *asked_for(row), now)
    ]


def choose(row: Transaction, account_id: str, now: datetime) -> None:
    """Put a locked row, not yet saved, on another account of its person. ProblemError 409, 422."""
    if account_id == row.account.public_id:
        return
    if getattr(row, "demand", None) is None:
        told = "Only what was begun at a merchant lets its account be chosen."
        raise ProblemError(409, "account_is_fixed", told)
    found = [one for one in of_row(row, now) if one.account.public_id == account_id]
    if not found:
        told = "There is no such account, or nobody changes into its currency."
        raise ProblemError(422, "unknown_account", told, field="account_id")
    put_on(row, found[0])


def put_on(row: Transaction, quote: Quote) -> None:
    amount, currency = asked_for(row)
    row.account, row.currency = quote.account, quote.account.currency
    row.amount_minor, row.rate = quote.amount_minor, quote.rate
    row.original_amount_minor = amount if quote.rate else None
    row.original_currency = currency if quote.rate else ""
    row.search = row.build_search()


def _quote(account: Account, amount_minor: int, currency: str, now: datetime) -> Quote | None:
    if account.currency == currency:
        return Quote(account, amount_minor)
    found = exchange.rate(currency, account.currency, now.date())
    if found is None:
        return None
    changed = exchange.changed(amount_minor, currency, account.currency, found)
    return Quote(account, changed, str(found))
