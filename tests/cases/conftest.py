"""Forms of cases as a browser without script fills them in."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def form_of(client: Client, path: str, *, status: int = 200) -> dict[str, Any]:
    """The fields of the page's form that carries an intent."""
    page = client.get(path)
    assert page.status_code == status, page.text[:800]
    return fields_in(page)


def fields_in(page: Any) -> dict[str, Any]:
    for form in html.fromstring(page.text).forms:
        fields: dict[str, Any] = {}
        for name, value in form.form_values():
            fields[name] = [*fields.get(name, []), value] if name == "kept" else value or ""
        if "intent" in fields:
            fields.pop("files", None)
            return fields
    raise AssertionError(f"no form with an intent: {page.text[:800]}")


def follow(client: Client, answer: Any) -> Any:
    assert answer.status_code == 303, answer.text[:1500]
    return client.get(answer["Location"])


def png(name: str = "frame.png", *, grey: int = 0) -> SimpleUploadedFile:
    """A real picture of one pixel; `grey` makes it another one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    file.seek(0, io.SEEK_END)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes([0, grey]))), (b"IEND", b""))
    file.write(b"".join(chunk(kind, data) for kind, data in parts))
    return SimpleUploadedFile(name, file.getvalue(), content_type="image/png")


@pytest.fixture
def client(signed_in: SignedIn, alice: Person) -> Client:
    """Alice's browser."""
    return signed_in(alice)[0]


@pytest.fixture
def paid(control: Control, alice: Person) -> dict[str, Any]:
    """A payment of 64.90 EUR that Nordlicht Books has."""
    return control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
