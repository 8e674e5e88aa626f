"""A person's addresses: added and verified by a code, limited, theirs alone, switched off."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from selfcare.events.models import Event
from selfcare.notifications.addresses import actions, book
from selfcare.notifications.channels import push
from selfcare.notifications.models import Address
from tests.notifications import happenings
from tests.notifications.addresses import (
    HER,
    HIM,
    LIST,
    add,
    address,
    code_in,
    given,
    verify,
    wrong,
)
from tests.notifications.post import the
from tests.support.control import Control
from tests.support.servers import Server
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


# ── Adding and verifying ────────────────────────────────────────────────────────────────────
def test_it_knows_the_address_that_she_signs_in_with(her: Client):
    page = her.get(LIST)
    assert "alice@example.com" in page.content.decode()
    one = Address.objects.get(subject=HER)
    assert (one.from_provider, one.state, one.is_primary) == (True, "active", True)


def test_it_follows_the_provider_to_a_new_address(her: Client):
    sign_in(her, HER, email="alice@new.example")
    assert the("email", happenings.told()).address.value == "alice@new.example"
    new = Address.objects.get(subject=HER, value="alice@new.example")
    assert (new.from_provider, new.is_primary) == (True, True)
    old = Address.objects.get(subject=HER, value="alice@example.com")
    assert (old.from_provider, old.is_primary, old.state) == (False, False, "active")


def test_it_takes_no_address_that_the_provider_has_not_verified(client: Client):
    sign_in(client, HER, email_verified=False)
    client.get(LIST)
    assert not Address.objects.exists()


def test_it_tells_somebody_who_only_ever_signed_in(client: Client):
    sign_in(client, HER)
    delivery = the("email", happenings.told())
    assert delivery.state == "waiting"
    assert delivery.address.value == "alice@example.com"


def test_it_adds_once_by_two_clicks(her: Client, control: Control):
    control.empty_outbox()
    first, second = (add(her, "sms", "+4915112345678") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert len(control.outbox("+4915112345678")) == 1


def test_it_verifies_a_mail_address_by_its_code(her: Client, post_office: Server, control: Control):
    answer = add(her, "email", "Alice@Other.Example")
    one = address("email")
    assert (answer.status_code, answer["Location"]) == (303, f"{LIST}{one.public_id}/")
    assert one.value == "Alice@other.example"
    assert one.state == "pending"
    (mail,) = control.outbox("alice@other.example")
    code = code_in(mail["text"])
    # Whoever reads the table learns no code.
    assert code not in json.dumps({f.name: str(getattr(one, f.name)) for f in one._meta.fields})
    assert "List-Unsubscribe" not in dict(mail["headers"])
    assert verify(her, one, f" {code[:3]} {code[3:]} ").status_code == 303
    one.refresh_from_db()
    assert (one.state, one.code_hash) == ("active", "")
    assert Event.objects.get(type="security.address_added").subject == HER


def test_it_verifies_a_phone_by_its_code(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+49 151 12345678")
    one = address("sms")
    assert one.value == "+4915112345678"
    (text,) = control.outbox("+4915112345678")
    verify(her, one, code_in(text["text"]))
    one.refresh_from_db()
    assert (one.state, one.is_primary) == ("active", True)


def test_it_verifies_a_browser_by_what_pops_up_in_it(her: Client, control: Control):
    control.empty_outbox()
    told = control.add_browser(server_key=push.public_key())
    add(her, "push", json.dumps(told))
    one = address("push")
    (shown,) = control.outbox(told["endpoint"].rsplit("/", 1)[1])
    verify(her, one, code_in(shown["subject"]))
    one.refresh_from_db()
    assert one.state == "active"
    assert one.keys["vapid"] == push.key_print()


def test_it_renews_a_browser_that_was_made_for_a_former_key(her: Client, control: Control):
    told = control.add_browser(server_key=push.public_key())
    one = given("push", told["endpoint"], keys={**told["keys"], "vapid": "0" * 16})
    book.switch_off(address=one, reason="gone")
    assert add(her, "push", json.dumps(told)).status_code == 303
    one.refresh_from_db()
    assert one.keys["vapid"] == push.key_print()


def test_it_takes_a_code_once_from_two_tabs(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+4915112345678")
    one = address("sms")
    code = code_in(control.outbox(one.value)[0]["text"])
    assert verify(her, one, code).status_code == 303
    assert verify(her, one, code).status_code == 409
    assert Event.objects.filter(type="security.address_added").count() == 1


def test_it_takes_the_newest_code_alone(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+4915112345678")
    one = address("sms")
    first = code_in(control.outbox(one.value)[0]["text"])
    Address.objects.filter(pk=one.pk).update(code_sent_at=None)
    assert her.post(f"{LIST}{one.public_id}/codes/").status_code == 303
    texts = {code_in(text["text"]) for text in control.outbox(one.value)}
    assert len(texts) == 2
    assert verify(her, one, first).status_code == 422
    (second,) = texts - {first}
    assert verify(her, one, second).status_code == 303


def test_it_sends_no_code_where_there_is_nothing_to_prove(her: Client, control: Control):
    one = given(value="proved@other.example")
    assert her.post(f"{LIST}{one.public_id}/codes/").status_code == 409
    path = f"/api/v1/addresses/{one.public_id}/codes"
    assert her.post(path, content_type="application/json").status_code == 409
    assert control.outbox("proved@other.example") == []


@pytest.mark.parametrize(
    ("channel", "name"), [("email", "SMTP_URL"), ("sms", "SMS_URLS"), ("push", "VAPID_PRIVATE_KEY")]
)
def test_it_sends_no_code_on_a_channel_that_is_off(
    her: Client, settings: Any, channel: str, name: str
):
    one = given(channel, "https://push.example/1" if channel == "push" else "+4915112345678")
    Address.objects.filter(pk=one.pk).update(state=Address.State.PENDING)
    setattr(settings, name, type(getattr(settings, name))())
    answer = her.post(f"{LIST}{one.public_id}/codes/")
    assert answer.status_code == 409
    assert "sends nothing this way here" in answer.content.decode()


def test_it_says_when_a_code_could_not_be_sent(her: Client, control: Control):
    control.fault("sms_one", "error", status=503)
    control.fault("sms_two", "error", status=503)
    answer = add(her, "sms", "+4915112345678")
    assert answer.status_code == 503
    assert "couldn’t send the code" in answer.content.decode()


def test_it_says_when_nobody_takes_it_there(her: Client, control: Control):
    control.fault("sms_one", "invalid")
    answer = add(her, "sms", "+4915112345678")
    assert answer.status_code == 422
    assert "nobody takes it there" in answer.content.decode()


# ── What is no address ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("channel", "value"),
    [
        ("email", "alice"),
        ("email", "alice@localhost"),
        ("email", "alice@[127.0.0.1]"),
        ("email", '"a b"@example.com'),
        ("email", "alice@example.com\r\nBcc: bob@example.com"),
        ("email", "alice@example.com,bob@example.com"),
        ("email", "a" * 300 + "@example.com"),
        ("email", "=?utf-8?q?alice?=@example.com"),
        ("email", "=?utf-8?q?a=0d=0aBcc:x?=@example.com"),
        ("sms", "0151 12345678"),
        ("sms", "+49 1"),
        ("sms", "+4915112345678;ext=5"),
        ("sms", "+49 30 1234567"),
        ("sms", "+49 900 1234567"),
        ("push", "hello"),
        ("push", "[" * 3000),
        ("push", '{"endpoint": "https://push.example/1"}'),
    ],
)
def test_it_refuses_what_is_no_address(her: Client, channel: str, value: str):
    answer = add(her, channel, value)
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert not Address.objects.filter(from_provider=False).exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://somebody.localhost/x",
        "https://10.0.0.8:8443/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[fec0::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://127.1/x",
        "http://93.184.216.34/x",
        "https://93.184.216.34:22/x",
        "https://name:password@93.184.216.34/x",
        "ftp://93.184.216.34/x",
        "file:///etc/passwd",
    ],
)
def test_it_takes_no_subscription_that_leads_inside(her: Client, control: Control, endpoint: str):
    told = {**control.add_browser(), "endpoint": endpoint}
    answer = add(her, "push", json.dumps(told))
    assert answer.status_code == 422
    assert not Address.objects.filter(channel="push").exists()


def test_it_keeps_ten_of_a_kind(her: Client):
    for number in range(10):
        given("sms", f"+4915112345{number:03}")
    answer = add(her, "sms", "+4915112345678")
    assert answer.status_code == 409
    assert "ten of this kind" in answer.content.decode()


def test_it_refuses_one_that_works_already(her: Client):
    given("email", "alice@other.example")
    assert add(her, "email", "ALICE@other.example").status_code == 409


# ── Naming, choosing, removing ──────────────────────────────────────────────────────────────
def test_it_keeps_names_harmless(her: Client):
    one = given()
    name = "w{{ 7|add:7 }}<b>o</b>\u202e\x00rk"
    her.post(f"{LIST}{one.public_id}/", {"name": name.replace("\x00", "")})
    one.refresh_from_db()
    assert one.name == "w{{ 7|add:7 }}<b>o</b>rk"
    page = her.get(LIST).content.decode()
    assert "w{{ 7|add:7 }}&lt;b&gt;o&lt;/b&gt;rk" in page


def test_it_has_one_primary(her: Client):
    her.get(LIST)
    one = given()
    assert her.post(f"{LIST}{one.public_id}/primary/").status_code == 303
    assert Address.objects.get(subject=HER, is_primary=True) == one


def test_it_has_one_primary_whoever_chooses_at_once(her: Client):
    known = [given(value=f"alice{n}@other.example") for n in range(6)]

    def choose(one: Address) -> None:
        try:
            for _ in range(5):
                actions.choose_primary(address=one)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(choose, one) for one in known]:
            done.result()
    assert Address.objects.filter(subject=HER, channel="email", is_primary=True).count() == 1


def test_it_makes_no_unverified_address_the_primary(her: Client):
    one = given(state=Address.State.PENDING)
    assert her.post(f"{LIST}{one.public_id}/primary/").status_code == 409


def test_it_removes_and_chooses_another_primary(her: Client):
    her.get(LIST)
    one = given()
    her.post(f"{LIST}{one.public_id}/primary/")
    assert her.get(f"{LIST}{one.public_id}/removals/new/").status_code == 200
    assert her.post(f"{LIST}{one.public_id}/removals/new/").status_code == 303
    left = Address.objects.get(subject=HER)
    assert (left.from_provider, left.is_primary) == (True, True)
    assert Event.objects.get(type="security.address_removed").data["channel"] == "email"


def test_it_keeps_the_address_that_she_signs_in_with(her: Client):
    her.get(LIST)
    one = Address.objects.get(subject=HER)
    answer = her.post(f"{LIST}{one.public_id}/removals/new/")
    assert answer.status_code == 409
    assert Address.objects.filter(pk=one.pk).exists()


def test_it_switches_off_once_and_tells_of_it(her: Client):
    her.get(LIST)
    one = given(is_primary=False, name="old phone")
    Address.objects.filter(subject=HER).exclude(pk=one.pk).update(is_primary=False)
    book.make_primary(HER, "email", one.pk)
    assert book.switch_off(address=one, reason="bounced")
    assert not book.switch_off(address=one, reason="bounced")
    (event,) = Event.objects.filter(type="security.address_off")
    assert event.data["name"] == "old phone"
    assert one.value not in json.dumps(event.data)
    assert Address.objects.get(subject=HER, is_primary=True).from_provider
    assert "mails came back" in her.get(LIST).content.decode()


def test_it_checks_one_anew_that_was_switched_off(her: Client, control: Control):
    control.empty_outbox()
    one = given("sms", "+4915112345678", state=Address.State.OFF, off_reason="unreachable")
    her.post(f"{LIST}{one.public_id}/codes/")
    one.refresh_from_db()
    assert one.state == "off"
    verify(her, one, code_in(control.outbox(one.value)[0]["text"]))
    one.refresh_from_db()
    assert (one.state, one.off_reason) == ("active", "")
    assert not Event.objects.filter(type="security.address_added").exists()


# ── Another person's ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["", "verifications/", "codes/", "primary/", "removals/new/"])
def test_it_shows_nobody_anothers_address(client: Client, path: str):
    one = given()
    sign_in(client, HIM, "Bob Ferreira", email="bob@example.com")
    answer = client.post(f"{LIST}{one.public_id}/{path}", {"code": "123456", "name": "mine"})
    assert answer.status_code == 404
    assert client.get(f"{LIST}{one.public_id}/").status_code == 404
    one.refresh_from_db()
    assert one.name == ""


def test_it_tells_anothers_from_none_by_nothing(client: Client):
    one = given()
    sign_in(client, HIM, "Bob Ferreira", email="bob@example.com")
    theirs = client.get(f"{LIST}{one.public_id}/")
    nobodys = client.get(f"{LIST}adr_{'0' * 32}/")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)


# ── JSON ────────────────────────────────────────────────────────────────────────────────────
def test_it_does_the_same_by_json(her: Client, control: Control):
    control.empty_outbox()
    body = {"channel": "sms", "value": "+49 151 12345678", "name": "mine"}
    made = her.post("/api/v1/addresses", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["state"] == "pending"
    at = f"/api/v1/addresses/{made.json()['id']}"
    code = code_in(control.outbox("+4915112345678")[0]["text"])
    refused = her.post(
        f"{at}/verifications", {"code": wrong(code)}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "code_wrong")
    done = her.post(f"{at}/verifications", {"code": code}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "active")
    named = her.patch(at, {"name": "work"}, content_type="application/json")
    assert named.json()["name"] == "work"
    told = her.get("/api/v1/addresses").json()["data"]
    assert [(one["channel"], one["name"]) for one in told] == [("email", ""), ("sms", "work")]
    assert her.delete(at).status_code == 204
    assert her.delete(at).status_code == 404


def test_it_tells_no_endpoint_of_a_browser(her: Client, control: Control):
    told = control.add_browser(server_key=push.public_key())
    body = {"channel": "push", "subscription": told}
    made = her.post("/api/v1/addresses", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert told["endpoint"] not in made.content.decode()
    assert told["endpoint"] not in her.get(LIST).content.decode()


def test_it_shows_anothers_by_json_to_nobody(client: Client):
    one = given()
    sign_in(client, HIM, "Bob Ferreira", email="bob@example.com")
    at = f"/api/v1/addresses/{one.public_id}"
    assert client.delete(at).status_code == 404
    change = client.patch(at, {"name": "mine"}, content_type="application/json")
    assert change.status_code == 404
    assert client.get("/api/v1/addresses").json()["data"][0]["value"] == "bob@example.com"


def test_it_serves_the_service_worker_for_the_whole_site(client: Client):
    answer = client.get("/notifications/service-worker/")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
