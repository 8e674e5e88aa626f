"""Scenarios and their runs as the sandbox tells them."""

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from selfcare.clients.shapes import Code, Identifier, Minor, Moment, Shape, Text

Script = Annotated[str, StringConstraints(max_length=20_000)]


class Scenario(Shape):
    """A ready one, or one of the merchant's own."""

    id: Identifier
    own: bool
    name: Text
    tells: Text
    steps: Minor


class WholeScenario(Scenario):
    text: Script


class Scenarios(Shape):
    data: tuple[Scenario, ...]

    @property
    def ready(self) -> tuple[Scenario, ...]:
        return tuple(one for one in self.data if not one.own)

    @property
    def own(self) -> tuple[Scenario, ...]:
        return tuple(one for one in self.data if one.own)


class Run(Shape):
    """`digest` is of all that came of it: two runs of the same have the same."""

    id: Identifier
    scenario: Identifier
    name: Text
    state: Literal["queued", "running", "passed", "failed"]
    problem: Text | None
    replay_of: Identifier | None
    digest: Code | None
    asked_at: Moment
    finished_at: Moment | None

    @property
    def is_over(self) -> bool:
        return self.state in {"passed", "failed"}

    @property
    def print(self) -> str:
        """Enough of the digest to compare by eye."""
        return (self.digest or "")[:12]


class PlayedStep(Shape):
    """`at` is how long after the beginning, in the run's own time."""

    name: Text
    do: Code
    state: Literal["waiting", "running", "done", "refused", "failed"]
    at: Text
    told: Text


class Echoed(Shape):
    """How one endpoint of the merchant's took the webhooks of a run; `stopped` says why no more."""

    url: Text
    sent: Minor
    stopped: Text | None


class WholeRun(Run):
    steps: tuple[PlayedStep, ...]
    outcome: dict[str, Any] | None
    end: dict[str, Any]
    echoed: tuple[Echoed, ...]


class Runs(Shape):
    data: tuple[Run, ...]
    next_cursor: Text | None


class MagicValue(Shape):
    kind: Literal["amount", "name", "account"]
    value: Text
    does: Text


class MagicValues(Shape):
    data: tuple[MagicValue, ...]
