"""Receipts: page and PDF say the same, and say what isn't final."""

import io
from collections.abc import Callable

import pikepdf
import pypdf
import pytest
from django.test import Client
from lxml import html

from selfcare.documents import typeset
from selfcare.documents.receipts.models import ReceiptCode
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def text_of(body: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def paid(control: Control, person: Person, **facts: object) -> str:
    named = {"status": "completed", "merchant": "Nordlicht Books", "fee_minor": 120, **facts}
    made = control.add_transaction(person, **named)
    return str(made["id"])


def test_it_says_who_paid_whom_and_what_it_cost(
    signed_in: SignedIn, control: Control, alice: Person
):
    client, _ = signed_in(alice)
    txn = paid(control, alice, remittance_information="Order 4711")
    answer = client.get(f"/transactions/{txn}/receipt.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{txn}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    text = text_of(answer.content)
    code = ReceiptCode.objects.get(subject=alice.sub, transaction_id=txn)
    for part in (
        "Receipt", "Paid by Alice Marlow to Nordlicht Books", "64.90", "1.20", "66.10",
        "Order 4711", txn, code.grouped, f"/verify/{code.grouped}/", "As of",
    ):  # fmt: skip
        assert part in text
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.docinfo.Title == "Receipt"


def test_page_and_pdf_say_the_same_and_share_one_code(
    signed_in: SignedIn, control: Control, alice: Person
):
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    page = html.fromstring(client.get(f"/transactions/{txn}/receipt/").text)
    text = text_of(client.get(f"/transactions/{txn}/receipt.pdf").content)
    for one in page.cssselect(".receipt .facts dd"):
        assert " ".join(one.text_content().split()) in text
    assert page.cssselect(".receipt-sum [data-is=final]")
    assert ReceiptCode.objects.filter(transaction_id=txn).count() == 1


@pytest.mark.parametrize("status", ["created", "action_required", "scheduled", "processing"])
def test_what_is_not_final_is_no_receipt(
    signed_in: SignedIn, control: Control, alice: Person, status: str
):
    client, _ = signed_in(alice)
    txn = paid(control, alice, status=status)
    page = client.get(f"/transactions/{txn}/receipt/")
    tree = html.fromstring(page.text)
    assert tree.cssselect("h1")[0].text_content() == "Payment confirmation, not final"
    assert not tree.cssselect("[data-is=final]")
    assert tree.cssselect(".receipt-sum [data-is=open]")
    answer = client.get(f"/transactions/{txn}/receipt.pdf")
    assert "confirmation-not-final" in answer["Content-Disposition"]
    assert "no proof that it was paid" in text_of(answer.content)


@pytest.mark.parametrize("status", ["failed", "cancelled", "expired"])
def test_what_did_not_happen_is_struck_through(
    signed_in: SignedIn, control: Control, alice: Person, status: str
):
    client, _ = signed_in(alice)
    txn = paid(control, alice, status=status)
    tree = html.fromstring(client.get(f"/transactions/{txn}/receipt/").text)
    assert tree.cssselect("h1")[0].text_content() == "No money moved"
    assert tree.cssselect(".receipt-sum [data-is=void]")
    assert client.get(f"/transactions/{txn}/receipt.pdf").status_code == 200


def test_it_is_nobody_elses(signed_in: SignedIn, control: Control, alice: Person, bob: Person):
    client, _ = signed_in(bob)
    txn = paid(control, alice)
    for path in (f"/transactions/{txn}/", f"/transactions/txn_{'0' * 32}/"):
        for page in ("receipt.pdf", "receipt/", "shares/new/"):
            assert client.get(path + page).status_code == 404
        assert client.post(f"{path}verification-codes/").status_code == 404
    assert not ReceiptCode.objects.filter(transaction_id=txn).exists()


def test_it_is_not_made_of_what_was_remembered(
    signed_in: SignedIn, control: Control, alice: Person
):
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    client.get(f"/transactions/{txn}/receipt.pdf")
    control.fault("detail", "error", sub=alice.sub)
    for page in ("receipt.pdf", "receipt/"):
        answer = client.get(f"/transactions/{txn}/{page}")
        assert answer.status_code == 503
        assert "<h1" in answer.text


def test_fonts_that_are_gone_are_a_page_that_says_so(
    signed_in: SignedIn, control: Control, alice: Person, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    monkeypatch.setattr(typeset, "FONTS", tmp_path)
    answer = client.get(f"/transactions/{txn}/receipt.pdf")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "can’t make this document" in answer.text


def test_a_new_code_ends_the_old_one_once(signed_in: SignedIn, control: Control, alice: Person):
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    page = html.fromstring(client.get(f"/transactions/{txn}/receipt/").text)
    form = page.cssselect(".renew form")[0]
    seen = {one.get("name"): one.get("value") for one in form.cssselect("input")}
    for _ in range(2):
        answer = client.post(form.get("action"), seen)
        assert answer.status_code == 303
        assert answer["Location"] == f"/transactions/{txn}/receipt/"
    rows = ReceiptCode.objects.filter(transaction_id=txn).order_by("created_at")
    assert [row.revoked_at is None for row in rows] == [False, True]
    assert rows[0].code != rows[1].code


def test_the_card_offers_receipt_share_and_code(
    signed_in: SignedIn, control: Control, alice: Person
):
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    card = f"/transactions/{txn}/documents/card/"
    assert "made with the first receipt" in client.get(card).text
    client.get(f"/transactions/{txn}/receipt/")
    part = client.get(card, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert ReceiptCode.objects.get(transaction_id=txn).grouped in part
    assert f"/transactions/{txn}/receipt.pdf" in part
