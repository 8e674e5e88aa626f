"""The door for gunicorn: `gunicorn sandbox.wsgi -c sandbox/gunicorn.py`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings")
_application = get_wsgi_application()

# What needs the settings comes after them.
from sandbox.merchant_api import early  # noqa: E402

application = early.before(_application)
