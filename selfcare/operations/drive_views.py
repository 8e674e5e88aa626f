"""The pages that drive dead letters again: look at what is meant, say why, and it is done once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from selfcare.operations import driving
from selfcare.operations.asking import Asked
from selfcare.operations.driving import Kind, Wanted
from selfcare.operations.forms import ReasonForm
from selfcare.operations.views import operator
from selfcare.web import problems
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

MOST_TICKED = 200
LONGEST_BACK = 2000


@require_POST
@operator
def drive_new(request: SignedInRequest, kind: Kind) -> HttpResponse:
    """What was ticked, or all that the filter fits: asks for the reason, and does nothing."""
    ticked = request.POST.getlist("id")
    by_filter = request.POST.get("do") == "all"
    if len(ticked) > MOST_TICKED:
        return problems.page(request, 400)
    if not ticked and not by_filter:
        return _nothing(request, kind)
    back = request.POST.get("back", "")
    asked = Asked.read(QueryDict(back[:LONGEST_BACK]).dict())
    # A filter that was cut or isn't understood would mean more than what was looked at.
    if asked.unknown or len(back) > LONGEST_BACK:
        return problems.page(request, 400)
    query = {name: getattr(asked, name) for name in Asked.NAMES if getattr(asked, name)}
    wanted = driving.wanted(kind, ids=[] if by_filter else ticked, query=query)
    return _page(request, wanted, ReasonForm())


@require_POST
@operator
def drives(request: SignedInRequest, kind: Kind) -> HttpResponse:
    """Drives what the form was about; a second time it finds nothing left to drive."""
    try:
        wanted = driving.read(request.POST.get("wanted", ""), request.person)
    except driving.Expired:
        messages.warning(request, _("That form was too old. Nothing was driven; choose again."))
        return SeeOther(reverse(f"operations:{kind}"))
    form = ReasonForm(request.POST)
    if wanted.kind != kind:
        return problems.page(request, 400)
    if not form.is_valid():
        return _page(request, wanted, form, status=422)
    count = driving.again(
        wanted,
        by=request.person,
        reason=form.cleaned_data["reason"],
        zone=zone_of(request.person),
        request_id=request.request_id,
    )
    _say(request, kind, count)
    return SeeOther(reverse(f"operations:{kind}"))


def _page(
    request: SignedInRequest, wanted: Wanted, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    count = wanted.count(zone_of(request.person))
    if not count:
        return _nothing(request, wanted.kind)
    context: dict[str, Any] = {
        "here": wanted.kind,
        "count": min(count, driving.MOST),
        "left": max(0, count - driving.MOST),
        "gone": max(0, len(wanted.ids) - count),
        "asked": Asked.read(wanted.query),
        "wanted": wanted.token(request.person),
        "form": form,
        "back_url": reverse(f"operations:{wanted.kind}"),
        "do_url": reverse("operations:drives", args=[wanted.kind]),
        "is_events": wanted.kind == "events",
    }
    return render_page(request, "operations/drive_new.html", context, status=status)


def _nothing(request: SignedInRequest, kind: Kind) -> HttpResponse:
    messages.warning(
        request, _("Nothing was chosen that could be driven again, or somebody was faster.")
    )
    return SeeOther(reverse(f"operations:{kind}"))


def _say(request: SignedInRequest, kind: Kind, count: int) -> None:
    if not count:
        messages.warning(request, _("All of these had been driven again before. Nothing was done."))
        return
    if kind == "events":
        words = ngettext(
            "%(count)d event is matched once more.",
            "%(count)d events are matched once more.",
            count,
        )
    else:
        words = ngettext(
            "%(count)d delivery goes out once more.",
            "%(count)d deliveries go out once more.",
            count,
        )
    messages.success(request, words % {"count": count})
