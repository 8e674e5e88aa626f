"""Where the console begins: the merchant of who has one, or a choice of several."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.merchant import room
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest


@require_safe
@signed_in
def entrance(request: SignedInRequest) -> HttpResponse:
    """To the only merchant, or a list of them."""
    try:
        found = room.own_merchants(request.person.subject)
    except errors.NoAnswer as error:
        return room.unreachable(request, None, error)
    if len(found) == 1:
        return HttpResponseRedirect(reverse("merchant:start", args=[found[0].id]))
    return render_page(request, "merchant/choice.html", {"merchants": found})
