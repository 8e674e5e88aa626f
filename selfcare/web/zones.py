"""The person's time zone, for display only; what is stored and sent stays UTC."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from selfcare.web.request import Person


def zone_of(person: Person | None) -> ZoneInfo:
    """The zone that the provider told of; UTC where it told none or one that isn't known."""
    try:
        return ZoneInfo(person.zone if person else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
