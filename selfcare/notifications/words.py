"""The sentences of notifications, in the active language and formats; tables by event type.

Inbox, mail, text and push all say what stands here. Nothing is sent or stored in this room, and
what others are called comes in as data, through `names`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from selfcare.money import BadAmount, Money
from selfcare.notifications import names
from selfcare.notifications.categories import instant
from selfcare.notifications.models import Notification
from selfcare.notifications.security_words import SECURITY
from selfcare.web import formats
from selfcare.web.addresses import address
from selfcare.web.moments import UTC, Zone

type Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """`title` says it all in one line; `text` adds what to know, `action` is what the link does.

    `path` is the page on this site; empty where there is none.
    """

    title: str
    text: str = ""
    path: str = ""
    action: str = ""

    @property
    def url(self) -> str:
        return f"{settings.SELFCARE_URL}{self.path}"


type Say = Callable[[Facts], tuple[str, str]]


def of(event_type: str, facts: Facts, *, object_id: str = "", over: bool = False) -> Words:
    """What is told of one event; `over`: what it asked for can't be done any more."""
    say = TABLE.get(event_type) or _by_family(event_type)
    title, text = say(facts)
    if over:
        text = _("This is settled; there is nothing left for you to do.")
    path, action = _way(event_type, facts, object_id)
    return Words(title, text, path, action)


def of_notification(notification: Notification) -> Words:
    return of(
        notification.event_type,
        notification.facts,
        object_id=notification.object_id,
        over=notification.is_over(timezone.now()),
    )


def zone(now: datetime | None = None) -> Zone:
    """The zone that is active: of the person who is told."""
    return Zone.of(formats.active().zone or UTC, now or timezone.now())


# ── What stands in the sentences ────────────────────────────────────────────────────────────
def _amount(facts: Facts, name: str = "amount_minor") -> str:
    minor, currency = facts.get(name), facts.get("currency")
    if type(minor) is not int or not isinstance(currency, str):
        return _("an amount")
    try:
        return str(Money(minor, currency))
    except BadAmount:
        return _("an amount")


def _name(facts: Facts) -> str:
    told = facts.get("counterparty_name") or facts.get("merchant_name")
    return names.in_sentence(told) or _("somebody")


def _merchant(facts: Facts) -> str:
    return names.in_sentence(facts.get("merchant_name")) or _("a merchant")


def _until(facts: Facts, name: str) -> str:
    until = instant(facts.get(name))
    return zone().moment(until) if until else ""


# ── Transactions ────────────────────────────────────────────────────────────────────────────
def _action_required(facts: Facts) -> tuple[str, str]:
    title = _("%(name)s asks you to confirm %(amount)s") % _named(facts)
    until = _until(facts, "expires_at")
    if not until:
        return title, _("Nothing is paid before you confirm.")
    words = _("You have until %(until)s. After that it lapses and nothing is paid.")
    return title, words % {"until": until}


def _completed(facts: Facts) -> tuple[str, str]:
    if facts.get("kind") == "refund" and facts.get("direction") == "in":
        return _("%(name)s sent you back %(amount)s") % _named(facts), _("It is in your account.")
    if facts.get("direction") == "in":
        return _("You got %(amount)s from %(name)s") % _named(facts), _("It is in your account.")
    return (
        _("You paid %(amount)s to %(name)s") % _named(facts),
        _("If you don’t know of this, look at it and tell us."),
    )


def _failed(facts: Facts) -> tuple[str, str]:
    if facts.get("direction") == "in":
        return (
            _("%(amount)s from %(name)s didn’t arrive") % _named(facts),
            _("Nothing was added to your account."),
        )
    return (
        _("%(name)s didn’t get your %(amount)s") % _named(facts),
        _("Nothing left your account. Look at the transaction for the reason."),
    )


def _expired(facts: Facts) -> tuple[str, str]:
    return (
        _("%(amount)s to %(name)s lapsed") % _named(facts),
        _("It wasn’t confirmed in time, and nothing was paid."),
    )


def _cancelled(facts: Facts) -> tuple[str, str]:
    return (
        _("%(amount)s to %(name)s was cancelled") % _named(facts),
        _("Nothing left your account."),
    )


# ── Cases ───────────────────────────────────────────────────────────────────────────────────
def _needs_user(facts: Facts) -> tuple[str, str]:
    title = _("Your case with %(name)s waits for you") % _of_case(facts)
    until = _until(facts, "respond_by")
    if not until:
        return title, _("Something is asked of you before it goes on.")
    return title, _("Answer until %(until)s, or it is decided without you.") % {"until": until}


def _case(title: str, text: str) -> Say:
    """Both may name %(name)s, %(amount)s and %(granted)s, and are translated when said."""
    return lambda facts: (_(title) % _of_case(facts), _(text) % _of_case(facts))


def _of_case(facts: Facts) -> dict[str, str]:
    return {
        "name": _merchant(facts),
        "amount": _amount(facts),
        "granted": _amount(facts, "granted_minor"),
    }


