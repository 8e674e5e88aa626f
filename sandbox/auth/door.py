"""The door: a client's request comes in, the person proves who they are, the code goes out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import proofs, sessions, steps
from .authorization import Refused, Unanswerable, read_request, refusal
from .grants import give_code
from .models import REQUEST_LASTS, AuthorizationRequest, Session
from .pages import stop


@csrf_exempt
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint: answers at once where it can, else leads to the door."""
    try:
        ask = read_request(request.POST if request.method == "POST" else request.GET)
    except Unanswerable as error:
        return stop(request, "We can’t sign you in", str(error))
    except Refused as refused:
        return refused.response()
    session = sessions.session_of(request)
    missing = proofs.missing(ask, session)
    if session and not missing:
        return give_code(ask, session)
    if ask.silent:
        code = "interaction_required" if missing == "code" else "login_required"
        return refusal(ask, code, "the person would have to be asked")
    ask.save()
    return redirect("auth:sign_in", ask.handle, preserve_request=False)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, handle: str) -> HttpResponse:
    """One address for both steps; the form says which step it answers."""
    ask = _waiting(handle)
    if ask is None:
        return stop(
            request,
            "This sign-in is over",
            "It was finished already, or it waited too long. Start again in the app.",
            status=410,
        )
    match request.POST.get("step"):
        case "leave":
            return _leave(ask)
        case "password":
            proved = steps.password_sent(request, ask)
        case "person":
            steps.person_picked(request, ask)
            proved = None
        case "code":
            proved = steps.code_sent(request, ask)
        case _:
            proved = None
    return proved or _next(request, ask)


def _next(request: HttpRequest, ask: AuthorizationRequest) -> HttpResponse:
    """Shows the step that is still missing, or lets the person through."""
    session = sessions.session_of(request)
    missing = proofs.missing(ask, session)
    if session and not missing and "other" not in request.GET:
        return _finish(ask, session)
    if request.method == "POST":
        return redirect("auth:sign_in", ask.handle)
    if session and missing == "code" and "other" not in request.GET:
        return steps.code_page(request, ask, session)
    return steps.password_page(request, ask, email=ask.login_hint)


def _waiting(handle: str) -> AuthorizationRequest | None:
    if "\x00" in handle:
        return None
    asks = AuthorizationRequest.objects.select_related("client")
    oldest = timezone.now() - REQUEST_LASTS
    return asks.filter(handle=handle, finished_at=None, created_at__gt=oldest).first()


def _closes(ask: AuthorizationRequest) -> bool:
    """Of two tabs that finish one request, one does."""
    open_ = AuthorizationRequest.objects.filter(pk=ask.pk, finished_at=None)
    return bool(open_.update(finished_at=timezone.now()))


def _finish(ask: AuthorizationRequest, session: Session) -> HttpResponse:
    if not _closes(ask):
        return redirect("auth:sign_in", ask.handle)
    return give_code(ask, session)


def _leave(ask: AuthorizationRequest) -> HttpResponse:
    _closes(ask)
    return refusal(ask, "access_denied", "the person went back")
