"""What happens around every request: health, request id, language, deadline, errors as pages."""

import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from selfcare import deadline, errors
from selfcare.web import formats, health, problems, uploads
from selfcare.web.request import Request, Wishes

type GetResponse = Callable[[Request], HttpResponse]

log = structlog.get_logger("selfcare.web")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def health_first(get_response: GetResponse) -> GetResponse:
    """Answers probes before anything looks at hosts, sessions or redirects."""

    def middleware(request: Request) -> HttpResponse:
        answer = health.answer(request)
        return get_response(request) if answer is None else answer

    return middleware


def request_id(get_response: GetResponse) -> GetResponse:
    """Takes over the proxy's X-Request-Id or makes one; logs each request in one line."""

    def middleware(request: Request) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        started = time.monotonic()
        response = get_response(request)
        response["X-Request-Id"] = request.request_id
        match = request.resolver_match
        log.info(
            "request.answered",
            method=request.method,
            # The route and never the address: a query may hold names and amounts.
            route=match.route if match else None,
            status=response.status_code,
            milliseconds=round((time.monotonic() - started) * 1000),
        )
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """Speaks as the browser asks, until it is known who is there; to programs English."""

    def middleware(request: Request) -> HttpResponse:
        request.wishes = Wishes()
        english = problems.wants_json(request)
        wish = "en" if english else translation.get_language_from_request(request)
        with formats.use(formats.Formats(formats.known_language(wish) or "en")):
            response = get_response(request)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Language", formats.active().language)
                if not english:
                    patch_vary_headers(response, ("Accept-Language",))
            return response

    return middleware


def page_deadline(get_response: GetResponse) -> GetResponse:
    """All calls of one page together end before the page's deadline."""

    def middleware(request: Request) -> HttpResponse:
        with deadline.within(settings.UPSTREAM_SECONDS):
            return get_response(request)

    return middleware


class ErrorPages:
    """Turns failed calls, a session that ended meanwhile and a lost database into pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        if isinstance(error, errors.CallFailed):
            if isinstance(error, errors.BadReply):
                log.error("upstream.broke_contract", detail=str(error))
            return problems.of_error(request, error)
        if isinstance(error, SessionInterrupted):
            return problems.page(request, 401)
        if isinstance(error, OperationalError | InterfaceError):
            # What was claimed is in the table, what wasn't claimed wasn't sent: no harm is done.
            log.error("database.not_available", error=type(error).__name__)
            return problems.page(request, 503, retry_after=5)
        return None


def refuse_unusable(get_response: GetResponse) -> GetResponse:
    """What no view can use is refused before anyone sees it.

    No database takes NUL in a text, and no person types it. htmx never sends an address that
    can't be read. A body is large only where a form takes a file.
    """

    def middleware(request: Request) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problems.page(request, 400)
        if not _is_readable(request.headers.get("HX-Current-URL", "")):
            return problems.page(request, 400)
        if _is_too_large(request):
            return problems.page(request, 413)
        return get_response(request)

    return middleware


def _is_readable(address: str) -> bool:
    try:
        urlsplit(unquote(address))
        urlsplit(address)
    except ValueError:
        return False
    return True


def _is_too_large(request: Request) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    return size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > uploads.largest_body(request)


def manners(get_response: GetResponse) -> GetResponse:
    """Under /api/ a body is JSON (or a file, where one is taken) and every failure problem+json."""

    def middleware(request: Request) -> HttpResponse:
        if not problems.wants_json(request):
            return _page_manners(request, get_response(request))
        has_body = request.META.get("CONTENT_LENGTH") not in {None, "", "0"}
        is_json = request.content_type == "application/json"
        is_ours = request.path.startswith(problems.API_PREFIX)
        if is_ours and has_body and not is_json and not uploads.takes_files(request):
            return problems.response(request, 415)
        response = get_response(request)
        told = response.headers.get("Content-Type", "").startswith("application/problem+json")
        if response.status_code >= 400 and not told:
            kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
            response = problems.response(request, response.status_code)
            for name, value in kept.items():
                response[name] = value
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def _page_manners(request: Request, response: HttpResponse) -> HttpResponse:
    """Django answers a wrong method with nothing at all: give people a page to go on from."""
    if response.status_code != 405 or response.content:
        return response
    page = problems.page(request, 405)
    page["Allow"] = response["Allow"]
    return page
