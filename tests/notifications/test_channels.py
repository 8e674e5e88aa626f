"""What goes over the wire: mails, texts and pushes, and the answers of those who bring them."""

import json
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import translation

from selfcare.clients import allowed
from selfcare.events.models import Event
from selfcare.notifications import names
from selfcare.notifications.channels import Message, email, push, sms
from selfcare.notifications.delivery import rests
from selfcare.notifications.models import Address
from selfcare.notifications.words import Words
from selfcare.preferences.models import Preferences
from tests.notifications import happenings
from tests.notifications.post import (
    HERS,
    PHONE,
    add_browser,
    make_due,
    send,
    state,
    the,
    tries,
)
from tests.support.control import Control
from tests.support.dns import ChangingDns
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

EVIL = "Nord{{ 7|add:7 }}{% now 'Y' %}<script>alert(1)</script>\u202elicht\r\nBcc: bob@example.com"


def message(**facts: Any) -> Message:
    return Message(
        **{"id": "dlv_" + "0" * 32, "title": "You paid", "lines": [Words("You paid")], **facts}
    )


def parsed(sent: EmailMessage) -> EmailMessage:
    return message_from_bytes(sent.as_bytes(policy=policy.SMTP), policy=policy.default)


# ── Mails ───────────────────────────────────────────────────────────────────────────────────
def test_it_offers_one_click_where_mails_may_be_muted():
    mail = email.compose(HERS, message(unsubscribe_url="https://selfcare.example/u/1/"))
    assert mail["List-Unsubscribe"] == "<https://selfcare.example/u/1/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_it_offers_none_about_security(box_worker: Server, control: Control):
    box_worker.start()
    happenings.reachable("email")
    happenings.told("security.new_device", object_id="ses_1", browser="Firefox")
    send("email")
    (mail,) = control.outbox(HERS)
    assert "List-Unsubscribe" not in dict(mail["headers"])
    assert mail["subject"] == "Somebody signed in as you with Firefox"


def test_it_takes_names_as_data(box_worker: Server, control: Control):
    box_worker.start()
    happenings.reachable("email")
    happenings.told(counterparty_name=EVIL)
    send("email")
    (mail,) = control.outbox(HERS)
    assert control.outbox("bob@example.com") == []
    assert "Bcc" not in dict(mail["headers"])
    assert "{{ 7|add:7 }}{% now" in mail["text"]
    assert "<script" not in mail["html"]
    assert "\u202e" not in mail["text"] + mail["html"] + mail["subject"]


@pytest.mark.parametrize("field", ["title", "unsubscribe_url"])
def test_it_lets_no_line_break_into_a_header(field: str):
    evil = "https://x.example/\r\nBcc: bob@example.com"
    try:
        mail = parsed(email.compose(HERS, message(**{field: evil})))
    except ValueError:
        return  # the policy refuses it
    assert mail["Bcc"] is None


def test_it_says_both_in_text_and_html():
    line = Words("You paid 1.00 EUR", "It was & is so.", "/transactions/txn_1/", "See it")
    mail = parsed(email.compose(HERS, message(title=line.title, lines=[line])))
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "It was & is so." in text.get_content()
    assert "It was &amp; is so." in html.get_content()
    for part in (text.get_content(), html.get_content()):
        assert "/transactions/txn_1/" in part
        # A mail that fetches a picture tells its sender when it is read.
        assert "<img" not in part
        assert "url(" not in part


def test_it_writes_in_the_persons_language(box_worker: Server, control: Control):
    box_worker.start()
    Preferences.objects.create(subject=happenings.HER, language="de")
    happenings.reachable("email")
    happenings.told()
    send("email")
    (mail,) = control.outbox(HERS)
    assert ["Content-Language", "de"] in mail["headers"]
    assert "64,90\u00a0EUR" in mail["text"]
    assert '<html lang="de">' in mail["html"]
    # The thread that sent it goes on in its own.
    assert translation.get_language() == "en"


