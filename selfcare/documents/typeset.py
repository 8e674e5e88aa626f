"""Sets documents as tagged PDF (PDF/UA-1); knows neither transactions nor pages.

A template lies in `typst/`, begins with `#import "paper.typ": *` and `#show: paper`, and finds
what it prints in `data`, which travels as JSON: nothing in it can become markup.
"""

import json
import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import typst
from django.http import HttpResponse

from selfcare.web import problems
from selfcare.web.request import Request

log = structlog.get_logger("selfcare.documents")

HERE = Path(__file__).parent
TEMPLATES = HERE / "typst"
FONTS = HERE / "fonts"
FAMILIES = frozenset({"Archivo", "Archivo Wide", "DejaVu Sans"})
# Stands for a character that no font of ours has a glyph for; PDF/UA forbids empty boxes.
REPLACEMENT = "□"


class NotTypeset(Exception):
    """The document can't be made: a font is missing, or the template and its data don't fit."""


def pdf(template: str, data: dict[str, Any], *, made_at: datetime | None = None) -> bytes:
    """`typst/<template>.typ` filled with `data`, as PDF/UA-1; raises NotTypeset.

    `data` is anything that JSON can say and has a `title` (and `lang`, if it isn't "en"). Texts
    are shown as they are, but for characters without a glyph, which become REPLACEMENT; the
    template's foot then says so. The same data and `made_at` give the same bytes.
    """
    made_at = made_at or datetime.now(UTC)
    try:
        return _compiled(template, _printable(data, "any"), made_at)
    except typst.TypstError as error:
        # Marks that stack in a way which no single font can set: letters without them can be.
        log.warning("document.set_again", template=template, detail=error.message[:200])
    try:
        return _compiled(template, _printable(data, "archivo"), made_at)
    except typst.TypstError as error:
        log.exception("document.not_set", template=template)
        raise NotTypeset(template) from error


def answer(
    request: Request,
    template: str,
    data: dict[str, Any],
    filename: str,
    *,
    made_at: datetime | None = None,
) -> HttpResponse:
    """The PDF as a download named `filename`, or a page (under /api/ a problem) that says 503."""
    try:
        body = pdf(template, data, made_at=made_at)
    except NotTypeset:
        return problems.page(
            request,
            503,
            code="not_typeset",
            detail="We can't make this document right now. Nothing is lost: try again later.",
            retry_after=60,
        )
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Cache-Control": "no-store, private",
        },
    )


def _compiled(template: str, data: dict[str, Any], made_at: datetime) -> bytes:
    made: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards="ua-1",
        timestamp=int(made_at.timestamp()),
    )
    return made


@cache
def _fonts() -> Any:
    """Ours alone: a machine's own fonts would make the same receipt look different elsewhere."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    missing = FAMILIES - set(fonts.families())
    if missing:
        raise NotTypeset(f"fonts are missing: {', '.join(sorted(missing))}")
    return fonts


@cache
def _without_glyph(font: str) -> re.Pattern[str]:
    """Finds characters that `font` ("any": none of them) can't show."""
    ranges = []
    try:
        lines = (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise NotTypeset("coverage.txt is missing") from error
    for line in lines:
        name, _, points = line.partition(" ")
        if name == font or (font == "any" and name != "#"):
            ranges += [point.partition("-") for point in points.split()]
    inside = "".join(
        f"\\U{int(first, 16):08x}-\\U{int(last or first, 16):08x}" for first, _, last in ranges
    )
    return re.compile(f"[^\n{inside}]")


def _printable(data: dict[str, Any], font: str) -> dict[str, Any]:
    """A copy whose texts the font can show, and `replaced`: whether that changed any."""
    pattern = _without_glyph(font)
    replaced = False

    def clean(value: Any) -> Any:
        nonlocal replaced
        if isinstance(value, str):
            if value.isascii() and value.isprintable():
                return value
            text = "".join(filter(_is_seen, unicodedata.normalize("NFC", value)))
            shown = pattern.sub(REPLACEMENT, text)
            replaced = replaced or shown != text
            return shown
        if isinstance(value, dict):
            return {name: clean(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [clean(one) for one in value]
        return value

    cleaned: dict[str, Any] = clean(data)
    return {**cleaned, "replaced": replaced}


def _is_seen(character: str) -> bool:
    """Not so: controls, and marks that turn the direction of what follows, such as an amount."""
    if character == "\n":
        return True
    selector = 0xFE00 <= ord(character) <= 0xFE0F
    return not selector and unicodedata.category(character) not in {"Cc", "Cf"}
