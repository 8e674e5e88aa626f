"""Monthly statements: they add up, agree with the list, and follow one another."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pypdf
import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree, html

from selfcare.clients.statements import Statement
from selfcare.documents.statements import content
from selfcare.money import Money
from selfcare.web.request import Person as Visitor
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def text_of(body: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def account_of(client: Client) -> dict[str, Any]:
    accounts: list[dict[str, Any]] = client.get("/api/v1/accounts").json()["data"]
    return accounts[0]


def this_month() -> str:
    return f"{timezone.now():%Y-%m}"


def test_the_months_follow_one_another_and_end_at_the_balance(
    signed_in: SignedIn, control: Control
):
    person = control.add_person("Alice Marlow", history=40)
    client, _ = signed_in(person)
    account = account_of(client)
    base = f"/api/v1/accounts/{account['id']}/statements"
    months = [one["month"] for one in client.get(base).json()["data"]]
    assert months[0] == this_month()
    told = [client.get(f"{base}/{month}").json() for month in reversed(months)]
    for before, after in pairwise(told):
        assert before["closing_minor"] == after["opening_minor"]
        assert before["is_over"]
    assert not told[-1]["is_over"]
    assert told[-1]["closing_minor"] == account["balance_minor"]
    listed = [one["transaction_id"] for month in told for one in month["entries"]]
    assert sum(month["count"] for month in told) == len([one for one in listed if one])
    for month in told:
        moved = sum(one["amount_minor"] + one["fee_minor"] for one in month["entries"])
        assert month["opening_minor"] + moved == month["closing_minor"]


def test_page_and_pdf_hold_every_entry(signed_in: SignedIn, control: Control, alice: Person):
    client, _ = signed_in(alice)
    for number in range(1, 8):
        control.add_transaction(
            alice, status="completed", merchant=f"Shop {number}", amount_minor=1000 + number
        )
    address = f"/statements/{account_of(client)['id']}/{this_month()}/"
    page = client.get(address)
    assert page.status_code == 200
    assert "not over yet" in page.text
    assert html.fromstring(page.text).cssselect(".sum-total [data-is=open]")
    answer = client.get(f"{address}statement.pdf")
    assert answer.status_code == 200
    text = text_of(answer.content)
    for number in range(1, 8):
        for told in (page.text, text):
            assert f"Shop {number}" in told
            assert f"10.{number:02}" in told
    assert "Balance so far" in text
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo.Title).startswith("Statement, ")
        assert pdf.Root.Lang == "en"


def test_the_list_has_a_link_for_each_month(signed_in: SignedIn, alice: Person):
    client, _ = signed_in(alice)
    tree = html.fromstring(client.get("/statements/").text)
    links = [one.get("href") for one in tree.cssselect(".months a")]
    assert links == [f"/statements/{account_of(client)['id']}/{this_month()}/"]
    assert tree.cssselect(".months a[data-is=open]")


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "9999-12", "1969-12", "junk", "2026-3", "٢٠٢٦-٠٣", "-", "2026"]
)
def test_an_odd_month_is_not_there(signed_in: SignedIn, alice: Person, month: str):
    client, _ = signed_in(alice)
    account = account_of(client)["id"]
    assert client.get(f"/statements/{account}/{month}/").status_code == 404
    assert client.get(f"/statements/{account}/{month}/statement.pdf").status_code == 404


def test_a_month_before_anything_happened_is_empty(signed_in: SignedIn, alice: Person):
    client, _ = signed_in(alice)
    page = client.get(f"/statements/{account_of(client)['id']}/2001-02/")
    assert page.status_code == 200
    assert "Nothing was booked in this month." in page.text


def test_another_persons_account_is_not_there(signed_in: SignedIn, alice: Person, bob: Person):
    theirs = account_of(signed_in(alice)[0])["id"]
    client, _ = signed_in(bob)
    for account in (theirs, "acc_0000000000000000"):
        address = f"/statements/{account}/{this_month()}/"
        assert client.get(address).status_code == 404
        assert client.get(f"{address}statement.pdf").status_code == 404
        assert client.get(f"/api/v1/accounts/{account}/statements").status_code == 404


def test_its_link_takes_exactly_its_entries_along(
    signed_in: SignedIn, control: Control, alice: Person
):
    client, _ = signed_in(alice)
    long_ago = f"{timezone.now() - timedelta(days=40):%Y-%m-%dT%H:%M:%SZ}"
    booked = [
        control.add_transaction(alice, status="completed", merchant="Kaffeewerk"),
        control.add_transaction(
            alice, status="processing", merchant="Tandem Bikes", created_at=long_ago
        ),
    ]
    control.advance(booked[1]["id"], "completed")
    control.add_transaction(alice, status="completed", created_at=long_ago)
    control.add_transaction(alice, status="processing", merchant="Kaffeewerk")
    account = account_of(client)
    page = html.fromstring(client.get(f"/statements/{account['id']}/{this_month()}/").text)
    (link,) = page.cssselect(".head-actions a[href*='/exports/new/']")
    entries = client.get(f"/api/v1/accounts/{account['id']}/statements/{this_month()}").json()
    wanted = {one["transaction_id"] for one in entries["entries"] if one["transaction_id"]}
    assert wanted == {one["id"] for one in booked}

    csv, camt = (taken(client, str(link.get("href")), name) for name in ("csv", "camt053"))
    assert {line.split(",")[0] for line in csv.splitlines()[1:]} == wanted
    tree = etree.fromstring(camt.encode())
    told = [one.text for one in tree.iterfind(".//{*}Ntry/{*}AddtlNtryInf")]
    assert sorted(one for one in told if one in wanted) == sorted(wanted)
    figures = [Decimal(one.text or "") for one in tree.iterfind(".//{*}Bal/{*}Amt")]
    minor = [entries["opening_minor"], entries["closing_minor"]]
    assert figures == [Decimal(abs(one)).scaleb(-2) for one in minor]


def taken(client: Client, address: str, format_name: str) -> str:
    """The file that the page of exports makes of a question."""
    tree = html.fromstring(client.get(address).text)
    (form,) = [one for one in tree.forms if one.method == "POST" and "key" in one.fields]
    led = client.post(address, {**dict(form.form_values()), "format": format_name})
    assert led.status_code == 303, led.text
    (download, *_) = html.fromstring(client.get(led["Location"]).text).cssselect(
        "a[href$='/file/']"
    )
    file = client.get(str(download.get("href")))
    return b"".join(file.streaming_content).decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ["statement", "stream"])
@pytest.mark.parametrize("mode", ["error", "broken_json"])
def test_a_service_that_fails_is_told(
    signed_in: SignedIn, control: Control, alice: Person, operation: str, mode: str
):
    client, _ = signed_in(alice)
    address = f"/statements/{account_of(client)['id']}/{this_month()}/"
    control.add_transaction(alice, status="completed")
    control.fault(operation, mode, sub=alice.sub)
    for page in ("", "statement.pdf"):
        answer = client.get(address + page)
        assert answer.status_code == 503
        assert "<h1" in answer.text


def made(**changes: int) -> content.Told:
    minor = {
        "opening_minor": 1000,
        "closing_minor": 1400,
        "count": 2,
        "in_minor": 1000,
        "out_minor": 590,
        "fees_minor": 10,
        **changes,
    }
    account = {"id": "acc_1", "name": "Everyday", "currency": "EUR"}
    totals = Statement.model_validate({"account": account, **minor})
    month = content.month_of("2026-10", BERLIN, NOW)
    assert month is not None
    euros = [Money(1000, "EUR"), Money(-590, "EUR")]
    fees = [Money(0, "EUR"), Money(-10, "EUR")]
    entries = tuple(
        content.Entry(NOW, "1 October", "Payment", "", amount, fee, f"txn_{fee.amount_minor}")
        for amount, fee in zip(euros, fees, strict=True)
    )
    return content.Told(month, totals, entries, NOW)


def test_what_adds_up_is_no_mismatch():
    assert made().mismatch == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"closing_minor": 1401},
        {"in_minor": 1001, "closing_minor": 1401},
        {"out_minor": 591, "closing_minor": 1399},
        {"fees_minor": 11, "closing_minor": 1399},
        {"count": 3},
    ],
)
def test_what_does_not_add_up_is_told(changes: dict[str, int]):
    assert made(**changes).mismatch


def test_what_does_not_add_up_is_not_printed(
    signed_in: SignedIn, alice: Person, monkeypatch: pytest.MonkeyPatch
):
    client, _ = signed_in(alice)
    address = f"/statements/{account_of(client)['id']}/2026-10/"
    wrong = made(closing_minor=1)
    monkeypatch.setattr(content, "read", lambda *_: wrong)
    page = client.get(address)
    assert page.status_code == 503
    assert "doesn’t add up" in page.text
    assert "statement.pdf" not in page.text
    answer = client.get(f"{address}statement.pdf")
    assert answer.status_code == 503
    assert "doesn’t add up" in answer.text


def test_too_many_entries_are_taken_as_a_file(
    signed_in: SignedIn, alice: Person, monkeypatch: pytest.MonkeyPatch
):
    client, _ = signed_in(alice)
    address = f"/statements/{account_of(client)['id']}/2026-10/"
    long = replace(made(), entries=None)
    monkeypatch.setattr(content, "read", lambda *_: long)
    page = client.get(address)
    assert page.status_code == 200
    assert "too many for a page" in page.text
    led = client.get(f"{address}statement.pdf")
    assert (led.status_code, led["Location"]) == (303, address)
    assert client.get("/api/v1/accounts/acc_1/statements/2026-10/file").status_code == 413


def test_a_month_begins_at_midnight_where_its_person_is():
    month = content.month_of("2026-10", BERLIN, NOW)
    assert month is not None
    # Summer time ends in October: the month has an hour more.
    assert month.begin == datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
    assert month.end == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    assert month.is_over
    december = content.month_of("2025-12", BERLIN, NOW)
    assert december is not None
    assert december.last.isoformat() == "2025-12-31"


def test_a_pdf_of_a_thousand_entries_has_them_all():
    told = made()
    assert told.entries is not None
    many = tuple(
        replace(told.entries[1], words=f"Payment to Shop {number}", amount=Money(-number, "EUR"))
        for number in range(1, 1001)
    )
    from selfcare.documents import typeset

    visitor = Visitor(subject="usr_1", name="Alice Marlow", email="a@example.com")
    text = text_of(typeset.pdf("statement", content.data(replace(told, entries=many), visitor)))
    assert all(f"Shop {number} " in text for number in range(1, 1001))
