"""The pages of a hand-off: look, take it on, decide, go back; what is done is in actions.py."""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from selfcare import errors
from selfcare.clients import handoffs as service
from selfcare.clients.handoffs import Handoff
from selfcare.clients.shapes import Transaction
from selfcare.handoffs import actions, story
from selfcare.instructions import following, intents
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.models import Instruction, State
from selfcare.instructions.views import prove
from selfcare.web import problems
from selfcare.web.addresses import address
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

DECISIONS = {"confirm": actions.confirm, "decline": actions.decline}


@require_safe
@signed_in
def handoff_detail(request: SignedInRequest, token: str) -> HttpResponse:
    """Who asks, what, how much and until when; then the decision; then how it came out."""
    try:
        handoff = service.handoff(request.person.subject, token)
    except errors.NotFound:
        return _closed(request, token)
    return _page(request, token, handoff)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def claim_new(request: SignedInRequest, token: str) -> HttpResponse:
    """Continue as who is signed in: from now on it waits for them alone."""
    if request.method != "POST":
        return SeeOther(_url(token))
    subject = request.person.subject
    try:
        actions.claim(subject=subject, token=token)
    except errors.NotFound:
        return _closed(request, token)
    except errors.Rejected as refused:
        handoff = service.handoff(subject, token)
        return _page(request, token, handoff, refused=refused.code, status=refused.status)
    return SeeOther(_url(token))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirmation_new(request: SignedInRequest, token: str) -> HttpResponse:
    """Confirm on the chosen account, or decline: each carries the intent of what was seen."""
    if request.method != "POST":
        return SeeOther(_url(token))
    try:
        instruction = _decided(request)
    except intents.IntentExpired:
        handoff = service.handoff(request.person.subject, token)
        return _page(request, token, handoff, notice="expired", status=409)
    except intents.IntentInvalid:
        return problems.page(request, 400)
    except KeyReused:
        return problems.page(request, 422, code="idempotency_key_reused", key_reused=True)
    if instruction.state == State.AWAITING_PROOF:
        return prove(request, instruction)
    return SeeOther(instruction.url)


def _decided(request: SignedInRequest) -> Instruction:
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise intents.IntentInvalid
    intent = intents.read(
        request.POST.get("intent", ""),
        subject=request.person.subject,
        action=decision,
        transaction_id=request.POST.get("transaction", "none"),
    )
    return DECISIONS[decision](intent=intent, request_id=request.request_id)


def _page(
    request: SignedInRequest, token: str, handoff: Handoff, *, refused: str = "", notice: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context: dict[str, Any] = {
        "token": token,
        "handoff": handoff,
        "notice": notice,
        **story.of(handoff, zone_of(request.person)),
    }
    if refused:
        context["refusal"] = story.refusal(handoff, refused)
    txn = handoff.transaction
    template = "handoffs/open.html"
    if txn is not None and txn.may("confirm"):
        template = "handoffs/decision.html"
        context |= _decision(handoff, txn)
    elif txn is not None:
        template = "handoffs/outcome.html"
        context |= _outcome(handoff, txn)
    return render_page(request, template, context, status=status)


def _decision(handoff: Handoff, txn: Transaction) -> dict[str, Any]:
    choices = story.choices(handoff, txn)
    return {
        "txn": txn,
        "choices": choices,
        "enough": any(one.account.covers for one in choices),
        "decline_intent": actions.intent_for(handoff, txn, "decline", choice=None).token(),
        "under_way": _under_way(txn),
    }


def _outcome(handoff: Handoff, txn: Transaction) -> dict[str, Any]:
    context = {"txn": txn, "outcome": story.outcome(handoff, txn)}
    if txn.undo_until:
        intent = actions.intent_for(handoff, txn, "undo", choice=None)
        context["undo"] = following.undo_by(intent, txn.undo_until, as_of=handoff.as_of)
    return context


def _under_way(txn: Transaction) -> Instruction | None:
    """What was sent from another tab or device, and isn't settled."""
    try:
        told = Instruction.objects.open_about(txn.owner, txn.id)
        return told.exclude(state=State.AWAITING_PROOF).first()
    except (OperationalError, InterfaceError):
        return None


def _closed(request: SignedInRequest, token: str) -> HttpResponse:
    """One page for all that is over, somebody else's, or never was."""
    return render_page(request, "handoffs/closed.html", {"token": token}, status=404)


def _url(token: str) -> str:
    return address("handoffs:detail", token)
