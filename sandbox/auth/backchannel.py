"""Carries logout tokens to the clients, beside the request that ended the session."""

import logging
import threading
import time
from dataclasses import dataclass

import requests

log = logging.getLogger("sandbox.auth.backchannel")

TIMEOUT = (1.0, 3.0)
# Seconds before each try; a client that restarts still hears of it.
WAITS = (0.0, 2.0, 10.0)
TAKEN = {200, 204}
REFUSED = 400


@dataclass(frozen=True)
class Letter:
    client_id: str
    uri: str
    token: str


def send(letters: list[Letter]) -> None:
    """Post them from a thread each: the person who signs out doesn't wait for anyone."""
    for letter in letters:
        threading.Thread(target=_deliver, args=(letter,), daemon=True).start()


def _deliver(letter: Letter) -> None:
    for wait in WAITS:
        time.sleep(wait)
        outcome = _post(letter)
        if outcome in TAKEN:
            return
        log.warning("logout_token.not_taken client=%s outcome=%s", letter.client_id, outcome)
        if outcome == REFUSED:
            return


def _post(letter: Letter) -> int | str:
    """The status of the client's answer, or what kept it from answering."""
    try:
        answer = requests.post(
            letter.uri,
            data={"logout_token": letter.token},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__
    return answer.status_code
