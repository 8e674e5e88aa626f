"""A bucket is a setting: a whole selfcare keeps its files there, and says so when it is down."""

import time
from pathlib import Path

import requests
from django.conf import settings

from selfcare.annotations.models import Attachment
from tests.annotations import files
from tests.annotations.bucket import Bucket
from tests.conftest import NewInstances
from tests.support.control import Control, Person


def test_it_keeps_hands_out_and_removes_files_in_a_bucket(
    instances: NewInstances, control: Control, alice: Person, folder: Path
) -> None:
    from tests.support.sign_in import start_session

    paid = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")["id"]
    bucket = Bucket()
    bucket.start()
    (server,) = instances(
        1,
        FILES_BUCKET="selfcare-files",
        FILES_ENDPOINT=bucket.url,
        FILES_REGION="eu-central-1",
        FILES_ACCESS_KEY="key-for-tests",
        FILES_SECRET_KEY="secret-for-tests",
    )
    with requests.Session() as hers:
        hers.trust_env = False
        session = start_session(alice.sub, alice.name)
        hers.cookies.set(settings.SESSION_COOKIE_NAME, session.session_key)
        token = hers.get(f"{server.url}/api/v1/me", timeout=20).json()["csrf_token"]
        hers.headers["X-CSRFToken"] = token
        added = f"{server.url}/api/v1/transactions/{paid}/attachments"
        content = files.pdf()

        made = hers.post(added, files={"file": ("invoice.pdf", content)}, timeout=20)
        assert made.status_code == 201, made.text
        path = Attachment.objects.get().path
        assert bucket.objects == {f"selfcare-files/{path}": content}
        assert not folder.exists()
        got = hers.get(server.url + made.json()["content_url"], timeout=20)
        assert (got.status_code, got.content) == (200, content)
        assert got.headers["Content-Disposition"] == 'attachment; filename="invoice.pdf"'

        other = {"file": ("receipt.png", files.picture())}
        second = hers.post(added, files=other, timeout=20).json()
        assert len(bucket.objects) == 2
        gone = hers.delete(f"{server.url}/api/v1/attachments/{second['id']}", timeout=20)
        assert gone.status_code == 204
        assert list(bucket.objects) == [f"selfcare-files/{path}"]

        bucket.stop()
        started = time.monotonic()
        down = hers.get(server.url + made.json()["content_url"], timeout=20)
        assert (down.status_code, down.json()["code"]) == (503, "files_unavailable")
        refused = hers.post(added, files=other, timeout=20)
        assert (refused.status_code, refused.json()["code"]) == (503, "files_unavailable")
        assert time.monotonic() - started < 6
        assert len(hers.get(added, timeout=20).json()["data"]) == 1
    assert bucket.unsigned == 0
