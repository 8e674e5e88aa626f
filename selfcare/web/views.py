"""The error pages that Django itself asks for; none of them calls a service."""

from django.http import HttpResponse

from selfcare.web import problems
from selfcare.web.guards import public
from selfcare.web.request import Request


@public
def bad_request(request: Request, exception: Exception) -> HttpResponse:
    return problems.page(request, 400)


@public
def forbidden(request: Request, exception: Exception) -> HttpResponse:
    return problems.page(request, 403)


@public
def not_found(request: Request, exception: Exception) -> HttpResponse:
    return problems.page(request, 404)


@public
def internal_error(request: Request) -> HttpResponse:
    return problems.page(request, 500)


@public
def expired_form(request: Request, reason: str = "") -> HttpResponse:
    """A form whose CSRF token no longer fits: signed in elsewhere, cookies gone, or too old."""
    return problems.page(request, 403, code="form_expired", expired=True)
