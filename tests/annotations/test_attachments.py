"""Files: what they are is looked up in them, kept under names that tell nothing, for one person."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from selfcare.annotations import attachments, limits
from selfcare.annotations.models import Attachment
from tests.annotations import files
from tests.support.control import Control, Person

Settings = Any
Send = Callable[..., Any]


@pytest.fixture
def send(hers: Client, paid: str, folder: Path) -> Send:
    """Send a file as her browser does."""

    def post(content: bytes, name: str = "invoice.pdf", **more: Any) -> Any:
        file = SimpleUploadedFile(name, content, more.pop("media_type", "application/pdf"))
        return hers.post(f"/transactions/{paid}/attachments/", {"file": file, **more})

    return post


def words(answer: Any) -> str:
    return str(html.fromstring(answer.text).cssselect("#file-error")[0].text_content()).strip()


def fetch(client: Client, path: str) -> tuple[Any, bytes]:
    answer: Any = client.get(path)
    return answer, answer.getvalue()


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (files.pdf(), "Rechnung März.pdf", "application/pdf"),
        (files.pdf(password="secret"), "locked.pdf", "application/pdf"),
        (files.picture("PNG"), "receipt.png", "image/png"),
        (files.picture("JPEG"), "photo.JPG", "image/jpeg"),
        (files.photo(), "IMG_0001.jpg", "image/jpeg"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_keeps_and_hands_out_what_it_was_given(
    send: Send, hers: Client, folder: Path, content: bytes, name: str, media_type: str
) -> None:
    assert send(content, name, media_type="text/html", page="detail").status_code == 303
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.media_type, attachment.state) == (name, media_type, "kept")
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()
    (path,) = kept(folder)
    assert path.read_bytes() == content
    assert path.stem not in name
    assert path.stat().st_mode & 0o077 == 0
    got, told = fetch(hers, f"/attachments/{attachment.public_id}/")
    assert told == content
    assert got["Content-Type"] == media_type
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in got["Cache-Control"]


def test_a_name_beyond_ascii_goes_out_as_rfc_6266_says(send: Send, hers: Client) -> None:
    send(files.pdf(), 'Quittung "März" €.pdf')
    attachment = Attachment.objects.get()
    got, _ = fetch(hers, f"/attachments/{attachment.public_id}/")
    assert (
        got["Content-Disposition"]
        == "attachment; filename*=utf-8''Quittung%20_M%C3%A4rz_%20%E2%82%AC.pdf"
    )


def test_only_a_picture_is_shown_in_place(send: Send, hers: Client) -> None:
    send(files.pdf())
    send(files.picture("PNG"), "receipt.png")
    paper, picture = Attachment.objects.order_by("added_at")
    assert hers.get(f"/attachments/{paper.public_id}/picture/").status_code == 404
    shown, _ = fetch(hers, f"/attachments/{picture.public_id}/picture/")
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline;")
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<script>alert(1)</script>", "invoice.pdf"),
        (b"<!DOCTYPE html>\n%PDF-1.7\nstartxref\n9\n%%EOF", "page.pdf"),
        (b"%PDF-1.7\nand nothing more", "cut.pdf"),
        (b"%PDF-1.7\nstartxref\n99999\n%%EOF\n", "nowhere.pdf"),
        (files.zip_bomb(), "invoice.pdf"),
        (files.text_bomb(), "comment.png"),
        (b"GIF89a" + b"\0" * 40, "dance.gif"),
        (b"MZ\x90\0" + b"\0" * 100, "invoice.pdf.exe"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "drawing.svg"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "broken.png"),
        (files.picture("PNG")[:40], "half.png"),
        (b"\xff\xd8\xff\xe0<html>", "lie.jpg"),
        (files.shreds("PNG"), "shreds.png"),
        (files.shreds("JPEG"), "shreds.jpg"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_refuses_what_lies_about_its_type(
    send: Send, folder: Path, content: bytes, name: str
) -> None:
    started = time.monotonic()
    answer = send(content, name)
    assert answer.status_code == 422
    assert "neither a PDF nor a PNG or JPEG picture inside" in words(answer)
    assert not Attachment.objects.exists()
    assert kept(folder) == []
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 6000), (2**31 - 1, 2**31 - 1)])
def test_it_refuses_a_picture_that_promises_too_many_pixels(
    send: Send, size: tuple[int, int]
) -> None:
    answer = send(files.picture_bomb(*size), "bomb.png")
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_a_wrong_ending_is_put_right(send: Send) -> None:
    assert send(files.picture("JPEG"), "photo.png").status_code == 303
    assert Attachment.objects.get().name == "photo.jpg"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\win.pdf", "win.pdf"),
        ("/etc/cron.d/evil.pdf", "evil.pdf"),
        ("a\r\nX-Evil: yes.pdf", "a X-Evil_ yes.pdf"),
        ("evil\u202efdp.exe", "evilfdp.pdf"),
        ("con<>|?*.pdf", "con_____.pdf"),
        ("...", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("page.html", "page.pdf"),
        ("50% off; really?.pdf", "50% off; really_.pdf"),
    ],
    ids=list(map(str, range(11))),
)
def test_it_takes_no_path_and_no_trick_from_a_name(
    hers: Client, alice: Person, paid: str, folder: Path, given: str, name: str
) -> None:
    # As a program may send it: a browser's form would have lost the worst of it on its way.
    made = attachments.add(
        subject=alice.sub,
        transaction_id=paid,
        name=given,
        file=SimpleUploadedFile("x", files.pdf()),
    )
    assert made.name == name
    got, _ = fetch(hers, f"/attachments/{made.public_id}/")
    assert "\n" not in got["Content-Disposition"]
    assert "X-Evil" not in got.headers
    assert kept(folder)[0].parent == folder


def test_it_takes_no_path_from_a_form(send: Send, folder: Path) -> None:
    assert send(files.pdf(), "../../../evil.pdf").status_code == 303
    assert Attachment.objects.get().name == "evil.pdf"
    assert kept(folder)[0].parent == folder


def test_it_stops_at_ten_megabytes(send: Send, folder: Path) -> None:
    paper = files.pdf()
    fits = paper[:9] + b"%" + b"x" * (10_000_000 - len(paper) - 2) + b"\n" + paper[9:]
    assert len(fits) == 10_000_000
    assert send(fits).status_code == 303
    answer = send(fits + b"\n")
    assert answer.status_code == 413
    assert words(answer) == "A file may have 10 MB. Nothing was added."
    assert Attachment.objects.count() == len(kept(folder)) == 1


def test_what_is_far_too_large_is_refused_unread(send: Send) -> None:
    answer = send(b"\0" * 42_000_000)
    assert answer.status_code == 413
    assert "more than we take at once" in answer.text


def test_no_other_address_takes_a_large_body_or_a_file(hers: Client, paid: str) -> None:
    file = SimpleUploadedFile("x.pdf", b"x" * 2_000_000)
    assert hers.post(f"/transactions/{paid}/note/", {"file": file}).status_code == 413
    small = SimpleUploadedFile("x.pdf", files.pdf())
    answer = hers.post(f"/transactions/{paid}/note/", {"text": "Kept", "file": small})
    assert answer.status_code == 303


@pytest.mark.parametrize(("content", "told"), [(b"", "is empty"), (None, "Choose a file first.")])
def test_nothing_and_an_empty_file_are_told_apart(
    send: Send, hers: Client, paid: str, content: bytes | None, told: str
) -> None:
    path = f"/transactions/{paid}/attachments/"
    answer = hers.post(path) if content is None else send(content)
    assert answer.status_code == 422
    assert told in words(answer)


def test_the_same_file_twice_is_one(send: Send, folder: Path) -> None:
    send(files.pdf(), "invoice.pdf")
    answer = send(files.pdf(), "copy.pdf")
    assert answer.status_code in {303, 409}
    content = kept(folder)[0].read_bytes()
    again = send(content, "copy.pdf")
    assert again.status_code == 409
    assert "as “invoice.pdf”" in words(again)


def test_a_transaction_holds_so_many_and_a_person_so_much(
    send: Send, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FILES", 2)
    one, two, three = (files.picture("PNG", colour=n) for n in range(3))
    settings.ATTACHMENTS_BYTES = len(one) + 10
    assert send(one, "1.png").status_code == 303
    answer = send(two, "2.png")
    assert answer.status_code == 409
    assert "All your files together" in words(answer)
    settings.ATTACHMENTS_BYTES = 10_000
    assert send(two, "2.png").status_code == 303
    assert "holds 20 files" in words(send(three, "3.png"))
    attachments.remove(Attachment.objects.first())  # type: ignore[arg-type]
    assert send(three, "3.png").status_code == 303


def test_removing_takes_the_row_and_the_file(
    send: Send, hers: Client, folder: Path, paid: str
) -> None:
    send(files.pdf())
    attachment = Attachment.objects.get()
    path = f"/attachments/{attachment.public_id}/"
    assert hers.post(f"{path}removals/").status_code == 303
    assert not Attachment.objects.exists()
    assert kept(folder) == []
    assert hers.get(path).status_code == hers.post(f"{path}removals/").status_code == 404


def test_another_persons_file_is_not_there(
    send: Send, his: Client, paid: str, client: Client
) -> None:
    send(files.picture("PNG"), "receipt.png")
    path = f"/attachments/{Attachment.objects.get().public_id}/"
    for answer in (
        his.get(path),
        his.get(f"{path}picture/"),
        his.post(f"{path}removals/"),
        his.post(f"/transactions/{paid}/attachments/", {"file": SimpleUploadedFile("a.pdf", b"x")}),
        his.get("/attachments/att_0/"),
    ):
        assert answer.status_code == 404
    assert Client().get(path).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_visitors_file_is_kept_nowhere(db: None, folder: Path) -> None:
    file = SimpleUploadedFile("a.pdf", files.pdf())
    answer = Client().post("/transactions/txn_1/attachments/", {"file": file})
    assert answer.status_code == 302
    assert "/sign-in/" in answer["Location"]
    assert kept(folder) == []


def test_a_form_without_its_token_keeps_nothing(
    db: None, alice: Person, paid: str, folder: Path
) -> None:
    from tests.support.sign_in import sign_in

    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, alice.sub, alice.name)
    file = SimpleUploadedFile("a.pdf", files.pdf())
    answer = strict.post(f"/transactions/{paid}/attachments/", {"file": file})
    assert answer.status_code == 403
    assert not Attachment.objects.exists()


def test_a_storage_that_is_down_loses_nothing(
    send: Send, hers: Client, folder: Path, settings: Settings, tmp_path: Path, paid: str
) -> None:
    paper, picture = files.pdf(), files.picture("PNG")
    send(paper)
    attachment = Attachment.objects.get()
    where = settings.STORAGES
    broken = tmp_path / "a-file"
    broken.write_text("no folder")
    gone = {**where["default"], "OPTIONS": {"location": str(broken), "base_url": None}}
    settings.STORAGES = {**where, "default": gone}
    answer = send(picture, "receipt.png")
    assert answer.status_code == 503
    assert "can’t reach the place where files are kept" in words(answer)
    down = hers.get(f"/attachments/{attachment.public_id}/")
    assert down.status_code == 503
    assert down["Retry-After"]
    assert "can’t reach the place where files are kept" in down.text
    settings.STORAGES = where
    assert fetch(hers, f"/attachments/{attachment.public_id}/")[1] == paper
    assert send(picture, "receipt.png").status_code == 303
    assert [one.name for one in attachments.of(attachment.subject, paid)] == [
        "invoice.pdf",
        "receipt.png",
    ]


def test_others_read_files_by_their_owner(send: Send, alice: Person, bob: Person) -> None:
    content = files.pdf()
    send(content)
    public_id = Attachment.objects.get().public_id
    found = attachments.get(alice.sub, public_id)
    assert found is not None
    with attachments.open_bytes(found) as file:
        assert file.read() == content
    assert attachments.get(bob.sub, public_id) is None
    assert attachments.get(alice.sub, "att_junk") is None


def test_files_show_with_the_service_away(
    send: Send, hers: Client, control: Control, alice: Person, paid: str
) -> None:
    send(files.picture("PNG"), "receipt.png")
    control.fault("*", "error", sub=alice.sub)
    page = hers.get(f"/transactions/{paid}/annotations/card/")
    assert page.status_code == 200
    assert "receipt.png" in page.text
