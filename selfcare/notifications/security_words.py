"""The sentences of security notices; `words` finds them by event type."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from selfcare.identity import browsers
from selfcare.notifications import names

type Facts = Mapping[str, Any]


def _kind(facts: Facts) -> str:
    """What an address is, with what it is called; itself it is told to nobody."""
    called = names.in_sentence(facts.get("name"))
    kinds = {
        "email": _("The e-mail address “%(name)s”") if called else _("An e-mail address"),
        "sms": _("The phone “%(name)s”") if called else _("A phone"),
        "push": _("The browser “%(name)s”") if called else _("A browser"),
    }
    words = kinds.get(str(facts.get("channel")), _("An address"))
    return words % {"name": called} if called else words


def _new_device(facts: Facts) -> tuple[str, str]:
    kept = names.in_sentence(facts.get("browser"))
    is_known = kept and kept != browsers.UNKNOWN
    browser = browsers.shown(kept) if is_known else _("a browser that we don’t know")
    return (
        _("Somebody signed in as you with %(browser)s") % {"browser": browser},
        _("If that was you, there is nothing to do. If not, sign that browser out."),
    )


def _added(facts: Facts) -> tuple[str, str]:
    return (
        _("%(address)s was added for your notifications") % {"address": _kind(facts)},
        _("If that wasn’t you, remove it and look where you are signed in."),
    )


def _removed(facts: Facts) -> tuple[str, str]:
    return (
        _("%(address)s was removed from your notifications") % {"address": _kind(facts)},
        _("Nothing is sent there any more. If that wasn’t you, look where you are signed in."),
    )


def _off(facts: Facts) -> tuple[str, str]:
    return (
        _("%(address)s no longer works") % {"address": _kind(facts)},
        _("What we sent came back, so we have switched it off. Add another, or check it anew."),
    )


SECURITY: dict[str, Callable[[Facts], tuple[str, str]]] = {
    "security.new_device": _new_device,
    "security.address_added": _added,
    "security.address_removed": _removed,
    "security.address_off": _off,
}
