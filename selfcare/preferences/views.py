"""The page of the preferences; what may be chosen stands in forms, what is kept in actions."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from selfcare.preferences import actions, middleware
from selfcare.preferences.forms import EXAMPLE_AMOUNT, PreferencesForm
from selfcare.preferences.models import Preferences
from selfcare.web import formats
from selfcare.web.guards import signed_in
from selfcare.web.moments import Zone
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest, in_place
from selfcare.web.zones import zone_of

# What is wrong with the page itself and not with a choice.
STALE = 409


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences_edit(request: SignedInRequest) -> HttpResponse:
    saved = actions.of(request.person.subject)
    if request.method != "POST":
        return _page(request, saved, PreferencesForm(saved, told_zone=request.person.zone))
    form = PreferencesForm(saved, told_zone=request.person.zone, data=request.POST)
    if not form.is_valid():
        return _page(request, saved, form, status=422)
    changes = dict(form.cleaned_data)
    try:
        now = actions.save(
            subject=request.person.subject,
            version=changes.pop("version"),
            page=changes.pop("page"),
            changes=changes,
        )
    except actions.ChangedElsewhere as stale:
        return _changed_elsewhere(request, stale.now)
    return _saved(request, now)


def _saved(request: SignedInRequest, now: Preferences) -> HttpResponse:
    """The page as it is now written; without a script by a redirect, so a reload saves nothing."""
    request.wishes = now.wishes()
    now_written = middleware.formats_for(request, now)
    with formats.use(now_written):
        if not in_place(request):
            messages.success(request, _("Saved. It counts everywhere from now on."))
            return SeeOther(reverse("preferences:edit"))
        form = PreferencesForm(now, told_zone=request.person.zone, page=now.saved_by)
        response = _page(request, now, form, just_saved=True)
        response["Content-Language"] = now_written.language
        return response


def _changed_elsewhere(request: SignedInRequest, now: Preferences) -> HttpResponse:
    """Shows what this tab chose, over the version that is saved: saving again is a decision."""
    posted = request.POST.copy()
    posted["version"] = str(now.version)
    form = PreferencesForm(now, told_zone=request.person.zone, data=posted)
    form.is_valid()
    differ = [
        (
            field.label,
            dict(getattr(field, "choices", ())).get(form[name].initial, form[name].initial),
        )
        for name, field in form.fields.items()
        if name not in {"version", "page"}
        and str(form[name].value() or "") != str(form[name].initial or "")
    ]
    return _page(request, now, form, status=STALE, elsewhere=differ)


def _page(
    request: SignedInRequest,
    saved: Preferences,
    form: PreferencesForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    zone = Zone.of(zone_of(request.person))
    context = {
        "form": form,
        "saved": saved,
        "example_moment": zone.full(timezone.now()),
        "example_amount": EXAMPLE_AMOUNT,
        "example_number": formats.number(1234567),
        **more,
    }
    return render_page(request, "preferences/edit.html", context, status=status)
