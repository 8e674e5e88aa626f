"""The operators' pages: who may see them, what they show of people, and driving again once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare import ids
from selfcare.events.models import Event, Refusal
from selfcare.notifications.models import AuditEntry, Delivery, Notification
from tests.notifications.happenings import HER
from tests.operations.dead import dead_letter, set_aside
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
PAGES = ("", "deliveries/", "events/", "refusals/", "audit/")
WHY = "The mail server is back"


def operator(subject: str = "usr_oscar", name: str = "Oscar Lindqvist") -> Client:
    one = Client()
    sign_in(one, subject, name, roles=("user", "operator"), email=f"{subject}@example.com")
    return one


@pytest.fixture
def oscar() -> Client:
    return operator()


def wanted_in(page: Any) -> str:
    (field,) = html.fromstring(page.text).cssselect("input[name=wanted]")
    return str(field.get("value"))


def choose(client: Client, kind: str, **form: Any) -> Any:
    return client.post(f"/operations/drives/{kind}/new/", form)


def drive(client: Client, kind: str, token: str, reason: str = WHY) -> Any:
    return client.post(
        f"/operations/drives/{kind}/", {"wanted": token, "reason": reason}, follow=True
    )


@pytest.mark.parametrize("path", PAGES)
def test_only_operators_get_in(path: str, oscar: Client) -> None:
    assert oscar.get(f"/operations/{path}").status_code == 200
    alice = Client()
    sign_in(alice, HER)
    assert alice.get(f"/operations/{path}").status_code == 403
    assert Client().get(f"/operations/{path}").status_code == 302


def test_nobody_else_drives_or_looks(oscar: Client) -> None:
    row, event = dead_letter(), set_aside()
    alice = Client()
    sign_in(alice, HER)
    assert choose(alice, "deliveries", id=row.public_id).status_code == 403
    token = wanted_in(choose(oscar, "deliveries", id=row.public_id))
    assert alice.post("/operations/drives/deliveries/", {"wanted": token}).status_code == 403
    for path in (f"deliveries/{row.public_id}/", f"events/{event.public_id}/"):
        assert alice.get(f"/operations/{path}").status_code == 403


def test_the_way_there_is_shown_to_operators_alone(oscar: Client) -> None:
    alice = Client()
    sign_in(alice, HER)
    assert 'href="/operations/"' in oscar.get("/devices/").text
    assert "/operations/" not in alice.get("/devices/").text


def test_it_tells_cause_and_tries_and_hides_whose_it_is(oscar: Client) -> None:
    row = dead_letter(counterparty_name="Wilhelmine Geheim", merchant_name="Wilhelmine Geheim")
    shown = oscar.get("/operations/deliveries/").text
    page = oscar.get(f"/operations/deliveries/{row.public_id}/").text
    for text in (shown, page):
        assert "No try of sixteen got through" in text
        assert "u•••@example.com" in text
        assert "usr_alice@example.com" not in text
    assert "451 busy" in page
    assert "Wilhelmine" not in page
    assert "text, 17 characters" in page
    assert "6490" not in page
    assert "a whole number" in page


def test_all_of_an_event_is_shown_for_a_reason_that_is_written_down(oscar: Client) -> None:
    event = set_aside(counterparty_name="Wilhelmine Geheim")
    path = f"/operations/events/{event.public_id}/"
    assert "Wilhelmine" not in oscar.get(path).text
    assert oscar.post(path, {"reason": ""}).status_code == 422
    assert AuditEntry.objects.count() == 0
    page = oscar.post(path, {"reason": "Case 4711 of the platform"})
    assert "Wilhelmine Geheim" in page.text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.name) == (
        "payload.read",
        event.public_id,
        "Oscar Lindqvist",
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 3),
        ("channel=sms", 1),
        ("reason=bounced", 1),
        ("type=transaction.failed", 1),
        ("who=usr_alice", 3),
        ("who=usr_nobody", 0),
        ("channel=email&reason=gave_up", 1),
    ],
)
def test_filters(oscar: Client, query: str, expected: int) -> None:
    dead_letter(object_id="txn_1")
    dead_letter(object_id="txn_2", channel="sms")
    dead_letter(object_id="txn_3", reason="bounced")
    Notification.objects.filter(object_id="txn_3").update(event_type="transaction.failed")
    page = html.fromstring(oscar.get(f"/operations/deliveries/?{query}").text)
    assert len(page.cssselect("input[name=id]")) == expected


def test_days_are_the_operators_own_and_nonsense_is_told(oscar: Client) -> None:
    dead_letter()
    today = timezone.now().date().isoformat()
    long_ago = "2020-01-01"
    assert 'name="id"' not in oscar.get(f"/operations/deliveries/?until={long_ago}").text
    page = oscar.get(f"/operations/deliveries/?begun={today}&until={today}")
    assert 'input type="checkbox" form="drive"' in page.text
    page = oscar.get("/operations/deliveries/?channel=pigeon&begun=yesterday&cursor=x")
    assert page.status_code == 400
    assert "makes no sense" in page.text


def test_one_is_driven_once_with_name_and_reason(oscar: Client) -> None:
    row = dead_letter()
    token = wanted_in(choose(oscar, "deliveries", id=row.public_id))
    assert Delivery.objects.get(pk=row.pk).state == "dead"
    assert "1 delivery goes out once more." in drive(oscar, "deliveries", token).text
    again = Delivery.objects.get(pk=row.pk)
    assert (again.state, again.tries) == ("waiting", 0)
    entry = AuditEntry.objects.get()
    assert (entry.name, entry.subject, entry.reason, entry.count) == (
        "Oscar Lindqvist",
        "usr_oscar",
        WHY,
        1,
    )
    assert "had been driven again before" in drive(oscar, "deliveries", token).text
    assert AuditEntry.objects.count() == 1


def test_a_form_that_was_sent_before_does_not_drive_what_died_again(oscar: Client) -> None:
    row = dead_letter()
    token = wanted_in(choose(oscar, "deliveries", id=row.public_id))
    drive(oscar, "deliveries", token)
    Delivery.objects.update(state="dead", changed_at=timezone.now())
    drive(oscar, "deliveries", token)
    assert Delivery.objects.get(pk=row.pk).state == "dead"
    assert AuditEntry.objects.count() == 1


def test_it_needs_a_reason(oscar: Client) -> None:
    row = dead_letter()
    token = wanted_in(choose(oscar, "deliveries", id=row.public_id))
    for reason in ("", "   ", "ok"):
        page = drive(oscar, "deliveries", token, reason)
        assert page.status_code == 422
        assert "Say why" in page.text
    assert Delivery.objects.get(pk=row.pk).state == "dead"


def test_by_filter_it_drives_what_fits_and_was_there_when_it_was_shown(oscar: Client) -> None:
    fits = [dead_letter(object_id=f"txn_{n}") for n in range(3)]
    other = dead_letter(object_id="txn_other", reason="bounced")
    page = choose(oscar, "deliveries", do="all", back="reason=gave_up")
    assert "Send 3 messages once more" in " ".join(page.text.split())
    late = dead_letter(object_id="txn_late")
    Delivery.objects.filter(pk=late.pk).update(changed_at=timezone.now() + timedelta(seconds=1))
    assert "3 deliveries go out" in drive(oscar, "deliveries", wanted_in(page)).text
    states = dict(Delivery.objects.filter(channel="email").values_list("pk", "state"))
    assert [states[row.pk] for row in fits] == ["waiting"] * 3
    assert (states[other.pk], states[late.pk]) == ("dead", "dead")


@pytest.mark.parametrize(
    "back",
    [
        "channel=pigeon",
        "begun=yesterday",
        "reason=gave_up&until=2026-13-01",
        f"x={'x' * 2000}&reason=bounced",
    ],
)
def test_it_never_takes_all_for_a_filter_that_it_does_not_understand(
    oscar: Client, back: str
) -> None:
    row = dead_letter()
    assert choose(oscar, "deliveries", do="all", back=back).status_code == 400
    assert Delivery.objects.get(pk=row.pk).state == "dead"


def test_events_are_matched_once_more(oscar: Client) -> None:
    event, other = set_aside(), set_aside("type: unknown", object_id="txn_2")
    page = oscar.get("/operations/events/?reason=minor")
    assert event.public_id in page.text
    assert other.public_id not in page.text
    token = wanted_in(choose(oscar, "events", id=event.public_id))
    assert "1 event is matched once more." in drive(oscar, "events", token).text
    assert Event.objects.get(pk=event.pk).state == "waiting"
    assert Event.objects.get(pk=other.pk).state == "set_aside"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.reason) == (
        "events.driven_again",
        event.public_id,
        WHY,
    )
    assert "Nothing was done" in drive(oscar, "events", token).text


def test_a_form_of_another_operator_or_a_changed_one_drives_nothing(oscar: Client) -> None:
    row = dead_letter()
    token = wanted_in(choose(oscar, "deliveries", id=row.public_id))
    olga = operator("usr_olga", "Olga Ferreira")
    for client, sent in ((olga, token), (oscar, token[:-3]), (oscar, ""), (oscar, "x" * 30_000)):
        assert "too old" in drive(client, "deliveries", sent).text
    assert (
        oscar.post("/operations/drives/events/", {"wanted": token, "reason": WHY}).status_code
        == 400
    )
    assert Delivery.objects.get(pk=row.pk).state == "dead"


def test_what_is_ticked_and_gone_is_told(oscar: Client) -> None:
    row, gone = dead_letter(), dead_letter(object_id="txn_gone")
    Delivery.objects.filter(pk=gone.pk).update(state="waiting")
    page = choose(oscar, "deliveries", id=[row.public_id, gone.public_id, "dlv_x"])
    assert "2 of those that you ticked" in " ".join(page.text.split())
    nothing = choose(oscar, "deliveries", id=gone.public_id)
    assert nothing["Location"] == "/operations/deliveries/"


def test_the_audit_and_the_refused_are_told(oscar: Client) -> None:
    Refusal.objects.create(source_id="evt_1", reason="conflicting", digest="f" * 64, body="{}")
    assert "Another event was taken under this id" in oscar.get("/operations/refusals/").text
    drive(oscar, "deliveries", wanted_in(choose(oscar, "deliveries", id=dead_letter().public_id)))
    page = oscar.get("/operations/audit/").text
    for words in ("Deliveries driven again", "Oscar Lindqvist", WHY):
        assert words in page


def test_what_was_refused_stands_beside_what_was_taken(oscar: Client) -> None:
    event = set_aside()
    body = '{"id": "x", "data": {"counterparty_name": "Wilhelmine Geheim", "currency": "EUR"}}'
    refusal = Refusal.objects.create(
        source_id=event.source_id, reason="conflicting", digest="f" * 64, body=body
    )
    path = f"/operations/refusals/{ids.encode('rfs', refusal.pk)}/"
    assert path in oscar.get("/operations/refusals/").text
    page = oscar.get(path).text
    assert f"/operations/events/{event.public_id}/" in page
    assert "text, 17 characters" in page
    assert "Wilhelmine" not in page
    assert "Wilhelmine" in oscar.post(path, {"reason": "Case 4711"}).text
    assert AuditEntry.objects.get().action == "payload.read"


def test_pages_follow_each_other(oscar: Client) -> None:
    for n in range(53):
        set_aside(object_id=f"txn_{n}")
    first = html.fromstring(oscar.get("/operations/events/?type=transaction.completed").text)
    (more,) = first.cssselect(".sheet-foot a")
    second = html.fromstring(oscar.get(more.get("href")).text)
    found = [
        field.get("value") for page in (first, second) for field in page.cssselect("[name=id]")
    ]
    assert len(found) == len(set(found)) == 53
    cursor = more.get("href").split("cursor=")[1]
    assert oscar.get(f"/operations/events/?cursor={cursor}").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_hundred_driven_twice_at_once_are_driven_once() -> None:
    for n in range(100):
        dead_letter(object_id=f"txn_{n}")
    clients = [operator(), operator("usr_olga", "Olga Ferreira")]
    tokens = [wanted_in(choose(one, "deliveries", do="all")) for one in clients]
    ready = threading.Barrier(2)

    def press(client: Client, token: str) -> None:
        try:
            ready.wait(10)
            drive(client, "deliveries", token)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=press, args=pair) for pair in zip(clients, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(AuditEntry.objects.values_list("count", flat=True)) == 100
    assert Delivery.objects.filter(state="dead").count() == 0
