"""What the tests of sending share: due deliveries go out, and what arrived is looked at."""

import threading
from collections.abc import Callable
from typing import Any

from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.tasks import running
from tests.notifications import happenings
from tests.support.control import Control
from tools.children import wait_until

HERS = f"{happenings.HER}@example.com"
PHONE = "+4915112345678"
CHANNELS = ("email", "sms", "push")


def send(*channels: str) -> None:
    """What is due goes out; back when nothing is on its way any more."""
    for channel in channels or CHANNELS:
        running.run(channel, threading.Event())


def make_due() -> None:
    """As if the pauses of all that waits were over."""
    from django.utils import timezone

    Delivery.objects.filter(state="waiting").update(due_at=timezone.now(), lease_holder="")


def the(channel: str, notification: Notification | None) -> Delivery:
    assert notification is not None
    return notification.deliveries.get(channel=channel)


def tries(delivery: Delivery) -> list[tuple[str, str]]:
    """What came of each try, and how it is told."""
    return list(delivery.attempts.order_by("pk").values_list("outcome", "detail"))


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason


def add_browser(control: Control, subject: str = happenings.HER) -> Address:
    """A browser of the box as a verified address."""
    from django.utils import timezone

    from selfcare.notifications.channels import push

    told = control.add_browser(server_key=push.public_key())
    return Address.objects.create(
        subject=subject,
        channel="push",
        value=told["endpoint"],
        keys=told["keys"],
        state=Address.State.ACTIVE,
        is_primary=not Address.objects.filter(subject=subject, channel="push").exists(),
        verified_at=timezone.now(),
    )


def arrived(control: Control, to: str, count: int, *, seconds: float = 120) -> list[dict[str, Any]]:
    """Waits until so many are there, and gives them."""
    wait_until(lambda: len(control.outbox(to)) >= count, seconds=seconds, every=0.1)
    return control.outbox(to)


def eventually(check: Callable[[], bool], seconds: float = 120) -> bool:
    return wait_until(check, seconds=seconds, every=0.1)
