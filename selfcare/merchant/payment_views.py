"""Payments and payouts: all of the merchant's, asked for in a form, seen and forced on."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from selfcare import errors
from selfcare.merchant import listing
from selfcare.merchant.forms import sent, status_of
from selfcare.merchant.payment_forms import FilterForm, MoveForm, PaymentForm
from selfcare.merchant.payment_shapes import Page, Whole
from selfcare.merchant.room import Room, admin_page, merchant_page, render
from selfcare.merchant.team_shapes import Addresses
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

FILTERS = ("q", "kind", "status")


@merchant_page
@require_safe
def payment_list(request: SignedInRequest, room: Room) -> HttpResponse:
    context = listing.page(request, room, "console_payments", Page, "/payments", names=FILTERS)
    context["form"] = FilterForm(initial=context["asked"])
    return render(request, room, "payments/list.html", context, status=context["status"])


@merchant_page
@require_safe
def payment_detail(request: SignedInRequest, room: Room, payment_id: str) -> HttpResponse:
    payment = _payment(room, payment_id)
    context = {"payment": payment, "form": MoveForm(payment=payment)}
    return render(request, room, "payments/detail.html", context, partial="state")


@admin_page
@require_http_methods(["GET", "HEAD", "POST"])
def payment_new(request: SignedInRequest, room: Room) -> HttpResponse:
    found = room.read("console_addresses", Addresses, "/return-addresses").data
    form = PaymentForm(sent(request), addresses=[one.url for one in found])
    if form.is_valid():
        try:
            made = room.write("console_payment_new", Whole, "/payments", form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return _to(room, made.id)
    context = {"form": form, "has_addresses": bool(found)}
    return render(request, room, "payments/new.html", context, status=status_of(form))


@admin_page
@require_http_methods(["POST"])
def move_new(request: SignedInRequest, room: Room, payment_id: str) -> HttpResponse:
    """Forced to the next legal state."""
    payment = _payment(room, payment_id)
    form = MoveForm(request.POST, payment=payment)
    if form.is_valid():
        body, path = {"to": form.cleaned_data["to"]}, f"/payments/{payment_id}/moves"
        try:
            room.write("console_move", Whole, path, body, key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _("Done. Whoever is told of such a change is told now."))
            return _to(room, payment_id)
    context = {"payment": payment, "form": form}
    return render(request, room, "payments/detail.html", context, status=422)


def _payment(room: Room, payment_id: str) -> Whole:
    return room.read("console_payment", Whole, f"/payments/{payment_id}")


def _to(room: Room, payment_id: str) -> HttpResponse:
    return SeeOther(reverse("merchant:payment", args=[room.id, payment_id]))
