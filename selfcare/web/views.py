"""The error pages that Django itself asks for, and the API's description; none calls a service."""

from django.http import HttpResponse

from selfcare.web import problems
from selfcare.web.guards import public
from selfcare.web.pages import render_page
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


@public
def api_docs(request: Request) -> HttpResponse:
    """The JSON API, readable: made from the same OpenAPI document that machines read."""
    from selfcare.web.api import api
    from selfcare.web.api_docs import operations

    document = api.get_openapi_schema()
    context = {"document": document, "operations": operations(document)}
    return render_page(request, "web/api_docs.html", context)
