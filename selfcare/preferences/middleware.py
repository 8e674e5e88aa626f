"""Makes what the signed-in person chose count for the whole request; it saves nothing."""

from collections import OrderedDict
from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import get_language_from_request

from selfcare.preferences import actions, choices
from selfcare.preferences.models import Preferences
from selfcare.web import formats, problems
from selfcare.web.breaker import database
from selfcare.web.request import Request

type GetResponse = Callable[[Request], HttpResponse]

log = structlog.get_logger("selfcare.preferences")
# What this process read last, for while the database is away; the oldest go first.
KEPT = 5000
_last: OrderedDict[str, Preferences] = OrderedDict()


def chosen(get_response: GetResponse) -> GetResponse:
    """Each request reads the row anew, so what was saved on one instance counts on all."""

    def middleware(request: Request) -> HttpResponse:
        if request.person is None:
            return get_response(request)
        row = _read(request.person.subject)
        request.wishes = row.wishes()
        with formats.use(formats_for(request, row)):
            response = get_response(request)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Language", formats.active().language)
            return response

    return middleware


def formats_for(request: Request, row: Preferences) -> formats.Formats:
    """To programs English with plain formats; days are counted in the person's zone all the same.

    Whoever chose no language is spoken to as their browser asks.
    """
    zone = choices.zone(row.zone)
    if problems.wants_json(request):
        return formats.Formats(zone=zone)
    asked = formats.known_language(get_language_from_request(request))
    return row.formats(formats.known_language(row.language) or asked or "en", zone)


def _read(subject: str) -> Preferences:
    """The person's row; where the database is away, as this process last knew it."""
    if database.allows():
        try:
            row = actions.of(subject)
        except DatabaseError as error:
            database.failed()
            # A broken connection goes back to its pool now, not at the end of a long request.
            connection.close_if_unusable_or_obsolete()
            log.warning("preferences.not_read", error=type(error).__name__)
        else:
            database.worked()
            _last[subject] = row
            _last.move_to_end(subject)
            if len(_last) > KEPT:
                _last.popitem(last=False)
            return row
    return _last.get(subject) or Preferences(subject=subject)
