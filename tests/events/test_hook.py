"""What the platform posts: taken once, whatever comes again; everything else refused, and why."""

import json
from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs

from selfcare.events.models import Event, Refusal
from tests.events.posted import PATH, body_of, post, signed, spelt

pytestmark = pytest.mark.django_db

OTHER_SECRET = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI="


def refused(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["detail"]
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_it_takes_a_signed_event(client: Client) -> None:
    body = body_of()
    answer = post(client, body)
    assert answer.status_code == 202
    assert "Set-Cookie" not in answer.headers
    event = Event.objects.get()
    assert (event.source, event.source_id, event.type) == ("platform", body["id"], body["type"])
    assert (event.subject, event.object_id, event.version) == ("usr_alice", body["data"]["id"], 1)
    assert event.data == body["data"]
    assert event.state == Event.State.WAITING


def test_it_writes_one_row_with_one_statement(
    client: Client,
    django_assert_num_queries: Any,
) -> None:
    body = body_of()
    # Inside the test's own transaction a savepoint and its release come on top.
    with django_assert_num_queries(3):
        assert post(client, body).status_code == 202


def test_it_takes_the_same_again_without_a_second_row(client: Client) -> None:
    body = body_of()
    assert [post(client, body).status_code for _ in range(3)] == [202] * 3
    assert Event.objects.count() == 1
    assert not Refusal.objects.exists()


def test_it_takes_a_retry_that_was_signed_anew_and_spelt_otherwise(client: Client) -> None:
    body = body_of()
    assert post(client, body, seconds_ago=30).status_code == 202
    content = json.dumps(dict(reversed(body.items())), indent=2).encode()
    assert post(client, body, content=content).status_code == 202
    assert Event.objects.count() == 1


def test_it_sets_another_body_under_a_known_id_aside_and_alarms(client: Client) -> None:
    body = body_of()
    post(client, body)
    other = {**body, "data": {**body["data"], "amount_minor": 1}}
    with capture_logs() as logs:
        for _ in range(2):
            refused(post(client, other), 409, "conflicting")
    alarms = [line for line in logs if line["event"] == "event.conflicting"]
    assert [line["log_level"] for line in alarms] == ["error", "error"]
    assert Event.objects.get().data["amount_minor"] == 6490
    refusal = Refusal.objects.get()
    assert (refusal.source_id, refusal.reason) == (body["id"], "conflicting")
    assert json.loads(refusal.body)["amount_minor"] == 1


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_it_refuses_what_lacks_a_header(client: Client, name: str) -> None:
    body = body_of()
    headers = signed(spelt(body), body["id"])
    del headers[name]
    refused(post(client, body, headers=headers), 401, "not_signed")
    assert not Event.objects.exists()
    assert not Refusal.objects.exists()


def test_it_refuses_what_is_not_signed_at_all(client: Client) -> None:
    with capture_logs() as logs:
        refused(post(client, body_of(), headers={}), 401, "not_signed")
    assert [line["reason"] for line in logs if line["event"] == "hook.refused"] == ["not_signed"]


def test_it_refuses_another_secret(client: Client) -> None:
    refused(post(client, body_of(), secret=OTHER_SECRET), 401, "bad_signature")
    assert not Event.objects.exists()
    assert not Refusal.objects.exists(), "nobody keeps strangers' bytes"


def test_it_takes_both_secrets_while_one_is_being_changed(client: Client, settings: Any) -> None:
    old = settings.HOOK_SECRETS[0]
    settings.HOOK_SECRETS = [OTHER_SECRET, old]
    assert post(client, body_of(), secret=old).status_code == 202
    assert post(client, body_of(), secret=OTHER_SECRET).status_code == 202
    settings.HOOK_SECRETS = [OTHER_SECRET]
    refused(post(client, body_of(), secret=old), 401, "bad_signature")


def test_it_takes_one_right_signature_among_others(client: Client) -> None:
    body = body_of()
    content = spelt(body)
    right = signed(content, body["id"])
    wrong = signed(content, body["id"], secret=OTHER_SECRET)["webhook-signature"]
    headers = {**right, "webhook-signature": f"v1a,xyz {wrong} {right['webhook-signature']}"}
    assert post(client, body, headers=headers).status_code == 202


def test_it_takes_nothing_without_a_secret(client: Client, settings: Any) -> None:
    body = body_of()
    headers = signed(spelt(body), body["id"])
    settings.HOOK_SECRETS = []
    refused(post(client, body, headers=headers), 401, "bad_signature")


@pytest.mark.parametrize(
    ("seconds_ago", "reason"), [(310, "too_old"), (86_400, "too_old"), (-310, "too_new")]
)
def test_it_refuses_what_was_signed_at_another_time_and_keeps_it(
    client: Client, seconds_ago: float, reason: str
) -> None:
    body = body_of()
    for _ in range(2):
        refused(post(client, body, seconds_ago=seconds_ago), 401, reason)
    assert not Event.objects.exists()
    kept = Refusal.objects.values_list("source_id", "reason").distinct()
    assert list(kept) == [(body["id"], reason)]
    assert json.loads(Refusal.objects.all()[0].body) == body


@pytest.mark.parametrize("seconds_ago", [290, -290])
def test_it_takes_what_is_within_five_minutes(client: Client, seconds_ago: float) -> None:
    assert post(client, body_of(), seconds_ago=seconds_ago).status_code == 202


def test_it_refuses_a_body_that_was_spelt_anew_after_signing(client: Client) -> None:
    body = body_of()
    headers = signed(spelt(body), body["id"])
    again = json.dumps(body).encode()
    refused(post(client, body, content=again, headers=headers), 401, "bad_signature")


def test_it_refuses_a_signature_under_another_id(client: Client) -> None:
    body = body_of()
    headers = {**signed(spelt(body), body["id"]), "webhook-id": "evt_another"}
    refused(post(client, body, headers=headers), 401, "bad_signature")


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "evt.with.stops"},
        {"webhook-id": "x" * 129},
        {"webhook-id": "evt ümläut"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "9" * 40},
    ],
)
def test_it_refuses_headers_that_nobody_can_read(client: Client, changed: dict[str, str]) -> None:
    body = body_of()
    headers = {**signed(spelt(body), body["id"]), **changed}
    refused(post(client, body, headers=headers), 400, "bad_headers")


