"""The tag that puts the bell into the frame of a page."""

from typing import Any

from django import template

from selfcare.notifications.inbox import bell as bells

register = template.Library()


@register.inclusion_tag("notifications/_bell.html")
def bell(person: Any) -> dict[str, Any]:
    """The count of what is unread; nothing for a visitor, or while nobody can count."""
    return {"bell": bells.of(person)}
