"""The pages that look at transactions: list, detail, and the cards of the home page."""

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.clients import transactions as service
from selfcare.clients.transactions import Filters
from selfcare.instructions import following, intents
from selfcare.instructions.models import Instruction
from selfcare.transactions import actions, listing, story
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

LATEST = 8
WAITING = 5


@require_safe
@signed_in
def transaction_detail(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    subject = request.person.subject
    failure, status = None, 200
    stale_at = None
    try:
        txn = service.transaction(subject, transaction_id)
    except errors.NoAnswer as error:
        if error.last_known is None:
            raise
        txn, stale_at, failure, status = error.last_known, error.known_at, problems.of(error), 503
    context = {
        "txn": txn,
        **story.of(txn, zone_of(request.person)),
        "stale_at": stale_at,
        "failure": failure,
        "instructions": _open_instructions(subject, transaction_id),
    }
    if txn.undo_until:
        intent = actions.intent_for(txn, "undo", key=intents.new_key())
        context["undo"] = following.undo_by(intent, txn.undo_until)
    return render_page(request, "transactions/detail.html", context, status=status)


@require_safe
@signed_in
def card_state(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Where it stands now, for a page that tells of something refused."""
    txn = service.transaction(request.person.subject, transaction_id)
    context = {"txn": txn, **story.of(txn, zone_of(request.person))}
    return render_page(request, "transactions/card_state.html", context, partial="card")


def _open_instructions(subject: str, transaction_id: str) -> list[Instruction]:
    """None while the database is away: then none can be made, and the page still tells the rest."""
    try:
        return list(Instruction.objects.open_about(subject, transaction_id))
    except (OperationalError, InterfaceError):
        return []


@require_safe
@signed_in
def card_balances(request: SignedInRequest) -> HttpResponse:
    context: dict[str, object] = {"accounts": None}
    try:
        accounts = service.accounts(request.person.subject)
    except errors.NoAnswer as failure:
        accounts = failure.last_known
        context |= {"failure": problems.of(failure), "known_at": failure.known_at}
    if accounts is not None:
        context |= {"accounts": accounts.data, "as_of": accounts.as_of}
    return render_page(request, "transactions/card_balances.html", context, partial="card")


@require_safe
@signed_in
def card_waiting(request: SignedInRequest) -> HttpResponse:
    context = _card(request, Filters(needs_me=True), WAITING)
    return render_page(request, "transactions/card_waiting.html", context, partial="card")


@require_safe
@signed_in
def card_latest(request: SignedInRequest) -> HttpResponse:
    context = _card(request, Filters(), LATEST)
    return render_page(request, "transactions/card_latest.html", context, partial="card")


def _card(request: SignedInRequest, filters: Filters, limit: int) -> dict[str, object]:
    context: dict[str, object] = {}
    try:
        page = service.transactions(request.person.subject, filters, limit=limit)
    except errors.NoAnswer as failure:
        page = failure.last_known
        context = {"failure": problems.of(failure), "known_at": failure.known_at}
    return context | listing.rows(request, page)
