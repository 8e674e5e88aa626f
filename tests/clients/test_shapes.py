"""What the services' answers may hold, at its edges."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from selfcare.clients import shapes

MOMENT = TypeAdapter(shapes.Moment)


@pytest.mark.parametrize(
    "told",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_always_and_never_can_be_shown_in_each_zone(told: str) -> None:
    moment: datetime = MOMENT.validate_json(f'"{told}"')
    assert moment.year in {1, 9999}
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Zurich"):
        moment.astimezone(ZoneInfo(zone))


def test_any_other_moment_stays_what_it_is() -> None:
    moment = MOMENT.validate_json('"2026-11-20T10:32:07.123+01:00"')
    assert moment.isoformat() == "2026-11-20T10:32:07.123000+01:00"


@pytest.mark.parametrize("odd", ["z", "zz", "a" * 81, "../x", ""])
def test_an_id_that_no_address_takes_is_refused(odd: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(shapes.TransactionId).validate_python(odd)
