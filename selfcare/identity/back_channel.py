"""Takes the provider's word that somebody signed out; no person and no browser is here."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from selfcare import errors
from selfcare.clients import auth
from selfcare.identity import actions
from selfcare.identity.session_store import SessionsUnavailable
from selfcare.web.guards import public
from selfcare.web.request import Request

UNSTORED = {"Cache-Control": "no-store"}


@csrf_exempt
@require_POST
@public
def back_channel(request: Request) -> HttpResponse:
    """OpenID Connect Back-Channel Logout 1.0, 2.8: 200, or 400 for a token that doesn't hold.

    503 asks the provider to try again.
    """
    try:
        claims = auth.logout_claims(request.POST.get("logout_token", ""))
        actions.end_by_provider(claims)
    except errors.BadReply as error:
        return _refused("invalid_request", error.detail)
    except actions.TokenUsed:
        return _refused("invalid_request", "this token was used before")
    except (errors.CallFailed, SessionsUnavailable):
        return _refused("temporarily_unavailable", "try again in a moment", status=503)
    return HttpResponse(status=200, headers=UNSTORED)


def _refused(error: str, description: str, status: int = 400) -> HttpResponse:
    body = {"error": error, "error_description": description}
    return JsonResponse(body, status=status, headers=UNSTORED)
