"""The pages of the settings: seen, tried out, saved, refused; two tabs, and no script."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare.notifications.models import Rule, Settings
from selfcare.notifications.settings import choosing
from tests.notifications.happenings import reachable, rule, told
from tests.support.control import Control, Person

PATH = "/notifications/settings/"
IN_PAGE = {"HX-Request": "true"}
type Fields = dict[str, Any]


@pytest.fixture
def hers(db: None, client: Client, alice: Person) -> Client:
    from tests.support.sign_in import sign_in

    sign_in(client, alice.sub, alice.name)
    return client


def form_of(answer: Any) -> Fields:
    """What a browser would send: the page's form as it stands."""
    form = html.fromstring(answer.text).get_element_by_id("settings")
    fields: Fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return fields


def text_of(answer: Any) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())


def test_it_shows_what_holds_by_default(hers: Client) -> None:
    page = hers.get(PATH)
    assert page.status_code == 200
    fields = form_of(page)
    assert fields["money_in-email"] == ["on"]
    assert "news-in_app" not in fields
    locked = html.fromstring(page.text).xpath("//input[@disabled]/@name")
    assert sorted(locked) == ["security-email", "security-in_app"]
    assert "thief" in text_of(page)


def test_ticks_quiet_hours_and_digests_are_saved(hers: Client, alice: Person) -> None:
    fields = form_of(hers.get(PATH))
    del fields["money_out-email"]
    fields |= {
        "money_out-sms": "on",
        "quiet": "on",
        "quiet_from": "21.30",
        "quiet_until": "6",
        "digest_at": "7:15",
        "digest_weekday": "2",
    }
    answer = hers.post(PATH, fields)
    assert answer.status_code == 303
    assert answer["Location"] == PATH
    assert "Saved." in text_of(hers.get(PATH))
    modes = {r.channel: r.mode for r in Rule.objects.filter(subject=alice.sub)}
    assert modes == {"email": "off", "sms": "at_once"}
    kept = Settings.objects.get(subject=alice.sub)
    assert (kept.quiet_from, kept.quiet_until) == (time(21, 30), time(6))
    assert (kept.digest_at, kept.digest_weekday, kept.version) == (time(7, 15), 2, 1)


def test_in_the_page_it_is_saved_without_a_reload(hers: Client, alice: Person) -> None:
    fields = form_of(hers.get(PATH)) | {"news-email": "on"}
    part = hers.post(PATH, fields, headers=IN_PAGE)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Saved." in text_of(part)
    assert form_of(part)["version"] == ["1"]
    assert Rule.objects.get(subject=alice.sub).category == "news"


def test_a_tick_keeps_the_amounts_and_the_digest_of_its_cell(hers: Client, alice: Person) -> None:
    rule("money_out", "email", "daily", subject=alice.sub, above={"EUR": 2000})
    page = hers.get(PATH)
    assert "from 20.00" in text_of(page)
    assert "daily" in text_of(page)
    hers.post(PATH, form_of(page) | {"quiet": "on"})
    kept = Rule.objects.get(subject=alice.sub, category="money_out")
    assert (kept.mode, kept.above) == ("daily", {"EUR": 2000})
    fields = form_of(hers.get(PATH))
    del fields["money_out-email"]
    hers.post(PATH, fields)
    kept = Rule.objects.get(subject=alice.sub, category="money_out")
    assert (kept.mode, kept.above) == ("off", {"EUR": 2000})


