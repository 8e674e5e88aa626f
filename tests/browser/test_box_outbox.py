"""The box's outbox: axe, narrow and wide, and a mail looked at as in a mail program."""

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support import servers
from tests.support.accessibility import faults_of
from tests.support.control import Control

pytestmark = pytest.mark.browser

HTML = """<html><head><title>Mail</title></head><body style="background: #134ac5">
<p>Nothing left yours.</p><a href="{link}">See it</a>"""


@pytest.fixture
def filled(box: servers.Server, box_worker: servers.Server, control: Control) -> str:
    """A mail that came twice and a text; gives the mail's recipient."""
    box_worker.start()
    mail = EmailMessage()
    mail["From"], mail["To"] = "Selfcare <no-reply@selfcare.example>", "ada@example.com"
    mail["Subject"], mail["Message-ID"] = "Studio Halm didn’t get your 58.00 EUR", "<dlv_1@x>"
    mail.set_content("Their account is closed. " * 20)
    mail.add_alternative(HTML.format(link=f"{box.url}/health/live"), subtype="html")
    for _ in range(2):
        port = int(box_worker.env["SANDBOX_SMTP_PORT"])
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            server.send_message(mail)
    answer = requests.post(
        f"{box.url}/sms/one/messages",
        json={"to": "+4915112345678", "text": "Your code is 271 828. " * 9, "reference": "dlv_2"},
        headers={"Authorization": f"Bearer {servers.SMS_TOKEN}", "Idempotency-Key": "dlv_2"},
        timeout=20,
    )
    assert answer.status_code == 202
    control.add_browser("Firefox on Linux")
    control.emit(control.add_person("Ada North"), "news.published")
    return "ada@example.com"


def test_the_outbox_can_be_read_by_everybody(page: Page, box: servers.Server, filled: str) -> None:
    page.goto(f"{box.url}/outbox/")
    expect(page.get_by_text("came 2 times")).to_be_visible()
    page.get_by_text("Throw it all away").click()
    assert faults_of(page) == []


def window_of(page: Page, link: Locator) -> Page:
    """The window that a link of a frame opens.

    The frame is a process of its own, and a busy browser may show it before clicks reach it: who
    sees nothing happen clicks again.
    """
    for _ in range(3):
        try:
            with page.context.expect_page(timeout=7_000) as opened:
                link.click()
        except PlaywrightTimeoutError:
            continue
        return opened.value
    raise AssertionError("the link opens no window")


@pytest.mark.parametrize("script", [True, False])
def test_a_mail_can_be_looked_at_and_does_nothing(
    new_page: Any, box: servers.Server, filled: str, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    page.goto(f"{box.url}/outbox/?to={filled}")
    page.get_by_role("link", name="Studio Halm").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Nothing left yours.")).to_be_visible()
    opened = window_of(page, frame.get_by_role("link", name="See it"))
    expect(opened.locator("body")).to_contain_text("live")
    page.get_by_role("link", name="As text").click()
    expect(page.get_by_text("Their account is closed.")).to_be_visible()
    page.get_by_role("link", name="Header").click()
    expect(page.get_by_role("row", name="Message-ID")).to_contain_text("<dlv_1@x>")
    if script:
        assert faults_of(page) == []
