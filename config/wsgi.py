"""The WSGI application that gunicorn serves."""

import os

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# What would hurt people stops the start here too, and not only where somebody runs `check`.
BaseCommand().check()
# All rooms are read now: read with the first request, they would use up its deadline.
get_resolver().url_patterns  # noqa: B018
