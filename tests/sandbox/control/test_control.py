"""Adding people and transactions, codes, resetting: the levers that tests stand on."""

import subprocess
import sys

import pytest

from tests.sandbox.running import ROOT, Box, Platform


def test_a_new_person_has_what_was_asked_for(platform: Platform) -> None:
    body = {
        "email": "Nora@Example.com",
        "name": "Nora West",
        "roles": ["user", "operator"],
        "balances": [
            {"currency": "EUR", "amount_minor": 12_345},
            {"currency": "JPY", "amount_minor": 900},
        ],
    }
    made = platform.control("POST", "people", body)
    assert (made["email"], made["password"]) == ("nora@example.com", "sandbox")
    assert made["sub"].startswith("usr_")
    accounts = platform.get(f"{made['sub']}/accounts").json()["data"]
    assert [(a["currency"], a["balance_minor"]) for a in accounts] == [
        ("EUR", 12_345),
        ("JPY", 900),
    ]
    listed = {person["sub"]: person for person in platform.control("GET", "people")}
    assert listed[made["sub"]]["roles"] == ["user", "operator"]
    again = platform.session.post(f"{platform.url}/control/people", json=body)
    assert (again.status_code, again.json()["detail"]) == (400, "nora@example.com is taken")


def test_it_shows_the_code_of_this_moment(platform: Platform) -> None:
    shown = platform.control("GET", f"people/{platform.person()}/code")
    assert len(shown["code"]) == 6
    assert shown["code"].isdecimal()
    assert 0 < shown["seconds_left"] <= 30


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "gift"},
        {"status": "lost"},
        {"amount_minor": 0},
        {"amount_minor": 1.5},
        {"amount_minor": None},
        {"currency": "eur"},
        {"direction": "up"},
        {"counterparty_name": "a\0"},
        {"remittance_information": "x" * 501},
        {"fails_with": "no"},
        {"to_sub": "usr_nobody", "kind": "transfer"},
        {"expires_in_seconds": -1},
    ],
)
def test_it_refuses_transactions_that_make_no_sense(
    platform: Platform, facts: dict[str, object]
) -> None:
    sub = platform.person()
    answer = platform.session.post(
        f"{platform.url}/control/people/{sub}/transactions",
        json={"kind": "payment", "amount_minor": 100, "currency": "EUR", **facts},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert platform.get(f"{sub}/transactions").json()["data"] == []


def test_it_tells_the_log_since_an_instant(platform: Platform) -> None:
    sub = platform.person()
    platform.get(f"{sub}/accounts", headers={"X-Request-Id": "first"})
    told = platform.control("GET", f"log?sub={sub}")
    assert [(row["operation"], row["request_id"], row["status"]) for row in told] == [
        ("accounts", "first", 200)
    ]
    assert platform.control("GET", f"log?sub={sub}&since=2999-01-01T00:00:00Z") == []


def test_its_levers_are_in_unless_switched_on(running_box: Box) -> None:
    """The default is off: every lever answers as if it weren't there."""
    code = """
import django
django.setup()
from django.test import Client
for path in ("people", "faults", "log", "reset", "ledger"):
    assert Client(SERVER_NAME="localhost").get(f"/control/{path}").status_code == 404, path
    assert Client(SERVER_NAME="localhost").post(f"/control/{path}").status_code == 404, path
"""
    environment = {**running_box.environment}
    del environment["SANDBOX_CONTROL"]
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def test_reset_makes_the_world_new(platform: Platform) -> None:
    sub = platform.person()
    platform.control("POST", "reset", {"seed": 1})
    people = {person["email"]: person for person in platform.control("GET", "people")}
    assert len(people) == 5
    assert platform.get(f"{sub}/accounts").status_code == 404
    alice = people["alice@example.com"]["sub"]
    assert len(platform.get(f"{alice}/transactions").json()["data"]) == 25
    assert platform.control("GET", "ledger") == {"wrong": []}
