"""The preferences as JSON: the same choices, the same version, the same refusals."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from selfcare.preferences import actions
from tests.support.sign_in import sign_in

ALICE = "usr_alice"
PATH = "/api/v1/preferences"


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    sign_in(client, ALICE)
    return client


def patch(client: Client, **change: Any) -> HttpResponse:
    answer: HttpResponse = client.patch(PATH, json.dumps(change), content_type="application/json")
    return answer


def test_it_tells_what_was_chosen_and_null_for_the_rest(client: Client) -> None:
    actions.save(subject=ALICE, version=0, changes={"language": "de", "rows": 50})
    told = client.get(PATH).json()
    assert (told["language"], told["rows"], told["version"]) == ("de", 50, 1)
    assert told["zone"] is None


def test_it_changes_what_is_given_and_leaves_the_rest(client: Client) -> None:
    assert patch(client, seen_version=0, zone="Asia/Tokyo", theme="dark").status_code == 200
    told = json.loads(patch(client, seen_version=1, zone=None, call_me=" Ali ").content)
    assert (told["zone"], told["theme"], told["call_me"], told["version"]) == (
        None, "dark", "Ali", 2,
    )  # fmt: skip


def test_it_refuses_to_save_over_what_was_not_seen(client: Client) -> None:
    patch(client, seen_version=0, theme="dark")
    answer = patch(client, seen_version=0, theme="light")
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["code"]) == (409, "version_conflict")
    assert (problem["current"]["theme"], problem["current"]["version"]) == ("dark", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("zone", "Mars/Base"),
        ("date_format", "%d"),
        ("theme", ""),
        ("rows", 26),
        ("rows", "50"),
        ("start_page", "nowhere"),
        ("call_me", "a\u202eb"),
        ("subject", "usr_bob"),
    ],
)
def test_it_refuses_what_is_no_choice(client: Client, name: str, value: object) -> None:
    answer = patch(client, seen_version=0, **{name: value})
    assert answer.status_code == 422
    assert name in json.dumps(json.loads(answer.content)["errors"])
    assert actions.of(ALICE).version == 0


def test_it_tells_nobody_who_is_not_signed_in(db: None) -> None:
    assert Client().get(PATH).status_code == 401
