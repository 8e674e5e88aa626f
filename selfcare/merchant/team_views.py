"""The team and the return addresses: who works for the merchant, and where customers go back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from selfcare import errors
from selfcare.merchant.forms import WriteForm, sent, status_of
from selfcare.merchant.room import Room, admin_page, merchant_page, render
from selfcare.merchant.team_shapes import Address, Addresses, Member, Team
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

ROLES = [
    ("viewer", _lazy("Viewer: looks, and changes nothing")),
    ("admin", _lazy("Admin: does everything")),
]
may_post = require_http_methods(["GET", "HEAD", "POST"])


class MemberForm(WriteForm):
    email = forms.EmailField(
        label=_lazy("E-mail"),
        help_text=_lazy("With which they sign in here. They find the console at /merchant/."),
        error_messages={"required": _lazy("Say with which address they sign in.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_lazy("Role"), choices=ROLES, initial="viewer", widget=forms.RadioSelect
    )

    def body(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("email", "role")}


class RoleForm(WriteForm):
    role = forms.ChoiceField(label=_lazy("Role"), choices=ROLES, widget=forms.RadioSelect)

    def body(self) -> dict[str, Any]:
        return {"role": self.cleaned_data["role"]}


class AddressForm(WriteForm):
    url = forms.CharField(
        label=_lazy("Address"),
        max_length=500,
        help_text=_lazy(
            "https://, or http:// to this machine. Compared character by character with what "
            "your program sends."
        ),
        error_messages={"required": _lazy("Say where customers come back to.")},
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )

    def body(self) -> dict[str, Any]:
        return {"url": self.cleaned_data["url"]}


@merchant_page
@may_post
def team(request: SignedInRequest, room: Room) -> HttpResponse:
    """Who is on it; an admin adds somebody by e-mail."""
    form = MemberForm(sent(request))
    if form.is_valid():
        try:
            added = room.write("console_member_new", Member, "/members", form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s is on the team.") % {"name": added.name})
            return SeeOther(reverse("merchant:team", args=[room.id]))
    members = room.read("console_members", Team, "/members").data
    context = {"members": members, "form": form}
    return render(request, room, "team/list.html", context, status=status_of(form))


@admin_page
@may_post
def role_new(request: SignedInRequest, room: Room, member: str) -> HttpResponse:
    found = room.read("console_member", Member, f"/members/{member}")
    form = RoleForm(sent(request), initial={"role": found.role})
    if form.is_valid():
        try:
            path = f"/members/{member}/roles"
            room.write("console_member_role", Member, path, form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("merchant:team", args=[room.id]))
    context = {"member": found, "form": form}
    return render(request, room, "team/role.html", context, status=status_of(form))


@admin_page
@may_post
def member_removal(request: SignedInRequest, room: Room, member: str) -> HttpResponse:
    form = WriteForm(sent(request))
    path = f"/members/{member}"
    if form.is_valid():
        try:
            # Not read before: a second click finds nobody, and is answered all the same.
            gone = room.write("console_removal", Member, f"{path}/removals", {}, key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s left the team.") % {"name": gone.name})
            is_me = member == room.subject
            return SeeOther("/" if is_me else reverse("merchant:team", args=[room.id]))
    context = {"member": room.read("console_member", Member, path), "form": form}
    return render(request, room, "team/removal.html", context, status=status_of(form))


@merchant_page
@may_post
def return_addresses(request: SignedInRequest, room: Room) -> HttpResponse:
    """Where customers may be sent back to; an admin registers more."""
    form = AddressForm(sent(request))
    if form.is_valid():
        try:
            path = "/return-addresses"
            room.write("console_address_new", Address, path, form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("merchant:return_addresses", args=[room.id]))
    found = room.read("console_addresses", Addresses, "/return-addresses").data
    context = {"addresses": found, "form": form}
    return render(request, room, "return_addresses/list.html", context, status=status_of(form))


@admin_page
@may_post
def address_removal(request: SignedInRequest, room: Room, address_id: str) -> HttpResponse:
    form = WriteForm(sent(request))
    path = f"/return-addresses/{address_id}"
    if form.is_valid():
        room.write("console_address_removal", Address, f"{path}/removals", {}, key=form.key)
        messages.success(request, _("Nobody is sent back there any more."))
        return SeeOther(reverse("merchant:return_addresses", args=[room.id]))
    context = {"address": room.read("console_address", Address, path), "form": form}
    return render(request, room, "return_addresses/removal.html", context, status=status_of(form))
