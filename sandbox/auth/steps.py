"""The two steps at the door, password and one-time code: their pages and what is typed there."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from sandbox.people.models import Person

from . import one_time_codes, proofs, sessions
from .models import AuthorizationRequest, Session
from .pages import face, page
from .tries import CODES, PASSWORDS

MOST_PEOPLE = 6


def password_page(
    request: HttpRequest,
    ask: AuthorizationRequest,
    *,
    email: str,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "ask": ask,
        "email": email if "@" in email or error else "",  # a hint may be a sub
        "error": error,
        "people": _people(email) if is_open() else [],
    }
    return page(request, "password.html", context, status=status, returns_to=ask.redirect_uri)


def is_open() -> bool:
    """Where the box's levers are for everybody, so are its people: it is nobody's real sign-in."""
    return bool(settings.SANDBOX_CONTROL == "open")


def _people(hint: str) -> list[dict[str, Any]]:
    """The test people, whoever is expected first."""
    active = Person.objects.filter(is_active=True)
    hinted = Q(email=hint.lower()) | Q(sub=hint)
    first = list(active.filter(hinted)[:1]) if hint else []
    others = active.exclude(pk__in=[row.pk for row in first]).order_by("pk")
    return [{"person": row, **face(row)} for row in [*first, *others[: MOST_PEOPLE - len(first)]]]


def person_picked(request: HttpRequest, ask: AuthorizationRequest) -> None:
    """A test person's button was pressed: as good as their password, which everybody knows here."""
    sub = request.POST.get("person", "")
    if not is_open() or "\x00" in sub:
        return
    if person := Person.objects.filter(sub=sub, is_active=True).first():
        _let_in(request, ask, person)


def password_sent(request: HttpRequest, ask: AuthorizationRequest) -> HttpResponse | None:
    """The page again with what is wrong, or None: the password was right."""
    email = request.POST.get("email", "").strip().replace("\x00", "")[:254]
    subject = email.lower()
    if not PASSWORDS.take(subject):
        minutes = PASSWORDS.pause_minutes(subject)
        error = f"Too many tries for this address. Try again in {_minutes(minutes)}."
        return password_page(request, ask, email=email, error=error, status=429)
    person = proofs.person_by_password(email, request.POST.get("password", "")[:1000])
    if person is None:
        error = "This e-mail address and password don’t belong together."
        return password_page(request, ask, email=email, error=error, status=422)
    PASSWORDS.forget(subject)
    _let_in(request, ask, person)
    return None


def _let_in(request: HttpRequest, ask: AuthorizationRequest, person: Person) -> None:
    sessions.prove_password(request, person)
    # A hint only says whom to expect; whoever has signed in now is who is there.
    ask.login_hint = ask.hinted_sub = ""
    ask.save(update_fields=["login_hint", "hinted_sub"])


def code_page(
    request: HttpRequest,
    ask: AuthorizationRequest,
    session: Session,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    # Whoever typed the password for this very request is at the second of two steps.
    signing_in = session.password_at >= ask.created_at
    person = session.person
    context = {"ask": ask, "person": person, **face(person)}
    context |= {"signing_in": signing_in, "error": error}
    return page(request, "code.html", context, status=status, returns_to=ask.redirect_uri)


def code_sent(request: HttpRequest, ask: AuthorizationRequest) -> HttpResponse | None:
    """The page again with what is wrong, or None: the code counted, or none is due."""
    session = sessions.session_of(request)
    if session is None or proofs.missing(ask, session) != "code":
        return None
    person = session.person
    if not CODES.take(person.sub):
        return code_page(request, ask, session, error=_paused(person), status=429)
    typed = "".join(request.POST.get("code", "").split())[:20]
    outcome = one_time_codes.accept(person, typed)
    if outcome == "ok":
        CODES.forget(person.sub)
        sessions.prove_code(session)
        return None
    if CODES.pause_minutes(person.sub):
        return code_page(request, ask, session, error=_paused(person), status=429)
    return code_page(request, ask, session, error=_wrong(person, outcome), status=422)


def _paused(person: Person) -> str:
    wait = _minutes(CODES.pause_minutes(person.sub) or 1)
    return f"Too many wrong codes. Nothing was confirmed. Try again in {wait}."


def _wrong(person: Person, outcome: str) -> str:
    if outcome == "used":
        return "This code has been used. Wait for the next one, it comes within 30 seconds."
    left = CODES.left(person.sub)
    tries = "1 try" if left == 1 else f"{left} tries"
    return f"This isn’t the code of the moment. Enter the one you see now; {tries} left."


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"
