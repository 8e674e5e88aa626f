"""The transaction service, method by method (docs/contracts/transaction-service.openapi.json)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from pydantic import ValidationError

from selfcare import errors
from selfcare.clients import offers, shapes, summaries, totals
from selfcare.clients.filters import Filters, LabelSet
from selfcare.clients.http import Reply, Service

# Whoever asks this client takes the shape of the question from it too.
__all__ = ["Filters", "LabelSet"]

log = structlog.get_logger("selfcare.clients")

NAME = "transactions"
REMEMBERED_SECONDS = 3600

# At most half of an instance's threads wait for one service.
service = Service(
    NAME,
    settings.TRANSACTIONS_URL,
    threads=max(1, settings.THREADS // 2),
    default_seconds=settings.UPSTREAM_SECONDS,
    token=settings.TRANSACTIONS_TOKEN,
)


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it goes out: its idempotency key, and when it may no more begin."""

    key: str
    deadline: datetime
    body: dict[str, Any]

    def headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.key, "Request-Deadline": shapes.rfc3339(self.deadline)}


def accounts(subject: str) -> shapes.Accounts:
    """The person's accounts with their balances."""
    return _read("accounts", shapes.Accounts, subject, "/accounts")


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
    return _read(
        "list",
        shapes.TransactionPage,
        subject,
        "/transactions/search",
        question=question,
        remember=remember,
    )


def transaction_totals(subject: str, filters: Filters) -> totals.Totals:
    """What all that fits comes to, a row for each currency and status."""
    return _read(
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
    return _read("merchants", totals.MerchantNames, subject, "/merchants", params, remember=False)


def transaction(subject: str, transaction_id: str) -> shapes.Transaction:
    """One transaction with timeline and linked ones; errors.NotFound for anybody else's."""
    return _read("detail", shapes.Transaction, subject, f"/transactions/{transaction_id}")


def create_cancellation(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Takes a transaction back before it is final."""
    return _write("cancel", subject, transaction_id, "cancellations", write)


def create_confirmation(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Confirms or declines a transaction that waits for its person."""
    return _write("confirm", subject, transaction_id, "confirmations", write)


def create_undo(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Calls back what was confirmed or repeated seconds ago, before anything left."""
    return _write("undo", subject, transaction_id, "undos", write)


def create_confirmation_withdrawal(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Takes back the confirmation of what is still scheduled."""
    return _write(
        "withdraw_confirmation", subject, transaction_id, "confirmation-withdrawals", write
    )


def repeat_offer(subject: str, transaction_id: str) -> offers.RepeatOffer:
    """A fresh look at payee, fee and limits, for doing the same again; good until it expires."""
    path = f"/transactions/{transaction_id}/repeat-offer"
    return _read("repeat_offer", offers.RepeatOffer, subject, path, remember=False)


def create_repetition(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Does the same again, as offered; the answer's transaction is the new one."""
    return _write("repeat", subject, transaction_id, "repetitions", write)


def summary(subject: str, question: summaries.Question) -> summaries.Summary:
    """What completed transactions come to, by month, merchant or set, and currency."""
    path = "/transactions/summary"
    return _read("summary", summaries.Summary, subject, path, question=question.body())


def create_refund_request(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Asks the merchant for money back; they have to answer within the time the service says."""
    return _write("refund_request", subject, transaction_id, "refund-requests", write)


def outcome(subject: str, key: str) -> shapes.Outcome:
    """What became of the write with this key; errors.NotFound if it never was (final once the
    write's deadline and two seconds of skew have passed)."""
    reply = service.read("outcome", f"/v1/users/{subject}/outcomes/{key}")
    return _parsed("outcome", shapes.Outcome, reply.body)


def done(subject: str, body: object) -> shapes.Done:
    """Reads the stored answer of a write; errors.BadReply if it isn't one for this person."""
    result = _parsed("outcome", shapes.Done, json.dumps(body).encode())
    _check_owner("outcome", subject, result.transaction)
    return result


def _read[S: shapes.Shape](
    operation: str,
    shape: type[S],
    subject: str,
    path: str,
    params: Sequence[tuple[str, str]] = (),
    *,
    question: dict[str, Any] | None = None,
    remember: bool = True,
) -> S:
    """Reads, checks and remembers; what was last known travels with a failure.

    A `question` is POSTed: it is too long for an address.
    """
    known_as = _memory_key(subject, path, [params, question])
    address = f"/v1/users/{subject}{path}"
    try:
        if question is None:
            reply = service.read(operation, address, params=list(params))
        else:
            reply = service.ask(operation, address, question)
        result = _parsed(operation, shape, reply.body)
        _check_owner(operation, subject, result)
    except errors.NoAnswer as failure:
        failure.last_known, failure.known_at = _recall(shape, known_as)
        raise
    if remember:
        known = [shapes.rfc3339(datetime.now(UTC)), reply.body.decode()]
        cache.set(known_as, known, REMEMBERED_SECONDS)
    return result


def _write(
    operation: str, subject: str, transaction_id: str, resource: str, write: Write
) -> shapes.Done:
    reply: Reply = service.write(
        operation,
        f"/v1/users/{subject}/transactions/{transaction_id}/{resource}",
        json=write.body,
        headers=write.headers(),
    )
    try:
        result = _parsed(operation, shapes.Done, reply.body)
        _check_owner(operation, subject, result.transaction)
    except errors.BadReply as failure:
        # It said yes in a way that can't be read: something happened, ask by key what.
        raise errors.OutcomeUnknown(NAME, operation, failure.detail) from failure
    return result


def _parsed[S: shapes.Shape](operation: str, shape: type[S], body: bytes) -> S:
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        where = [".".join(str(part) for part in e["loc"]) for e in error.errors()][:5]
        raise errors.BadReply(NAME, operation, f"not as agreed: {', '.join(where)}") from None


def _check_owner(operation: str, subject: str, result: object) -> None:
    """Nobody is ever shown another person's data, whoever mixed it up."""
    rows = result.data if isinstance(result, shapes.Accounts | shapes.TransactionPage) else [result]
    if any(getattr(row, "owner", subject) != subject for row in rows):
        raise errors.BadReply(NAME, operation, "another person's data")
    for row in rows:
        if isinstance(row, shapes.Transaction) and not row.is_known_status:
            log.warning("upstream.unknown_status", status=row.status, operation=operation)


def _memory_key(subject: str, path: str, asked: list[Any]) -> str:
    digest = hashlib.sha256(json.dumps([subject, path, asked]).encode()).hexdigest()
    return f"last-known:{digest}"


def _recall[S: shapes.Shape](
    shape: type[S], known_as: str
) -> tuple[S, datetime] | tuple[None, None]:
    match cache.get(known_as):
        case [str(at), str(body)]:
            try:
                return shape.model_validate_json(body), datetime.fromisoformat(at)
            except ValidationError:
                # Remembered by an older release: as good as not remembered.
                return None, None
    return None, None
