"""Marks notifications read or unread, for pages and JSON API; doing it again changes nothing."""

from collections.abc import Iterable

from django.utils import timezone

from selfcare.notifications.inbox import asking
from selfcare.notifications.models import Notification

# So many at once; a page has far fewer.
MOST = 2000


class TooMany(ValueError):
    """More than MOST ids in one go; nothing was marked."""


def mark(*, subject: str, ids: Iterable[str], read: bool) -> tuple[str, ...]:
    """The ids of this person's that are marked so now, whoever marked them; others name nothing.

    Raises TooMany. What was read before keeps the time at which it was.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise TooMany
    keys = list(asking.primary_keys(wanted))
    own = Notification.objects.in_inbox(subject).filter(pk__in=keys)
    known = {row.pk for row in own.only("pk")}
    if read:
        own.filter(read_at=None).update(read_at=timezone.now())
    else:
        own.exclude(read_at=None).update(read_at=None)
    return tuple(Notification(pk=pk).public_id for pk in keys if pk in known)


def opened(notification: Notification) -> None:
    """The person looked at what it tells of."""
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=timezone.now())
