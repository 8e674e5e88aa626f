"""The front page: who is here, their codes, the levers, the log; plain when the levers are in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import html5lib
import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from sandbox.auth.one_time_codes import current_code
from sandbox.cases import life
from sandbox.cases.models import Case
from sandbox.control import record
from sandbox.control.models import Fault, ServiceLog
from sandbox.people.models import Person
from sandbox.seeds import world
from sandbox.transactions.models import Transaction

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One world for all; what a test does to it is rolled back."""
    with django_db_blocker.unblock():
        world.seed(1, NOW)
        yield
        world.empty()
        connection.close()


@pytest.fixture
def seeded() -> Person:
    return Person.objects.get(email="alice@example.com")


def page(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    text = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert text.count("<h1") == 1
    assert not re.search(r"<style|style=|<script|\son[a-z]+=", text)
    return text


def test_it_shows_people_with_their_code_of_now(client: Client, seeded: Person) -> None:
    text = page(client)
    code, _ = current_code(seeded)
    assert f"{code[:3]} {code[3:]}" in text
    assert all(person.email in text for person in Person.objects.all())
    assert "no-store" in client.get("/")["Cache-Control"]


def test_it_shows_an_empty_world(client: Client) -> None:
    world.empty()
    assert "Nobody yet" in page(client)


def test_it_says_only_what_it_is_when_the_levers_are_in(
    client: Client, seeded: Person, settings: Settings
) -> None:
    settings.SANDBOX_CONTROL = "off"
    text = page(client)
    assert seeded.email not in text
    assert "<form" not in text
    for path in ("faults/", "faults/removals/", "advances/", "answers/", "resets/"):
        assert client.post(f"/levers/{path}", {"sure": "yes"}).status_code == 404
    assert Person.objects.exists()


def test_it_switches_a_fault_on_and_off(client: Client, seeded: Person) -> None:
    form = {"operation": "list", "mode": "latency", "ms": "1500", "person": seeded.email}
    answer = client.post("/levers/faults/", form)
    assert (answer.status_code, answer["Location"]) == (303, "/#levers")
    fault = Fault.objects.get()
    assert (fault.operation, fault.ms, fault.sub) == ("list", 1500, seeded.sub)
    assert "answers late, 1500 ms" in page(client)
    client.post("/levers/faults/removals/", {"fault": str(fault.pk)})
    assert not Fault.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"operation": "list", "mode": "nonsense"},
        {"operation": "list", "mode": "latency", "ms": "-1"},
        {"operation": "list", "mode": "latency", "ms": "9" * 5000},
        {"operation": "list", "mode": "latency", "ms": "²"},
        {"operation": "list", "mode": "error", "person": "nobody@example.com"},
        {"operation": "list", "mode": "error", "person": "\0"},
    ],
)
def test_it_tells_what_is_wrong_with_a_fault(client: Client, form: dict[str, str]) -> None:
    assert client.post("/levers/faults/", form).status_code == 303
    assert not Fault.objects.exists()
    assert 'data-state="failed"' in page(client)


def test_it_moves_a_transaction_on(client: Client, seeded: Person) -> None:
    row = seeded.transaction_set.filter(status="processing", direction="out").first()
    client.post("/levers/advances/", {"transaction": row.wire_id, "to": "completed"})
    row.refresh_from_db()
    assert row.status == "completed"
    text = page(client)
    assert f"{row.counterparty_name} is completed now." in text
    assert row.wire_id in text


@pytest.mark.parametrize("wire_id", ["", "txn_nope", "\0", "txn_" + "0" * 32, "x" * 10_000])
def test_it_knows_no_invented_transaction(client: Client, wire_id: str) -> None:
    client.post("/levers/advances/", {"transaction": wire_id, "to": "completed"})
    assert "There is no such transaction" in page(client)


def test_it_refuses_an_illegal_step(client: Client, seeded: Person) -> None:
    row = seeded.transaction_set.filter(status="completed").first()
    client.post("/levers/advances/", {"transaction": row.wire_id, "to": "created"})
    assert "has no such step" in page(client)
    assert Transaction.objects.get(pk=row.pk).status == "completed"


def test_it_resets_only_when_it_is_meant(client: Client, seeded: Person) -> None:
    client.post("/levers/resets/", {"seed": "2"})
    assert "Nothing was reset" in page(client)
    assert Person.objects.filter(sub=seeded.sub).exists()
    client.post("/levers/resets/", {"seed": "2", "sure": "yes"})
    assert "from seed number 2" in page(client)
    assert not Person.objects.filter(sub=seeded.sub).exists()


def test_it_shows_the_latest_of_the_log_first(client: Client) -> None:
    for number in range(60):
        record.write("cancel", effect=f"effect.{number:02d}")
    text = page(client)
    assert text.index("effect.59") < text.index("effect.10")
    assert "effect.09" not in text
    assert ServiceLog.objects.count() == 60


def test_it_takes_levers_by_post_and_with_a_token_only(seeded: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/levers/resets/").status_code == 405
    assert strict.post("/levers/resets/", {"seed": "2", "sure": "yes"}).status_code == 403
    assert Person.objects.filter(sub=seeded.sub).exists()


def opened(kind: str, seeded: Person) -> Case:
    row = seeded.transaction_set.filter(
        kind="payment", status="completed", refunded_minor=0, open_cases="", merchant__isnull=False
    ).latest("created_at")
    amount = None if kind == "inquiry" else row.amount_minor
    return life.opened(
        row, kind, at=NOW, reason="not_received", amount_minor=amount, message="Never came."
    )


def test_its_desk_answers_for_the_shop(client: Client, seeded: Person) -> None:
    case = opened("refund_request", seeded)
    text = page(client)
    assert "Never came." in text
    form = {"case": case.wire_id, "answer": "partly", "amount": "1,00", "text": "A part."}
    answer = client.post("/levers/answers/", form)
    assert (answer.status_code, answer["Location"]) == (303, "/#desk")
    case.refresh_from_db()
    assert (case.state, case.granted_minor) == ("partly_accepted", 100)
    assert "partly accepted" in page(client)


def test_its_desk_writes_and_contests(client: Client, seeded: Person) -> None:
    case = opened("dispute", seeded)
    client.post("/levers/answers/", {"case": case.wire_id, "answer": "message", "text": "Hello"})
    client.post("/levers/answers/", {"case": case.wire_id, "answer": "contest", "text": "Signed."})
    case.refresh_from_db()
    assert case.state == "needs_user"
    assert "Waiting for Alice" in page(client)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"case": "rfr_nonsense", "answer": "accept"},
        {"answer": "contest"},
        {"answer": "partly"},
        {"answer": "partly", "amount": "NaN"},
        {"answer": "partly", "amount": "9" * 4000},
        {"answer": "partly", "amount": "0.001"},
        {"answer": "partly", "amount": "-1"},
        {"answer": "message"},
        {"answer": "message", "text": "a\0"},
    ],
)
def test_its_desk_says_what_is_wrong(client: Client, seeded: Person, form: dict[str, str]) -> None:
    case = opened("refund_request", seeded)
    client.post("/levers/answers/", {"case": case.wire_id, **form})
    case.refresh_from_db()
    assert case.version == 1
    assert 'data-state="failed"' in page(client)
