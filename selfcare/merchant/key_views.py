"""Keys: made, shown once, rotated, revoked."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from selfcare import errors
from selfcare.merchant.forms import WriteForm, sent, status_of
from selfcare.merchant.key_forms import KeyForm, RotationForm
from selfcare.merchant.key_shapes import ApiKeys, Key, MadeKey
from selfcare.merchant.room import Room, admin_page, merchant_page, render
from selfcare.merchant.start_views import first_steps
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

may_post = require_http_methods(["GET", "HEAD", "POST"])


@merchant_page
@require_safe
def key_list(request: SignedInRequest, room: Room) -> HttpResponse:
    keys = room.read("keys", ApiKeys, "/keys").data
    context = {
        "keys": [key for key in keys if not key.is_over],
        "over": [key for key in keys if key.is_over],
    }
    return render(request, room, "keys/list.html", context)


@merchant_page
@require_safe
def key_detail(request: SignedInRequest, room: Room, key_id: str) -> HttpResponse:
    return render(request, room, "keys/detail.html", {"key": _key(room, key_id)})


@admin_page
@may_post
def key_new(request: SignedInRequest, room: Room) -> HttpResponse:
    """The form; sent, the new key with its secret, which no other page ever shows."""
    form = KeyForm(sent(request))
    if form.is_valid():
        try:
            made = room.write("key_new", MadeKey, "/keys", form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return _made(request, room, made)
    return render(request, room, "keys/new.html", {"form": form}, status=status_of(form))


@admin_page
@may_post
def rotation_new(request: SignedInRequest, room: Room, key_id: str) -> HttpResponse:
    """A successor; the key itself goes on for as long as is chosen."""
    key = _key(room, key_id)
    form = RotationForm(sent(request), has_secret=not key.is_ed25519)
    if form.is_valid():
        try:
            made = room.write(
                "key_rotate", MadeKey, f"/keys/{key_id}/rotations", form.body(), key=form.key
            )
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return _made(request, room, made)
    context = {"form": form, "key": key}
    return render(request, room, "keys/rotate.html", context, status=status_of(form))


@admin_page
@may_post
def revocation_new(request: SignedInRequest, room: Room, key_id: str) -> HttpResponse:
    """Refused from the next request on, everywhere."""
    key = _key(room, key_id)
    form = WriteForm(sent(request))
    if form.is_valid():
        room.write("key_revoke", Key, f"/keys/{key_id}/revocations", {}, key=form.key)
        words = _("“%(name)s” is revoked. Whoever uses it is refused from now on.")
        messages.success(request, words % {"name": key.name})
        return SeeOther(reverse("merchant:keys", args=[room.id]))
    context = {"form": form, "key": key}
    return render(request, room, "keys/revoke.html", context, status=status_of(form))


def _key(room: Room, key_id: str) -> Key:
    return room.read("key", Key, f"/keys/{key_id}")


def _made(request: SignedInRequest, room: Room, made: MadeKey) -> HttpResponse:
    # No redirect: no place but this answer ever holds the secret.
    context = {"key": made, **first_steps(room, made)}
    return render(request, room, "keys/made.html", context, status=201)
