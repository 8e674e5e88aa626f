"""What a browser has under way at the provider: one signed cookie an attempt, a few at once.

In cookies, so that a visitor writes no row of ours, and so that an answer counts only in the
browser that asked. Several tabs don't disturb each other: each attempt has its own cookie.
"""

import hashlib
import re
import secrets
import time
from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from selfcare.web.request import Request

PREFIX = "__Host-selfcare_attempt_" if settings.SECURE else "selfcare_attempt_"
# Whatever else begins with the prefix we never set, and may be no name that we could delete.
NAME = re.compile(re.escape(PREFIX) + r"[0-9]{1,12}_[0-9a-f]{16}")
SALT = "selfcare.identity.attempts"
LASTS_SECONDS = 1800
FINISHED_LASTS_SECONDS = 300
AT_ONCE = 5
# gunicorn takes 8190 bytes of cookies; the session's and the form's need room too.
BYTES_AT_ONCE = 5000
LONGEST_PATH = 1200
# Nobody wants to come back to the way in or out.
NO_DESTINATION = ("/sign-in/", "/sign-out/", "/signed-out/")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One trip to the provider; `session_hash` and what follows it are for a step-up alone."""

    state: str
    nonce: str
    verifier: str
    next: str
    started_at: float
    session_hash: str = ""
    subject: str = ""
    purpose: str = ""
    bound_to: str = ""
    # Who was signed in here when somebody else wanted to be: their name, to say who went.
    instead_of: str = ""
    finished: bool = False

    @property
    def is_step_up(self) -> bool:
        return bool(self.session_hash)


def new(
    to: str,
    *,
    session_hash: str = "",
    subject: str = "",
    purpose: str = "",
    bound_to: str = "",
    instead_of: str = "",
) -> Attempt:
    """A fresh attempt with secrets of its own (PKCE verifier: RFC 7636, 4.1)."""
    return Attempt(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        next=local_path(to),
        started_at=time.time(),
        session_hash=session_hash,
        subject=subject,
        purpose=purpose,
        bound_to=bound_to,
        instead_of=instead_of[:120],
    )


def local_path(wanted: str | None) -> str:
    """`wanted` if it is a path of ours that can be gone to; `/` for anything else."""
    path = wanted or ""
    if len(iri_to_uri(path)) > LONGEST_PATH:
        path = path.partition("?")[0]
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return "/"
    path = iri_to_uri(path)
    # What a browser would drop or turn round in an address, nobody sends in good faith.
    odd = "\\" in (wanted or "") or any(ord(letter) < 32 for letter in wanted or "")
    if odd or len(path) > LONGEST_PATH or "%00" in path or path.startswith(NO_DESTINATION):
        return "/"
    return path


def remember(request: Request, response: HttpResponse, attempt: Attempt) -> None:
    """Puts the attempt into the browser, and the oldest ones out of it."""
    facts = {name: value for name, value in asdict(attempt).items() if value}
    value = signing.dumps(facts, salt=SALT, compress=True)
    _make_room(request, response, len(value))
    _set(response, _name(attempt), value, LASTS_SECONDS)


def find(request: Request, state: str) -> Attempt | None:
    """The attempt that this browser began with this state."""
    ending = f"_{_mark(state)}"
    for name, value in _ours(request):
        if not name.endswith(ending):
            continue
        try:
            found = Attempt(**_BLANK | signing.loads(value, salt=SALT, max_age=LASTS_SECONDS))
        except (signing.BadSignature, TypeError, ValueError):
            continue
        if secrets.compare_digest(found.state.encode(), state.encode()):
            return found
    return None


def finish(response: HttpResponse, attempt: Attempt) -> None:
    """Takes its secrets away; for a while the same answer, sent again, still leads on."""
    left = replace(
        attempt, nonce="", verifier="", session_hash="", subject="", bound_to="", instead_of="",
        finished=True,
    )  # fmt: skip
    facts = {name: value for name, value in asdict(left).items() if value}
    value = signing.dumps(facts, salt=SALT, compress=True)
    _set(response, _name(attempt), value, FINISHED_LASTS_SECONDS)


_BLANK = {"nonce": "", "verifier": ""}


def _ours(request: Request) -> list[tuple[str, str]]:
    """This browser's attempts, the oldest first: their names begin with the second they began."""
    return sorted(item for item in request.COOKIES.items() if NAME.fullmatch(item[0]))


def _name(attempt: Attempt) -> str:
    return f"{PREFIX}{int(attempt.started_at)}_{_mark(attempt.state)}"


def _mark(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _make_room(request: Request, response: HttpResponse, needed: int) -> None:
    there = _ours(request)
    while there and (
        len(there) >= AT_ONCE
        or needed + sum(len(name) + len(value) for name, value in there) > BYTES_AT_ONCE
    ):
        name, _ = there.pop(0)
        _set(response, name, "", 0)


def _set(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=settings.SECURE,
        httponly=True,
        # The provider leads back with a navigation from another site.
        samesite="Lax",
    )
