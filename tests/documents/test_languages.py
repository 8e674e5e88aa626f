"""Documents are in the language of their person; what programs read is English whatever it is."""

import csv
import io
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from selfcare.clients import transactions as service
from selfcare.documents import typeset
from selfcare.documents.exports import actions as exports
from selfcare.documents.exports import making
from selfcare.documents.receipts import actions as receipts
from selfcare.documents.receipts import content as receipt_content
from selfcare.documents.shares import actions as shares
from selfcare.documents.statements import content as statement_content
from selfcare.preferences.models import Preferences
from selfcare.transactions import finding
from selfcare.web import formats
from selfcare.web.request import Person as Reader
from selfcare.web.zones import zone_of
from tests.support import pseudo
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], tuple[Client, Walk]]
DATA = {"Alice", "Marlow", "Nordlicht", "Books", "Ltd", "UTC", "Lunch", "Everyday", "Main"}


def reader(person: Person) -> Reader:
    return Reader(person.sub, person.name, person.email, zone="Europe/Berlin")


def paid(control: Control, person: Person, **facts: object) -> str:
    named = {"status": "completed", "merchant": "Nordlicht Books", "fee_minor": 120, **facts}
    return str(control.add_transaction(person, **named)["id"])


def texts_in(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for name, one in data.items() if name != "code" for text in texts_in(one)]
    if isinstance(data, list | tuple):
        return [text for one in data for text in texts_in(one)]
    return [re.sub(r"{\w+}", "", data)] if isinstance(data, str) else []


def english_in(data: dict[str, Any], more: set[str]) -> list[str]:
    left = (
        pseudo.english_in(text, DATA | pseudo.calendar_words() | more) for text in texts_in(data)
    )
    return sorted({word for words in left for word in words})


def language_of(body: bytes) -> str:
    with pikepdf.open(io.BytesIO(body)) as pdf:
        return str(pdf.Root.Lang)


@pytest.mark.parametrize(
    "status", ["completed", "processing", "action_required", "failed", "cancelled"]
)
def test_no_receipt_has_english_left(control: Control, alice: Person, status: str) -> None:
    txn = service.transaction(alice.sub, paid(control, alice, status=status))
    code = receipts.note_print(txn)
    with pseudo.spoken() as language, formats.use(formats.Formats(language)):
        told = receipt_content.of(txn, reader(alice), code, timezone.now())
        data = typeset._frame() | told.data()
    # What the drawing of the code is made of, and the state's name that nobody reads.
    data = {k: v for k, v in data.items() if k not in {"line", "lang", "qr", "sum"}}
    lines = [one.words for one in told.sum]
    assert not english_in(
        {**data, "sum": lines, "facts": _facts(data)}, set(txn.account.name.split())
    )


def _facts(data: dict[str, Any]) -> list[list[str]]:
    return [fact[:2] for fact in data["facts"]]


def test_no_statement_has_english_left(control: Control, alice: Person) -> None:
    paid(control, alice)
    person = reader(alice)
    account = service.accounts(alice.sub).data[0]
    with pseudo.spoken() as language, formats.use(formats.Formats(language)):
        now = timezone.now()
        month = statement_content.month_of(f"{now:%Y-%m}", zone_of(person), now)
        assert month is not None
        told = statement_content.read(person, account.id, month, now)
        data = statement_content.data(told, person)
    data = {**data, "facts": _facts(data), "sum": [one["words"] for one in data["sum"]]}
    assert not english_in(data, set(account.name.split()))


def test_a_receipt_says_its_language(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    address = f"/transactions/{txn}/receipt.pdf"
    assert language_of(client.get(address).content) == "en"
    assert language_of(client.get(address, headers={"Accept-Language": "cs"}).content) == "cs"


def test_a_pdf_by_the_api_is_in_its_persons_language(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    txn = paid(control, alice)
    Preferences.objects.update_or_create(subject=alice.sub, defaults={"language": "de"})
    assert language_of(client.get(f"/api/v1/transactions/{txn}/receipt").content) == "de"
    account = client.get("/api/v1/accounts").json()["data"][0]["id"]
    month = f"{timezone.now():%Y-%m}"
    statement = f"/api/v1/accounts/{account}/statements/{month}"
    assert language_of(client.get(f"{statement}/file").content) == "de"
    words = {one["words"] for one in client.get(statement).json()["entries"]}
    assert "Payment to Nordlicht Books" in words


def exported(person: Person, format_name: str, language: str) -> Any:
    """An export asked for on a page in the language."""
    with formats.use(formats.Formats(language)):
        return exports.create(
            person=reader(person),
            finding=finding.read(QueryDict("status=completed&kind=payment"), reader(person)),
            format_name=format_name,
            key=secrets.token_urlsafe(24),
            request_id="test-of-languages",
        )


def test_an_exported_pdf_is_in_its_persons_language(control: Control, alice: Person) -> None:
    paid(control, alice)
    Preferences.objects.update_or_create(subject=alice.sub, defaults={"language": "es"})
    export = exported(alice, "pdf", "es")
    with default_storage.open(export.file) as file:
        assert language_of(file.read()) == "es"


@pytest.mark.parametrize("format_name", ["csv", "jsonl", "xlsx", "camt053", "mt940", "ofx"])
def test_what_programs_read_is_the_same_in_each_language(
    control: Control, alice: Person, format_name: str
) -> None:
    paid(control, alice)
    with pseudo.spoken() as language:
        asked_for = exported(alice, format_name, "en")
        again = exported(alice, format_name, language)
    assert again.words == asked_for.words
    told = json.dumps(again.manifest, ensure_ascii=False)
    assert told.isascii()
    with default_storage.open(again.file) as file:
        body = file.read()
    if format_name == "csv":
        assert next(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[0] == "id"
    if format_name != "xlsx":
        assert body.decode("utf-8-sig").isascii()


def test_what_an_export_shows_is_said_in_the_language_of_its_reader(
    control: Control, alice: Person
) -> None:
    paid(control, alice)
    export = exported(alice, "csv", "en")
    with pseudo.spoken() as language, formats.use(formats.Formats(language)):
        told = making.words_for_reader(export)
    assert not pseudo.english_in(told, DATA)


def test_what_a_link_is_called_is_said_in_the_language_of_its_owner(
    control: Control, alice: Person
) -> None:
    txn = service.transaction(alice.sub, paid(control, alice))
    with pseudo.spoken() as language, formats.use(formats.Formats(language)):
        row = shares.share(txn=txn, key=secrets.token_urlsafe(24), shown=["amount"], days=7)
        assert not pseudo.english_in(row.words, DATA)
    assert row.words == row.title == f"Payment to Nordlicht Books, {txn.amount}"
