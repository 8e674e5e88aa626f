"""Cases at the transaction service: refund requests, disputes, reports, recalls, inquiries."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from django.core.cache import cache

from selfcare import errors
from selfcare.clients import shapes
from selfcare.clients.case_shapes import Case, CaseDone, CasePage
from selfcare.clients.transactions import (
    NAME,
    REMEMBERED_SECONDS,
    Write,
    _memory_key,
    _parsed,
    _recall,
    service,
)


def cases(
    subject: str, *, state: str = "", transaction_id: str = "", cursor: str = "", limit: int = 50
) -> CasePage:
    """One page, newest first; `state` is open or closed. errors.Rejected for a bad cursor."""
    params = [("limit", str(limit))]
    asked = (("state", state), ("transaction_id", transaction_id), ("cursor", cursor))
    params += [(name, value) for name, value in asked if value]
    return _read("cases", CasePage, subject, "/cases", params)


def case(subject: str, case_id: str) -> Case:
    """One case with all that was said in it; errors.NotFound for anybody else's."""
    return _read("case", Case, subject, f"/cases/{case_id}")


def open_refund_request(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Asks the merchant for money back; they have to answer within the time the service says."""
    return _open("refund_request", subject, transaction_id, "refund-requests", write)


def open_dispute(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Asks the platform to decide between the person and the merchant."""
    return _open("dispute", subject, transaction_id, "disputes", write)


def open_fraud_report(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Tells the platform that the person didn't want this payment."""
    return _open("fraud_report", subject, transaction_id, "fraud-reports", write)


def open_recall(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Asks the payee's bank to give back what was sent by mistake."""
    return _open("recall", subject, transaction_id, "recalls", write)


def open_inquiry(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Asks the merchant a question; no money is asked for."""
    return _open("inquiry", subject, transaction_id, "inquiries", write)


def add_message(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Says something in a case, with or without files."""
    return _follow_up("case_message", subject, write, "messages")


def withdraw(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Ends a case for good, without a decision."""
    return _follow_up("case_withdrawal", subject, write, "withdrawals")


def escalate(subject: str, transaction_id: str, write: Write) -> shapes.Done:
    """Makes a dispute of a refund request that was declined, granted in part, or not answered."""
    return _follow_up("case_escalation", subject, write, "escalations")


def put_evidence(subject: str, content: bytes, media_type: str) -> str:
    """Hands a file over before it is part of a case; its SHA-256, by which it is named then."""
    digest = hashlib.sha256(content).hexdigest()
    service.put(
        "evidence",
        f"/v1/users/{subject}/evidence/{digest}",
        data=content,
        headers={"Content-Type": media_type},
    )
    return digest


def evidence(subject: str, sha256: str) -> bytes:
    """The bytes of a file in one of the person's cases. Raises BadReply for other bytes."""
    reply = service.read("evidence", f"/v1/users/{subject}/evidence/{sha256}")
    if hashlib.sha256(reply.body).hexdigest() != sha256:
        raise errors.BadReply(NAME, "evidence", "other bytes than asked for")
    return reply.body


def _read[S: CasePage | Case](
    operation: str,
    shape: type[S],
    subject: str,
    path: str,
    params: Sequence[tuple[str, str]] = (),
) -> S:
    known_as = _memory_key(subject, path, list(params))
    try:
        reply = service.read(operation, f"/v1/users/{subject}{path}", params=list(params))
        result = _parsed(operation, shape, reply.body)
        rows: Sequence[Case] = result.data if isinstance(result, CasePage) else [result]
        for row in rows:
            _check_owner(operation, subject, row)
    except errors.NoAnswer as failure:
        failure.last_known, failure.known_at = _recall(shape, known_as)
        raise
    known = [shapes.rfc3339(datetime.now(UTC)), reply.body.decode()]
    cache.set(known_as, known, REMEMBERED_SECONDS)
    return result


def _open(
    operation: str, subject: str, transaction_id: str, resource: str, write: Write
) -> shapes.Done:
    path = f"/v1/users/{subject}/transactions/{transaction_id}/{resource}"
    return _write(operation, subject, path, write, write.body)


def _follow_up(operation: str, subject: str, write: Write, resource: str) -> shapes.Done:
    body = dict(write.body)
    path = f"/v1/users/{subject}/cases/{body.pop('case_id')}/{resource}"
    return _write(operation, subject, path, write, body)


def _write(
    operation: str, subject: str, path: str, write: Write, body: dict[str, object]
) -> shapes.Done:
    reply = service.write(operation, path, json=body, headers=write.headers())
    try:
        result = _parsed(operation, CaseDone, reply.body)
        _check_owner(operation, subject, result.case)
        _check_owner(operation, subject, result.transaction)
    except errors.BadReply as failure:
        # It said yes in a way that can't be read: something happened, ask by key what.
        raise errors.OutcomeUnknown(NAME, operation, failure.detail) from failure
    return result


def _check_owner(operation: str, subject: str, row: Case | shapes.Transaction) -> None:
    """Nobody is ever shown another person's data, whoever mixed it up."""
    if row.owner != subject:
        raise errors.BadReply(NAME, operation, "another person's data")
