"""The services' record of what they answered is kept for 90 days."""

from datetime import timedelta

import pytest

from sandbox import clock
from sandbox.control import record
from sandbox.control.models import ServiceLog

pytestmark = pytest.mark.django_db


def test_what_is_old_is_forgotten_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "BATCH", 2)
    now = clock.real_now()
    day = timedelta(days=1)
    for age in (91, 200, 89, 92, 0):
        record.write("detail", sub=f"usr_{age}", at=now - age * day)
    assert [record.forget_old(now) for _ in range(3)] == [2, 1, 0]
    assert set(ServiceLog.objects.values_list("sub", flat=True)) == {"usr_89", "usr_0"}
