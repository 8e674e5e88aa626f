"""Whether the box lives and may take traffic; nothing about what it serves."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from sandbox.problems import ProblemError, answer


def live(request: HttpRequest) -> HttpResponse:
    return answer(200, {"status": "live"})


def ready(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return ProblemError(503, "not_ready", "The database doesn't answer.").response("")
    return answer(200, {"status": "ready"})
