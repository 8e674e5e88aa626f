"""What every page's frame shows: environment, where we are, how the person wants it to look."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from selfcare.web.request import Request, Wishes


def shell(request: Request) -> dict[str, Any]:
    """`environment` for the ribbon, `person` for the account menu, `rendered_at` for the foot.

    `theme` is empty where the device decides; `called` is the name that the person wants.
    """
    wishes = getattr(request, "wishes", Wishes())
    person = getattr(request, "person", None)
    return {
        "environment": settings.ENVIRONMENT,
        "person": person,
        "called": wishes.called or (person.name if person else ""),
        "theme": wishes.theme if wishes.theme != "system" else "",
        "rendered_at": timezone.now(),
    }
