"""A merchant's clock as the sandbox tells it."""

from datetime import timedelta
from typing import Literal

from selfcare.clients.shapes import Identifier, Minor, Moment, Shape


class Advance(Shape):
    """One way forward; `start` to `until` are in the merchant's own time."""

    id: Identifier
    state: Literal["running", "done"]
    until: Moment
    reached: Moment
    steps: Minor
    asked_at: Moment
    finished_at: Moment | None

    @property
    def is_running(self) -> bool:
        return self.state == "running"


class Clock(Shape):
    """What time it is in the merchant's world, and its latest ways forward."""

    now: Moment
    real_now: Moment
    ahead_seconds: Minor
    advances: tuple[Advance, ...]

    @property
    def ahead(self) -> timedelta:
        return timedelta(seconds=self.ahead_seconds)

    @property
    def days(self) -> int:
        return self.ahead.days

    @property
    def hours(self) -> int:
        return self.ahead.seconds // 3600

    @property
    def minutes(self) -> int:
        return self.ahead.seconds // 60 % 60

    @property
    def running(self) -> Advance | None:
        return next((one for one in self.advances if one.is_running), None)

    @property
    def finished(self) -> tuple[Advance, ...]:
        return tuple(one for one in self.advances if not one.is_running)
