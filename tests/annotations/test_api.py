"""Notes, labels, rules and files as JSON: the same rules, sentences and refusals as the pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from selfcare.annotations.models import Attachment, Label, Note
from selfcare.web.api import api
from tests.annotations import files
from tests.support.control import Control, Person

Call = Callable[..., Any]


@pytest.fixture
def call(hers: Client) -> Call:
    def speak(method: str, path: str, body: Any = None) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(hers, method)(f"/api/v1/{path}", **more)

    return speak


def code(answer: Any) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    return str(told["code"])


def test_a_note_is_written_over_the_version_that_was_seen(call: Call, paid: str) -> None:
    path = f"transactions/{paid}/note"
    assert call("get", path).json() == {"text": "", "version": 0, "saved_at": None}
    first = call("put", path, {"text": "For Ada", "seen_version": 0}).json()
    assert (first["text"], first["version"]) == ("For Ada", 1)
    assert first["saved_at"].endswith("Z")
    late = call("put", path, {"text": "For Bob", "seen_version": 0})
    assert late.status_code == 409
    assert code(late) == "note_changed"
    assert late.json()["current"] == first
    long = call("put", path, {"text": "x" * 4001, "seen_version": 1})
    assert (long.status_code, code(long)) == (422, "note_too_long")
    gone = call("put", path, {"text": "", "seen_version": 1}).json()
    assert (gone["text"], gone["version"]) == ("", 2)


def test_what_no_database_keeps_is_left_out(call: Call, paid: str) -> None:
    body = '{"text": "a\\u0000b\\ud800c", "seen_version": 0}'
    answer = call("put", f"transactions/{paid}/note", body)
    assert answer.status_code in {200, 400, 422}
    assert Note.objects.count() == (answer.status_code == 200)


def test_a_label_is_made_changed_and_deleted(call: Call) -> None:
    made = call("post", "labels", {"name": " Groceries ", "tint": 3})
    assert made.status_code == 201
    label = made.json()
    assert (label["name"], label["tint"]) == ("Groceries", 3)
    again = call("post", "labels", {"name": "GROCERIES"})
    assert (again.status_code, code(again)) == (409, "name_taken")
    path = f"labels/{label['id']}"
    assert call("patch", path, {"name": "Food"}).json() == {**label, "name": "Food"}
    assert call("patch", path, {"tint": 8}).status_code == 422
    assert call("get", path).json()["name"] == "Food"
    assert [one["id"] for one in call("get", "labels").json()["data"]] == [label["id"]]
    assert call("delete", path).status_code == 204
    assert call("get", path).status_code == call("delete", path).status_code == 404


def test_labels_on_a_transaction_by_hand_and_by_rule(
    call: Call, control: Control, alice: Person, paid: str
) -> None:
    label = call("post", "labels", {"name": "Books"}).json()["id"]
    on = f"transactions/{paid}/labels"
    assert call("put", f"{on}/{label}").status_code == 204
    assert call("put", f"{on}/{label}").status_code == 204
    assert [(one["id"], one["rule"]) for one in call("get", on).json()["data"]] == [(label, None)]
    assert call("delete", f"{on}/{label}").status_code == 204
    assert call("get", on).json() == {"data": []}
    merchant = call("get", f"transactions/{paid}").json()["merchant"]
    rules = f"labels/{label}/rules"
    body = {"kind": "merchant", "value": merchant["id"], "words": merchant["name"]}
    rule = call("post", rules, body).json()
    assert call("post", rules, body).json() == rule
    assert call("get", rules).json() == {"data": [rule]}
    assert [one["rule"] for one in call("get", on).json()["data"]] == [rule["id"]]
    assert call("delete", f"{on}/{label}").status_code == 204
    assert call("get", on).json() == {"data": []}
    assert call("delete", f"{rules}/{rule['id']}").status_code == 204
    assert call("delete", f"{rules}/{rule['id']}").status_code == 404
    empty = call("post", rules, {"kind": "counterparty", "value": " "})
    assert (empty.status_code, code(empty)) == (422, "rule_empty")
    assert call("post", rules, {"kind": "colour", "value": "red"}).status_code == 422


def test_a_file_is_added_read_and_removed(
    call: Call, hers: Client, paid: str, folder: Path
) -> None:
    content = files.picture("PNG")
    path = f"/api/v1/transactions/{paid}/attachments"
    made = hers.post(path, {"file": SimpleUploadedFile("receipt.png", content)})
    assert made.status_code == 201, made.text
    told: Any = made.json()
    assert (told["name"], told["media_type"], told["size"]) == (
        "receipt.png",
        "image/png",
        len(content),
    )
    assert call("get", f"transactions/{paid}/attachments").json() == {"data": [told]}
    assert call("get", f"attachments/{told['id']}").json() == told
    got: Any = hers.get(told["content_url"])
    assert got.getvalue() == content
    assert got["Content-Type"] == "image/png"
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = hers.post(path, {"file": SimpleUploadedFile("receipt.png", content)})
    assert (again.status_code, code(again)) == (409, "file_already_here")
    assert call("delete", f"attachments/{told['id']}").status_code == 204
    assert call("get", f"attachments/{told['id']}").status_code == 404
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"<html>", 422, "file_type"),
        (b"", 422, "file_empty"),
        (files.picture_bomb(), 422, "picture_too_large"),
        (b"%PDF-1.7" + b"x" * 10_000_000, 413, "file_too_large"),
        (None, 422, "file_missing"),
    ],
    ids=["type", "empty", "pixels", "size", "none"],
)
def test_a_file_that_is_refused_says_why(
    hers: Client, paid: str, content: bytes | None, status: int, told: str
) -> None:
    form = {} if content is None else {"file": SimpleUploadedFile("a.pdf", content)}
    answer = hers.post(f"/api/v1/transactions/{paid}/attachments", form)
    assert (answer.status_code, code(answer)) == (status, told)


def test_a_form_is_no_json_elsewhere(hers: Client, paid: str) -> None:
    assert hers.post("/api/v1/labels", {"name": "Form"}).status_code == 415
    json = {"content_type": "application/json"}
    answer = hers.post(f"/api/v1/transactions/{paid}/attachments", {"a": 1}, **json)
    assert answer.status_code == 422


def test_anothers_things_and_those_that_never_were_are_alike(
    call: Call, his: Client, paid: str, folder: Path, hers: Client
) -> None:
    label = call("post", "labels", {"name": "Books"}).json()["id"]
    file = SimpleUploadedFile("receipt.png", files.picture("PNG"))
    made: Any = hers.post(f"/api/v1/transactions/{paid}/attachments", {"file": file}).json()
    json = {"content_type": "application/json"}
    for got in (label, "lbl_0"):
        assert his.get(f"/api/v1/labels/{got}").status_code == 404
        assert his.patch(f"/api/v1/labels/{got}", {"name": "Mine"}, **json).status_code == 404
        assert his.delete(f"/api/v1/labels/{got}").status_code == 404
        assert his.get(f"/api/v1/labels/{got}/rules").status_code == 404
        assert his.put(f"/api/v1/transactions/{paid}/labels/{got}").status_code == 404
    for got in (made["id"], "att_0"):
        assert his.get(f"/api/v1/attachments/{got}").status_code == 404
        assert his.get(f"/api/v1/attachments/{got}/content").status_code == 404
        assert his.delete(f"/api/v1/attachments/{got}").status_code == 404
    for part in ("note", "labels", "attachments"):
        assert his.get(f"/api/v1/transactions/{paid}/{part}").status_code == 404
    assert Label.objects.count() == Attachment.objects.count() == 1


def test_every_operation_tells_its_problems_and_its_examples() -> None:
    document = api.get_openapi_schema()
    ours = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "annotations" in operation["tags"]
    ]
    assert len(ours) == 18
    for path, method, operation in ours:
        assert operation["description"], path
        assert {"401", "503"} <= {str(status) for status in operation["responses"]}, (path, method)
        if "{" in path:
            assert "404" in {str(status) for status in operation["responses"]}, (path, method)
    schemas = document["components"]["schemas"]
    for name in ("NoteIn", "LabelIn", "RuleIn", "AttachmentOut"):
        assert any("examples" in field for field in schemas[name]["properties"].values()), name
