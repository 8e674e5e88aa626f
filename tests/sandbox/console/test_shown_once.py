"""What is shown once is kept sealed while a double click may come, and then not at all."""

from datetime import timedelta

import pytest

from sandbox import clock
from sandbox.console import writing
from sandbox.console.models import ShownOnce
from tests.sandbox.console.desk import Desk, new_key, shop_with_desk
from tests.sandbox.running import Box, Platform


@pytest.mark.django_db
def test_it_is_forgotten_when_its_time_is_over() -> None:
    now = clock.real_now()
    for key, until in (("over", now), ("fresh", now + timedelta(minutes=1))):
        ShownOnce.objects.create(key=key, sealed=b"", until=until)
    assert writing.forget_shown() == 1
    assert ShownOnce.objects.get().key == "fresh"


def test_later_the_same_write_is_told_without_it(running_box: Box, platform: Platform) -> None:
    desk: Desk = shop_with_desk(platform)[1]
    key, wish = new_key(), {"name": "Till", "scope": "write"}
    first = desk.post("/keys", wish, key=key).body
    assert first["secret"]
    running_box.execute("DELETE FROM console_shownonce")
    later = desk.post("/keys", wish, key=key).body
    assert later == {**first, "secret": None, "token": None}
