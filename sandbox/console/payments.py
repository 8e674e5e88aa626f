"""The console's part about payments and payouts: listed, asked for, and forced on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction as database
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import clock, ids, problems
from sandbox.console import forcing, writing
from sandbox.console.door import Visit, console
from sandbox.console.progress import test_customer
from sandbox.merchant_api import handoffs, paging, payments, return_addresses, wire
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import PREFIXES, Demand, Handoff
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import due
from sandbox.transactions.bodies import Body, Text
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]
type Row = Transaction | Demand

FILTERS = ("kind", "status", "q")
KINDS = Demand.Kind.values
Status = Transaction.Status


class NewDemand(NewPayment):
    kind: Literal["payment", "payout"]


class NewMove(Body):
    """`to` is one of the payment's `next`."""

    to: Literal[tuple(Status.values)]  # type: ignore[valid-type]
    reason_code: Annotated[Text, Field(pattern=r"^([A-Z0-9]{4})?$")] = ""


@console("GET", "POST")
def payment_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    due.apply_due(clock.now())
    if request.method == "POST":
        return writing.carry_out(
            request, visit, NewDemand, lambda body, now: _ask_for(visit.merchant, body, now),
            operation="console_payment", happened="payment.created", secret=("handoff_url",),
        )  # fmt: skip
    asked = paging.asked(request.GET, FILTERS)
    return problems.answer(200, page(visit.merchant, asked, clock.now()))


@console("GET")
def payment_detail(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    due.apply_due(clock.now())
    return problems.answer(200, whole(found(visit.merchant, payment_id), clock.now()))


@console("POST")
def move_new(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    """Forced to the next legal state, as if whoever usually does it had done it."""
    row = found(visit.merchant, payment_id)

    def effect(body: NewMove, now: datetime) -> Json:
        forcing.move(row, body.to, body.reason_code, now)
        return whole(found(visit.merchant, payment_id), now)

    return writing.carry_out(
        request, visit, NewMove, effect,
        operation="console_move", happened="payment.forced",
    )  # fmt: skip


def page(merchant: Merchant, asked: Asked, now: datetime) -> Json:
    """Payments and payouts together, newest first."""
    kind, status = asked.filters.get("kind"), asked.filters.get("status")
    if kind is not None and kind not in KINDS:
        raise bad_filter("kind", f"is one of {', '.join(KINDS)}")
    if status is not None and status not in Status.values:
        raise bad_filter("status", f"is one of {', '.join(Status.values)}")
    looked_for = _search(asked.filters.get("q", ""))
    taken = _taken(merchant).filter(looked_for, kind__in=[kind] if kind else KINDS)
    waiting = _waiting(merchant).filter(looked_for, kind__in=[kind] if kind else KINDS)
    if status is not None:
        taken, waiting = (
            taken.filter(status=status),
            waiting.filter(payments.has_status(status, now)),
        )
    if asked.after:
        older = asked.after.older("created_at")
        taken, waiting = taken.filter(older), waiting.filter(older)
    both = payments.newest(waiting, taken, asked.limit + 1)
    rows = both[: asked.limit]
    more = len(both) > asked.limit
    return {
        "data": [_told(row, now) for row in rows],
        "next_cursor": Place(rows[-1].created_at, rows[-1].id).cursor() if more else None,
    }


def found(merchant: Merchant, wire_id: str) -> Row:
    """ProblemError 404 for another merchant's as for what never was."""
    for kind in KINDS:
        if pk := ids.unwire(PREFIXES[kind], wire_id):
            # In this order: what is taken on between the two is found by the second.
            row = (
                _waiting(merchant).filter(pk=pk, kind=kind).first()
                or _taken(merchant).filter(pk=pk, kind=kind).first()
            )
            if row:
                return row
    raise ProblemError(404, "unknown_payment", "There is no such payment.")


def whole(row: Row, now: datetime) -> Json:
    """With its way here, the customer that it has, and where it can be forced to."""
    told = {**_told(row, now), "next": forcing.possible(row, now)}
    if isinstance(row, Demand):
        is_open = row.status(now) == Status.ACTION_REQUIRED
        way = Handoff.objects.filter(demand=row).first() if is_open else None
        happened = [("created", row.created_at, "merchant")]
        if row.called_off_at:
            happened.append(("cancelled", row.called_off_at, "merchant"))
        elif not is_open:
            happened.append(("expired", row.expires_at, "platform"))
        return {
            **told,
            "handoff_url": handoffs.url_of(way) if way else None,
            "test_customer": test_customer() if way else None,
            "customer": None,
            "timeline": [
                {"at": clock.rfc3339(at), "name": name, "by": by} for name, at, by in happened
            ],
            "refunds": [],
            "cases": [],
        }
    return {
        **told,
        "handoff_url": None,
        "test_customer": None,
        "customer": {
            "name": row.person.name, "email": row.person.email, "transaction_id": row.wire_id,
        },
        "timeline": [
            {
                "at": clock.rfc3339(line.at),
                "name": line.name.partition(".")[2],
                "by": wire.who(line.actor_kind),
            }
            for line in row.events.order_by("at", "pk")
        ],
        "refunds": [wire.refund(refund) for refund in row.refunds.order_by("created_at")],
        "cases": [
            wire.case(case) for case in row.cases.select_related("transaction").order_by("pk")
        ],
    }  # fmt: skip


def _told(row: Row, now: datetime) -> Json:
    return {"refunded_minor": 0, **wire.asked_for(row, now), "kind": row.kind}


def _ask_for(merchant: Merchant, body: NewDemand, now: datetime) -> Json:
    if not return_addresses.is_registered(merchant, body.return_url):
        told = "return_url isn't one that you registered, character by character."
        raise ProblemError(422, "unknown_return_url", told, field="return_url")
    with database.atomic():
        return whole(payments.ask_for(merchant, body, now, body.kind), now)


def _taken(merchant: Merchant) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(merchant=merchant, kind__in=KINDS)
    return rows.select_related("demand", "person", "merchant").prefetch_related("refunds")


def _waiting(merchant: Merchant) -> QuerySet[Demand]:
    return Demand.objects.filter(merchant=merchant, transaction=None).select_related("merchant")


def _search(text: str) -> Q:
    """In the merchant's own words for it, or by its whole id."""
    if not text:
        return Q()
    looked_for = Q(merchant_reference__icontains=text) | Q(remittance_information__icontains=text)
    for kind in KINDS:
        if pk := ids.unwire(PREFIXES[kind], text):
            looked_for |= Q(pk=pk, kind=kind)
    return looked_for
