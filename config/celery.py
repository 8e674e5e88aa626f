"""What `celery -A config.celery worker` serves: the queues of notifications, nothing else."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from selfcare.notifications.tasks import broker  # noqa: E402 - settings first

app = broker.app()
broker.end_with_parent()
