"""What a process that died leaves behind is swept up; what is kept stays."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import close_old_connections, connection
from django.utils import timezone

from selfcare.annotations import attachments
from selfcare.annotations.models import Attachment
from selfcare.annotations.refusals import Refused
from tests.annotations import files
from tests.conftest import NewInstances
from tests.support.control import Control, Person

State = Attachment.State
OWNER = {"subject": "usr_a", "transaction_id": "txn_1"}


def left_behind(state: str, *, minutes: int, content: bytes = b"half") -> Attachment:
    path = f"attachments/{os.urandom(20).hex()}"
    if content:
        default_storage.save(path, ContentFile(content))
    return Attachment.objects.create(
        **OWNER,
        path=path,
        name="invoice.pdf",
        media_type="application/pdf",
        size=4,
        sha256=os.urandom(32).hex(),
        state=state,
        changed_at=timezone.now() - timedelta(minutes=minutes),
    )


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.mark.parametrize("state", [State.ARRIVING, State.LEAVING])
@pytest.mark.parametrize("content", [b"half", b""])
def test_it_sweeps_what_was_left_long_ago(
    db: None, folder: Path, state: str, content: bytes
) -> None:
    left_behind(state, minutes=11, content=content)
    young = left_behind(state, minutes=9)
    kept = left_behind(State.KEPT, minutes=1000)
    assert attachments.sweep() == 1
    assert set(Attachment.objects.all()) == {young, kept}
    assert on_disk(folder) == 2


def test_a_file_that_died_arriving_can_be_added_again(db: None, folder: Path) -> None:
    dead = left_behind(State.ARRIVING, minutes=11)
    content = ContentFile(files.pdf(), "invoice.pdf")
    digest = attachments._digest(content)
    Attachment.objects.filter(pk=dead.pk).update(sha256=digest)
    made = attachments.add(**OWNER, name="invoice.pdf", file=content)
    assert attachments.of("usr_a", "txn_1") == [made]
    Attachment.objects.filter(pk=made.pk).update(state=State.ARRIVING)
    with pytest.raises(Refused) as refusal:
        attachments.add(**OWNER, name="invoice.pdf", file=content)
    assert refusal.value.code == "file_arriving"


def test_removing_goes_on_when_the_storage_is_back(
    db: None, folder: Path, settings: Any, tmp_path: Path
) -> None:
    made = attachments.add(**OWNER, name="a.pdf", file=ContentFile(files.pdf()))
    where = settings.STORAGES
    # A folder cannot be unlinked as a file is.
    (tmp_path / made.path).mkdir(parents=True)
    (tmp_path / made.path / "full").write_text("full")
    gone = {**where["default"], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**where, "default": gone}
    attachments.remove(made)
    assert attachments.of("usr_a", "txn_1") == []
    settings.STORAGES = where
    Attachment.objects.update(changed_at=timezone.now() - timedelta(minutes=11))
    assert attachments.sweep() == 1
    assert on_disk(folder) == 0


def test_what_was_swept_meanwhile_is_not_said_to_be_kept(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = default_storage.save

    def slowly(path: str, content: Any) -> str:
        told = save(path, content)
        Attachment.objects.update(changed_at=timezone.now() - timedelta(minutes=11))
        attachments.sweep()
        return str(told)

    monkeypatch.setattr(default_storage, "save", slowly)
    with pytest.raises(Refused) as refusal:
        attachments.add(**OWNER, name="a.pdf", file=ContentFile(files.pdf()))
    assert refusal.value.code == "files_unavailable"
    assert on_disk(folder) == Attachment.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("alike", [True, False])
def test_of_many_at_once_none_passes_the_quota(folder: Path, alike: bool) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one connection at a time")
    pictures = [files.picture("PNG", colour=0 if alike else n) for n in range(8)]
    whole = settings.ATTACHMENTS_BYTES
    settings.ATTACHMENTS_BYTES = len(pictures[0]) * 3 + 9

    def add(n: int) -> str:
        close_old_connections()
        try:
            attachments.add(**OWNER, name=f"{n}.png", file=ContentFile(pictures[n]))
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "kept"

    try:
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(add, range(8)))
    finally:
        settings.ATTACHMENTS_BYTES = whole
    wanted = 1 if alike else 3
    assert told.count("kept") == Attachment.objects.kept().count() == on_disk(folder) == wanted
    others = {"file_arriving", "file_already_here"} if alike else {"quota_reached"}
    assert set(told) - {"kept"} <= others


def test_an_instance_killed_amid_an_upload_leaves_nothing(
    instances: NewInstances, control: Control, alice: Person, folder: Path, tmp_path: Path
) -> None:
    from tests.support.sign_in import start_session

    paid = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")["id"]
    (server,) = instances(1, TMPDIR=str(tmp_path))
    session = start_session(alice.sub, alice.name)
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key or ""}
    token = requests.get(f"{server.url}/api/v1/me", cookies=cookies, timeout=20)
    cookies |= token.cookies.get_dict()

    head = (
        f"POST /api/v1/transactions/{paid}/attachments HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"X-CSRFToken: {token.json()['csrf_token']}\r\nOrigin: {settings.SELFCARE_URL}\r\n"
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head.encode() + b"x" * 3_000_000)
        time.sleep(0.5)
        server.stop(kill=True)
    assert not Attachment.objects.exists()
    assert on_disk(folder) == 0
    assert [path for path in tmp_path.rglob("*") if path.stat().st_size > 100_000] == []
