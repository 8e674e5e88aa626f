"""The way into the gateways and the push service: faults around, problems for what goes wrong."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from sandbox.control import faults
from sandbox.problems import ProblemError


def answered(
    request: HttpRequest, operation: str, respond: Callable[[], HttpResponseBase], to: str = ""
) -> HttpResponseBase:
    """What `respond` says, spoiled by the fault that is on for it."""

    def safe() -> HttpResponseBase:
        try:
            return respond()
        except ProblemError as problem:
            return problem.response("")

    response = faults.around(request, operation, "", safe, to=to)
    response["Cache-Control"] = "no-store"
    return response


def fault_of(request: HttpRequest) -> str:
    """The mode that `around` left to the service."""
    return str(request.META.get("sandbox.fault", ""))
