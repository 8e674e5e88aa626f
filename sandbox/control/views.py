"""The box's levers as JSON, for tests and for judging by hand; open only with SANDBOX_CONTROL."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction as database
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox import clock, ids
from sandbox.auth import one_time_codes
from sandbox.cases import answering
from sandbox.cases.life import IllegalCaseStepError
from sandbox.cases.models import Case
from sandbox.control import faults, making, record
from sandbox.control.models import Fault
from sandbox.ledger.journal import InsufficientFundsError, verify_ledger
from sandbox.people.models import Person
from sandbox.problems import ProblemError, answer
from sandbox.seeds import world
from sandbox.transactions import bodies, wire
from sandbox.transactions.machine import IllegalStepError
from sandbox.transactions.models import Transaction

type View = Callable[..., HttpResponse]


def lever(*methods: str) -> Callable[[View], View]:
    """Guards a view: 404 while the levers are in, problems for all that goes wrong."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def door(request: HttpRequest, **parts: Any) -> HttpResponse:
            try:
                if settings.SANDBOX_CONTROL != "open":
                    raise ProblemError(404, "not_found", "The control API is switched off.")
                if request.method not in methods:
                    told = f"This address knows {', '.join(methods)}."
                    raise ProblemError(405, "method_not_allowed", told)
                return view(request, **parts)
            except ProblemError as problem:
                return problem.response("")
            except (IllegalStepError, IllegalCaseStepError, InsufficientFundsError) as error:
                told = str(error) or "The account doesn't cover it."
                return ProblemError(409, "illegal_step", told).response("")
            except ValueError as error:
                return ProblemError(400, "bad_request", str(error)).response("")

        return door

    return wrap


@lever("POST")
def reset(request: HttpRequest) -> HttpResponse:
    seed = facts_of(request).get("seed", 1)
    if type(seed) is not int or not 0 <= seed < 2**31:
        raise ValueError("seed must be a whole number")
    world.reset(seed)
    return answer(200, {"seed": seed, "people": Person.objects.count()})


@lever("GET", "POST")
def people(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return answer(200, [_person(person) for person in Person.objects.order_by("pk")])
    person = making.person(facts_of(request), clock.now())
    return answer(201, {**_person(person), "password": making.PASSWORD})


@lever("GET")
def code(request: HttpRequest, sub: str) -> HttpResponse:
    shown, seconds = one_time_codes.current_code(known_person(sub))
    return answer(200, {"code": shown, "seconds_left": seconds})


@lever("POST")
def transactions(request: HttpRequest, sub: str) -> HttpResponse:
    row = making.transaction(known_person(sub), facts_of(request), clock.now())
    return answer(201, wire.detail(transaction_of(row.wire_id), clock.now()))


@lever("POST")
def advance(request: HttpRequest, id_: str) -> HttpResponse:
    facts = facts_of(request)
    with database.atomic():
        row = transaction_of(id_, lock=True)
        target, reason = facts.get("to"), facts.get("reason_code") or ""
        if not isinstance(target, str):
            raise ValueError("to must be a status")
        making.advance(row, target, clock.now(), reason_code=reason)
    record.write(
        "advance", sub=row.person.sub, transaction_id=id_, effect=f"transaction.{row.status}"
    )
    return answer(200, wire.detail(transaction_of(id_), clock.now()))


@lever("POST")
def refund_answer(request: HttpRequest, id_: str) -> HttpResponse:
    """The merchant answers the open refund request: {"amount_minor"}, 0 declines."""
    facts = facts_of(request)
    amount = facts.get("amount_minor")
    if type(amount) is not int:
        raise ValueError("amount_minor must be a whole number")
    with database.atomic():
        row = transaction_of(id_, lock=True)
        wish = row.refund_request
        if wish is None or not wish.is_open:
            raise ValueError("there is no open refund request")
        case = Case.objects.select_for_update(of=("self",)).get(pk=wish.pk)
        case.transaction = row
        if amount:
            answering.grant(case, row, clock.now(), amount_minor=amount)
        else:
            answering.decline(case, row, clock.now())
    record.write(
        "advance", sub=row.person.sub, transaction_id=id_, effect="refund_request.answered"
    )
    return answer(200, wire.detail(transaction_of(id_), clock.now()))


@lever("POST")
def payees(request: HttpRequest) -> HttpResponse:
    """What the bank says of a payee from now on: {"name", "check", "name_found"?}."""
    facts = facts_of(request)
    payee = making.payee(facts)
    told = {"name": payee.name, "check": payee.check_result, "name_found": payee.name_found}
    return answer(201, told)


@lever("GET", "POST", "DELETE")
def fault_list(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return answer(201, _fault(faults.switch_on(facts_of(request))))
    if request.method == "DELETE":
        Fault.objects.all().delete()
    return answer(200, [_fault(fault) for fault in faults.active()])


@lever("DELETE")
def fault_detail(request: HttpRequest, number: int) -> HttpResponse:
    found = Fault.objects.filter(pk=number) if number < 2**63 else Fault.objects.none()
    if not found.delete()[0]:
        raise ProblemError(404, "unknown_fault", "There is no such fault.")
    return answer(200, {"id": number})


@lever("GET")
def log(request: HttpRequest) -> HttpResponse:
    since = request.GET.get("since")
    at = clock.parse(since) if since else None
    if since and at is None:
        raise ValueError("since must be an RFC 3339 instant")
    return answer(200, record.read(sub=sub_of(request), since=at))


@lever("GET")
def ledger(request: HttpRequest) -> HttpResponse:
    """What doesn't agree in the ledger: nothing, ever."""
    return answer(200, {"wrong": verify_ledger()})


def facts_of(request: HttpRequest) -> dict[str, Any]:
    facts = bodies.read_json(request) if request.body else {}
    if not isinstance(facts, dict):
        raise ValueError("The body must be a JSON object.")
    return facts


def sub_of(request: HttpRequest) -> str:
    """The person that the query names, or "" for everybody."""
    return _clean(request.GET.get("sub", ""))


def _clean(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:@-]{0,64}", text):
        raise ValueError("sub must be a person's sub")
    return text


def known_person(sub: str) -> Person:
    person = Person.objects.filter(sub=_clean(sub)).first()
    if person is None:
        raise ProblemError(404, "unknown_user", "There is no such person.")
    return person


def transaction_of(id_: str, *, lock: bool = False) -> Transaction:
    pk = ids.unwire("txn", id_)
    rows = Transaction.objects.select_related(
        "account", "peer__person", "merchant", "refund_request", "person", "refund_of"
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise ProblemError(404, "unknown_transaction", "There is no such transaction.")
    return row


def _person(person: Person) -> dict[str, Any]:
    return {
        "sub": person.sub, "email": person.email, "name": person.name, "roles": person.roles,
    }  # fmt: skip


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.pk,
        "operation": fault.operation,
        "mode": fault.mode,
        "sub": fault.sub or None,
        "to": fault.to or None,
        "ms": fault.ms,
        "status": fault.status,
        "count": fault.remaining,
    }
