"""The person's time zone, for display only; what is stored and sent stays UTC."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from selfcare.web import formats
from selfcare.web.request import Person


def zone_of(person: Person | None) -> ZoneInfo:
    """The chosen zone, else the one that the provider told of, else UTC; UTC for a visitor."""
    chosen = formats.active().zone
    if person is not None and chosen is not None:
        return chosen
    try:
        return ZoneInfo(person.zone if person else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
