"""Files as evidence: what is in them, whose they are, and what they lie about."""

import hashlib

import pytest

from tests.sandbox.running import Platform

PNG = b"\x89PNG\r\n\x1a\n and some pixels"
PDF = b"%PDF-1.7 a delivery note"


def test_it_keeps_a_file_once_and_gives_its_bytes_back(platform: Platform) -> None:
    sub = platform.person()
    digest = platform.store(sub, PNG, "image/png")
    assert platform.store(sub, PNG, "image/png") == digest
    answer = platform.get(f"{sub}/evidence/{digest}")
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_for_who_stored_it(platform: Platform) -> None:
    ada, ben = platform.person(), platform.person()
    digest = platform.store(ada, PDF)
    theirs = platform.get(f"{ben}/evidence/{digest}")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "unknown_evidence")
    row = platform.transaction(ben, status="completed")
    pieces = [{"sha256": digest, "name": "note.pdf"}]
    refused = platform.open_case(ben, row, "disputes", evidence=pieces)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_evidence")
    assert platform.get(f"{ben}/cases").json()["data"] == []
    assert platform.open_case(
        ada, platform.transaction(ada, status="completed"), "disputes", evidence=pieces
    ).json()["case"]["evidence"][0]["size"] == len(PDF)


@pytest.mark.parametrize(
    ("content", "kind", "digest", "status", "code"),
    [
        (PDF, "application/pdf", "0" * 64, 422, "digest_mismatch"),
        (b"MZ not a picture", "image/png", "", 422, "type_mismatch"),
        (b"", "image/png", "", 422, "type_mismatch"),
        (PDF, "text/html", "", 415, "unsupported_media_type"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "application/pdf", "", 413, "too_large"),
    ],
)
def test_it_refuses_what_is_not_what_it_says(
    platform: Platform, content: bytes, kind: str, digest: str, status: int, code: str
) -> None:
    sub = platform.person()
    digest = digest or hashlib.sha256(content).hexdigest()
    refused = platform.put(sub, digest, content, kind)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert platform.get(f"{sub}/evidence/{digest}").status_code == 404


def test_it_takes_the_largest_file(platform: Platform) -> None:
    sub = platform.person()
    content = b"%PDF-".ljust(10 * 1024 * 1024, b"0")
    digest = platform.store(sub, content)
    assert platform.get(f"{sub}/evidence/{digest}").content == content


@pytest.mark.parametrize("path", ["evidence/x", "evidence/" + "A" * 64, "evidence/" + "0" * 63])
def test_what_is_no_digest_is_no_address(platform: Platform, path: str) -> None:
    assert platform.get(f"{platform.person()}/{path}").status_code == 404