def _named(facts: Facts) -> dict[str, str]:
    return {"name": _name(facts), "amount": _amount(facts)}


# ── The rest ────────────────────────────────────────────────────────────────────────────────
def _permission_granted(facts: Facts) -> tuple[str, str]:
    return (
        _("%(name)s may now act for you") % {"name": _merchant(facts)},
        _("You allowed it. You can take that back at any time."),
    )


def _permission_revoked(facts: Facts) -> tuple[str, str]:
    return _("%(name)s may no longer act for you") % {"name": _merchant(facts)}, ""


def _statement(facts: Facts) -> tuple[str, str]:
    month = instant(f"{facts.get('month')}-15T00:00:00Z")
    told = {
        "account": names.in_sentence(facts.get("account_name")) or _("your account"),
        "month": formats.month(month.date()) if month else _("the last month"),
    }
    return _("The statement of %(account)s for %(month)s is ready") % told, ""


def _news(facts: Facts) -> tuple[str, str]:
    titles = facts.get("title")
    told = titles if isinstance(titles, dict) else {}
    language = (get_language() or "en").partition("-")[0]
    title = names.in_sentence(told.get(language) or told.get("en"), longest=150)
    return title or _("There is something new in Selfcare"), ""


def _other_case(facts: Facts) -> tuple[str, str]:
    return _("There is news in your case with %(name)s") % _of_case(facts), ""


def _other(facts: Facts) -> tuple[str, str]:
    return _("There is news about your account"), ""


def _by_family(event_type: str) -> Say:
    return _other_case if event_type.startswith("case.") else _other


TABLE: dict[str, Say] = {
    "transaction.action_required": _action_required,
    "transaction.completed": _completed,
    "transaction.failed": _failed,
    "transaction.expired": _expired,
    "transaction.cancelled": _cancelled,
    "case.needs_user": _needs_user,
    "case.opened": _case(
        gettext_noop("Your case with %(name)s was opened"),
        gettext_noop("It is about %(amount)s. We tell you what comes of it."),
    ),
    "case.answered": _case(
        gettext_noop("%(name)s answered you"), gettext_noop("Read the answer in your case.")
    ),
    "case.message": _case(
        gettext_noop("%(name)s wrote to you"), gettext_noop("Read the message in your case.")
    ),
    "case.contested": _case(
        gettext_noop("%(name)s disagrees with you"),
        gettext_noop("We look at both sides and decide about %(amount)s."),
    ),
    "case.under_review": _case(
        gettext_noop("We are deciding your case with %(name)s"),
        gettext_noop("It is about %(amount)s. There is nothing that you have to do."),
    ),
    "case.accepted": _case(
        gettext_noop("%(granted)s comes back to you from %(name)s"),
        gettext_noop("Your case was decided for you."),
    ),
    "case.partly_accepted": _case(
        gettext_noop("%(granted)s of %(amount)s comes back to you from %(name)s"),
        gettext_noop("Look at your case for what you can do about the rest."),
    ),
    "case.declined": _case(
        gettext_noop("Your case with %(name)s was declined"),
        gettext_noop("No money has moved. Look at your case for what you can still do."),
    ),
    "case.lapsed": _case(
        gettext_noop("%(name)s didn’t answer in time"),
        gettext_noop("No money has moved. Look at your case for what you can do now."),
    ),
    "case.withdrawn": _case(
        gettext_noop("Your case with %(name)s was withdrawn"), gettext_noop("No money has moved.")
    ),
    "case.escalated": _case(
        gettext_noop("Your case with %(name)s is now a dispute"),
        gettext_noop("It is about %(amount)s. We tell you what comes of it."),
    ),
    "case.money_returned": _case(
        gettext_noop("%(granted)s came back to you from %(name)s"),
        gettext_noop("It is in your account."),
    ),
    "permission.granted": _permission_granted,
    "permission.revoked": _permission_revoked,
    "statement.ready": _statement,
    "news.published": _news,
    **SECURITY,
}


def _way(event_type: str, facts: Facts, object_id: str) -> tuple[str, str]:
    """Where the link leads, and what it is called."""
    family = event_type.partition(".")[0]
    if family in {"transaction", "case"} and object_id:
        return _way_to_object(family, event_type, object_id)
    if family == "news":
        path = facts.get("url")
        is_ours = isinstance(path, str) and path.startswith("/") and path[1:2] not in {"/", "\\"}
        return (str(path) if is_ours else address("overview:home")), _("Read more")
    if event_type.startswith("security.address"):
        return address("notifications:addresses"), _("See your addresses")
    if family in {"session", "security"}:
        return address("identity:devices"), _("See where you are signed in")
    if family == "statement":
        return address("documents:statements"), _("See the statement")
    return address("overview:home"), _("Open Selfcare")


def _way_to_object(family: str, event_type: str, object_id: str) -> tuple[str, str]:
    if family == "case":
        return address("cases:detail", object_id), _("See the case")
    path = address("transactions:detail", object_id)
    if event_type == "transaction.action_required":
        return path, _("Look and decide")
    return path, _("See the transaction")
