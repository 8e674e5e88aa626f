"""Files for a case: checked by content, kept through mistakes, and downloaded safely."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cases.conftest import SignedIn, fields_in, follow, form_of, png
from tests.support.control import Control, Person

WROTE = {"reason": "not_as_described", "message": "The frame is bent."}


@pytest.fixture
def path(paid: dict[str, Any]) -> str:
    return f"/transactions/{paid['id']}/disputes/new/"


def opened(client: Client, control: Control, alice: Person, path: str) -> dict[str, Any]:
    fields = {**form_of(client, path), **WROTE, "files": [png("frame.png"), png("b.png", grey=9)]}
    follow(client, client.post(path, fields))
    return control.cases(alice)[0]


def test_files_are_part_of_the_case(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    case = opened(client, control, alice, path)
    assert [file["name"] for file in case["evidence"]] == ["frame.png", "b.png"]
    assert "frame.png" in client.get(f"/cases/{case['id']}/").text


def test_a_file_survives_a_mistake_in_the_form(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), "amount": "1000", "files": png("frame.png")}
    page = client.post(path, fields)
    assert page.status_code == 422
    assert "frame.png" in page.text
    again = {**fields_in(page), **WROTE, "amount": "12.50"}
    follow(client, client.post(path, again))
    (case,) = control.cases(alice)
    assert [file["name"] for file in case["evidence"]] == ["frame.png"]


def test_a_file_that_is_unticked_stays_out(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    page = client.post(path, {**form_of(client, path), "files": png()})
    again = {**fields_in(page), **WROTE}
    again.pop("kept")
    follow(client, client.post(path, again))
    assert control.cases(alice)[0]["evidence"] == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.png", b"<script>alert(1)</script>", "neither a PDF nor a PNG or JPEG"),
        ("empty.pdf", b"", "empty"),
        ("zip.pdf", b"PK\x03\x04" + b"0" * 100, "neither a PDF nor a PNG or JPEG"),
        ("half.pdf", b"%PDF-1.7\n1 0 obj", "neither a PDF nor a PNG or JPEG"),
        ("big.png", b"\x89PNG\r\n\x1a\n" + b"0" * 10_000_001, "10 MB"),
    ],
)
def test_a_file_that_lies_or_is_too_much_is_told_and_nothing_sent(
    client: Client,
    control: Control,
    alice: Person,
    path: str,
    name: str,
    content: bytes,
    words: str,
) -> None:
    fields = {**form_of(client, path), **WROTE, "files": SimpleUploadedFile(name, content)}
    page = client.post(path, fields)
    assert page.status_code == 422
    assert words in page.text
    assert "The frame is bent." in page.text
    assert control.cases(alice) == []


def test_a_name_with_a_path_or_a_turned_direction_does_no_harm(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE, "files": png("..\\..\\etc/pass\u202egnp.exe")}
    follow(client, client.post(path, fields))
    (file,) = control.cases(alice)[0]["evidence"]
    assert file["name"].endswith(".png")
    assert not set(file["name"]) & set("/\\\u202e")


def test_a_file_of_somebody_else_can_t_be_named(
    client: Client, signed_in: SignedIn, control: Control, alice: Person, bob: Person, path: str
) -> None:
    his, _ = signed_in(bob)
    made = control.add_transaction(bob, status="completed", merchant="Nordlicht Books")
    there = f"/transactions/{made['id']}/disputes/new/"
    page = his.post(there, {**form_of(his, there), "files": png("his.png")})
    token = fields_in(page)["kept"]
    for kept in (token, ["nonsense"], ["a:b:c"], ["x" * 5000]):
        answer = client.post(path, {**form_of(client, path), **WROTE, "kept": kept, "amount": "x"})
        assert "his.png" not in answer.text


def test_while_the_service_doesnt_take_it_the_words_stay(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE, "files": png()}
    control.fault("evidence", "error", sub=alice.sub, status=503)
    page = client.post(path, fields)
    assert page.status_code == 422
    assert "couldn’t hand over “frame.png”" in page.text
    assert "The frame is bent." in page.text
    assert control.cases(alice) == []


def test_it_is_downloaded_as_a_file_and_never_shown_in_place(
    client: Client, control: Control, alice: Person, path: str
) -> None:
    case = opened(client, control, alice, path)
    file = case["evidence"][0]
    answer = client.get(f"/cases/{case['id']}/evidence/{file['sha256']}/")
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_nobody_else_gets_it(
    client: Client, signed_in: SignedIn, control: Control, alice: Person, bob: Person, path: str
) -> None:
    case = opened(client, control, alice, path)
    sha256 = case["evidence"][0]["sha256"]
    his, _ = signed_in(bob)
    assert his.get(f"/cases/{case['id']}/evidence/{sha256}/").status_code == 404
    for wrong in ("0" * 64, "x", "a" * 63):
        assert client.get(f"/cases/{case['id']}/evidence/{wrong}/").status_code == 404
