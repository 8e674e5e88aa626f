"""The inbox as JSON: what it tells, what it refuses, and that marks are by explicit ids."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from selfcare.notifications.models import Notification
from tests.notifications.happenings import HER, told
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    one = Client(enforce_csrf_checks=True)
    sign_in(one, HER)
    return one


def mark(client: Client, body: dict[str, Any]) -> Any:
    token = client.get("/api/v1/me").json()["csrf_token"]
    return client.post(
        "/api/v1/notifications/marks",
        body,
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )


def test_it_tells_words_facts_and_ways(client: Client) -> None:
    until = (timezone.now() + timedelta(minutes=30)).isoformat()
    made = told("transaction.action_required", object_id="txn_asks", expires_at=until)
    assert made is not None
    (row,) = client.get("/api/v1/notifications").json()["data"]
    assert row["id"] == made.public_id
    assert row["title"].replace("\xa0", " ") == "Nordlicht Books asks you to confirm 64.90 EUR"
    assert row["facts"]["amount_minor"] == 6490
    assert (row["waiting"], row["read_at"]) == (True, None)
    assert row["url"] == "/transactions/txn_asks/"
    assert row["action_url"] == "/transactions/txn_asks/confirmations/new/"
    assert client.get(f"/api/v1/notifications/{made.public_id}").json() == row
    assert client.get("/api/v1/notifications/count").json() == {"unread": 1, "waiting": 1}


def test_it_marks_by_ids_and_again_changes_nothing(client: Client) -> None:
    mine, bobs = told(object_id="txn_1"), told(object_id="txn_2", subject="usr_bob")
    assert mine is not None
    assert bobs is not None
    body = {"ids": [mine.public_id, bobs.public_id, "ntf_nothing"], "read": True}
    assert mark(client, body).json() == {"ids": [mine.public_id], "unread": 0}
    read_at = Notification.objects.get(pk=mine.pk).read_at
    assert mark(client, body).json() == {"ids": [mine.public_id], "unread": 0}
    assert Notification.objects.get(pk=mine.pk).read_at == read_at
    assert Notification.objects.get(pk=bobs.pk).read_at is None
    assert mark(client, {**body, "read": False}).json()["unread"] == 1


def test_it_refuses_what_names_nothing(client: Client) -> None:
    for body in ({"ids": [], "read": True}, {"ids": ["../x"], "read": True}, {"ids": ["ntf_1"]}):
        answer = mark(client, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert client.get("/api/v1/notifications?category=junk").status_code == 422
    assert client.get("/api/v1/notifications/ntf_nothing").status_code == 404
    assert Client().get("/api/v1/notifications").status_code == 401


def test_it_needs_the_token_to_mark(client: Client) -> None:
    answer = client.post(
        "/api/v1/notifications/marks", {"ids": ["ntf_1"]}, content_type="application/json"
    )
    assert answer.status_code == 403
