"""Makes of a delivery the message that goes out, in the active language; sends nothing."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from selfcare.notifications import words
from selfcare.notifications.addresses import unsubscribing
from selfcare.notifications.categories import about
from selfcare.notifications.channels import Message
from selfcare.notifications.models import Delivery, Notification
from selfcare.notifications.models.rules import Category, Channel
from selfcare.web.addresses import address

# What a digest shows of its parts, the newest first; the inbox has them all.
SHOWN = 20
URGENT = frozenset({Category.NEEDS_ACTION, Category.SECURITY})


def of(delivery: Delivery, told: Sequence[Notification], *, count: int) -> Message:
    """In the active language. `told` are its notifications, the newest first, of `count` in all."""
    lines = [words.of_notification(one) for one in told[:SHOWN]]
    title = lines[0].title if count == 1 else _title(delivery.digest_kind, count)
    categories = sorted({one.category for one in told if about(one.category).can_be_muted})
    return Message(
        id=delivery.public_id,
        title=title,
        lines=lines,
        more=max(0, count - len(lines)),
        path=lines[0].path if count == 1 else address("notifications:inbox") or "/",
        unsubscribe_url=unsubscribing.link(delivery.subject, categories)
        if categories and delivery.channel == Channel.EMAIL
        else "",
        urgent=any(one.category in URGENT for one in told),
    )


def _title(kind: str, count: int) -> str:
    told = {"count": count}
    if kind == "daily":
        return ngettext("Your day: %(count)d notice", "Your day: %(count)d notices", count) % told
    if kind == "weekly":
        return ngettext("Your week: %(count)d notice", "Your week: %(count)d notices", count) % told
    if kind == "quiet":
        return (
            ngettext(
                "While it was quiet: %(count)d notice",
                "While it was quiet: %(count)d notices",
                count,
            )
            % told
        )
    return ngettext("%(count)d notice", "%(count)d notices at once", count) % told
