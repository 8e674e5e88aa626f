"""The page on which a person sends the same again, after a fresh look at payee, fee and limits."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from selfcare.clients import transactions as service
from selfcare.clients.offers import RepeatOffer
from selfcare.clients.shapes import Transaction
from selfcare.instructions import intents
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.intents import Intent
from selfcare.instructions.views import prove
from selfcare.transactions import actions, checking, story
from selfcare.transactions.forms import IntentForm
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of


class RepetitionForm(IntentForm):
    """Where the name doesn't match, nobody sends money without having said that they saw it."""

    sure = forms.BooleanField(
        label=_lazy("I asked them, and this is the right account"),
        error_messages={"required": _lazy("Tick this, or leave it: the name doesn’t match.")},
    )

    def __init__(self, data: Any, *, check: str) -> None:
        super().__init__(data)
        if check not in checking.CHECKS_TO_TICK:
            del self.fields["sure"]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def repetition_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """GET looks afresh and shows the offer; POST writes down what was seen and asks for a proof."""
    if request.method != "POST":
        return _page(request, transaction_id)
    subject = request.person.subject
    try:
        token = request.POST.get("intent", "")
        intent = intents.read(
            token, subject=subject, action="repeat", transaction_id=transaction_id
        )
        form = RepetitionForm(request.POST, check=intent.payee_check)
        if not form.is_valid():
            return _page(request, transaction_id, form=form)
        instruction = actions.repeat(intent=intent, request_id=request.request_id)
    except intents.IntentExpired:
        return _page(request, transaction_id, notice="expired")
    except intents.IntentInvalid:
        return problems.page(request, 400)
    except KeyReused:
        return problems.page(request, 422, code="idempotency_key_reused", key_reused=True)
    return prove(request, instruction)


def _page(
    request: SignedInRequest,
    transaction_id: str,
    *,
    form: RepetitionForm | None = None,
    notice: str = "",
) -> HttpResponse:
    txn = service.transaction(request.person.subject, transaction_id)
    refusal = story.refusal(txn, "repeat", zone_of(request.person))
    if refusal:
        context = {"txn": txn, "refusal": refusal, "title": story.again_title(txn)}
        return render_page(request, "transactions/repeat_form.html", context, status=409)
    offer = service.repeat_offer(request.person.subject, transaction_id)
    if form is None:
        form = RepetitionForm(None, check=offer.payee.check)
    context = {
        "txn": txn,
        "title": story.again_title(txn),
        "offer": offer,
        "check": checking.check_of(offer.payee),
        "form": form,
        "intent": offer_intent(txn, offer, key=intents.new_key()).token(),
        "refusal": story.offer_refusal(txn, offer, zone_of(request.person)),
        "notice": notice,
    }
    status = 409 if context["refusal"] or notice else 422 if form.errors else 200
    return render_page(request, "transactions/repeat_form.html", context, status=status)


def offer_intent(txn: Transaction, offer: RepeatOffer, *, key: str) -> Intent:
    """The intent of a person who sees `offer` of doing `txn` again."""
    return actions.intent_for(txn, "repeat", key=key).seen(
        amount_minor=offer.amount_minor,
        fee_minor=offer.fee_minor,
        currency=offer.currency,
        payee=offer.payee.name,
        offer_id=offer.id,
        payee_check=offer.payee.check,
    )
