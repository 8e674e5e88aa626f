"""Refuses a flood before Django has it in hand, so that the others notice nothing of it.

What a key has too much is answered here as the door would (`door.py`): from what this process
remembers, counted in the log's row of this second. Everything else is the door's.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox import clock, ids
from sandbox.merchant_api import crowds, examining, rates, record, refusing
from sandbox.merchant_api.signatures import Message, RefusedError

ROOT = "/merchant-api/"

type Start = Callable[..., Any]
type Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def before(application: Application) -> Application:
    """The application (PEP 3333) with a quick no in front of it."""

    def refuse_or_pass_on(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(ROOT):
            return application(environ, start_response)
        claimed = examining.claimed_key(_credentials(environ))
        if not claimed:
            return application(environ, start_response)
        if not crowds.come(claimed):
            error = examining.too_many_at_once(f"{crowds.most_of(claimed)} under way")
            return refuse_or_tell(environ, start_response, claimed, error)
        try:
            if wait := rates.seconds_refused(claimed):
                return refuse_or_tell(environ, start_response, claimed, examining.too_many(wait))
            return application(environ, start_response)
        finally:
            crowds.go(claimed)

    def refuse_or_tell(
        environ: dict[str, Any], start_response: Start, claimed: str, error: RefusedError
    ) -> Iterable[bytes]:
        # The first of a second goes on to the door, which can write its row of the log.
        if record.wants_row(claimed):
            environ[examining.REFUSED_EARLY] = error
            return application(environ, start_response)
        response = refusing.answer(ids.uuid7(clock.real_now()), error)
        response["Content-Length"] = str(len(response.content))
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return [response.content]

    return refuse_or_pass_on


def _credentials(environ: dict[str, Any]) -> Message:
    """Of a request what says whose it is."""
    names = {"signature-input": "HTTP_SIGNATURE_INPUT", "authorization": "HTTP_AUTHORIZATION"}
    found = {name: str(environ[key]) for name, key in names.items() if key in environ}
    return Message("", "", found, b"")
