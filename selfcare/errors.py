"""Words for what happened when another service was called; no page and no HTTP in here."""

from datetime import datetime
from typing import Any


class CallFailed(Exception):
    """A call to an internal service gave no usable answer.

    `service` and `operation` say which call; `last_known` is what a read gave when it last
    worked for this person, at `known_at`, or None.
    """

    def __init__(self, service: str, operation: str, detail: str = "") -> None:
        super().__init__(f"{service} {operation}: {detail or type(self).__name__}")
        self.service = service
        self.operation = operation
        self.detail = detail
        self.last_known: Any = None
        self.known_at: datetime | None = None


class NoAnswer(CallFailed):
    """The service can't be used right now: read again later, or ask for the outcome by key."""


class NotSent(NoAnswer):
    """Surely nothing reached the service."""


class NotBegun(NotSent):
    """Our own places or seconds were used up: it says nothing about the service."""


class OutcomeUnknown(NoAnswer):
    """Something may have reached the service; whether it had an effect isn't known."""


class BadReply(NoAnswer):
    """The service answered something that its contract doesn't allow."""


class Rejected(CallFailed):
    """The service understood and said no; `code` is its reason, `problem` its whole answer."""

    def __init__(
        self, service: str, operation: str, *, status: int, problem: dict[str, Any]
    ) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code") or "rejected")
        super().__init__(service, operation, self.code)


class NotFound(CallFailed):
    """No such thing for this person."""


class Forbidden(CallFailed):
    """This person may not."""


class SignInAgain(CallFailed):
    """The person's proof of identity is no longer accepted."""


class TooMany(CallFailed):
    """Too many calls; `retry_after` is in seconds."""

    def __init__(self, service: str, operation: str, *, retry_after: int) -> None:
        super().__init__(service, operation, f"retry after {retry_after} s")
        self.retry_after = retry_after