# ── Names ───────────────────────────────────────────────────────────────────────────────────
def test_it_makes_names_plain():
    assert names.plain("a\u0000b\u202ec\u2066d\n e\u200fe\u061cf") == "abcd eef"
    assert names.plain("👩\u200d🚀") == "👩\u200d🚀"
    assert names.plain("x" * 80).endswith("…")
    assert len(names.plain("x" * 80)) == names.LONGEST
    assert names.plain(None) == ""
    assert names.in_sentence("שלום 5") == "\u2068שלום 5\u2069"


# ── Texts ───────────────────────────────────────────────────────────────────────────────────
def test_it_keeps_a_text_short():
    long = message(title="Ž" * 400, path="/transactions/txn_1/")
    assert sms.segments(sms.compose(long)) <= sms.MOST_SEGMENTS
    short = message(title="You paid", path="/transactions/txn_1/")
    assert sms.compose(short).endswith("/transactions/txn_1/")


def test_it_counts_as_networks_do():
    assert sms.segments("a" * 160) == 1
    assert sms.segments("a" * 161) == 2
    assert sms.segments("€" * 80) == 1
    assert sms.segments("€" * 81) == 2
    assert sms.segments("č" * 70) == 1
    assert sms.segments("č" * 71) == 2
    assert sms.segments("😀" * 35) == 1
    assert sms.segments("😀" * 36) == 2


def told_by_text() -> Any:
    happenings.reachable("sms")
    return the("sms", happenings.told("transaction.action_required"))


def test_it_goes_to_the_second_gateway_when_the_first_takes_nothing(control: Control):
    control.empty_outbox()
    delivery = told_by_text()
    control.fault("sms_one", "error", status=503)
    send("sms")
    assert state(delivery)[0] == "sent"
    assert tries(delivery) == [("later", "503 fault_injected"), ("sent", "202")]
    assert [a.provider for a in delivery.attempts.order_by("pk")] == ["sms_1", "sms_2"]
    (text,) = control.outbox(PHONE)
    assert text["provider"] == "two"


def test_it_asks_the_gateway_again_whose_answer_was_lost(control: Control):
    control.empty_outbox()
    delivery = told_by_text()
    control.fault("sms_one", "cut_after_commit", count=1)
    send("sms")
    assert state(delivery)[0] == "waiting"
    rests.forget()
    make_due()
    send("sms")
    assert state(delivery)[0] == "sent"
    # The same key at the same gateway: one text, though it was told twice.
    (text,) = control.outbox(PHONE)
    assert text["provider"] == "one"
    assert [a.provider for a in delivery.attempts.order_by("pk")] == ["sms_1", "sms_1"]


def test_it_gives_up_on_a_gateway_that_never_answers_rather_than_on_the_person(
    control: Control,
):
    control.empty_outbox()
    delivery = told_by_text()
    control.fault("sms_one", "cut_before")
    for _ in range(5):
        rests.forget()
        make_due()
        send("sms")
    assert state(delivery)[0] == "sent"
    assert control.outbox(PHONE)[0]["provider"] == "two"


def test_it_switches_off_a_phone_that_nobody_has(control: Control):
    delivery = told_by_text()
    control.fault("sms_one", "invalid")
    send("sms")
    assert state(delivery) == ("dead", "unreachable")
    assert Address.objects.get(value=PHONE).off_reason == "unreachable"


def test_it_waits_as_long_as_both_gateways_ask_for(control: Control):
    delivery = told_by_text()
    for operation in ("sms_one", "sms_two"):
        control.fault(operation, "error", status=429)
    send("sms")
    assert state(delivery)[0] == "waiting"
    assert tries(delivery) == [("later", tries(delivery)[0][1])] * 2


