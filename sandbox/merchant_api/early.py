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
        error = _refusal(claimed) if claimed else None
        if error is None or record.wants_row(claimed):
            return application(environ, start_response)
        response = refusing.answer(ids.uuid7(clock.real_now()), error)
        response["Content-Length"] = str(len(response.content))
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return [response.content]

    return refuse_or_pass_on


def _refusal(public_id: str) -> RefusedError | None:
    if wait := rates.seconds_left(public_id):
        return examining.too_many(wait)
    return examining.too_many_at_once() if crowds.is_full(public_id) else None


def _credentials(environ: dict[str, Any]) -> Message:
    """Of a request what says whose it is."""
    names = {"signature-input": "HTTP_SIGNATURE_INPUT", "authorization": "HTTP_AUTHORIZATION"}
    found = {name: str(environ[key]) for name, key in names.items() if key in environ}
    return Message("", "", found, b"")
