"""A receiver of mail on a port of its own, in this process and on this test's database."""

import smtplib
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from tests.sandbox.running import free_port

SMS_TOKEN = "token-of-the-gateways"
type Send = Callable[..., None]


@pytest.fixture
def mail_port(settings: Settings, transactional_db: None) -> Iterator[int]:
    from sandbox.outbox import smtp  # Django isn't set up when this file is read

    settings.SANDBOX_SMTP_PORT = free_port()
    receiver = smtp.controller()
    receiver.start()
    yield settings.SANDBOX_SMTP_PORT
    receiver.stop()


@pytest.fixture
def send(mail_port: int) -> Send:
    """Send a mail by SMTP; `key` is its Message-ID."""

    def sent(to: str = "ada@example.com", key: str = "<dlv_1@x>", **facts: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = "Selfcare <no-reply@selfcare.example>", to
        mail["Subject"] = facts.get("subject", "Grüße aus Brno")
        if key:
            mail["Message-ID"] = key
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(facts.get("text", "Dobrý den, see https://selfcare.example/a?b=1."))
        if html := facts.get("html", "<p>Dobrý den</p>"):
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", mail_port, timeout=20) as server:
            server.send_message(mail)

    return sent


@pytest.fixture(autouse=True)
def _gateway(settings: Settings) -> None:
    settings.SANDBOX_SMS_TOKEN = SMS_TOKEN
