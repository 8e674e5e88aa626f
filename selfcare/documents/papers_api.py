"""Receipts, verification and statements as JSON and PDF: the same answers as on the pages."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Path, Router, Schema, Status
from pydantic import StringConstraints

from selfcare.clients import transactions as service
from selfcare.documents import typeset
from selfcare.documents.readers import written_for
from selfcare.documents.receipts import actions, codes, tries, verification
from selfcare.documents.receipts import views as receipts
from selfcare.documents.receipts.models import ReceiptCode
from selfcare.documents.statements import content, views
from selfcare.web import problems
from selfcare.web.api import errors_for
from selfcare.web.zones import zone_of

router = Router(tags=["documents"])

TransactionId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["txn_01j8w2k7tq5m"])
]
AccountId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["acc_01j8w2k7tq5m"])]
MonthName = Annotated[str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-03"])]
CodeText = Annotated[str, Path(max_length=200, examples=["R7KM-20TQ-9F4X-8B3N"])]
Typed = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=codes.LONGEST_TYPED)]
PDF = {
    "responses": {
        200: {
            "description": "A tagged PDF (PDF/UA-1).",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class CodeOut(Schema):
    """The code on a transaction's receipts, and the address that anyone may look at."""

    code: str = Field(examples=["R7KM-20TQ-9F4X-8B3N"])
    address: str = Field(examples=["https://selfcare.example/verify/R7KM-20TQ-9F4X-8B3N/"])
    created_at: datetime


class CodeIn(Schema):
    """`instead_of` is the code that you saw: it ends. Sent twice, it makes one new code."""

    instead_of: Typed = Field(examples=["R7KM-20TQ-9F4X-8B3N"])


class SaidOut(Schema):
    """A state of the payment: its day is in UTC."""

    amount_minor: int = Field(examples=[6490])
    currency: str = Field(examples=["EUR"])
    date: date
    state: str = Field(
        description="a status, partly_refunded, refunded, or gone", examples=["completed"]
    )
    words: str = Field(examples=["Completed"])
    line: Literal["final", "open", "void"] = Field(description="how final it is")


class PrintedOut(SaidOut):
    """What receipts said, from the first to the last time that it was printed so."""

    first_at: datetime
    last_at: datetime


class VerificationOut(Schema):
    """Amount, day and state: of whom and to whom, nobody is told."""

    code: str = Field(examples=["R7KM-20TQ-9F4X-8B3N"])
    matches: bool = Field(description="whether the newest receipt still says what is true")
    now: SaidOut
    printed: list[PrintedOut]
    checked_at: datetime


class MonthOut(Schema):
    """A month of an account; `is_over` false means that more may still be booked."""

    month: str = Field(examples=["2026-03"])
    is_over: bool
    begins_at: datetime
    ends_at: datetime


class Months(Schema):
    data: list[MonthOut]


class EntryOut(Schema):
    """One booking: `amount_minor` and `fee_minor` are negative for what went out."""

    at: datetime
    words: str = Field(examples=["Payment to Nordlicht Books"])
    amount_minor: int = Field(examples=[-6490])
    fee_minor: int = Field(examples=[0])
    transaction_id: str = Field(
        description="empty for what wasn’t a transaction", examples=["txn_01j8w2k7tq5m"]
    )


class StatementOut(MonthOut):
    """`opening + in - out - fees + other = closing`, and the entries make the same sums."""

    account_id: str = Field(examples=["acc_01j8w2k7tq5m"])
    currency: str = Field(examples=["EUR"])
    zone: str = Field(examples=["Europe/Berlin"])
    opening_minor: int = Field(examples=[500_000])
    in_minor: int = Field(examples=[120_000])
    out_minor: int = Field(examples=[64_900])
    fees_minor: int = Field(examples=[0])
    other_minor: int = Field(examples=[0])
    closing_minor: int = Field(examples=[555_100])
    count: int = Field(examples=[12])
    entries: list[EntryOut] | None = Field(
        description="null where there are more than 5,000: export them"
    )
    as_of: datetime


@router.get(
    "/transactions/{transaction_id}/receipt",
    response=errors_for(401, 404, 422, 429, 503),
    summary="Receipt",
    openapi_extra=PDF,
)
def receipt(request: Any, transaction_id: TransactionId) -> HttpResponse:
    """PDF of the state as it is now; what isn't final is a confirmation that says so."""
    with written_for(request.person) as written:
        told = receipts.receipt_of(request, transaction_id)
        data = told.data()
    return typeset.answer(
        request, "receipt", data, told.filename, made_at=told.made_at, written=written
    )


@router.get(
    "/transactions/{transaction_id}/verification-code",
    response={200: CodeOut, **errors_for(401, 404, 422, 429, 503)},
    summary="The code of its receipts",
)
def verification_code(request: Any, transaction_id: TransactionId) -> CodeOut:
    """404 before the first receipt: it is made with that."""
    service.transaction(request.person.subject, transaction_id)
    return _code(receipts.code_or_404(request.person.subject, transaction_id))