def test_security_stays_on_whatever_is_sent(hers: Client, alice: Person) -> None:
    fields = form_of(hers.get(PATH))
    assert hers.post(PATH, fields | {"security-email": ""}).status_code == 303
    assert choosing.plan_of(alice.sub).choice("security", "email").mode == "at_once"
    page = hers.get(PATH + "security/")
    forged = form_of(page) | {"security-email-mode": "off", "security-in_app-mode": "off"}
    assert hers.post(PATH + "security/", forged).status_code == 303
    assert choosing.plan_of(alice.sub).choice("security", "email").mode == "at_once"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quiet_from": "25:00"}, "Write a time of day"),
        ({"quiet_from": ""}, "Write a time of day"),
        ({"quiet_until": "22:00"}, "end when they begin"),
        ({"digest_at": "soon"}, "Write a time of day"),
        ({"digest_weekday": "7"}, "Nothing is saved yet"),
        ({"version": "x"}, "Nothing is saved yet"),
        ({"version": ""}, "Nothing is saved yet"),
        ({"version": "-1"}, "Nothing is saved yet"),
    ],
)
def test_it_says_what_to_mend(hers: Client, alice: Person, change: Fields, words: str) -> None:
    fields = form_of(hers.get(PATH)) | {"quiet": "on", "news-email": "on"} | change
    answer = hers.post(PATH, fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert form_of(answer)["news-email"] == ["on"]
    assert not Rule.objects.filter(subject=alice.sub).exists()


def test_times_that_do_not_count_hinder_nobody(hers: Client) -> None:
    fields = form_of(hers.get(PATH)) | {"quiet_from": "whenever", "quiet_until": ""}
    assert hers.post(PATH, fields).status_code == 303


def test_the_second_of_two_tabs_is_asked_first(hers: Client, alice: Person) -> None:
    first, second = form_of(hers.get(PATH)), form_of(hers.get(PATH))
    first |= {"news-email": "on"}
    second |= {"news-sms": "on"}
    assert hers.post(PATH, first).status_code == 303
    late = hers.post(PATH, second)
    assert late.status_code == 409
    assert "Changed elsewhere" in text_of(late)
    assert "Product news, Mail: on" in text_of(late)
    assert form_of(late)["news-sms"] == ["on"]
    assert Rule.objects.filter(subject=alice.sub, channel="sms").count() == 0
    assert hers.post(PATH, form_of(late)).status_code == 303
    assert Rule.objects.get(subject=alice.sub).channel == "sms"


# ── The last 30 days ────────────────────────────────────────────────────────────────────────
def test_it_is_tried_on_the_last_days_and_nothing_is_saved(hers: Client, alice: Person) -> None:
    reachable(subject=alice.sub)
    for n in range(4):
        told(subject=alice.sub, object_id=f"txn_{n}", occurred_at=timezone.now() - timedelta(1))
    page = hers.get(PATH)
    assert "4 mails" in text_of(page)
    fields = form_of(page) | {"money_out-sms": "on", "try": "1"}
    del fields["money_out-email"]
    tried = hers.post(PATH, fields)
    assert tried.status_code == 200
    assert "0 mails 4 texts" in text_of(tried)
    assert "With your saved settings it would have been 4 mails" in text_of(tried)
    assert "switched off instead of at once" in text_of(tried)
    assert "2 changes not saved" in text_of(tried)
    assert form_of(tried)["money_out-sms"] == ["on"]
    part = hers.post(PATH, fields, headers=IN_PAGE)
    assert part.text.strip().startswith("<section")
    assert "You paid 64.90" in text_of(part)
    assert not Rule.objects.filter(subject=alice.sub).exists()
    assert not Settings.objects.filter(subject=alice.sub).exists()


def test_it_says_what_had_nowhere_to_go(hers: Client, alice: Person) -> None:
    told(subject=alice.sub, direction="in", kind="payout")
    assert "1 notice had no browser to go to." in text_of(hers.get(PATH))


# ── One kind of notice ──────────────────────────────────────────────────────────────────────
def test_amounts_and_merchants_are_set_by_channel(
    hers: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    path = PATH + "money-out/"
    page = hers.get(path)
    assert page.status_code == 200
    fields = form_of(page)
    merchant = html.fromstring(page.text).xpath(
        "//input[@name='money_out-sms-merchants-ids']/@value"
    )[0]
    fields |= {
        "money_out-email-mode": "weekly",
        "money_out-sms-mode": "at_once",
        "money_out-sms-above-EUR": "500",
        "money_out-sms-merchants": "only",
        "money_out-sms-merchants-ids": merchant,
    }
    assert hers.post(path, fields).status_code == 303
    kept = {r.channel: r for r in Rule.objects.filter(subject=alice.sub)}
    assert kept["email"].mode == "weekly"
    assert kept["sms"].above == {"EUR": 50_000}
    assert (kept["sms"].merchants, kept["sms"].merchant_ids) == ("only", [merchant])
    shown = text_of(hers.get(PATH))
    assert "Text: from 500.00 EUR, only 1 merchant" in shown.replace("\xa0", " ")
    fields = form_of(hers.get(path)) | {"money_out-sms-above-EUR": ""}
    hers.post(path, fields)
    assert Rule.objects.get(subject=alice.sub, channel="sms").above == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"money_out-email-above-EUR": "-5"}, "zero or more"),
        ({"money_out-email-above-EUR": "twenty"}, "in figures"),
        ({"money_out-email-above-EUR": "1.234"}, "without a mark for thousands"),
        ({"money_out-email-above-EUR": "9" * 30}, "in figures"),
        ({"money_out-email-above-EUR": "0.001"}, "mark"),
        ({"money_out-email-mode": "hourly"}, "Nothing is saved yet"),
        ({"money_out-in_app-mode": "daily"}, "Nothing is saved yet"),
        ({"money_out-email-merchants": "only"}, "Tick at least one merchant"),
        (
            {
                "money_out-email-merchants": "only",
                "money_out-email-merchants-ids": "mer_never_met",
            },
            "no such merchant",
        ),
    ],
)
def test_it_says_what_to_mend_of_a_category(
    hers: Client, control: Control, alice: Person, change: Fields, words: str
) -> None:
    control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    path = PATH + "money-out/"
    answer = hers.post(path, form_of(hers.get(path)) | change)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Rule.objects.filter(subject=alice.sub).exists()


