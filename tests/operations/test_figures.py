"""Figures of tries, waits and providers: by hour and channel, and right."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare.events.models import Event
from selfcare.notifications.models import Attempt, Delivery
from selfcare.operations import figures, masking
from tests.notifications.happenings import taken
from tests.operations.dead import dead_letter
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_counted_before() -> None:
    cache.clear()


def tries(delivery: Delivery, at: datetime, *outcomes: str, provider: str = "smtp") -> None:
    for n, outcome in enumerate(outcomes):
        Attempt.objects.create(
            delivery=delivery,
            channel=delivery.channel,
            provider=provider,
            outcome=outcome,
            detail="451 busy" if outcome == "later" else "",
            milliseconds=100 * (n + 1),
            at=at + timedelta(seconds=n),
        )


def test_it_counts_tries_by_channel_and_hour() -> None:
    row = dead_letter()
    Attempt.objects.all().delete()
    tries(row, NOW - timedelta(minutes=10), "sent", "sent", "refused")
    tries(row, NOW - timedelta(hours=3), "later")
    tries(row, NOW - timedelta(hours=24), "sent")
    email, sms, _push = figures.by_channel(NOW)
    assert [hour.total for hour in email.hours if hour.total] == [1, 3]
    assert email.hours[-1].at == NOW.replace(minute=0)
    assert (email.hours[-1].sent, email.hours[-1].refused, email.dead) == (2, 1, 1)
    assert (sms.total, len(sms.hours)) == (0, 24)


def test_it_knows_how_long_events_waited() -> None:
    now = timezone.now()
    for n in range(1, 101):
        event = taken(object_id=f"txn_{n}")
        Event.objects.filter(pk=event.pk).update(
            state="matched", received_at=now, matched_at=now + timedelta(seconds=n)
        )
    oldest = taken(object_id="txn_waiting")
    Event.objects.filter(pk=oldest.pk).update(received_at=now - timedelta(minutes=7))
    told = figures.waits()
    assert (told.count, told.waiting) == (100, 1)
    assert told.median == pytest.approx(50.5)
    assert told.p95 == pytest.approx(95.05)
    assert told.oldest == now - timedelta(minutes=7)


def test_without_events_it_knows_nothing() -> None:
    told = figures.waits()
    assert (told.count, told.median, told.p95, told.oldest) == (0, None, None, None)


def test_a_provider_is_down_after_five_tries_without_an_answer() -> None:
    row = dead_letter()
    Attempt.objects.all().delete()
    tries(row, timezone.now() - timedelta(minutes=9), "sent", "sent")
    tries(row, timezone.now() - timedelta(minutes=5), *["later"] * 5, provider="one")
    tries(row, timezone.now() - timedelta(minutes=4), *["refused"] * 5, provider="two")
    found = {one.name: one for one in figures.providers()}
    assert {name: one.is_down for name, one in found.items()} == {
        "smtp": False,
        "one": True,
        "two": False,
    }
    assert (found["smtp"].typical, found["one"].last_trouble) == (150, "451 busy")


def test_the_picture_and_its_table_say_the_same() -> None:
    row = dead_letter()
    Attempt.objects.all().delete()
    tries(row, timezone.now(), "sent", "later", "refused")
    client = Client()
    sign_in(client, "usr_oscar", "Oscar Lindqvist", roles=("operator",))
    page = html.fromstring(client.get("/operations/").text)
    (picture,) = [one for one in page.cssselect("svg.hours") if "E-mail" in one.get("aria-label")]
    assert "1 of 3" in picture.get("aria-label")
    assert len(picture.cssselect("rect:not(.flow-axis)")) == 3
    last = page.cssselect(".ops-channel table")[0].cssselect("tbody tr")[-1]
    assert [cell.text_content() for cell in last.cssselect("td")] == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("channel", "value", "shown"),
    [
        ("email", "alice@example.com", "a•••@example.com"),
        ("email", "broken", "•••"),
        ("sms", "+4915112345678", "+49•••78"),
        ("sms", "+1", "•••"),
        ("push", "https://push.example/secret/token", "push.example"),
        ("push", "http://[", "•••"),
    ],
)
def test_addresses_are_masked(channel: str, value: str, shown: str) -> None:
    assert masking.address(channel, value) == shown


def test_what_looks_like_no_code_is_told_by_its_shape() -> None:
    told = {
        one.name: (one.words, one.is_hidden)
        for one in masking.facts(
            {
                "currency": "EUR",
                "status": "Alice Marlow, Berlin",
                "amount_minor": "64,90",
                "counterparty_name": None,
                "title": {"en": "x"},
                "version": 3,
                "ratio": 1.5,
            }
        )
    }
    assert told["currency"] == ("EUR", False)
    assert told["status"] == ("text, 20 characters", True)
    assert told["amount_minor"] == ("text, 5 characters", True)
    assert told["counterparty_name"] == ("nothing", False)
    assert told["title"] == ("object of 1 fact", True)
    assert told["version"] == ("3", False)
    assert told["ratio"] == ("a number with a fraction", True)


@pytest.mark.parametrize(
    "data", [None, [], "text", {"a" * 200: "b"}, {str(n): n for n in range(99)}]
)
def test_any_payload_can_be_shown(data: object) -> None:
    assert masking.facts(data)
    assert masking.everything(data)


@pytest.mark.parametrize("body", ["", "{", "[" * 60_000, '"text"', "[1, 2]"])
def test_any_body_can_be_shown(body: str) -> None:
    assert masking.facts(masking.read(body))
