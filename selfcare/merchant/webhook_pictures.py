"""Numbers for two small pictures of webhooks, in percent and pixels; words are elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from selfcare.merchant.webhook_shapes import Lately, Plan

HEIGHT, FLOOR = 30, 40
FIRST, LAST = 2.0, 97.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: what was taken stands below, what wasn't on top."""

    x: str
    ok_y: int
    ok_height: int
    ko_y: int
    ko_height: int


def spark(lately: Lately) -> list[Bar]:
    both = list(zip(lately.taken, lately.failed, strict=True))
    most = max((ok + ko for ok, ko in both), default=0)
    found = []
    for place, (ok, ko) in enumerate(both):
        if not ok + ko:
            continue
        ok_height = _scaled(ok, most)
        ko_height = _scaled(ko, most)
        ko_y = FLOOR - ok_height - (1 if ok and ko else 0) - ko_height
        x = f"{100 * place / len(both):.2f}%"
        found.append(Bar(x, FLOOR - ok_height, ok_height, ko_y, ko_height))
    return found


def _scaled(count: int, most: int) -> int:
    """What is there is seen, however little it is."""
    return max(3, round(HEIGHT * count / most)) if count else 0


@dataclass(frozen=True, slots=True)
class Stop:
    """One attempt on the line of a delivery; `label` where there is room for it."""

    x: str
    at: datetime
    is_made: bool
    is_next: bool
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    stops: list[Stop]
    made_width: str
    ahead_from: str


def line(plan: Plan) -> Line | None:
    """Evenly spaced: their pauses grow from seconds to half a day. None without a plan."""
    times = [*plan.made, *plan.ahead]
    if len(times) < 2:
        return None
    step = (LAST - FIRST) / (len(times) - 1)
    made = len(plan.made)
    stops = []
    for place, at in enumerate(times):
        label = "start" if place == 0 else "end" if place == len(times) - 1 else ""
        if place == made and not label and 2 <= place <= len(times) - 4:
            label = "middle"
        x = f"{FIRST + step * place:.1f}%"
        stops.append(Stop(x, at, place < made, place == made, label))
    last_made = FIRST + step * max(0, made - 1)
    return Line(stops, f"{last_made - FIRST:.1f}%", f"{last_made:.1f}%")
