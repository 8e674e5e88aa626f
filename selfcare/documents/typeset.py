"""Sets documents as tagged PDF (PDF/UA-1); knows neither transactions nor pages.

A template lies in `typst/`, begins with `#import "paper.typ": *` and `#show: paper`, and finds
what it prints in `data`, which travels as JSON: nothing in it can become markup.
"""

import json
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.http import HttpResponse
from django.utils.translation import gettext as _

from selfcare.documents.press import NotSet, pressed
from selfcare.web import formats, problems
from selfcare.web.request import Request

log = structlog.get_logger("selfcare.documents")

HERE = Path(__file__).parent
TEMPLATES = HERE / "typst"
FONTS = HERE / "fonts"
# Some 200 rows of a table: a longer document is set in a process of its own.
LONG_CHARACTERS = 30_000
LONGEST_SECONDS = 60
# Stands for a character that no font of ours has a glyph for; PDF/UA forbids empty boxes.
REPLACEMENT = "□"


class NotTypeset(Exception):
    """The document can't be made: a font is missing, or the template and its data don't fit."""


def pdf(template: str, data: dict[str, Any], *, made_at: datetime | None = None) -> bytes:
    """`typst/<template>.typ` filled with `data`, as PDF/UA-1; raises NotTypeset.

    `data` is anything that JSON can say and has a `title`; its language is the active one. Texts
    are shown as they are, but for characters without a glyph, which become REPLACEMENT; the
    template's foot then says so. The same data, language and `made_at` give the same bytes.
    """
    made_at = made_at or datetime.now(UTC)
    data = {**_frame(), **data}
    try:
        return _set(template, _printable(data, "any"), made_at)
    except NotSet as reason:
        # Marks that stack in a way which no single font can set: letters without them can be.
        log.warning("document.set_again", template=template, reason=str(reason))
    try:
        return _set(template, _printable(data, "archivo"), made_at)
    except NotSet as reason:
        log.error("document.not_set", template=template, reason=str(reason))
        raise NotTypeset(template) from reason


def answer(
    request: Request,
    template: str,
    data: dict[str, Any],
    filename: str,
    *,
    made_at: datetime | None = None,
    written: formats.Formats | None = None,
) -> HttpResponse:
    """The PDF as a download named `filename`, or a page (under /api/ a problem) that says 503.

    `written` is what `data` was made in, where that isn't what is active now.
    """
    try:
        with formats.use(written or formats.active()):
            body = pdf(template, data, made_at=made_at)
    except NotTypeset:
        return problems.page(
            request,
            503,
            code="not_typeset",
            detail=_("We can’t make this document right now. Nothing is lost: try again later."),
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


def _frame() -> dict[str, Any]:
    """What the paper itself says; `lang` also tells how words are divided and read out."""
    return {
        "lang": formats.active().language,
        "frame": {
            "pages": _("{page} of {pages}"),
            "replaced": _("□ stands for a character that this document has no letters for."),
            "what": _("What"),
            "amount": _("Amount"),
        },
    }


def _set(template: str, data: dict[str, Any], made_at: datetime) -> bytes:
    told = json.dumps(data)
    job: dict[str, Any] = {
        "template": str(TEMPLATES / f"{template}.typ"),
        "root": str(TEMPLATES),
        "fonts": str(FONTS),
        "data": told,
        "at": int(made_at.timestamp()),
    }
    return pressed(job) if len(told) <= LONG_CHARACTERS else _set_apart(job)


def _set_apart(job: dict[str, Any]) -> bytes:
    """In a process of its own, which takes the memory along that it needed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program and our own interpreter
            [sys.executable, "-I", str(HERE / "press.py")],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotSet(type(error).__name__) from error
    if done.returncode != 0:
        raise NotSet(done.stderr.decode(errors="replace")[-500:])
    return done.stdout


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
