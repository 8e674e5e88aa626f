"""The pages of a person's addresses; what may be done is decided in address_actions, verifying."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare import ids
from selfcare.identity import browsers
from selfcare.notifications import channels
from selfcare.notifications.addresses import actions, book, verifying
from selfcare.notifications.addresses.forms import (
    BrowserForm,
    CodeForm,
    EmailForm,
    NameForm,
    PhoneForm,
)
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.channels import push
from selfcare.notifications.models import Address
from selfcare.notifications.models.rules import Channel
from selfcare.web.guards import public, signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Request, SignedInRequest

FORMS: dict[str, type[Form]] = {"email": EmailForm, "sms": PhoneForm, "push": BrowserForm}
GET_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_POST)
@signed_in
def address_list(request: SignedInRequest) -> HttpResponse:
    """All addresses by kind, and the forms that add one."""
    subject = request.person.subject
    book.know_sign_in_address(subject)
    forms = {channel: form(prefix=channel) for channel, form in FORMS.items()}
    if request.method != "POST":
        return _list_page(request, forms)
    channel = request.POST.get("channel", "")
    if channel not in FORMS:
        raise Http404
    form = forms[channel] = FORMS[channel](request.POST, prefix=channel)
    if not form.is_valid():
        return _list_page(request, forms, status=422)
    try:
        address = _add(subject, channel, form.cleaned_data)
    except Refused as refusal:
        form.add_error("value", refusal.words)
        return _list_page(request, forms, status=refusal.status)
    return SeeOther(_page_of(address))


def _add(subject: str, channel: str, given: dict[str, Any]) -> Address:
    value = given["value"]
    if channel == Channel.EMAIL:
        return actions.add_email(subject=subject, value=value)
    if channel == Channel.SMS:
        return actions.add_phone(subject=subject, value=value)
    return actions.add_browser(subject=subject, subscription=value, name=given["name"])


@require_http_methods(GET_POST)
@signed_in
def address_detail(request: SignedInRequest, address_id: str) -> HttpResponse:
    """One address: its code while it isn't verified, its name, and what can be done with it."""
    address = own_address(request, address_id)
    if request.method != "POST":
        return _page(request, address)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, address, name_form=form, status=422)
    actions.rename(address=address, name=form.cleaned_data["name"])
    return SeeOther(_page_of(address))


@require_http_methods(GET_POST)
@signed_in
def address_verification(request: SignedInRequest, address_id: str) -> HttpResponse:
    """Takes the code."""
    address = own_address(request, address_id)
    if request.method != "POST":
        return SeeOther(_page_of(address))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, address, code_form=form, status=422)
    try:
        verifying.verify(address, form.cleaned_data["code"])
    except Refused as refusal:
        form.add_error("code", refusal.words)
        address.refresh_from_db()
        return _page(request, address, code_form=form, status=refusal.status)
    return SeeOther(f"{reverse('notifications:addresses')}#{address.public_id}")


@require_POST
@signed_in
def address_code(request: SignedInRequest, address_id: str) -> HttpResponse:
    """Sends another code."""
    return _do(request, address_id, verifying.send_code)


@require_POST
@signed_in
def address_primary(request: SignedInRequest, address_id: str) -> HttpResponse:
    """Messages of its kind go here from now on."""
    return _do(request, address_id, lambda address: actions.choose_primary(address=address))


@require_http_methods(GET_POST)
@signed_in
def address_removal(request: SignedInRequest, address_id: str) -> HttpResponse:
    """Says what follows, then removes."""
    address = own_address(request, address_id)
    context: dict[str, Any] = {"address": address}
    status = 200
    if request.method == "POST":
        try:
            actions.remove(address=address)
        except Refused as refusal:
            context["refusal"], status = refusal.words, refusal.status
        else:
            return SeeOther(reverse("notifications:addresses"))
    return render_page(request, "notifications/address_removal.html", context, status=status)


@require_safe
@public
def service_worker(request: Request) -> HttpResponse:
    """Shows pushes and opens what they are about; for all of the site, so not from /static/."""
    response = HttpResponse(_service_worker(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _service_worker() -> bytes:
    return (Path(settings.BASE_DIR) / "static" / "js" / "service-worker.js").read_bytes()


def own_address(request: Any, address_id: str) -> Address:
    """404 alike for another's and for one that never was."""
    pk = ids.decode("adr", address_id)
    found = Address.objects.of(request.person.subject).filter(pk=pk).first() if pk else None
    if found is None:
        raise Http404
    return found


def _do(request: SignedInRequest, address_id: str, call: Callable[[Address], None]) -> HttpResponse:
    address = own_address(request, address_id)
    try:
        call(address)
    except Refused as refusal:
        address.refresh_from_db()
        return _page(request, address, refusal=refusal.words, status=refusal.status)
    return SeeOther(_page_of(address))


def _list_page(
    request: SignedInRequest, forms: dict[str, Form], *, status: int = 200
) -> HttpResponse:
    rows = Address.objects.of(request.person.subject).order_by("-is_primary", "added_at", "pk")
    on = channels.on()
    context = {
        "parts": [
            {
                "channel": channel,
                "rows": [row for row in rows if row.channel == channel],
                "form": form,
                "is_on": channel in on,
            }
            for channel, form in forms.items()
        ],
        "push_key": push.public_key() if push.is_on() else "",
        "browser": browsers.shown(browsers.words(request.headers.get("User-Agent", "")[:500])),
    }
    return render_page(request, "notifications/addresses.html", context, status=status)


def _page(
    request: SignedInRequest,
    address: Address,
    *,
    code_form: Form | None = None,
    name_form: Form | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "address": address,
        "code_form": code_form or CodeForm(),
        "name_form": name_form or NameForm(initial={"name": address.name}),
        "refusal": refusal,
        "minutes": int(verifying.GOOD_FOR.total_seconds() // 60),
    }
    return render_page(request, "notifications/address.html", context, status=status)


def _page_of(address: Address) -> str:
    return reverse("notifications:address", args=[address.public_id])