def test_the_page_stands_without_the_service(hers: Client, control: Control, alice: Person) -> None:
    told(subject=alice.sub)
    rule("money_out", "email", "at_once", subject=alice.sub, above={"GBP": 100})
    control.fault("*", "error", sub=alice.sub)
    path = PATH + "money-out/"
    page = hers.get(path)
    assert page.status_code == 200
    assert "may not be all" in text_of(page)
    names = html.fromstring(page.text).xpath("//input/@name")
    assert {"money_out-email-above-EUR", "money_out-email-above-GBP"} <= set(names)
    assert hers.post(path, form_of(page)).status_code == 303
    assert Rule.objects.get(subject=alice.sub).above == {"GBP": 100}


def test_what_is_about_no_money_asks_for_no_amount(hers: Client) -> None:
    fields = form_of(hers.get(PATH + "statements/"))
    assert not [name for name in fields if "above" in name or "merchants" in name]
    assert hers.get(PATH + "weather/").status_code == 404


def test_nobody_sees_it_signed_out(client: Client, db: None) -> None:
    for path in (PATH, PATH + "money-out/"):
        assert client.get(path).status_code == 302
    assert client.get(PATH, headers=IN_PAGE).status_code == 401


# ── Why ─────────────────────────────────────────────────────────────────────────────────────
def test_why_is_answered_in_sentences(hers: Client, alice: Person) -> None:
    reachable("email", subject=alice.sub)
    made = told(subject=alice.sub, counterparty_name="<b>Evil & Sons</b>{{ 7 }}")
    assert made
    page = hers.get(f"/notifications/{made.public_id}/why/")
    assert page.status_code == 200
    words = text_of(page)
    assert "In your inbox since" in words
    assert "Text is off for “Money out” unless you switch it on." in words
    assert "<b>Evil" not in page.text
    assert hers.get("/notifications/ntf_0/why/").status_code == 404


def test_why_of_a_transaction_tells_what_was_not_told(
    hers: Client, control: Control, alice: Person, bob: Person
) -> None:
    paid = control.add_transaction(alice, status="completed")["id"]
    path = f"/transactions/{paid}/notifications/"
    assert "nothing to tell you" in text_of(hers.get(path))
    told("transaction.processing", subject=alice.sub, object_id=paid)
    words = text_of(hers.get(path))
    assert "We tell nobody of this step by itself." in words
    others = control.add_transaction(bob, status="completed")["id"]
    told(subject=bob.sub, object_id=others)
    assert hers.get(f"/transactions/{others}/notifications/").status_code == 404
