"""A fresh world: what goes, what stays, and what else is to go."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from selfcare import errors
from selfcare.clients.shapes import Minor, Shape
from selfcare.merchant.forms import WriteForm, sent
from selfcare.merchant.room import Room, admin_page, render
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

ALSO = ("keys", "endpoints", "scripts", "team")


class Contents(Shape):
    """How much of each goes."""

    payments: Minor
    refunds: Minor
    cases: Minor
    events: Minor
    deliveries: Minor
    received: Minor
    requests: Minor
    idempotency_keys: Minor
    advances: Minor
    runs: Minor


class ResetForm(WriteForm):
    keys = forms.BooleanField(
        label=_lazy("Revoke all keys"),
        required=False,
        help_text=_lazy("Your programs are refused until they have new ones."),
    )
    endpoints = forms.BooleanField(label=_lazy("Remove the webhook endpoints"), required=False)
    scripts = forms.BooleanField(label=_lazy("Remove your own scenarios"), required=False)
    team = forms.BooleanField(label=_lazy("Remove everybody from the team but you"), required=False)

    def body(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ALSO}


@admin_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_new(request: SignedInRequest, room: Room) -> HttpResponse:
    form = ResetForm(sent(request))
    if form.is_valid():
        try:
            room.write("reset", Contents, "/resets", form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your world is fresh. Its time is the real time again."))
            return SeeOther(reverse("merchant:reset", args=[room.id]))
    context = {"form": form, "contents": room.read("contents", Contents, "/contents")}
    status = 422 if form.errors else 200
    return render(request, room, "reset/page.html", context, status=status)
