"""Tells a load balancer whether this process lives and may take traffic; asks no upstream."""

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpResponse, JsonResponse
from redis.exceptions import RedisError

from selfcare.web.request import Request


def answer(request: Request) -> HttpResponse | None:
    """The answer to a probe; None for any other address."""
    if request.path == "/health/live":
        return _json({"status": "live"})
    if request.path == "/health/ready":
        return _ready()
    return None


def _ready() -> HttpResponse:
    # Sessions live in the database and in Redis, and one of them is enough to serve people.
    stores = {"database": _database_answers()}
    if settings.REDIS_URL:
        stores["redis"] = _redis_answers()
    if any(stores.values()):
        return _json({"status": "ready", **stores})
    return _json({"status": "not ready", **stores}, status=503)


def _json(body: dict[str, object], status: int = 200) -> HttpResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    finally:
        # Outside Django's request signals nobody else gives the connection back to its pool.
        connection.close()
    return True


def _redis_answers() -> bool:
    from django_redis import get_redis_connection

    try:
        return bool(get_redis_connection("default").ping())
    except (RedisError, OSError):
        return False
