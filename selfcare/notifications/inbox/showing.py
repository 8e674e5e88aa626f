"""How notifications are shown in the inbox: rows with their words, days, tabs and ways to act."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.notifications import words
from selfcare.notifications.inbox import asking
from selfcare.notifications.inbox.asking import Asked
from selfcare.notifications.models import Notification
from selfcare.notifications.models.rules import Category
from selfcare.web import formats
from selfcare.web.addresses import address
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

# A category's name, and its icon.
CATEGORIES = {
    Category.MONEY_IN: (noop("Money in"), "arrow-down-left"),
    Category.MONEY_OUT: (noop("Money out"), "arrow-up-right"),
    Category.NEEDS_ACTION: (noop("Needs your action"), "pen-line"),
    Category.CASES: (noop("Refunds and disputes"), "scale"),
    Category.FAILED: (noop("Failed"), "triangle-alert"),
    Category.PERMISSIONS: (noop("Merchant permissions"), "key-round"),
    Category.STATEMENTS: (noop("Statements"), "receipt-text"),
    Category.NEWS: (noop("Product news"), "info"),
    Category.SECURITY: (noop("Security"), "lock"),
}
TABS = {"": noop("All"), "unread": noop("Unread"), "waiting": noop("Waiting for you")}
# Where something is done about an event at once; elsewhere the page of the thing is the place.
ACTIONS = {
    "transaction.action_required": ("transactions:confirmation_new", noop("Look and decide")),
    "case.needs_user": ("cases:detail", noop("Answer in the case")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One notification as it stands in the list."""

    notification: Notification
    title: str
    text: str
    category: str
    icon: str
    is_waiting: bool
    action: str

    @property
    def id(self) -> str:
        return self.notification.public_id

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


@contextmanager
def as_read_by(person: Person) -> Iterator[None]:
    """Within it clocks in sentences are the person's own, also where they never chose a zone."""
    with formats.use(replace(formats.active(), zone=zone_of(person))):
        yield


def category_name(category: str) -> str:
    return _(CATEGORIES[Category(category)][0])


def rows(person: Person, notifications: Iterable[Notification], now: datetime) -> list[Row]:
    """In the person's language, formats and zone."""
    with as_read_by(person):
        return [_row(one, now) for one in notifications]


def _row(notification: Notification, now: datetime) -> Row:
    told = said(notification, now)
    is_waiting = notification.is_waiting(now)
    return Row(
        notification=notification,
        title=told.title,
        text=told.text,
        category=category_name(notification.category),
        icon=CATEGORIES[Category(notification.category)][1],
        is_waiting=is_waiting,
        action=_(_action(notification)[1]) if is_waiting else "",
    )


def said(notification: Notification, now: datetime) -> words.Words:
    return words.of(
        notification.event_type,
        notification.facts,
        object_id=notification.object_id,
        over=notification.is_over(now),
    )


def way(notification: Notification, now: datetime, *, to_act: bool = False) -> str:
    """The page that a notification leads to; with `to_act` the one where it is acted upon."""
    if to_act and notification.is_waiting(now):
        place = address(_action(notification)[0], notification.object_id)
        if place:
            return place
    return said(notification, now).path or reverse("notifications:inbox")


def _action(notification: Notification) -> tuple[str, str]:
    fallback = ("", noop("See what to do"))
    return ACTIONS.get(notification.event_type, fallback)


def days(rows: Iterable[Row], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """The rows by the day on which they came, in the person's zone."""

    def day_of(one: Row) -> date:
        return one.notification.created_at.astimezone(zone).date()

    for day, group in groupby(rows, key=day_of):
        found = list(group)
        yield {"date": day, "rows": found}


def frame(asked: Asked, counts: Mapping[str, str]) -> dict[str, Any]:
    """Tabs, categories and addresses around the rows; works where the filter is nonsense, too."""
    tabs = [
        {
            "show": show,
            "words": _(name),
            "count": counts.get(show, ""),
            "url": url_of(Asked(show, asked.categories)),
            "current": show == asked.show,
        }
        for show, name in TABS.items()
    ]
    chosen = asked.categories
    return {
        "asked": asked,
        "tabs": tabs,
        "categories": [
            {"value": one.value, "words": category_name(one), "chosen": one.value in chosen}
            for one in Category
        ],
        "here_url": url_of(asked),
        "clear_url": url_of(Asked()),
    }


def counts(subject: str) -> dict[str, str]:
    """How many are unread and how many wait, as the tabs tell it; empty for none."""
    return {
        "unread": _figures(asking.unread(subject)),
        "waiting": _figures(asking.waiting_count(subject)),
    }


def _figures(count: int) -> str:
    if not count:
        return ""
    return f"{asking.MOST_COUNTED}+" if count > asking.MOST_COUNTED else str(count)


def url_of(asked: Asked, **more: str) -> str:
    """The inbox with this question."""
    query = "&".join(filter(None, [asked.query_string, urlencode(more)]))
    bare = reverse("notifications:inbox")
    return f"{bare}?{query}" if query else bare
