"""Mail comes in by real SMTP and lies in a mailbox, once a Message-ID."""

import smtplib
import time
from collections.abc import Callable

import pytest

from sandbox.control import faults
from sandbox.outbox import listing
from sandbox.outbox.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

type Send = Callable[..., None]


def test_it_keeps_a_mail_with_all_its_parts(send: Send) -> None:
    send()
    mail = listing.as_dict(Message.objects.get())
    assert (mail["channel"], mail["to"], mail["key"]) == ("mail", "ada@example.com", "<dlv_1@x>")
    assert mail["subject"] == "Grüße aus Brno"
    assert mail["text"].startswith("Dobrý den")
    assert mail["html"].strip() == "<p>Dobrý den</p>"
    assert ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"] in mail["headers"]
    assert mail["links"] == ["https://selfcare.example/a?b=1"]


def test_one_message_id_is_one_mail_and_each_reception_is_noted(send: Send) -> None:
    send()
    send()
    send(key="<dlv_2@x>")
    send(to="bob@example.com")
    first = Message.objects.get(recipient="ada@example.com", key="<dlv_1@x>")
    assert first.receptions.count() == 2
    assert Message.objects.count() == 3
    assert listing.counts()["mail"] == {
        "messages": 3, "keys": 2, "receptions": 4, "more_than_once": 1,
    }  # fmt: skip


def test_without_a_message_id_each_is_a_mail_of_its_own(send: Send) -> None:
    send(key="")
    send(key="")
    assert Message.objects.count() == 2


def test_addresses_are_kept_in_small_letters(send: Send) -> None:
    send(to="Ada@Example.COM")
    assert listing.found(to="ADA@example.com").count() == 1


def test_a_mailbox_can_be_missing_for_one_address(send: Send) -> None:
    faults.switch_on({"operation": "smtp", "mode": "bounce", "to": "Bob@example.com"})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(to="bob@example.com")
    assert refused.value.recipients["bob@example.com"][0] == 550
    send()
    assert Message.objects.get().recipient == "ada@example.com"


@pytest.mark.parametrize(("status", "code"), [(500, 451), (550, 554)])
def test_it_refuses_for_now_or_for_good(send: Send, status: int, code: int) -> None:
    faults.switch_on({"operation": "smtp", "mode": "error", "status": status, "count": 1})
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send()
    assert refused.value.smtp_code == code
    assert not Message.objects.exists()
    send()
    assert Message.objects.count() == 1


def test_it_can_be_away(send: Send) -> None:
    faults.switch_on({"operation": "smtp", "mode": "refuse", "count": 1})
    with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPServerDisconnected)):
        send()
    assert not Message.objects.exists()
    send()


def test_it_can_take_a_mail_and_lose_the_answer(send: Send) -> None:
    faults.switch_on({"operation": "smtp", "mode": "cut_after_commit", "count": 1})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send()
    assert Message.objects.count() == 1
    send()
    assert Message.objects.get().receptions.count() == 2


def test_it_can_be_slow(send: Send) -> None:
    faults.switch_on({"operation": "smtp", "mode": "latency", "ms": 400, "count": 1})
    began = time.monotonic()
    send()
    assert time.monotonic() - began >= 0.4


def test_a_charset_that_nobody_knows_loses_no_mail(mail_port: int) -> None:
    raw = (
        b"From: a@example.com\r\nTo: ada@example.com\r\nSubject: =?nope?q?x?=\r\n"
        b"Content-Type: text/plain; charset=nope\r\n\r\n\xff\xfe\x00\r\n"
    )
    with smtplib.SMTP("127.0.0.1", mail_port, timeout=20) as server:
        server.sendmail("a@example.com", ["ada@example.com"], raw)
    assert Message.objects.get().recipient == "ada@example.com"


def test_whoever_says_who_they_are_may(mail_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", mail_port, timeout=20) as server:
        server.login("selfcare", "any")
        server.sendmail("a@example.com", ["ada@example.com"], b"Subject: Hello\r\n\r\nYes\r\n")
    assert Message.objects.get().subject == "Hello"
