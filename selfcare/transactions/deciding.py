"""The pages on which a person decides: cancel, confirm or decline, undo, withdraw."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from selfcare.clients import transactions as service
from selfcare.instructions import drafts, intents
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Draft, Instruction, State
from selfcare.instructions.views import prove
from selfcare.transactions import actions, story
from selfcare.transactions.forms import CancellationForm, ConfirmationForm, IntentForm
from selfcare.web import problems
from selfcare.web.addresses import address
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

type Made = HttpResponse | Instruction


@drafts.kept
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cancellation_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    def make(intent: Intent) -> Made:
        form = CancellationForm(request.POST)
        if not form.is_valid():
            return _page(request, transaction_id, "cancel", form=form, intent=intent)
        return actions.cancel(
            intent=intent,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            request_id=request.request_id,
        )

    return _decide(request, transaction_id, "cancel", make)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirmation_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Confirm and decline stand on one page, each with an intent of its own.

    What was begun at a merchant has a page where its account can be chosen, and the way back is.
    """
    form = ConfirmationForm(request.POST or None)
    action = "confirm"
    if request.method == "POST":
        if not form.is_valid():
            return problems.page(request, 400)
        action = form.cleaned_data["decision"]

    def make(intent: Intent) -> Made:
        act = actions.confirm if action == "confirm" else actions.decline
        return act(intent=intent, request_id=request.request_id)

    return _decide(request, transaction_id, action, make)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def undo_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    def make(intent: Intent) -> Made:
        return actions.undo(intent=intent, request_id=request.request_id)

    return _decide(request, transaction_id, "undo", make)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirmation_withdrawal_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    def make(intent: Intent) -> Made:
        return actions.withdraw_confirmation(intent=intent, request_id=request.request_id)

    return _decide(request, transaction_id, "withdraw_confirmation", make)


def _decide(
    request: SignedInRequest,
    transaction_id: str,
    action: str,
    make: Callable[[Intent], Made],
) -> HttpResponse:
    """GET shows the form with a fresh intent; POST carries the intent out, once."""
    if request.method != "POST":
        return _page(request, transaction_id, action)
    subject = request.person.subject
    try:
        token = request.POST.get("intent", "")
        intent = intents.read(token, subject=subject, action=action, transaction_id=transaction_id)
        made = make(intent)
    except intents.IntentExpired:
        return _page(request, transaction_id, action, typed=True, notice="expired")
    except intents.IntentInvalid:
        return problems.page(request, 400)
    except KeyReused:
        return problems.page(request, 422, code="idempotency_key_reused", key_reused=True)
    return made if isinstance(made, HttpResponse) else _go_on(request, made)


def _go_on(request: SignedInRequest, instruction: Instruction) -> HttpResponse:
    if instruction.state == State.AWAITING_PROOF:
        return prove(request, instruction)
    return SeeOther(instruction.url)


def _page(
    request: SignedInRequest,
    transaction_id: str,
    action: str,
    *,
    form: forms.Form | None = None,
    intent: Intent | None = None,
    typed: bool = False,
    notice: str = "",
) -> HttpResponse:
    """The form, afresh or with what was typed; 422 with errors, 409 where it isn't possible."""
    txn = service.transaction(request.person.subject, transaction_id)
    if action == "confirm" and txn.handoff and txn.may("confirm"):
        return SeeOther(address("handoffs:detail", txn.handoff.token))
    draft = None
    if form is None:
        draft = None if typed else drafts.find(txn.owner, action, txn.id)
        form = _form(action, request.POST if typed else None, draft)
    if intent is None:
        intent = actions.intent_for(txn, action, key=intents.new_key())
    decline = actions.intent_for(txn, "decline", key=intents.new_key())
    refusal = story.refusal(txn, action, zone_of(request.person))
    context: dict[str, Any] = {
        "txn": txn,
        "action": action,
        "form": form,
        "draft": draft,
        "draft_action": action,
        "draft_about": txn.id,
        "intent": intent.token(),
        "decline_intent": decline.token() if action in {"confirm", "decline"} else "",
        "refusal": refusal,
        "notice": notice,
        **story.decision(txn, action, zone_of(request.person)),
    }
    status = 409 if refusal or notice else 422 if form.errors else 200
    return render_page(request, "transactions/action_form.html", context, status=status)


def _form(action: str, data: Any, draft: Draft | None) -> forms.Form:
    if action == "cancel":
        return CancellationForm(data, initial=drafts.as_posted(draft).dict() if draft else None)
    return ConfirmationForm(data) if action in {"confirm", "decline"} else IntentForm(data)
