"""Events by the control API, sign-ins, months that end, and what is forgotten."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sandbox import clock
from sandbox.auth.browsers import name
from sandbox.control import making
from sandbox.events import keeping, months
from sandbox.events.models import Event, Mark
from sandbox.outbox.models import Message
from sandbox.outbox.receiving import receive
from sandbox.people.models import Person

pytestmark = pytest.mark.django_db

NOW = clock.now()


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    answer = client.generic(
        method, f"/control/{path}", json.dumps(body) if body else "", "application/json"
    )
    return answer.json() | {"status_": answer.status_code} if answer.status_code >= 400 else (
        answer.json()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "facts"),
    [
        ("transaction.completed", {"direction", "amount_minor", "counterparty_name", "actor"}),
        ("permission.granted", {"merchant_id", "merchant_name", "scope"}),
        ("statement.ready", {"account_name", "month"}),
        ("news.published", {"title", "url"}),
        ("session.started", {"browser", "acr"}),
    ],
)
def test_it_makes_up_what_could_be_so(
    client: Client, ada: Person, type_: str, facts: set[str]
) -> None:
    call(client, "POST", "events", {"sub": ada.sub, "type": type_})
    (event,) = call(client, "GET", f"events?sub={ada.sub}")
    assert event["type"] == type_
    assert event["data"]["object"] == type_.split(".", maxsplit=1)[0]
    assert facts <= set(event["data"])


def test_given_facts_win(client: Client, ada: Person) -> None:
    body = {
        "sub": ada.sub, "type": "transaction.failed", "id": "txn_mine", "version": 7,
        "occurred_at": "2026-10-25T00:30:00Z", "facts": {"amount_minor": 1, "currency": "JPY"},
    }  # fmt: skip
    call(client, "POST", "events", body)
    (event,) = call(client, "GET", "events?object_id=txn_mine")
    data = event["data"]
    assert (data["version"], data["amount_minor"], data["currency"]) == (7, 1, "JPY")
    assert event["timestamp"] == "2026-10-25T00:30:00.000Z"


def test_it_tells_of_a_real_transaction(client: Client, ada: Person) -> None:
    row = making.transaction(ada, {"amount_minor": 42, "currency": "EUR"}, NOW)
    body = {"sub": ada.sub, "type": "transaction.processing", "id": row.wire_id}
    call(client, "POST", "events", body)
    event = call(client, "GET", f"events?object_id={row.wire_id}")[0]
    assert (event["data"]["amount_minor"], event["data"]["version"]) == (42, row.version)


def test_many_are_many_objects(client: Client, ada: Person) -> None:
    body = {"sub": ada.sub, "type": "transaction.completed", "count": 1200}
    made = call(client, "POST", "events", body)
    assert len({one["object_id"] for one in made}) == 1200
    assert Event.objects.count() == 1200


@pytest.mark.parametrize(
    "body",
    [
        {"type": "news.published"},
        {"sub": "usr_nobody", "type": "news.published"},
        {"type": "NEWS", "sub": "ADA"},
        {"type": "news.published", "sub": "ADA", "count": 10**6},
        {"type": "news.published", "sub": "ADA", "facts": []},
        {"type": "news.published", "sub": "ADA", "occurred_at": "yesterday"},
        {"type": "news.published", "sub": "ADA", "id": ""},
        {"raw": ""},
        {"raw": 1},
    ],
)
def test_it_says_what_is_wrong(client: Client, ada: Person, body: dict[str, Any]) -> None:
    if body.get("sub") == "ADA":
        body = {**body, "sub": ada.sub}
    assert call(client, "POST", "events", body)["status_"] == 400
    assert not Event.objects.exists()


def test_one_can_be_posted_again(client: Client, ada: Person) -> None:
    (made,) = call(client, "POST", "events", {"sub": ada.sub, "type": "news.published"})
    assert call(client, "POST", f"events/{made['id']}/again")["status_"] == 409
    Event.objects.update(state=Event.State.GIVEN_UP, tries=8)
    call(client, "POST", f"events/{made['id']}/again")
    event = Event.objects.get()
    assert (event.state, event.tries) == (Event.State.WAITING, 0)
    assert call(client, "POST", "events/evt_nope/again")["status_"] == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"events": 0}, {"events": 10, "duplicates": 2}, {"events": 10, "poisons": ["x"]},
        {"events": 10, "subs": ["usr_nobody"]}, {"events": 10, "people": 0}, {"events": True},
    ],
)  # fmt: skip
def test_a_flood_says_what_is_wrong(client: Client, body: dict[str, Any]) -> None:
    assert call(client, "POST", "events/flood", body)["status_"] == 400
    assert not Event.objects.exists()


def test_a_flood_of_one_seed_is_one_flood(client: Client, ada: Person) -> None:
    body = {"events": 50, "subs": [ada.sub], "seed": 7, "poison": 0.1}
    first, second = (call(client, "POST", "events/flood", body) for _ in range(2))
    assert first["objects"] == second["objects"]
    assert len(first["poison"]) == 5
    assert sum(first["people"][ada.sub].values()) == 50


def test_a_flood_can_come_at_a_rate(client: Client, ada: Person) -> None:
    call(client, "POST", "events/flood", {"events": 100, "subs": [ada.sub], "per_second": 50})
    at = sorted(Event.objects.values_list("due_at", flat=True))
    assert timedelta(seconds=1.9) < at[-1] - at[0] < timedelta(seconds=2.1)


def test_browsers_are_told_by_name() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
    assert [name(firefox), name(edge), name("")] == [
        "Firefox on Linux", "Edge on Windows", "Another browser",
    ]  # fmt: skip


def test_a_month_that_ends_is_told_once(ada: Person) -> None:
    making.transaction(
        ada, {"amount_minor": 5, "currency": "EUR", "status": "completed"},
        datetime(2026, 10, 5, tzinfo=UTC),
    )  # fmt: skip
    making.account(ada, "GBP", NOW)
    Event.objects.all().delete()
    assert months.tell_ended(datetime(2026, 10, 31, 23, 59, tzinfo=UTC)) == 0
    assert months.tell_ended(datetime(2026, 11, 1, tzinfo=UTC)) == 1
    assert months.tell_ended(datetime(2026, 11, 2, tzinfo=UTC)) == 0
    event = Event.objects.get()
    data = json.loads(event.data)
    assert (event.type, event.version) == ("statement.ready", 202610)
    assert (data["month"], data["account_name"]) == ("2026-10", "EUR account")
    assert Mark.objects.get().statements_until == "2026-11"


def test_old_ones_are_forgotten_but_not_what_still_waits(client: Client, ada: Person) -> None:
    call(client, "POST", "events", {"sub": ada.sub, "type": "news.published", "count": 3})
    events = list(Event.objects.order_by("serial"))
    long_ago = NOW - timedelta(days=91)
    Event.objects.filter(pk=events[0].pk).update(occurred_at=long_ago, state="posted")
    Event.objects.filter(pk=events[1].pk).update(occurred_at=long_ago)
    receive(
        Message.Channel.MAIL, provider="smtp", recipient="a@x", key=None, content=b"", subject="Hi"
    )
    Message.objects.update(received_at=long_ago)
    keeping.forget_old(NOW)
    assert set(Event.objects.values_list("pk", flat=True)) == {events[1].pk, events[2].pk}
    assert not Message.objects.exists()


def test_it_lists_the_outbox_page_by_page(client: Client) -> None:
    for number in range(5):
        receive(
            Message.Channel.SMS, provider="one", recipient="+4915112345678", key=f"dlv_{number}",
            content=b"", text=f"Text {number}",
        )  # fmt: skip
    first = call(client, "GET", "outbox?limit=2")
    rest = call(client, "GET", f"outbox?limit=10&after={first[-1]['id']}&lean=1")
    assert [one["key"] for one in first + rest] == [f"dlv_{number}" for number in range(5)]
    assert "text" in first[0]
    assert "text" not in rest[0]
    assert len(call(client, "GET", "outbox?to=%2B4915112345678")) == 5
    assert len(call(client, "GET", "outbox?to=+4915112345678")) == 5
    assert call(client, "GET", "outbox?channel=mail") == []
    assert call(client, "GET", "outbox?channel=pigeon")["status_"] == 400
    assert call(client, "GET", "outbox?after=sms_1")["status_"] == 400
    assert call(client, "DELETE", "outbox?to=somebody@else.example")["messages"] == 5
    assert call(client, "DELETE", "outbox")["messages"] == 0


def test_it_lists_browsers(client: Client) -> None:
    made = call(client, "POST", "outbox/browsers", {"name": "Firefox on Linux"})
    assert set(made) == {"endpoint", "expirationTime", "keys"}
    (listed,) = call(client, "GET", "outbox/browsers")
    assert (listed["name"], listed["subscription"]) == ("Firefox on Linux", made)
    token = made["endpoint"].rpartition("/")[2]
    assert call(client, "DELETE", f"outbox/browsers/{token}") == {"gone": token}
    assert call(client, "DELETE", f"outbox/browsers/{token}")["status_"] == 404
    assert call(client, "POST", "outbox/browsers", {"name": "x" * 121})["status_"] == 400
