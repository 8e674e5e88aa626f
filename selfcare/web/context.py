"""What every page's frame shows: environment, where we are."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from selfcare.web.request import Request


def shell(request: Request) -> dict[str, Any]:
    """`environment` for the ribbon, `person` for the account menu, `rendered_at` for the foot."""
    return {
        "environment": settings.ENVIRONMENT,
        "person": getattr(request, "person", None),
        "rendered_at": timezone.now(),
    }
