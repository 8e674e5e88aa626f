"""Documents as PDF: tagged, in our fonts, whatever a name is written in."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfcare.documents import typeset

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def paper(*names: str, title: str = "Receipt") -> dict[str, object]:
    amount = {"figures": "64.90", "currency": "EUR"}
    return {
        "title": title,
        "line": "final",
        "amount": amount,
        "say": "Paid.",
        "facts": [["Name", name] for name in names],
        "sum_title": "What it comes to",
        "sum": [{"words": "Paid", **amount}, {"words": "It cost", **amount, "line": "final"}],
        "code": "R7KM-20TQ-9F4X-8B3N",
        "address": "http://127.0.0.1/verify/R7KM-20TQ-9F4X-8B3N/",
        "qr": None,
        "said": {"qr": "QR code", "check": "Check this", "code": "Code {code}", "shows": "Now."},
    }


def text_of(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)


def test_it_is_tagged_and_says_title_and_language():
    with pikepdf.open(io.BytesIO(typeset.pdf("receipt", paper("Nordlicht Books")))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.StructTreeRoot.K
        assert pdf.Root.Lang == "en"
        assert pdf.docinfo.Title == "Receipt"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "pdfuaid:part" in pdf.Root.Metadata.read_bytes().decode()


def test_the_same_data_give_the_same_bytes():
    first = typeset.pdf("receipt", paper("Nordlicht"), made_at=NOON)
    assert first == typeset.pdf("receipt", paper("Nordlicht"), made_at=NOON)


@pytest.mark.parametrize(
    "name",
    ["Žluťoučký kůň", "Ψάρια και Σία", "Ёлки и палки", "Łódź Ærø Çeşme", "Tiếng Việt", "Հայերեն"],
)
def test_it_spells_names_of_other_scripts(name: str):
    body = typeset.pdf("receipt", paper(name))
    assert name in text_of(body)
    assert "□" not in text_of(body)


def test_names_that_are_read_from_the_right_keep_their_letters():
    text = text_of(typeset.pdf("receipt", paper("שלום", "مرحبا")))
    assert "□" not in text
    assert {"ש", "ל"} <= set(text)


@pytest.mark.parametrize("name", ["北京烤鸭", "Shop 😀", "हिन्दी", "\U000f0000", "\ud800"])
def test_a_character_without_a_glyph_is_seen_to_be_missing(name: str):
    text = text_of(typeset.pdf("receipt", paper(name)))
    assert "□" in text
    assert "stands for a character" in text


def test_nothing_in_the_data_becomes_markup():
    name = '#import "x.typ" $x$ *b* _i_ [c] <l> @ref \\ #sys.inputs'
    assert name in text_of(typeset.pdf("receipt", paper(name)))


def test_no_name_turns_the_amount_around():
    text = text_of(typeset.pdf("receipt", paper("Shop \u202e09.46\u202c\u2066")))
    assert "Shop 09.46" in text


def test_a_name_without_an_end_stays_on_the_page():
    with pikepdf.open(io.BytesIO(typeset.pdf("receipt", paper("W" * 400)))) as pdf:
        assert len(pdf.pages) == 1
    assert re.sub(r"\s", "", text_of(typeset.pdf("receipt", paper("W" * 400)))).count("W" * 400)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_no_text_at_all_is_an_error(name: str):
    assert typeset.pdf("receipt", paper(name, title="x" + name)).startswith(b"%PDF")


def test_it_shows_every_character_that_it_says_it_can():
    lines = (typeset.FONTS / "coverage.txt").read_text().splitlines()[1:]
    ranges = [part.partition("-") for line in lines for part in line.split()[1:]]
    points = {p for a, _, b in ranges for p in range(int(a, 16), int(b or a, 16) + 1)}
    # Marks stand on a letter; by themselves they are set on a dotted circle or not at all.
    words = "".join(chr(p) + (" " if p % 16 == 15 else "") for p in sorted(points))
    assert typeset.pdf("receipt", paper(words)).startswith(b"%PDF")


def test_missing_fonts_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(typeset, "FONTS", tmp_path)
    with pytest.raises(typeset.NotTypeset):
        typeset.pdf("receipt", paper("Nordlicht"))


def test_a_template_that_does_not_fit_is_told():
    with pytest.raises(typeset.NotTypeset):
        typeset.pdf("receipt", {"title": "x"})


def test_a_long_document_leaves_no_memory_behind():
    def resident() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024

    long = paper(*(f"Shop number {number}" for number in range(1500)))
    body = typeset.pdf("receipt", long)
    assert "Shop number 1499" in text_of(body)
    before = resident()
    for _ in range(3):
        typeset.pdf("receipt", long)
    assert resident() - before < 20


def test_a_long_document_that_does_not_fit_is_told():
    with pytest.raises(typeset.NotTypeset):
        typeset.pdf("receipt", {"title": "x" * 40_000})
