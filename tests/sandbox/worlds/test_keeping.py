"""Ways forward are forgotten when they are old, but for the last ones of each world."""

from datetime import datetime, timedelta

import pytest

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.worlds import keeping
from sandbox.worlds.models import Advance, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def went(world: World, asked_at: datetime, *, done: bool = True) -> Advance:
    return Advance.objects.create(
        id=ids.uuid7(asked_at), world=world, begins=asked_at, reached=asked_at + DAY,
        until=asked_at + DAY, asked_at=asked_at, finished_at=asked_at if done else None,
    )  # fmt: skip


def test_old_ones_go_in_batches_but_for_the_last_of_each_world(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 3)
    now = clock.real_now()
    old = now - keeping.KEPT - DAY
    world = World.objects.create(merchant=merchant, ahead=DAY)
    other = Merchant.objects.create(public_id="mer_tea", name="Tea", legal_name="Tea Ltd")
    quiet = World.objects.create(merchant=other)
    gone = [went(world, old - DAY * number) for number in range(12, 5, -1)]
    kept = [went(world, old - DAY * number) for number in range(5, 0, -1)]
    kept += [went(world, now - DAY * number) for number in range(5, 0, -1)]
    kept += [went(quiet, old - DAY * number) for number in range(3)]
    assert len(gone) == 7
    assert [keeping.forget_old(now) for _ in range(4)] == [3, 3, 1, 0]
    assert set(Advance.objects.all()) == set(kept)


def test_what_is_young_or_under_way_stays_however_many_there_are(merchant: Merchant) -> None:
    now = clock.real_now()
    world = World.objects.create(merchant=merchant)
    went(world, now - keeping.KEPT - 10 * DAY, done=False)
    for number in range(20):
        went(world, now - DAY * number)
    assert keeping.forget_old(now) == 0
