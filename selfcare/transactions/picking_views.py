"""The pages of doing one thing to several chosen transactions: look, do, and a result a row."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from selfcare.annotations import labels
from selfcare.annotations.refusals import Refused
from selfcare.instructions import intents, queue, wording
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.models import UNRESOLVED, Instruction
from selfcare.transactions import picking, story
from selfcare.transactions import wording as words
from selfcare.transactions.forms import CHOOSE, NOT_CHOSEN
from selfcare.web import problems
from selfcare.web.addresses import address
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

DO = ("label", "export", "cancel")
KEY = 80


class BulkCancelForm(forms.Form):
    """One reason for all of them."""

    reason = forms.ChoiceField(
        label=_lazy("Why?"),
        choices=[NOT_CHOSEN, *words.choices(words.CANCEL_REASONS)],
        error_messages=CHOOSE,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bulk_new(request: SignedInRequest) -> HttpResponse:
    """What was ticked and what shall be done: shows what would happen to each, and does nothing."""
    asked = request.POST if request.method == "POST" else request.GET
    do = asked.get("do", "")
    if do not in DO:
        return problems.page(request, 400)
    ids = asked.getlist("id")
    exports = address("documents:export_new")
    if do == "export" and exports and 0 < len(ids) <= picking.MOST:
        return SeeOther(f"{exports}?{urlencode([('id', one) for one in ids])}")
    return _page(request, do, ids)


@require_POST
@signed_in
def bulk_cancel(request: SignedInRequest) -> HttpResponse:
    """Cancels each of those that were shown, once, and leads to the result of each."""
    subject = request.person.subject
    try:
        picked = picking.read(request.POST.get("intent", ""), subject=subject, do="cancel")
        form = BulkCancelForm(request.POST)
        if not form.is_valid():
            ids = [row.transaction_id for row in picked.rows]
            return _page(request, "cancel", ids, form=form, key=picked.key)
        reason = form.cleaned_data["reason"]
        picking.cancel(picked=picked, reason=reason, request_id=request.request_id)
    except intents.IntentExpired:
        return _page(request, "cancel", request.POST.getlist("id"), notice="expired")
    except intents.IntentInvalid:
        return problems.page(request, 400)
    except KeyReused:
        return problems.page(request, 422, code="idempotency_key_reused", key_reused=True)
    return SeeOther(reverse("transactions:bulk_detail", args=[picked.key]))


@require_GET
@signed_in
def bulk_detail(request: SignedInRequest, key: str) -> HttpResponse:
    """What became of each; it goes on looking until all are settled."""
    told = queue.under(request.person.subject, key) if len(key) <= KEY else []
    if not told:
        raise Http404
    open_ones = [one for one in told if one.state in UNRESOLVED]
    context = {
        "results": [_result(one, zone_of(request.person)) for one in told],
        "unresolved": bool(open_ones),
        "done": sum(one.state == "done" for one in told),
        "open_count": len(open_ones),
        "url": request.path,
    }
    return render_page(request, "transactions/bulk_detail.html", context, partial="state")


@require_POST
@signed_in
def bulk_label(request: SignedInRequest) -> HttpResponse:
    """Puts a label on each of those that were shown, or takes it off."""
    subject = request.person.subject
    ids = request.POST.getlist("id")
    label = labels.find(subject, request.POST.get("label", ""))
    on = request.POST.get("how", "on") == "on"
    if label is None:
        return _page(request, "label", ids, problem=_("Choose one of your labels."))
    try:
        found, _gone = picking.chosen(subject, ids)
        picking.put_label(label=label, transactions=found, on=on)
    except picking.NotChosen:
        return _page(request, "label", ids)
    except Refused as refusal:
        return _page(request, "label", ids, problem=refusal.words)
    query = [("label", label.public_id), *(("id", txn.id) for txn in found)]
    return SeeOther(f"{reverse('transactions:bulk_labelled')}?{urlencode(query)}")


@require_GET
@signed_in
def bulk_labelled(request: SignedInRequest) -> HttpResponse:
    """Which of the chosen have the label now; the address is the whole state."""
    subject = request.person.subject
    label = labels.find(subject, request.GET.get("label", ""))
    if label is None:
        raise Http404
    try:
        found, gone = picking.chosen(subject, request.GET.getlist("id"))
    except picking.NotChosen as error:
        return render_page(
            request,
            "transactions/bulk_new.html",
            {"problem": str(error), "do": "label"},
            status=400,
        )
    having = labels.for_transactions(subject, found)
    rows = [(txn, label in having[txn.id]) for txn in found]
    context = {"label": label, "rows": rows, "gone": gone, "done": sum(has for _, has in rows)}
    return render_page(request, "transactions/bulk_labelled.html", context)


def _page(
    request: SignedInRequest,
    do: str,
    ids: list[str],
    *,
    form: forms.Form | None = None,
    key: str = "",
    notice: str = "",
    problem: str = "",
) -> HttpResponse:
    subject = request.person.subject
    context: dict[str, Any] = {"do": do, "notice": notice, "most": picking.MOST}
    try:
        found, gone = picking.chosen(subject, ids)
    except picking.NotChosen as error:
        context |= {"problem": str(error)}
        return render_page(request, "transactions/bulk_new.html", context, status=400)
    rows = picking.rows(found, do, zone_of(request.person))
    # After a mistake in the form the intent stays the same: it is still the one thing told.
    picked = picking.Picked(key or intents.new_key(), subject, do, rows)
    possible = sum(not row.refusal for row in rows)
    context |= {
        "chosen": list(zip(found, rows, strict=True)),
        "gone": gone,
        "possible": possible,
        "intent": picked.token(),
        "form": form or BulkCancelForm(),
        "labels": labels.of(subject) if do == "label" else [],
        "label_problem": problem,
    }
    wrong = problem or (form is not None and form.errors)
    status = 409 if notice else 422 if wrong else 200
    return render_page(request, "transactions/bulk_new.html", context, status=status)


def _result(instruction: Instruction, zone: ZoneInfo) -> dict[str, Any]:
    """A row of the result: what became of it, and the reason where it wasn't done."""
    outcome = instruction.outcome or {}
    told = wording.of(instruction)
    reason = told.lead
    if why := outcome.get("why"):
        reason = _("Not possible: %(why)s") % {"why": story.say_why_not(why, zone)}
    return {
        "instruction": instruction,
        "payee": instruction.shown["payee"],
        "words": told.headline,
        "reason": reason,
        "unresolved": instruction.state in UNRESOLVED,
    }
