"""What `celery -A` looks for: Django set up, and the application; only Celery imports it."""

import django

django.setup()

from selfcare.notifications.tasks import broker  # noqa: E402 - settings first

app = broker.app()