@router.post(
    "/transactions/{transaction_id}/verification-codes",
    response={201: CodeOut, **errors_for(400, 401, 403, 404, 415, 422, 429, 503)},
    summary="Renew the code",
)
def verification_code_new(request: Any, transaction_id: TransactionId, body: CodeIn) -> Any:
    """Whoever holds a receipt with the old code can't check it any more."""
    subject = request.person.subject
    service.transaction(subject, transaction_id)
    own = receipts.code_or_404(subject, transaction_id)
    if own.code == codes.read(body.instead_of):
        own = actions.renew(subject, transaction_id, instead_of=own.pk)
    return Status(201, _code(own))


@router.get(
    "/verifications/{code}",
    response={200: VerificationOut, **errors_for(404, 422, 429, 503)},
    summary="Verify a receipt",
    auth=None,
)
def verify(request: Any, code: CodeText, response: HttpResponse) -> Any:
    """Open to anyone. A 503 carries `printed`: what receipts said, unchecked."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    if wait := tries.seconds_to_wait(request, "verification"):
        return problems.page(request, 429, retry_after=wait)
    answer = verification.find(code)
    if answer is None:
        return problems.response(request, 404, code="unknown_receipt")
    printed = [PrintedOut.model_validate(_said(one, printed=True)) for one in answer.printed]
    if answer.now is None:
        told = problems.response(
            request,
            503,
            code="cannot_be_checked",
            detail="The platform can't be asked right now. `printed` is what receipts said.",
            printed=[one.model_dump(mode="json") for one in printed],
        )
        told["Retry-After"] = "30"
        return told
    return VerificationOut(
        code=answer.code,
        matches=answer.matches,
        now=SaidOut.model_validate(_said(answer.now)),
        printed=printed,
        checked_at=answer.checked_at,
    )


@router.get(
    "/accounts/{account_id}/statements",
    response={200: Months, **errors_for(400, 401, 404, 422, 429, 503)},
    summary="Months with statements",
)
def statements(request: Any, account_id: AccountId) -> Any:
    """Since the account's first transaction, newest first."""
    own = service.accounts(request.person.subject).data
    if not any(one.id == account_id for one in own):
        return problems.response(request, 404)
    years = views.years_of(request.person, account_id)
    return {"data": [_month(month) for _, months in years for month in months]}


@router.get(
    "/accounts/{account_id}/statements/{month}",
    response={200: StatementOut, **errors_for(400, 401, 404, 422, 429, 503)},
    summary="Statement of a month",
)
def statement(request: Any, account_id: AccountId, month: MonthName) -> Any:
    """503 with code `does_not_add_up` rather than figures that don't."""
    told = _told(request, account_id, month)
    if told.mismatch:
        return problems.page(
            request, 503, code="does_not_add_up", detail=told.mismatch, retry_after=60
        )
    totals = told.totals
    entries = told.entries
    return {
        **_month(told.month),
        "account_id": totals.account.id,
        "currency": totals.account.currency,
        "zone": zone_of(request.person).key,
        "opening_minor": totals.opening_minor,
        "in_minor": totals.in_minor,
        "out_minor": totals.out_minor,
        "fees_minor": totals.fees_minor,
        "other_minor": totals.others.amount_minor,
        "closing_minor": totals.closing_minor,
        "count": totals.count,
        "entries": None if entries is None else [_entry(one) for one in entries],
        "as_of": told.as_of,
    }


@router.get(
    "/accounts/{account_id}/statements/{month}/file",
    response=errors_for(400, 401, 404, 413, 422, 429, 503),
    summary="Statement as PDF",
    openapi_extra=PDF,
)
def statement_file(request: Any, account_id: AccountId, month: MonthName) -> HttpResponse:
    """413 with more than 1,000 entries: export those."""
    with written_for(request.person) as written:
        told = _told(request, account_id, month)
    return views.pdf_answer(request, told, written)


def _told(request: Any, account_id: str, month: str) -> content.Told:
    known = views.month_or_404(request.person, month)
    return content.read(request.person, account_id, known, timezone.now())


def _code(row: ReceiptCode) -> CodeOut:
    return CodeOut(code=row.grouped, address=row.address, created_at=row.created_at)


def _said(said: verification.Said, *, printed: bool = False) -> dict[str, Any]:
    told = {
        "amount_minor": said.amount.amount_minor,
        "currency": said.amount.currency,
        "date": said.happened_at.astimezone(UTC).date(),
        "state": said.state,
        "words": said.words,
        "line": said.line,
    }
    return {**told, "first_at": said.first_at, "last_at": said.last_at} if printed else told


def _month(month: content.Month) -> dict[str, Any]:
    return {
        "month": month.name,
        "is_over": month.is_over,
        "begins_at": month.begin,
        "ends_at": month.end,
    }


def _entry(entry: content.Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "words": entry.words,
        "amount_minor": entry.amount.amount_minor,
        "fee_minor": entry.fee.amount_minor,
        "transaction_id": entry.transaction_id,
    }
