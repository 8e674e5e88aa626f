"""The feed: in order, without a gap, and never past what is still being written."""

import json
import threading
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from django.db import connection, transaction
from django.test import Client

from sandbox import clock
from sandbox.events import sequence, telling
from sandbox.events.models import Event, Mark, compact
from sandbox.seeds import world
from sandbox.transactions import openapi
from tests.sandbox.running import TOKEN

pytestmark = pytest.mark.django_db(transaction=True)
NOW = clock.now()


def tell(number: int = 1, subject: str = "usr_1") -> None:
    telling.tell(
        "transaction.completed", subject=subject, kind="transaction", id_=f"txn_{number}",
        version=number, at=NOW, facts={"counterparty_name": "Café Ořech"},
    )  # fmt: skip


def feed(after: int = 0, **query: Any) -> Any:
    answer = Client().get(
        "/transaction-service/v1/events",
        {"after": str(after), **query},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def sequences(page: Any) -> list[int]:
    return [event["sequence"] for event in page["data"]]


def test_it_gives_pages_in_order() -> None:
    for number in range(1, 8):
        tell(number)
    first = feed(limit=3)
    assert (sequences(first), first["next_after"]) == ([1, 2, 3], 3)
    assert sequences(feed(first["next_after"])) == [4, 5, 6, 7]
    assert feed(7)["next_after"] == 7


def test_a_page_fits_its_contract_and_its_bytes_are_those_that_are_posted() -> None:
    tell()
    page = feed()
    document = openapi.document()
    schema = {"$ref": "#/components/schemas/EventPage", "components": document["components"]}
    assert not list(jsonschema_rs.validator_for(schema).iter_errors(page))
    assert compact(page["data"][0]).encode() == Event.objects.get().content()


@pytest.mark.parametrize(
    "query",
    [{"after": "-1"}, {"after": "x"}, {"limit": "0"}, {"limit": "501"}, {"after": "9" * 30}],
)
def test_it_refuses_what_is_no_place(query: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = Client().get("/transaction-service/v1/events", query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")


def test_it_is_for_the_service_only() -> None:
    assert Client().get("/transaction-service/v1/events").status_code == 401
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert Client().post("/transaction-service/v1/events", headers=headers).status_code == 405


def test_a_fault_can_be_on_it() -> None:
    Client().post(
        "/control/faults",
        json.dumps({"operation": "events", "mode": "refuse", "count": 1}),
        content_type="application/json",
    )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert Client().get("/transaction-service/v1/events", headers=headers).status_code == 503
    assert feed()["data"] == []


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def closing() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=closing)
    thread.start()
    return thread


def test_it_waits_for_what_began_earlier_and_commits_later() -> None:
    """On SQLite the later writer simply waits for the earlier one."""
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            tell(1)
            written.set()
            go_on.wait(20)

    thread = in_thread(slow)
    assert written.wait(10)
    if connection.vendor == "postgresql":
        tell(2)
        assert [event["data"]["id"] for event in feed()["data"]] == ["txn_2"]
        seen = feed()["next_after"]
    else:
        assert feed()["data"] == []
        seen = 0
    go_on.set()
    thread.join()
    later = feed(seen)
    assert [event["data"]["id"] for event in later["data"]] == ["txn_1"]
    assert sequences(later) == [seen + 1]


def test_who_follows_it_beside_many_writers_misses_nothing() -> None:
    writers, each = 4, 25
    stop = threading.Event()
    seen: list[tuple[int, str]] = []

    def write(writer: int) -> None:
        for number in range(each):
            with transaction.atomic():
                tell(number + 1, subject=f"usr_{writer}")
                tell(number + 1, subject=f"usr_{writer}_b")

    def follow() -> None:
        after = 0
        while True:
            over = stop.is_set()
            page = feed(after, limit=7)
            seen.extend((event["sequence"], event["data"]["subject"]) for event in page["data"])
            after = page["next_after"]
            if over and not page["data"]:
                return

    follower = in_thread(follow)
    threads = [in_thread(lambda writer=writer: write(writer)) for writer in range(writers)]
    for thread in threads:
        thread.join()
    stop.set()
    follower.join()
    assert [number for number, _ in seen] == list(range(1, 2 * writers * each + 1))
    for writer in range(writers):
        mine = Event.objects.filter(subject=f"usr_{writer}").order_by("sequence")
        assert [row.version for row in mine] == list(range(1, each + 1))


def test_numbers_go_on_after_a_reset() -> None:
    tell()
    assert sequences(feed()) == [1]
    world.empty()
    tell()
    assert sequences(feed()) == [2]


def test_several_may_number_at_once() -> None:
    for number in range(1, 41):
        tell(number)
    threads = [in_thread(sequence.number) for _ in range(4)]
    for thread in threads:
        thread.join()
    assert sorted(Event.objects.values_list("sequence", flat=True)) == list(range(1, 41))
    assert Mark.objects.get().last_sequence == 40