@pytest.mark.parametrize("signature", ["v1", "v1,", ",", "v1,ä", "v2,abc", "v1,!!!", "x" * 5000])
def test_it_refuses_odd_signatures(client: Client, signature: str) -> None:
    body = body_of()
    headers = {**signed(spelt(body), body["id"]), "webhook-signature": signature}
    refused(post(client, body, headers=headers), 401, "bad_signature")


def test_it_refuses_a_body_that_is_too_large_unread(client: Client) -> None:
    body = body_of(data__note="x" * 65_536)
    refused(post(client, body), 413, "too_large")
    large = b"x" * 1_100_000
    refused(post(client, {}, content=large), 413, "too_large")
    assert not Event.objects.exists()


def test_it_takes_a_body_of_exactly_64_kib(client: Client) -> None:
    body = body_of()
    room = 65_536 - len(spelt(body_of(id=body["id"], data__note="")))
    content = spelt({**body, "data": {**body["data"], "note": "x" * room}})
    body = json.loads(content)
    padded = content + b" " * (65_536 - len(content))
    assert len(padded) == 65_536
    assert post(client, body, content=padded).status_code == 202


@pytest.mark.parametrize("number", ["1e999", "-1e400"])
def test_it_sets_a_number_aside_that_nobody_can_keep(client: Client, number: str) -> None:
    body = body_of()
    content = spelt(body).replace(b'"actor":"platform"', f'"actor":{number}'.encode())
    assert post(client, body, content=content).status_code == 202
    assert post(client, body, content=content).status_code == 202
    event = Event.objects.get()
    assert event.state == Event.State.SET_ASIDE
    assert event.reason.startswith("body: ")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_it_refuses_another_content_type(client: Client, kind: str) -> None:
    body = body_of()
    headers = signed(spelt(body), body["id"])
    answer = client.post(PATH, spelt(body), content_type=kind, headers=headers)
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_it_takes_posts_alone(client: Client, method: str) -> None:
    answer = getattr(client, method)(PATH)
    refused(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "POST"


def test_it_needs_no_csrf_token_and_reads_no_session() -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(client, body_of()).status_code == 202


def test_it_redirects_nobody(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert post(Client(), body_of()).status_code == 202
