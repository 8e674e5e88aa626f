"""Carries tasks with Celery over RabbitMQ, for platforms that run it already.

A message on the queue is a task's name and a delivery's id. It is acknowledged when the task is
over, so that the broker hands it to another where a worker died; a lost one is carried again by
the sweep, a doubled one finds the row taken.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from typing import Any

import structlog
from celery import Celery
from django.conf import settings
from django.db import connection
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.notifications import channels

log = structlog.get_logger("selfcare.notifications")

NAME = "selfcare.run"
TASKS = "selfcare.notifications.tasks"
PARENT = "SELFCARE_WORKER_PID"
WATCH_SECONDS = 0.5
RESTART_SECONDS = 3.0
STOPPING_SECONDS = 18


@cache
def app() -> Celery:
    """The Celery application; `celery -A config.celery worker` serves."""
    made = Celery("selfcare", broker=settings.BROKER_URL)
    made.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        broker_transport_options={"confirm_publish": True},
        accept_content=["json"],
    )
    made.task(run, name=NAME)
    return made


def queue_of(channel: str) -> str:
    return f"selfcare.{channel}"


class Backend(BaseTaskBackend):
    """Puts a task's name and arguments on the queue of its channel; the broker confirms it."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        self.validate_task(task)
        app().send_task(
            NAME,
            args=[task.module_path, list(args)],
            queue=queue_of(task.queue_name),
            retry=False,
        )
        return TaskResult(
            task=task,
            id=str(args[0]),
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


def run(path: str, args: list[Any]) -> None:
    """Calls the task of ours that `path` names, and nothing else that it could name."""
    structlog.contextvars.clear_contextvars()
    # Before it is looked up: to import a module is to run it.
    if path.rpartition(".")[0] != TASKS:
        raise TypeError("no task of ours")
    task: Task[..., Any] = import_string(path)
    if not isinstance(task, Task):
        raise TypeError("no task of ours")
    try:
        task.call(*args)
    finally:
        connection.close()


# ── The processes that serve the queues ─────────────────────────────────────────────────────
def serve(stop: threading.Event) -> None:
    """The worker's duty: a Celery worker for each channel, so that none waits for another.

    Back when told to stop and each has finished what it was sending, or when one died: then the
    duty begins anew.
    """
    env = {**os.environ, PARENT: str(os.getpid())}
    children = [
        subprocess.Popen(command_of(channel), env=env)  # noqa: S603 - a command of ours
        for channel in settings.TASKS_QUEUES
        if channel in channels.on()
    ]
    try:
        while not stop.wait(WATCH_SECONDS):
            died = [child.returncode for child in children if child.poll() is not None]
            if died:
                log.error("celery.died", codes=died)
                stop.wait(RESTART_SECONDS)
                return
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                # Its leases run out and its messages go to another.
                child.kill()
                child.wait()


def command_of(channel: str) -> list[str]:
    """What serves one queue; a platform may as well run it itself, on machines of its own."""
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "config.celery"),
        *("worker", "--queues", queue_of(channel), "--hostname", f"{channel}@%h"),
        *("--pool", "threads", "--concurrency", str(settings.SENDING_THREADS)),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    ]


def end_with_parent() -> None:
    """In a process that `serve` began: it doesn't outlive a worker that was killed."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return

    def watch() -> None:
        while str(os.getppid()) == parent:
            time.sleep(WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
