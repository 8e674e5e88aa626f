"""Carries tasks with our own tables: the delivery's row is the queue, threads here do the rest.

A row waits where it was written, in the same transaction as its notification, and a worker takes
it from there by a lease. So a second table, which may say otherwise, isn't needed.
"""

import uuid
from typing import Any

from django.tasks import TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.utils import timezone

from selfcare.notifications.tasks import crews


class Backend(BaseTaskBackend):
    """Hands an id to the threads of this process where it is a worker; they take several at once.

    Elsewhere there is nothing to do: the row waits, and a worker finds it.
    """

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        self.validate_task(task)
        (delivery_id,) = args
        crew = crews.of(task.queue_name)
        if crew is not None:
            crew.submit(uuid.UUID(delivery_id))
        return TaskResult(
            task=task,
            id=str(delivery_id),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
