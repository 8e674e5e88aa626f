"""The merchant's clock: what time it is there, and forward it goes."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from selfcare import errors
from selfcare.merchant.clock_forms import ForwardForm
from selfcare.merchant.clock_shapes import Advance, Clock
from selfcare.merchant.forms import sent
from selfcare.merchant.room import Room, merchant_page, render
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest


@merchant_page
@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: SignedInRequest, room: Room) -> HttpResponse:
    """What time it is; sent, it goes forward, and the page shows how far it has come."""
    form = ForwardForm(sent(request))
    if form.is_valid():
        try:
            room.write("clock_forward", Advance, "/clock/advances", form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("merchant:clock", args=[room.id]))
    context = {"form": form, "world": room.read("clock", Clock, "/clock")}
    status = 422 if form.errors else 200
    return render(request, room, "clock/page.html", context, partial="state", status=status)
