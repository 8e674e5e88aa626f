"""The parts of the console in their order; one whose address isn't there is left out."""

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _lazy

from selfcare.web import addresses

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


class Part(NamedTuple):
    """`name` is its address's name and the folder of its templates."""

    name: str
    icon: str
    title: "StrOrPromise"
    url: str = ""


FIRST = (
    Part("start", "house", _lazy("Start")),
    Part("payments", "arrow-left-right", _lazy("Payments")),
    Part("webhooks", "webhook", _lazy("Webhooks")),
    Part("log", "terminal", _lazy("Log")),
)
TRY = (
    Part("scenarios", "clapperboard", _lazy("Scenarios")),
    Part("clock", "timer", _lazy("Clock")),
    Part("reset", "undo-2", _lazy("Reset")),
)
GO_LIVE = (
    Part("keys", "key-round", _lazy("Keys")),
    Part("return_addresses", "arrow-left", _lazy("Return addresses")),
    Part("team", "user", _lazy("Team")),
    Part("going_live", "rocket", _lazy("Going live")),
)


def parts(group: tuple[Part, ...], merchant_id: str) -> list[Part]:
    """Those of the group that are open, each with its address."""
    found = [part._replace(url=url_of(part.name, merchant_id)) for part in group]
    return [part for part in found if part.url]


def groups(merchant_id: str) -> list[Part]:
    """All that are open, for who has no room for them beside the page."""
    return [part for group in (FIRST, TRY, GO_LIVE) for part in parts(group, merchant_id)]


def url_of(name: str, merchant_id: str) -> str:
    return addresses.address(f"merchant:{name}", merchant_id)
