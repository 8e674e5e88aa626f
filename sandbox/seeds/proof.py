"""Proves that the books are right after rows were written in bulk; changes nothing."""

from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account


class BooksError(Exception):
    """The books don't add up, and where."""


def prove() -> None:
    """Raise BooksError unless the ledger verifies and nobody on the platform is overdrawn."""
    wrong = verify_ledger()
    held = Account.objects.filter(kind__in=[Account.Kind.PERSON, Account.Kind.MERCHANT])
    wrong += [
        f"{account.public_id} is overdrawn: {account.balance_minor} {account.currency}"
        for account in held.filter(balance_minor__lt=0)
    ]
    if wrong:
        raise BooksError("; ".join(wrong[:5]))
