"""Cases at the transaction service: refund requests, disputes, reports, recalls, inquiries."""

import hashlib
from dataclasses import replace

from selfcare import errors
from selfcare.clients import shapes
from selfcare.clients.case_shapes import Case, CaseDone, CasePage
from selfcare.clients.connection import NAME, Write, read, service, write


def cases(
    subject: str, *, state: str = "", transaction_id: str = "", cursor: str = "", limit: int = 50
) -> CasePage:
    """One page, newest first; `state` is open or closed. errors.Rejected for a bad cursor."""
    params = [("limit", str(limit))]
    asked = (("state", state), ("transaction_id", transaction_id), ("cursor", cursor))
    params += [(name, value) for name, value in asked if value]
    return read("cases", CasePage, subject, "/cases", params)


def case(subject: str, case_id: str) -> Case:
    """One case with all that was said in it; errors.NotFound for anybody else's."""
    return read("case", Case, subject, f"/cases/{case_id}")


def open_refund_request(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Asks the merchant for money back; they have to answer within the time the service says."""
    return _open("refund_request", subject, transaction_id, "refund-requests", sent)


def open_dispute(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Asks the platform to decide between the person and the merchant."""
    return _open("dispute", subject, transaction_id, "disputes", sent)


def open_fraud_report(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Tells the platform that the person didn't want this payment."""
    return _open("fraud_report", subject, transaction_id, "fraud-reports", sent)


def open_recall(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Asks the payee's bank to give back what was sent by mistake."""
    return _open("recall", subject, transaction_id, "recalls", sent)


def open_inquiry(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Asks the merchant a question; no money is asked for."""
    return _open("inquiry", subject, transaction_id, "inquiries", sent)


def add_message(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Says something in a case, with or without files."""
    return _follow_up("case_message", subject, sent, "messages")


def withdraw(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Ends a case for good, without a decision."""
    return _follow_up("case_withdrawal", subject, sent, "withdrawals")


def escalate(subject: str, transaction_id: str, sent: Write) -> shapes.Done:
    """Makes a dispute of a refund request that was declined, granted in part, or not answered."""
    return _follow_up("case_escalation", subject, sent, "escalations")


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


def _open(
    operation: str, subject: str, transaction_id: str, resource: str, sent: Write
) -> shapes.Done:
    path = f"/transactions/{transaction_id}/{resource}"
    return write(operation, CaseDone, subject, path, sent)


def _follow_up(operation: str, subject: str, sent: Write, resource: str) -> shapes.Done:
    body = dict(sent.body)
    path = f"/cases/{body.pop('case_id')}/{resource}"
    return write(operation, CaseDone, subject, path, replace(sent, body=body))