# ── Pushes ──────────────────────────────────────────────────────────────────────────────────
def test_it_pushes_what_only_that_browser_can_read(control: Control):
    control.empty_outbox()
    browser = add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    delivery = the("push", happenings.told())
    send("push")
    assert tries(delivery) == [("sent", "201")]
    (shown,) = control.outbox(browser.value.rsplit("/", 1)[1])
    told = json.loads(shown["text"])
    assert told["title"] == "You paid 64.90\u00a0EUR to Nordlicht Books"
    assert told["path"] == "/transactions/txn_1/"
    assert told["tag"] == delivery.public_id
    assert ["Topic", delivery.pk.hex] in shown["headers"]


def test_it_tries_a_push_service_again_that_is_busy(control: Control):
    add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    delivery = the("push", happenings.told())
    control.fault("push", "error", status=503, count=1)
    send("push")
    assert state(delivery)[0] == "waiting"
    make_due()
    send("push")
    assert state(delivery)[0] == "sent"


def test_it_waits_where_a_push_service_does_not_take_our_proof(control: Control):
    browser = add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    # The box was told of another key than the one that signs: it answers 403.
    theirs = control.add_browser(server_key=push.public_key_of("A" * 42 + "E"))
    Address.objects.filter(pk=browser.pk).update(value=theirs["endpoint"], keys=theirs["keys"])
    delivery = the("push", happenings.told())
    send("push")
    assert tries(delivery) == [("later", "403")]
    assert state(delivery)[0] == "waiting"


def test_it_switches_off_a_browser_that_subscribed_with_a_former_key(control: Control):
    browser = add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    Address.objects.filter(pk=browser.pk).update(keys={**browser.keys, "vapid": "0" * 16})
    delivery = the("push", happenings.told())
    send("push")
    assert state(delivery) == ("dead", "gone")
    browser.refresh_from_db()
    assert (browser.state, browser.off_reason) == ("off", "gone")
    assert Event.objects.filter(type="security.address_off").exists()


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "A" * 22}},
        {"endpoint": "https://push.example/1", "keys": {"p256dh": "B" * 87, "auth": "A" * 22}},
        {"endpoint": 5, "keys": {"p256dh": "B" * 87, "auth": "A" * 22}},
    ],
)
def test_it_reads_no_subscription_out_of_nonsense(told: Any):
    with pytest.raises(push.BadSubscription):
        push.read(told)


# ── Addresses that lead inside ──────────────────────────────────────────────────────────────
def test_it_refuses_a_name_that_leads_inside_by_now(
    control: Control, monkeypatch: pytest.MonkeyPatch
):
    dns = ChangingDns("93.184.216.34", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    url = "https://push.rebind.localhost/1"
    assert allowed.check(url) == url
    told = control.add_browser(server_key=push.public_key())
    one = Address.objects.create(
        subject=happenings.HER, channel="push", value=url, keys=told["keys"],
        state=Address.State.ACTIVE, is_primary=True,
    )  # fmt: skip
    happenings.rule("money_out", "push", "at_once")
    delivery = the("push", happenings.told())
    send("push")
    assert state(delivery) == ("dead", "private")
    one.refresh_from_db()
    assert (one.state, one.off_reason) == ("off", "private")


def test_it_follows_no_redirect(control: Control, settings):
    browser = add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    # The box's front page leads on by 302 where a slash is missing.
    Address.objects.filter(pk=browser.pk).update(
        value=browser.value.replace("/push/", "/outbox?token=")
    )
    delivery = the("push", happenings.told())
    send("push")
    assert state(delivery)[0] == "dead"
    assert tries(delivery)[0][1] in {"301", "302", "307", "308", "403", "404", "405", "500"}


# ── One dead, the others not ────────────────────────────────────────────────────────────────
def test_it_sends_on_the_other_channels_while_one_is_dead(box_worker: Server, control: Control):
    box_worker.start()
    happenings.reachable("email", "sms")
    browser = add_browser(control)
    control.fault("smtp", "refuse")
    notification = happenings.told("transaction.action_required")
    send()
    assert state(the("email", notification))[0] == "waiting"
    assert state(the("sms", notification))[0] == "sent"
    assert state(the("push", notification))[0] == "sent"
    assert len(control.outbox(browser.value.rsplit("/", 1)[1])) == 1
