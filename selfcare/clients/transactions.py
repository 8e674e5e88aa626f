"""The transaction service, method by method (docs/contracts/transaction-service.openapi.json)."""

import json

from selfcare.clients import offers, shapes, summaries, totals
from selfcare.clients.connection import Write, check_owner, parsed, read, service, write
from selfcare.clients.filters import Filters, LabelSet

# Whoever asks this client takes the shape of the question from it too.
__all__ = ["Filters", "LabelSet", "Write"]


def accounts(subject: str) -> shapes.Accounts:
    """The person's accounts with their balances."""
    return read("accounts", shapes.Accounts, subject, "/accounts")


def transactions(
    subject: str,
    filters: Filters,
    *,
    sort: str = "-created_at",
    cursor: str = "",
    limit: int = 25,
    remember: bool = True,
) -> shapes.TransactionPage:
    """One page, newest first. Raises errors.Rejected for a cursor that doesn't fit (bad_cursor)."""
    question = {**filters.body(), "sort": sort, "limit": limit, "cursor": cursor or None}
    # A search or a later page is rarely asked for again, and each would be kept for an hour.
    remember = remember and not filters.q and not cursor
    return read(
        "list",
        shapes.TransactionPage,
        subject,
        "/transactions/search",
        question=question,
        remember=remember,
    )


def transaction_totals(subject: str, filters: Filters) -> totals.Totals:
    """What all that fits comes to, a row for each currency and status."""
    return read(
        "totals",
        totals.Totals,
        subject,
        "/transactions/totals",
        question=filters.body(),
        remember=False,
    )


def merchants(subject: str, q: str = "") -> totals.MerchantNames:
    """The merchants that the person has transactions with, 50 at most, by name."""
    params = [("q", q)] if q else []
    return read("merchants", totals.MerchantNames, subject, "/merchants", params, remember=False)


def transaction(subject: str, transaction_id: str) -> shapes.Transaction:
    """One transaction with timeline and linked ones; errors.NotFound for anybody else's."""
    return read("detail", shapes.Transaction, subject, f"/transactions/{transaction_id}")


def create_cancellation(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Takes a transaction back before it is final."""
    return _change("cancel", subject, transaction_id, "cancellations", sent)


def create_confirmation(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Confirms or declines a transaction that waits for its person."""
    return _change("confirm", subject, transaction_id, "confirmations", sent)


def create_undo(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Calls back what was confirmed or repeated seconds ago, before anything left."""
    return _change("undo", subject, transaction_id, "undos", sent)


def create_confirmation_withdrawal(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Takes back the confirmation of what is still scheduled."""
    return _change(
        "withdraw_confirmation", subject, transaction_id, "confirmation-withdrawals", sent
    )


def repeat_offer(subject: str, transaction_id: str) -> offers.RepeatOffer:
    """A fresh look at payee, fee and limits, for doing the same again; good until it expires."""
    path = f"/transactions/{transaction_id}/repeat-offer"
    return read("repeat_offer", offers.RepeatOffer, subject, path, remember=False)


def create_repetition(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Does the same again, as offered; the answer's transaction is the new one."""
    return _change("repeat", subject, transaction_id, "repetitions", sent)


def summary(subject: str, question: summaries.Question) -> summaries.Summary:
    """What completed transactions come to, by month, merchant or set, and currency."""
    path = "/transactions/summary"
    return read("summary", summaries.Summary, subject, path, question=question.body())


def outcome(subject: str, key: str) -> shapes.Outcome:
    """What became of the write with this key; errors.NotFound if it never was (final once the
    write's deadline and two seconds of skew have passed)."""
    reply = service.read("outcome", f"/v1/users/{subject}/outcomes/{key}")
    return parsed("outcome", shapes.Outcome, reply.body)


def done(subject: str, body: object) -> shapes.Done:
    """Reads the stored answer of a write; errors.BadReply if it isn't one for this person."""
    result = parsed("outcome", shapes.Done, json.dumps(body).encode())
    check_owner("outcome", subject, result.owned)
    return result


def _change(
    operation: str, subject: str, transaction_id: str, resource: str, sent: Write
) -> shapes.Done:
    path = f"/transactions/{transaction_id}/{resource}"
    return write(operation, shapes.Done, subject, path, sent)
