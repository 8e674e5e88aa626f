"""The card of a transaction and what its forms do: note and labels; files have their own room."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from selfcare.annotations import actions, card, labels, unsaved
from selfcare.annotations.models import Label, Note, Rule
from selfcare.annotations.refusals import Refused
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest, in_place

TEMPLATE = "annotations/card.html"


@require_safe
@signed_in
def annotation_card(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    return show(request, transaction_id, "card")


@unsaved.kept
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def note_edit(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Saves the note; another text that was saved meanwhile is shown beside this one."""
    if request.method != "POST":
        return back(transaction_id)
    card.known(request.person.subject, transaction_id)
    if "keep" in request.POST:
        unsaved.forget(request.person.subject, transaction_id)
        return _shown(request, transaction_id, "note-state", replaced=True)
    try:
        note = _save(request, transaction_id)
    except actions.NoteChanged as change:
        return _unsaved(request, transaction_id, 409, other=change.note)
    except Refused as refusal:
        return _unsaved(request, transaction_id, refusal.status, note_refusal=refusal.words)
    return _shown(request, transaction_id, "note-state", just_saved=bool(note.version))


def _save(request: SignedInRequest, transaction_id: str) -> Note:
    over = request.POST.get("over", "")
    # What a page saves by itself follows what it saved before, whichever answer it has seen.
    writer = request.POST.get("writer", "")[:32] if in_place(request) and not over else ""
    return actions.save_note(
        subject=request.person.subject,
        transaction_id=transaction_id,
        text=request.POST.get("text", ""),
        # Who chose this text over another one has seen that other version.
        seen_version=_number(over or request.POST.get("version", "")),
        writer=writer,
    )


def _unsaved(
    request: SignedInRequest, transaction_id: str, status: int, **more: Any
) -> HttpResponse:
    """What was typed stays where it was typed."""
    text, seen = request.POST.get("text", ""), _number(request.POST.get("version", ""))
    return show(request, transaction_id, "note-state", status, text=text, seen=seen, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def labelling(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Puts a label on or takes it off; a name that is no label yet makes one."""
    if request.method != "POST":
        return back(transaction_id)
    card.known(request.person.subject, transaction_id)
    try:
        if request.POST.get("do") == "off":
            actions.take_off(label=_label(request), transaction_id=transaction_id)
        else:
            _put_on(request, transaction_id)
    except Refused as refusal:
        typed = request.POST.get("name", "")[:200]
        more = {"label_refusal": refusal.words, "typed": typed}
        return show(request, transaction_id, "labels", refusal.status, **more)
    return _shown(request, transaction_id, "labels")


def _put_on(request: SignedInRequest, transaction_id: str) -> None:
    label = _label(request) if "label" in request.POST else _named(request)
    txn = card.context(request.person.subject, transaction_id)["txn"]
    if "always" not in request.POST:
        actions.put_on(label=label, transaction_id=transaction_id)
    elif txn is None:
        raise Refused("rule_unknown")
    else:
        merchant = txn.merchant
        actions.add_rule(
            label=label,
            kind=Rule.Kind.MERCHANT if merchant else Rule.Kind.COUNTERPARTY,
            value=merchant.id if merchant else txn.counterparty.name,
            words=merchant.name if merchant else txn.counterparty.name,
        )
        actions.follow_rules(label=label, transaction_id=transaction_id)


def _label(request: SignedInRequest) -> Label:
    label = labels.find(request.person.subject, request.POST.get("label", ""))
    if label is None:
        raise Refused("unknown_label")
    return label


def _named(request: SignedInRequest) -> Label:
    name = request.POST.get("name", "")
    return labels.named(request.person.subject, name) or actions.make_label(
        subject=request.person.subject, name=name
    )


def show(
    request: SignedInRequest, transaction_id: str, part: str, status: int = 200, **more: Any
) -> HttpResponse:
    """The card as a page of its own, or the part of it that a form stands in."""
    context = card.context(request.person.subject, transaction_id, **more)
    context["in_part"] = in_place(request) or _on_detail(request)
    if part == "note-state" and in_place(request):
        # What is being typed stays in its field untouched.
        return render_page(request, "annotations/_note_state.html", context, status=status)
    return render_page(request, TEMPLATE, context, partial=part, status=status)


def back(transaction_id: str) -> HttpResponse:
    """Where an address that only takes forms leads: someone signed in again, or reloaded."""
    return HttpResponseRedirect(reverse("annotations:card", args=[transaction_id]))


def returned(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """After a form without htmx: to the page that it stood on."""
    if _on_detail(request):
        detail = reverse("transactions:detail", args=[transaction_id])
        return SeeOther(f"{detail}#card-annotations")
    return SeeOther(reverse("annotations:card", args=[transaction_id]))


def _on_detail(request: SignedInRequest) -> bool:
    return request.POST.get("page") == "detail"


def _shown(request: SignedInRequest, transaction_id: str, part: str, **more: Any) -> HttpResponse:
    if in_place(request):
        return show(request, transaction_id, part, **more)
    return returned(request, transaction_id)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def own_label(request: SignedInRequest, label_id: str) -> Label:
    """This person's label; anybody else's is as unknown as one that never was."""
    label = labels.find(request.person.subject, label_id)
    if label is None:
        raise Http404
    return label
