"""Webhooks set up: endpoints made, changed, switched; secrets; samples; what is sent again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from selfcare import errors
from selfcare.merchant import webhook_wording, wording
from selfcare.merchant.forms import WriteForm, sent, status_of
from selfcare.merchant.room import Room, admin_page, render
from selfcare.merchant.webhook_forms import (
    AnswerForm,
    ChangeForm,
    EndpointForm,
    ResendForm,
    SampleForm,
    SecretForm,
)
from selfcare.merchant.webhook_shapes import (
    Answering,
    Delivery,
    Endpoint,
    EndpointDetail,
    Endpoints,
    EndpointWithSecret,
    Resent,
)
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

may_post = require_http_methods(["GET", "HEAD", "POST"])


@admin_page
@may_post
def endpoint_new(request: SignedInRequest, room: Room) -> HttpResponse:
    """The form; sent, the endpoint with its secret, which no other page ever shows."""
    types = room.read("webhook_endpoints", Endpoints, "/webhook-endpoints").types
    form = EndpointForm(sent(request), types=types)
    if form.is_valid():
        try:
            made = room.write(
                "webhook_endpoint_new", EndpointWithSecret, "/webhook-endpoints", form.body(),
                key=form.key,
            )  # fmt: skip
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return _made(request, room, made)
    return render(request, room, "webhooks/new.html", {"form": form}, status=status_of(form))


@admin_page
@may_post
def change_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    endpoint = _endpoint(room, endpoint_id)
    form = ChangeForm(sent(request), endpoint=endpoint, types=endpoint.known_types)
    if form.is_valid():
        try:
            _change(room, endpoint_id, form.body(), form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. It counts from the next event on."))
            return _back(room, endpoint_id)
    context = {"form": form, "endpoint": endpoint}
    return render(request, room, "webhooks/change.html", context, status=status_of(form))


@admin_page
@require_POST
def switching_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    """Off, or on again."""
    form = WriteForm(request.POST)
    state = "active" if request.POST.get("state") == "active" else "disabled"
    if form.is_valid():
        _change(room, endpoint_id, {"state": state}, form.key)
        told = {
            "active": _("It is on again and gets what happens from now on."),
            "disabled": _("It is off. What happens is kept and can be sent later."),
        }
        messages.success(request, told[state])
    return _back(room, endpoint_id)


@admin_page
@may_post
def removal_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    endpoint = _endpoint(room, endpoint_id)
    form = WriteForm(sent(request))
    if form.is_valid():
        path = f"/webhook-endpoints/{endpoint_id}/removals"
        room.write("webhook_endpoint_remove", Endpoint, path, {}, key=form.key)
        words = _("“%(name)s” is removed. Nothing is sent there any more.")
        messages.success(request, words % {"name": webhook_wording.name_of(endpoint)})
        return SeeOther(reverse("merchant:webhooks", args=[room.id]))
    context = {"form": form, "endpoint": endpoint}
    return render(request, room, "webhooks/remove.html", context, status=status_of(form))


@admin_page
@may_post
def rotation_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    """Another secret, shown this once; the old one signs along for as long as is chosen."""
    endpoint = _endpoint(room, endpoint_id)
    form = SecretForm(sent(request))
    if form.is_valid():
        path = f"/webhook-endpoints/{endpoint_id}/secret-rotations"
        made = room.write(
            "webhook_secret_rotate", EndpointWithSecret, path, form.body(), key=form.key
        )
        return _made(request, room, made)
    context = {"form": form, "endpoint": endpoint}
    return render(request, room, "webhooks/rotate.html", context, status=status_of(form))


@admin_page
@may_post
def sample_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    endpoint = _endpoint(room, endpoint_id)
    form = SampleForm(sent(request), types=endpoint.known_types)
    if form.is_valid():
        path = f"/webhook-endpoints/{endpoint_id}/samples"
        body = {"type": form.cleaned_data["type"]}
        try:
            made = room.write("webhook_sample", Delivery, path, body, key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return _back(room, endpoint_id, f"?delivery={made.id}")
    context = {"form": form, "endpoint": endpoint}
    return render(request, room, "webhooks/sample.html", context, status=status_of(form))


@admin_page
@may_post
def resend_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    """What was ticked (`?event=…`), or what happened since; at once from a delivery's button."""
    endpoint = _endpoint(room, endpoint_id)
    named = (request.POST or request.GET).getlist("event")[:100]
    form = ResendForm(sent(request), events=named)
    if form.is_valid():
        path = f"/webhook-endpoints/{endpoint_id}/resends"
        try:
            done = room.write("webhook_resend", Resent, path, form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _sent(done.count))
            shown = request.POST.get("delivery", "")
            known = shown.isascii() and shown.replace("_", "").isalnum()
            return _back(room, endpoint_id, f"?delivery={shown}" if known else "")
    context = {"form": form, "endpoint": endpoint, "events": named}
    return render(request, room, "webhooks/resend.html", context, status=status_of(form))


@admin_page
@require_POST
def answer_new(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    """What our own receiver says from now on."""
    form = AnswerForm(request.POST)
    if form.is_valid():
        path = f"/webhook-endpoints/{endpoint_id}/receiver-answers"
        try:
            room.write("webhook_answer", Answering, path, form.body(), key=form.key)
        except errors.Rejected as error:
            messages.error(request, wording.refused(error))
        else:
            told = _("From now on it answers %(status)s.")
            messages.success(request, told % {"status": form.cleaned_data["answers_with"]})
    return SeeOther(reverse("merchant:webhook_received", args=[room.id, endpoint_id]))


def _sent(count: int) -> str:
    if not count:
        return _("There was nothing to send.")
    told = ngettext("%(n)d event is on its way.", "%(n)d events are on their way.", count)
    return told % {"n": count}


def _change(room: Room, endpoint_id: str, body: dict[str, Any], key: str) -> Endpoint:
    path = f"/webhook-endpoints/{endpoint_id}/changes"
    return room.write("webhook_endpoint_change", Endpoint, path, body, key=key)


def _endpoint(room: Room, endpoint_id: str) -> EndpointDetail:
    return room.read("webhook_endpoint", EndpointDetail, f"/webhook-endpoints/{endpoint_id}")


def _made(request: SignedInRequest, room: Room, made: EndpointWithSecret) -> HttpResponse:
    # No redirect: no place but this answer ever holds the secret.
    return render(request, room, "webhooks/made.html", {"endpoint": made}, status=201)


def _back(room: Room, endpoint_id: str, query: str = "") -> SeeOther:
    return SeeOther(reverse("merchant:webhook", args=[room.id, endpoint_id]) + query)
