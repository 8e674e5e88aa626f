"""Sending as a task of django.tasks: it carries a delivery's id and nothing else.

The row is the truth: a task that is lost, doubled or late does no harm, since sending takes the
row or leaves it. Which backend carries the id is a setting; docs/decisions/0016 says why.
"""

import uuid

from django.tasks import task

from selfcare.notifications.delivery import sending


@task(queue_name="email")
def send_delivery(delivery_id: str) -> None:
    """Sends one delivery if it is due and nobody else has it. Each channel has its own queue."""
    sending.send(uuid.UUID(delivery_id))
