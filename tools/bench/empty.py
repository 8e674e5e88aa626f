"""An empty Django view to compare with: it answers the bytes it is given and does nothing else.

Django's usual middleware of a project without sessions, no database, no template, no log line.
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()

settings.configure(
    SECRET_KEY="for-the-benchmark-only",  # noqa: S106 - it signs nothing
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    """The same answer, without finding out what stands in it."""
    if request.method == "POST":
        return HttpResponse(BODY, status=202 if request.body else 400)
    return HttpResponse(BODY)


urlpatterns = [path("", empty)]
application = get_wsgi_application()
