"""The PDF: every row in its text, and the structure that a screen reader needs."""

import io

import pikepdf
import pypdf
import pytest

from selfcare.documents.exports.rows import decimal
from tests.documents.exports.made_up import row, some, written


def flat(text: str) -> str:
    """Long words may break anywhere, so breaks and spaces don't count."""
    return "".join(text.replace("\u200b", "").split())


def test_its_text_contains_every_row() -> None:
    rows = some(60)
    body, told = written("pdf", rows)
    text = flat("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages))
    for one in rows:
        assert one["id"] in text
        figures = decimal(one["amount_minor"], one["currency"])
        assert figures.partition(".")[0][-3:] in text
    assert told.id in text
    assert "Alltransactions" in text


def test_it_is_tagged_and_says_its_language_and_title() -> None:
    body, _ = written("pdf", some(5))
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.StructTreeRoot.K is not None
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as meta:
            assert meta["dc:title"] == "Transactions"
            assert meta["pdfuaid:part"] == "1"
        kinds = {str(one.get("/S")) for one in pdf.objects if _is_element(one)}
        assert {"/Table", "/TR", "/TH", "/TD", "/H1"} <= kinds


def _is_element(one: object) -> bool:
    return isinstance(one, pikepdf.Dictionary) and "/S" in one and "/P" in one


@pytest.mark.parametrize("name", ["#show: x", "株式会社", "\u202etxt.exe", "$math$ *b* _i_", ""])
def test_no_name_becomes_markup(name: str) -> None:
    body, _ = written("pdf", [row(counterparty={"kind": "person", "name": name, "iban": None})])
    assert body.startswith(b"%PDF-")
