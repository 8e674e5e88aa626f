"""What waits in digests when a person changes their mind, or goes by another clock."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from selfcare.notifications.deciding import Choice
from selfcare.notifications.delivery import gathering
from selfcare.notifications.models import Delivery, Settings
from selfcare.notifications.settings import choosing
from selfcare.preferences import actions as preferences
from tests.notifications.happenings import HER, reachable, rule, told
from tests.notifications.post import state, the
from tools.children import wait_until

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture
def noon(db: None) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        reachable("email", "push")
        yield


def waits_in(kind: str, category: str = "money_out") -> Delivery:
    """A mail about this that waits in a digest."""
    rule(category, "email", kind)
    event = {"money_out": "transaction.completed", "failed": "transaction.failed"}[category]
    return the("email", told(event, object_id=f"txn_{category}"))


def save(mode: str, category: str = "money_out") -> None:
    plan = choosing.plan_of(HER)
    choosing.save(subject=HER, plan=plan.with_choices({(category, "email"): Choice(mode)}))


def digest_of(part: Delivery) -> Delivery:
    part.refresh_from_db()
    assert part.state == "in_digest"
    assert part.digest is not None
    return part.digest


# ── Another clock ───────────────────────────────────────────────────────────────────────────
def test_another_zone_moves_the_hour_of_what_waits(noon: None):
    part = waits_in("daily")
    assert digest_of(part).due_at.time() == time(18)
    preferences.save(subject=HER, version=0, changes={"zone": "Asia/Kathmandu"})
    assert digest_of(part).due_at.astimezone(ZoneInfo("Asia/Kathmandu")).time() == time(18)


def test_so_does_what_the_provider_tells_of_the_zone(noon: None):
    part = waits_in("weekly")
    preferences.remember(subject=HER, language="", zone="America/New_York")
    due = digest_of(part).due_at.astimezone(ZoneInfo("America/New_York"))
    assert (due.weekday(), due.time()) == (0, time(18))


def test_other_preferences_leave_what_waits_alone(noon: None):
    digest = digest_of(waits_in("daily"))
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        preferences.save(subject=HER, version=0, changes={"theme": "dark"})
    assert Delivery.objects.get(pk=digest.pk).changed_at == digest.changed_at


# ── Another mind ────────────────────────────────────────────────────────────────────────────
def test_what_is_told_at_once_by_now_does_not_wait_for_the_evening(noon: None):
    part, other = waits_in("daily"), waits_in("daily", "failed")
    save("at_once")
    assert digest_of(part).due_at == NOON
    assert digest_of(other).due_at.time() == time(18)
    assert state(part)[1] in {"chosen", "default"}


def test_what_is_told_weekly_by_now_waits_for_its_day(noon: None):
    part = waits_in("daily")
    save("weekly")
    digest = digest_of(part)
    assert (digest.digest_kind, digest.due_at.weekday()) == ("weekly", 0)
    assert state(part)[1] == "weekly"


def test_what_quiet_hours_hold_goes_into_the_digest_that_was_chosen(noon: None):
    Settings.objects.create(subject=HER, quiet_from=time(11), quiet_until=time(13))
    part = waits_in("at_once")
    assert digest_of(part).digest_kind == "quiet"
    save("daily")
    assert digest_of(part).digest_kind == "daily"


def test_a_digest_that_is_due_is_not_put_off(noon: None):
    part = waits_in("daily")
    Delivery.objects.filter(pk=digest_of(part).pk).update(due_at=NOON - timedelta(seconds=1))
    save("daily", "failed")
    assert digest_of(part).due_at < NOON


# ── Two at once ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_saving_and_matching_wait_for_each_other_in_no_ring():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets in one writer at a time")
    reachable("email", "push")
    later = timezone.now() + timedelta(days=1)

    def hold(channel: str) -> None:
        gathering.open_digest(subject=HER, channel=channel, kind="daily", due_at=later)

    # The older row is that of the channel which comes later.
    for channel in ("push", "email"):
        with transaction.atomic():
            hold(channel)
    failed: list[Exception] = []

    def save_settings() -> None:
        try:
            save("at_once", "failed")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    saving = threading.Thread(target=save_settings)
    with transaction.atomic():
        hold("email")
        saving.start()
        assert wait_until(_somebody_waits, seconds=20, every=0.05)
        hold("push")
    saving.join()
    assert not failed


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
