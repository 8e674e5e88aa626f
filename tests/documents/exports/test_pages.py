"""The pages of exports: form, progress, list, download, manifest; and whose they are."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from selfcare.documents.exports import jobs
from selfcare.documents.exports.models import Export, State
from tests.documents.exports.asked import Ask
from tests.support.control import Control, Person

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.signing_in import Walk

type SignIn = Callable[[Person], "tuple[Client, Walk]"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known(control: Control) -> Person:
    """Somebody with three transactions."""
    person = control.add_person("Alice Marlow")
    for amount in (6490, 100, 250):
        control.add_transaction(person, amount_minor=amount, status="completed")
    return person


def form_of(page: Any) -> dict[str, Any]:
    tree = html.fromstring(page.content)
    (form,) = [one for one in tree.forms if one.method == "POST" and "key" in one.fields]
    return dict(form.form_values())


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_it_exports_what_the_list_shows(known: Person, signed_in: SignIn) -> None:
    client, _ = signed_in(known)
    address = f"{reverse('documents:export_new')}?q=>100 EUR"
    page = client.get(address)
    assert page.status_code == 200
    told = client.post(address, {**form_of(page), "format": "csv"})
    assert told.status_code == 303
    detail = client.get(told["Location"])
    assert b"Your file is ready" in detail.content
    export = Export.objects.get(subject=known.sub)
    file = client.get(reverse("documents:export_file", args=[export.public_id]))
    body = body_of(file)
    assert file["Content-Disposition"].startswith('attachment; filename="selfcare-transactions-')
    assert hashlib.sha256(body).hexdigest() == export.sha256
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert file["Repr-Digest"] == f"sha-256=:{digest}:"
    assert "no-store" in file["Cache-Control"]
    listed = client.get("/api/v1/transactions?q=>100 EUR").json()["data"]
    assert {line.split(b",")[0].decode() for line in body.splitlines()[1:]} == {
        one["id"] for one in listed
    }


def test_the_page_tells_the_manifest_that_can_be_downloaded(
    known: Person, signed_in: SignIn, ask: Ask
) -> None:
    client, _ = signed_in(known)
    export = ask(known)
    page = client.get(export.url).content.decode()
    answer = client.get(reverse("documents:export_manifest", args=[export.public_id]))
    manifest = json.loads(answer.content)
    assert manifest["sha256"] in page
    assert manifest["filter"]["words"] in page
    assert manifest["rows"] == 3
    assert sum(one["count"] for one in manifest["totals"]) == 3
    assert answer["Content-Disposition"].endswith('.manifest.json"')


def sums_in(page: Any) -> list[str]:
    rows = html.fromstring(page.content).cssselect(".tally-table tbody tr")
    return [" ".join(row.text_content().split()) for row in rows]


def test_form_and_file_add_up_as_the_list_does(
    known: Person, signed_in: SignIn, control: Control
) -> None:
    control.add_transaction(known, amount_minor=900, status="failed")
    control.add_transaction(known, amount_minor=400, status="action_required")
    client, _ = signed_in(known)
    listed = sums_in(client.get("/transactions/totals/"))
    assert [row.split(",")[0] for row in listed] == ["Settled", "Not settled yet", "Did not happen"]
    address = reverse("documents:export_new")
    form = client.get(address)
    assert sums_in(form) == listed
    told = client.post(address, {**form_of(form), "format": "csv"})
    assert sums_in(client.get(told["Location"])) == listed


def test_a_form_sent_twice_makes_one_file(known: Person, signed_in: SignIn) -> None:
    client, _ = signed_in(known)
    address = reverse("documents:export_new")
    form = {**form_of(client.get(address)), "format": "jsonl"}
    first, second = client.post(address, form), client.post(address, form)
    assert first["Location"] == second["Location"]
    assert Export.objects.filter(subject=known.sub).count() == 1
    other = client.post(address, {**form, "format": "csv"})
    assert other.status_code == 422


def test_it_exports_rows_that_were_chosen(
    control: Control, known: Person, signed_in: SignIn
) -> None:
    client, _ = signed_in(known)
    rows = client.get("/api/v1/transactions").json()["data"]
    ids = [rows[0]["id"], rows[2]["id"]]
    address = reverse("documents:export_new")
    shown = client.post(address, {"id": ids})
    assert b"2</span> transactions" in shown.content
    told = client.post(address, {"id": ids, "key": form_of(shown)["key"], "format": "jsonl"})
    export = Export.objects.get(subject=known.sub)
    assert told["Location"].startswith(export.url)
    assert export.rows == 2


def test_it_refuses_filters_that_it_cannot_read(known: Person, signed_in: SignIn) -> None:
    client, _ = signed_in(known)
    page = client.get(f"{reverse('documents:export_new')}?from=yesterdayish")
    assert page.status_code == 400
    assert b"We can\xe2\x80\x99t read these filters" in page.content


def test_an_interrupted_service_makes_no_file(
    control: Control, known: Person, signed_in: SignIn
) -> None:
    client, _ = signed_in(known)
    address = reverse("documents:export_new")
    form = {**form_of(client.get(address)), "format": "csv"}
    control.fault("stream", "cut_before", sub=known.sub)
    told = client.post(address, form)
    assert told.status_code == 503
    assert not Export.objects.filter(subject=known.sub).exists()
    control.clear_faults()
    assert client.post(address, form).status_code == 303


def test_progress_is_told_by_the_server_and_ends(
    known: Person, signed_in: SignIn, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    client, _ = signed_in(known)
    as_jobs(1)
    export = ask(known)
    page = client.get(export.url).content.decode()
    assert 'hx-trigger="load delay:' in page
    assert '<meta http-equiv="refresh" content="3">' in page
    part = client.get(export.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<progress" in part
    jobs.run_due(threading.Event())
    page = client.get(export.url).content.decode()
    assert 'hx-target="#state"' not in page
    assert "Download" in page


def test_a_file_that_is_not_ready_says_so(
    known: Person, signed_in: SignIn, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    client, _ = signed_in(known)
    as_jobs(1)
    export = ask(known)
    assert client.get(reverse("documents:export_file", args=[export.public_id])).status_code == 409
    assert client.get(f"{export.url}manifest/").status_code == 404


def test_it_cancels_and_removes(
    known: Person, signed_in: SignIn, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    client, _ = signed_in(known)
    as_jobs(1)
    export = ask(known)
    told = client.post(reverse("documents:export_cancellation_new", args=[export.public_id]))
    assert told.status_code == 303
    assert b"You cancelled this file" in client.get(export.url).content
    client.post(reverse("documents:export_removal_new", args=[export.public_id]))
    assert client.get(export.url).status_code == 404


def test_nobody_sees_another_persons_export(
    known: Person, bob: Person, signed_in: SignIn, ask: Ask
) -> None:
    export = ask(known)
    client, _ = signed_in(bob)
    unknown = "exp_" + "0" * 32
    for name in ("export_detail", "export_file", "export_manifest"):
        theirs = client.get(reverse(f"documents:{name}", args=[export.public_id]))
        none = client.get(reverse(f"documents:{name}", args=[unknown]))
        assert theirs.status_code == none.status_code == 404
    for name in ("export_cancellation_new", "export_removal_new"):
        address = reverse(f"documents:{name}", args=[export.public_id])
        assert client.post(address).status_code == 404
    assert Export.objects.get(pk=export.pk).state == State.READY
    assert export.public_id.encode() not in client.get(reverse("documents:export_list")).content


def test_what_is_over_is_gone_though_nobody_swept(
    known: Person, signed_in: SignIn, ask: Ask
) -> None:
    export = ask(known)
    client, _ = signed_in(known)
    address = reverse("documents:export_file", args=[export.public_id])
    assert b"".join(client.get(address).streaming_content)
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())
    for gone in (address, export.url, f"{export.url}manifest/"):
        assert client.get(gone).status_code == 404
    assert export.public_id not in client.get(reverse("documents:export_list")).text
    assert client.get("/api/v1/exports").json()["data"] == []


def test_a_visitor_is_asked_to_sign_in(client: "Client") -> None:
    assert client.get(reverse("documents:export_list")).status_code == 302


def test_a_person_has_a_few_unfinished_ones_at_most(
    known: Person, signed_in: SignIn, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    client, _ = signed_in(known)
    as_jobs(1)
    for _ in range(5):
        ask(known)
    address = reverse("documents:export_new")
    told = client.post(address, {**form_of(client.get(address)), "format": "csv"})
    assert told.status_code == 422
    assert "aren’t finished" in told.content.decode()


def test_a_format_refuses_more_than_it_holds(
    known: Person, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from selfcare.documents.exports import actions, formats

    small = [replace(one, most_rows=2) if one.name == "xlsx" else one for one in formats.ALL]
    monkeypatch.setattr(formats, "ALL", small)
    monkeypatch.setattr(actions, "BY_NAME", {one.name: one for one in small})
    client, _ = signed_in(known)
    address = reverse("documents:export_new")
    page = client.get(address)
    assert "A sheet of Excel has room for 2." in page.content.decode()
    told = client.post(address, {**form_of(page), "format": "xlsx"})
    assert told.status_code == 422
    assert not Export.objects.filter(subject=known.sub).exists()
