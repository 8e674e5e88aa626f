"""What the forms of the front page do, one view a form; each ends on the front page again."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.db import transaction as database
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from sandbox import clock, ids
from sandbox.control import faults, making, record
from sandbox.control.models import Fault
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.people.models import Person
from sandbox.seeds import world
from sandbox.transactions.machine import IllegalStepError
from sandbox.transactions.models import Transaction

type View = Callable[[HttpRequest], str]


def lever(part: str) -> Callable[[View], Callable[[HttpRequest], HttpResponse]]:
    """A form's view: says what it did, or why not, at its part of the page."""

    def wrap(view: View) -> Callable[[HttpRequest], HttpResponse]:
        @require_POST
        @wraps(view)
        def door(request: HttpRequest) -> HttpResponse:
            if settings.SANDBOX_CONTROL != "open":
                raise Http404
            try:
                messages.success(request, view(request), extra_tags=part)
            except ValueError as error:
                messages.error(request, str(error), extra_tags=part)
            return HttpResponseRedirect(f"{reverse('front:page')}#{part}", status=303)

        return door

    return wrap


@lever("levers")
def fault_new(request: HttpRequest) -> str:
    facts: dict[str, object] = {key: request.POST.get(key, "") for key in ("operation", "mode")}
    facts["to"] = request.POST.get("to", "")
    email = request.POST.get("person", "").strip().lower()
    if email:
        facts["sub"] = _person(email).sub
    for name in ("ms", "count"):
        if request.POST.get(name, "").strip():
            facts[name] = _whole(name, request.POST[name])
    fault = faults.switch_on(facts)
    return f"Fault {fault.pk} is on: {fault.operation}, {fault.mode}."


@lever("levers")
def fault_removal(request: HttpRequest) -> str:
    wanted = request.POST.get("fault", "")
    found = Fault.objects.all()
    if wanted != "all":
        found = found.filter(pk=_whole("fault", wanted))
    count, _ = found.delete()
    return f"{count} faults are off." if count else "No such fault was on."


@lever("levers")
def advance_new(request: HttpRequest) -> str:
    wire_id = request.POST.get("transaction", "").strip()
    pk = ids.unwire("txn", wire_id)
    with database.atomic():
        rows = Transaction.objects.select_for_update(of=("self",)).select_related(
            "account", "peer__person", "merchant", "person"
        )
        row = rows.filter(pk=pk).first() if pk else None
        if row is None:
            raise ValueError("There is no such transaction. Its id begins with txn_.")
        try:
            making.advance(row, request.POST.get("to", ""), clock.now())
        except IllegalStepError as error:
            raise ValueError(f"The way of a transaction has no such step: {error}.") from error
        except InsufficientFundsError as error:
            raise ValueError("The account doesn't cover it; nothing changed.") from error
        effect = f"transaction.{row.status}"
        record.write("advance", sub=row.person.sub, transaction_id=wire_id, effect=effect)
    return f"{row.counterparty_name} is {row.status} now."


@lever("levers")
def reset_new(request: HttpRequest) -> str:
    number = _whole("seed", request.POST.get("seed", "") or "1")
    if request.POST.get("sure") != "yes":
        raise ValueError("Tick the box to say that everything may go. Nothing was reset.")
    world.reset(number)
    return f"The world is new, from seed number {number}."


def _whole(name: str, text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(f"{name} must be a whole number")
    return int(text)


def _person(email: str) -> Person:
    found = Person.objects.filter(email=email).first() if "\0" not in email else None
    if found is None:
        raise ValueError("Nobody here has that address.")
    return found
