"""What there is to choose from, and how a choice reads; nothing is saved in here."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings

from selfcare.web import addresses, formats

ROWS = (25, 50, 100)

# Name in the table: route. A room that isn't open is no choice.
START_PAGES = {
    "home": "overview:home",
    "transactions": "transactions:list",
    "summary": "transactions:summary",
    "notifications": "notifications:inbox",
    "cases": "cases:list",
    "documents": "documents:export_list",
}
REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"),
    *("Indian", "Pacific"),
)


@cache
def zones() -> tuple[str, ...]:
    """Zones by region and city, as the tz database names them, and UTC."""
    found = [name for name in available_timezones() if name.split("/", 1)[0] in REGIONS]
    return ("UTC", *sorted(name for name in found if "/" in name))


def zone(name: str) -> ZoneInfo | None:
    """None where nothing was chosen, or where the tz database doesn't know it (any more)."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def start_page(name: str) -> str:
    """The address of the page that somebody wants to begin with; the home page otherwise."""
    return addresses.address(START_PAGES.get(name, "")) or "/"


def open_start_pages() -> tuple[str, ...]:
    return tuple(name for name, route in START_PAGES.items() if addresses.address(route))


def _languages() -> tuple[str, ...]:
    return tuple(code for code, _name in settings.LANGUAGES)


# What each field may hold, besides nothing.
ALLOWED: dict[str, Callable[[], tuple[object, ...]]] = {
    "language": _languages,
    "zone": zones,
    "date_format": lambda: formats.DATE_FORMATS,
    "number_format": lambda: formats.NUMBER_FORMATS,
    "currency_format": lambda: formats.CURRENCY_FORMATS,
    "theme": lambda: ("system", "light", "dark"),
    "start_page": open_start_pages,
    "rows": lambda: ROWS,
}
