"""What is due is found the same way however many merchants' clocks are ahead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.webhooks import jobs
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent
from sandbox.webhooks.sending import Sender
from sandbox.worlds.models import World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def shop(name: str, *, ahead: timedelta | None = None, scripted: bool = False) -> Merchant:
    made = Merchant.objects.create(public_id=f"mer_{name}", name=name, legal_name=name)
    Endpoint.objects.create(
        id=ids.uuid7(clock.real_now()), merchant=made, url="https://shop.example/", types=["*"],
        secret=b"",
    )  # fmt: skip
    if ahead is not None:
        World.objects.create(merchant=made, ahead=ahead, scripted=scripted)
    return made


def waits(merchant: Merchant, by: timedelta) -> Delivery:
    """A delivery that is due so much later than now, in the merchant's own time."""
    now = clock.real_now()
    event = MerchantEvent.objects.create(
        id=ids.uuid7(now), merchant=merchant, type="payment.failed", object_id="pay_1",
        occurred_at=now, data="{}", sequence=merchant.merchantevent_set.count() + 1,
    )  # fmt: skip
    return Delivery.objects.create(
        id=ids.uuid7(now), merchant=merchant, endpoint=merchant.endpoints.get(), event=event,
        due_at=now + by, created_at=now,
    )  # fmt: skip


def test_neither_the_queries_nor_their_length_grow_with_the_worlds() -> None:
    waits(shop("here"), HOUR)
    now, sender = clock.real_now(), Sender()
    looks, rounds = [], []
    for count in (0, 1, 30):
        for number in range(count):
            waits(shop(f"ahead{count}_{number}", ahead=HOUR), 2 * HOUR)
            shop(f"scripted{count}_{number}", ahead=HOUR, scripted=True)
        with CaptureQueriesContext(connection) as looked:
            assert list(jobs.due(now)) == []
        looks.append([one["sql"] for one in looked])
        with CaptureQueriesContext(connection) as sent:
            assert sender.round(0) == 0
        rounds.append(len(sent))
    sender.finish(0)
    assert len(looks[0]) == 1
    assert looks[0] == looks[1] == looks[2]
    assert len(set(rounds)) == 1


def test_each_is_due_by_its_merchants_own_time() -> None:
    here, ahead, later = shop("here"), shop("ahead", ahead=2 * HOUR), shop("zero", ahead=0 * HOUR)
    scripted = shop("scripted", ahead=2 * HOUR, scripted=True)
    stands = shop("stands", ahead=0 * HOUR, scripted=True)
    for one in (here, ahead, later, scripted, stands):
        for by in (-HOUR, HOUR, 3 * HOUR):
            waits(one, by)
    found = jobs.due(clock.real_now()).order_by("due_at", "event_id")
    assert [(row.merchant.name, row.due_at > clock.real_now()) for row in found] == [
        ("here", False), ("ahead", False), ("zero", False), ("ahead", True),
    ]  # fmt: skip


def test_what_somebody_is_at_or_is_over_is_not_due() -> None:
    ahead = shop("ahead", ahead=2 * HOUR)
    held, free, done = (waits(ahead, HOUR) for _ in range(3))
    now = clock.real_now()
    Delivery.objects.filter(pk=held.pk).update(leased_until=now + HOUR)
    Delivery.objects.filter(pk=done.pk).update(state="delivered")
    assert [row.pk for row in jobs.due(now)] == [free.pk]
    assert {row.pk for row in jobs.due(now + HOUR)} == {held.pk, free.pk}
