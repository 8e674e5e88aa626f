"""Exports as JSON, and that list, totals and files agree whatever is shown."""

import csv
import io
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfcare.documents.exports import jobs
from selfcare.documents.exports.models import Export
from tests.support.control import Person

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.signing_in import Walk

type SignIn = Callable[[Person], "tuple[Client, Walk]"]

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: "Client", body: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key or secrets.token_urlsafe(24)}
    return client.post(
        "/api/v1/exports", json.dumps(body), content_type="application/json", headers=headers
    )


def file_of(client: "Client", export: dict[str, Any]) -> bytes:
    return b"".join(client.get(f"/api/v1/exports/{export['id']}/file").streaming_content)


def test_it_makes_lists_tells_and_gives(wealthy: Person, signed_in: SignIn) -> None:
    client, _ = signed_in(wealthy)
    made = post(client, {"format": "csv", "query": "status=completed"})
    assert made.status_code == 201
    export = made.json()
    assert export["state"] == "ready"
    assert client.get("/api/v1/exports").json()["data"] == [export]
    assert client.get(f"/api/v1/exports/{export['id']}").json() == export
    assert client.get(f"/api/v1/exports/{export['id']}/manifest").json() == export["manifest"]
    assert len(file_of(client, export).splitlines()) == export["rows"] + 1
    late = client.post(
        f"/api/v1/exports/{export['id']}/cancellations", content_type="application/json"
    )
    assert (late.status_code, late.json()["code"]) == (409, "already_finished")


def test_the_same_key_gives_the_same_export(wealthy: Person, signed_in: SignIn) -> None:
    client, _ = signed_in(wealthy)
    key = secrets.token_urlsafe(24)
    first = post(client, {"format": "csv"}, key)
    again = post(client, {"format": "csv"}, key)
    assert first.json()["id"] == again.json()["id"]
    other = post(client, {"format": "csv", "query": "kind=refund"}, key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_large_one_is_accepted_and_can_be_cancelled(
    wealthy: Person, signed_in: SignIn, as_jobs: Callable[[int], None]
) -> None:
    client, _ = signed_in(wealthy)
    as_jobs(10)
    export = post(client, {"format": "jsonl"})
    assert export.status_code == 202
    address = f"/api/v1/exports/{export.json()['id']}"
    early = client.get(f"{address}/file")
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")
    assert client.get(f"{address}/manifest").status_code == 404
    ended = client.post(f"{address}/cancellations", content_type="application/json").json()
    assert (ended["state"], ended["open"]) == ("cancelled", False)
    jobs.run_due(threading.Event())
    assert client.get(address).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"format": "doc"}, 422),
        ({"format": "csv", "query": "status=nonsense"}, 400),
        ({"format": "csv", "query": "from=2026-02-31"}, 400),
        ({"format": "csv", "ids": ["../x"]}, 422),
        ({}, 422),
    ],
)
def test_it_refuses_nonsense(
    alice: Person, signed_in: SignIn, body: dict[str, Any], status: int
) -> None:
    client, _ = signed_in(alice)
    assert post(client, body).status_code == status
    assert not Export.objects.exists()


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["completed", "pending", "unsuccessful", "failed"]),
        "kind": st.sampled_from(["payment", "refund", "transfer", "deposit"]),
        "currency": st.sampled_from(["EUR", "GBP", "USD"]),
        "direction": st.sampled_from(["in", "out"]),
        "at_least": st.sampled_from(["1", "20", "49,90"]),
        "at_most": st.sampled_from(["60", "250.00"]),
        "sort": st.sampled_from(["amount", "-amount", "created_at"]),
        "q": st.sampled_from(["books", "last year", ">10", "in:", "nothinglikethis"]),
    },
)


def walked(client: "Client", query: dict[str, str]) -> list[dict[str, Any]]:
    """All rows of the list, page after page."""
    rows: list[dict[str, Any]] = []
    more = {"limit": "20"}
    while True:
        answer = client.get("/api/v1/transactions", {**query, **more})
        assert answer.status_code == 200, answer.content
        page = answer.json()
        rows += page["data"]
        if not page["next_cursor"]:
            return rows
        more["cursor"] = page["next_cursor"]


def test_list_totals_csv_and_json_lines_agree(wealthy: Person, signed_in: SignIn) -> None:
    from urllib.parse import urlencode

    client, _ = signed_in(wealthy)

    @settings(
        max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(QUERIES)
    def agree(query: dict[str, str]) -> None:
        if client.get("/api/v1/transactions", query).status_code == 400:
            # What the list can't read (in and out at once), no file pretends to.
            assert post(client, {"format": "csv", "query": urlencode(query)}).status_code == 400
            return
        rows = walked(client, query)
        ids = [one["id"] for one in rows]
        assert len(set(ids)) == len(ids)
        made = [
            post(client, {"format": one, "query": urlencode(query)}) for one in ("csv", "jsonl")
        ]
        comma, lines = (one.json() for one in made)
        told = list(csv.DictReader(io.StringIO(file_of(client, comma).decode("utf-8-sig"))))
        parsed = [json.loads(line) for line in file_of(client, lines).splitlines()]
        assert [one["id"] for one in told] == ids
        assert [one["id"] for one in parsed] == ids
        for listed, line in zip(rows, parsed, strict=True):
            assert {name: listed[name] for name in ("amount_minor", "currency", "status")} == {
                name: line[name] for name in ("amount_minor", "currency", "status")
            }
        sums = Counter((one["currency"], one["status"]) for one in rows)
        for export in (comma, lines):
            totals = export["manifest"]["totals"]
            assert {(one["currency"], one["status"]): one["count"] for one in totals} == sums
        assert comma["rows"] == comma["rows_expected"] == len(rows)

    agree()
