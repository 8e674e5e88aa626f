"""Notifications go when their time is over, with all that hangs on them, and nothing else does."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from selfcare.events.forgetting import months_before
from selfcare.notifications import keeping
from selfcare.notifications.models import Attempt, Delivery, Notification
from tests.notifications.happenings import HER, reachable, told

pytestmark = pytest.mark.django_db


def test_it_removes_what_is_too_old_with_deliveries_and_attempts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    reachable("email")
    rows = [told(object_id=f"txn_{n}") for n in range(6)]
    for delivery in Delivery.objects.all():
        Attempt.objects.create(delivery=delivery, channel=delivery.channel, outcome="sent")
    old = timezone.now() - timedelta(days=370)
    aged = [row.pk for row in rows[:5] if row]
    Notification.objects.filter(pk__in=aged).update(created_at=old)
    assert keeping.sweep(threading.Event()) == 5
    assert [row.pk for row in Notification.objects.all()] == [rows[5].pk] if rows[5] else False
    assert Delivery.objects.count() == 4
    assert Attempt.objects.count() == 4
    assert keeping.sweep(threading.Event()) == 0


def test_a_digest_goes_by_its_own_age_unless_it_still_waits() -> None:
    old = timezone.now() - timedelta(days=370)
    for state in ("sent", "waiting"):
        Delivery.objects.create(
            subject=HER, channel="email", digest_kind="daily", state=state, created_at=old
        )
    assert keeping.sweep(threading.Event()) == 1
    assert Delivery.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), datetime(2025, 11, 21, 9, 30, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_year_ago_is_the_same_day(now: datetime, since: datetime) -> None:
    assert months_before(now, 12) == since
