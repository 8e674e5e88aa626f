"""The stream of lines: whole with its end, visibly incomplete without, spoiled when wanted."""

import json
from typing import Any

import jsonschema_rs
import pytest
import requests

from sandbox.transactions import openapi
from tests.sandbox.running import Platform

DOCUMENT = openapi.document()


def lines(answer: requests.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.content.splitlines()]


def test_each_line_fits_the_document(platform: Platform) -> None:
    sub = platform.person(history=3)
    platform.transaction(sub, merchant='Quote " & \\ Back', remittance_information="a %s {b} \\n ü")
    answer = platform.ask(f"{sub}/transactions/stream", {})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    *rows, end = lines(answer)
    for shape, facts in (*(("StreamedTransaction", row) for row in rows), ("StreamEnd", end)):
        schema = {"$ref": f"#/components/schemas/{shape}", "components": DOCUMENT["components"]}
        assert not list(jsonschema_rs.validator_for(schema).iter_errors(facts))
    assert rows[0]["merchant"]["name"] == 'Quote " & \\ Back'
    assert rows[0]["references"]["remittance_information"] == "a %s {b} \\n ü"
    assert (end["count"], end["next_cursor"]) == (4, None)


def test_it_goes_on_where_it_ended(platform: Platform) -> None:
    sub = platform.person(history=7)
    *first, end = lines(platform.ask(f"{sub}/transactions/stream", {"limit": 5}))
    *rest, last = lines(
        platform.ask(f"{sub}/transactions/stream", {"limit": 5, "after": end["next_cursor"]})
    )
    assert [len(first), len(rest), last["next_cursor"]] == [5, 2, None]
    whole = [row["id"] for row in platform.get(f"{sub}/transactions").json()["data"]]
    assert [row["id"] for row in first + rest] == whole


def spoil(platform: Platform, sub: str, mode: str, **more: Any) -> None:
    fault = {"operation": "stream", "mode": mode, "sub": sub, "count": 1, **more}
    platform.control("POST", "faults", fault)


def read_into(seen: list[bytes], answer: requests.Response) -> None:
    for chunk in answer.iter_content(None):
        seen.append(chunk)


def test_it_is_cut_midway(platform: Platform) -> None:
    sub = platform.person(history=20)
    spoil(platform, sub, "cut_after_commit")
    seen: list[bytes] = []
    with platform.ask(f"{sub}/transactions/stream", {}, stream=True) as answer:
        assert answer.status_code == 200
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            read_into(seen, answer)
    assert 1 < len(b"".join(seen).splitlines()) < 20
    assert b'"end"' not in b"".join(seen)
    assert lines(platform.ask(f"{sub}/transactions/stream", {}))[-1]["end"] is True


def test_it_ends_without_an_answer(platform: Platform) -> None:
    sub = platform.person(history=2)
    spoil(platform, sub, "cut_before")
    with pytest.raises(requests.ConnectionError):
        platform.ask(f"{sub}/transactions/stream", {})


def test_a_line_breaks(platform: Platform) -> None:
    sub = platform.person(history=5)
    spoil(platform, sub, "broken_json")
    answer = platform.ask(f"{sub}/transactions/stream", {})
    with pytest.raises(json.JSONDecodeError):
        lines(answer)
    assert json.loads(answer.content.splitlines()[-1])["end"] is True


def test_it_drips(platform: Platform) -> None:
    sub = platform.person(history=1)
    spoil(platform, sub, "drip", ms=1)
    answer = platform.ask(f"{sub}/transactions/stream", {})
    assert answer.elapsed.total_seconds() < 30
    assert len(lines(answer)) == 2


@pytest.mark.parametrize(
    ("operation", "question"),
    [("list", "search"), ("totals", "totals"), ("summary", "summary"), ("stream", "stream")],
)
def test_questions_fail_when_wanted(platform: Platform, operation: str, question: str) -> None:
    sub = platform.person(history=1)
    body = {"group_by": "month"} if question == "summary" else {}
    platform.control(
        "POST", "faults", {"operation": operation, "mode": "refuse", "sub": sub, "count": 1}
    )
    assert platform.ask(f"{sub}/transactions/{question}", body).status_code == 503
    assert platform.ask(f"{sub}/transactions/{question}", body).status_code == 200


def test_it_shows_somebody_elses_lines(platform: Platform) -> None:
    sub = platform.person(history=1)
    platform.person(history=1)
    spoil(platform, sub, "foreign")
    assert lines(platform.ask(f"{sub}/transactions/stream", {}))[0]["owner"] != sub
