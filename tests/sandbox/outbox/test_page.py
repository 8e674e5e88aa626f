"""The outbox as a page: mailboxes, phones, a stranger's HTML that can do nothing."""

import re

import html5lib
import pytest
from django.test import Client
from pytest_django import Settings

from sandbox import clock
from sandbox.control import making
from sandbox.events import emitting
from sandbox.outbox import browsers
from sandbox.outbox.models import Browser, Message
from sandbox.outbox.receiving import receive

pytestmark = pytest.mark.django_db
EVIL = "<html><head></head><body><script>alert(1)</script><a href='https://x.example'>x</a>"


def page(client: Client, path: str = "/outbox/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    text = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert text.count("<h1") == 1
    assert not re.search(r"<style|style=|<script|\son[a-z]+=", text)
    assert not re.search(r"(src|href)=\"(https?:)?//(?!127\.0\.0\.1|selfcare\.example)", text)
    assert "no-store" in response["Cache-Control"]
    return text


def mail(to: str = "ada@example.com", key: str = "<1@x>", **facts: str) -> Message:
    told = {"subject": "Hello", "text": "Hello, Ada", "html": EVIL, "sender": "S <s@x>", **facts}
    return receive(
        Message.Channel.MAIL, provider="smtp", recipient=to, key=key, content=b"x",
        headers=[["Subject", "Hello"], ["X-Evil", "<script>"]], **told,
    )  # fmt: skip


def text_to(to: str, words: str) -> Message:
    return receive(
        Message.Channel.SMS, provider="one", recipient=to, key=words[:20], content=b"x", text=words
    )


def test_it_says_so_when_nothing_has_come(client: Client) -> None:
    assert "Nothing has arrived" in page(client)


def test_it_shows_mailboxes_and_phones(client: Client) -> None:
    making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())
    mail()
    mail()
    mail(key="<2@x>", subject="Second")
    text_to("+4915112345678", "Your code is 271 828. https://selfcare.example/x")
    browser = browsers.subscribe("Firefox on Linux")
    receive(
        Message.Channel.PUSH, provider="push", recipient=browser.token, key="t", content=b"x",
        browser=browser, subject="12 EUR", text='{"title":"12 EUR","body":"From Tandem Bikes"}',
    )  # fmt: skip
    text = page(client)
    assert "Ada North, 2 mails" in text
    assert "came 2 times" in text
    assert "Your code is 271 828." in text
    assert "Firefox on Linux" in text
    assert "From Tandem Bikes" in text


def test_it_can_show_one_recipient_only(client: Client) -> None:
    mail()
    mail(to="bob@example.com", subject="For Bob")
    text_to("+4915112345678", "Hello")
    assert "For Bob" not in page(client, "/outbox/?to=ada%40example.com")
    assert "Hello" in page(client, "/outbox/?to=%2B4915112345678")
    assert "Nothing has arrived for cy@example.com" in page(client, "/outbox/?to=cy@example.com")


def test_it_shows_what_selfcare_was_told(client: Client) -> None:
    ada = making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())
    emitting.emit({"sub": ada.sub, "type": "news.published"}, clock.now())
    text = page(client)
    assert "news.published" in text
    assert "waiting" in text


def test_it_shows_a_mail_in_three_ways(client: Client) -> None:
    path = f"/outbox/mails/{mail().wire_id}/"
    assert "<iframe" in page(client, path)
    assert "Hello, Ada" in page(client, f"{path}?show=text")
    assert "X-Evil" in page(client, f"{path}?show=header")


def test_a_mail_without_html_is_shown_as_text(client: Client) -> None:
    assert "Hello, Ada" in page(client, f"/outbox/mails/{mail(html='').wire_id}/")


def test_a_stranger_s_html_can_do_nothing(client: Client) -> None:
    sent = mail()
    response = client.get(f"/outbox/mails/{sent.wire_id}/html/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank">' in response.content.decode()
    # The page around it lets in frames of its own only, and still no script.
    outer = client.get(f"/outbox/mails/{sent.wire_id}/")["Content-Security-Policy"]
    assert "frame-src 'self'" in outer
    assert "script-src 'self'" in outer


def test_words_of_strangers_are_no_markup(client: Client) -> None:
    evil = mail(subject="<b>x</b>", text="<i>y</i> javascript:alert(1)", html="")
    text_to("+4915112345678", "<u>z</u>")
    for path in ("/outbox/", f"/outbox/mails/{evil.wire_id}/?show=text"):
        assert not re.search(r"<b>x|<i>y|<u>z|href=\"javascript", page(client, path))


def test_a_pushed_link_is_only_for_the_web(client: Client) -> None:
    browser = browsers.subscribe("Firefox")
    receive(
        Message.Channel.PUSH, provider="push", recipient=browser.token, key="t", content=b"x",
        browser=browser, subject="x", text='{"title":"x","body":"y","url":"javascript:alert(1)"}',
    )  # fmt: skip
    assert "javascript:" not in page(client)


def test_it_pretends_a_browser_and_takes_its_permission_away(client: Client) -> None:
    made = client.post("/outbox/browsers/", {"name": "Firefox on Linux"})
    assert made.status_code == 303
    text = page(client, made["Location"])
    browser = Browser.objects.get()
    assert browser.public_key in text
    assert "Nothing was pushed yet" in text
    gone = client.post(f"/outbox/browsers/{browser.token}/removals/")
    assert gone.status_code == 303
    browser.refresh_from_db()
    assert browser.gone_at
    assert browser.public_key not in page(client, gone["Location"])


@pytest.mark.parametrize("id_", ["mail_nope", "mail_" + "0" * 32, "x", "mail_%00"])
def test_it_knows_no_invented_mail(client: Client, id_: str) -> None:
    assert client.get(f"/outbox/mails/{id_}/").status_code == 404


def test_it_can_be_emptied_by_post_and_with_a_token_only(client: Client) -> None:
    mail()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/outbox/emptyings/").status_code == 403
    assert strict.get("/outbox/emptyings/").status_code == 405
    assert client.post("/outbox/emptyings/").status_code == 303
    assert not Message.objects.exists()


def test_it_is_shut_while_the_levers_are_in(client: Client, settings: Settings) -> None:
    sent = mail()
    settings.SANDBOX_CONTROL = "off"
    for path in (
        "/outbox/",
        f"/outbox/mails/{sent.wire_id}/",
        f"/outbox/mails/{sent.wire_id}/html/",
    ):
        assert client.get(path).status_code == 404
    for path in ("emptyings/", "browsers/", "browsers/x/removals/"):
        assert client.post(f"/outbox/{path}").status_code == 404
    assert client.get("/control/outbox").status_code == 404
    assert Message.objects.exists()
