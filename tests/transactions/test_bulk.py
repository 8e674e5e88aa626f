"""One thing done to several chosen transactions: look first, each once, a result a row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from selfcare.annotations import actions as annotations
from selfcare.annotations import labels
from selfcare.instructions import queue
from selfcare.instructions.models import Instruction, State
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
NEW = "/transactions/bulk/new/"
CANCEL = "/transactions/bulk/cancellations/"


def fields_of(page: Any) -> dict[str, Any]:
    """The one form of the page, with each id that it carries."""
    [form] = [one for one in html.fromstring(page.text).forms if one.method == "POST"]
    fields: dict[str, Any] = {"id": []}
    for name, value in form.form_values():
        if name == "id":
            fields["id"].append(value)
        else:
            fields[name] = value
    return fields


def result(client: Client, answer: Any) -> str:
    assert answer.status_code == 303, answer.text[:800]
    return str(client.get(answer["Location"]).text)


def test_it_cancels_each_that_can_be_and_tells_of_each(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    waiting = [control.add_transaction(alice) for _ in range(2)]
    final = control.add_transaction(alice, status="completed", merchant="Papierhaus")
    ids = [made["id"] for made in (*waiting, final)]
    page = client.post(NEW, {"do": "cancel", "id": ids})
    assert page.status_code == 200
    assert "Cancel 2 of 3 chosen" in page.text
    assert "what is final can’t be called back" in page.text
    assert not Instruction.objects.exists()
    text = result(client, client.post(CANCEL, {**fields_of(page), "reason": "duplicate"}))
    assert "2 of 3 cancelled" in text
    assert "what is final can’t be called back" in text
    assert len(control.effects(alice, "transaction.cancelled")) == 2
    assert Instruction.objects.get(transaction_id=final["id"]).state == State.REJECTED


def test_it_cancels_each_once_on_a_double_click_and_in_another_tab(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    ids = [control.add_transaction(alice)["id"] for _ in range(2)]
    one = fields_of(client.post(NEW, {"do": "cancel", "id": ids}))
    tab = fields_of(client.post(NEW, {"do": "cancel", "id": ids}))
    first = client.post(CANCEL, {**one, "reason": "duplicate"})
    again = client.post(CANCEL, {**one, "reason": "duplicate"})
    assert first["Location"] == again["Location"]
    text = result(client, client.post(CANCEL, {**tab, "reason": "duplicate"}))
    assert "0 of 2 cancelled" in text
    assert "changed nothing" in text
    assert len(control.effects(alice, "transaction.cancelled")) == 2


def test_it_refuses_the_same_intent_with_another_reason(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    fields = fields_of(
        client.post(NEW, {"do": "cancel", "id": control.add_transaction(alice)["id"]})
    )
    client.post(CANCEL, {**fields, "reason": "duplicate"})
    assert client.post(CANCEL, {**fields, "reason": "other"}).status_code == 422
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_what_the_page_has_no_time_for_the_worker_carries_out(
    signed_in: SignedIn, control: Control, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = signed_in(alice)
    ids = [control.add_transaction(alice)["id"] for _ in range(3)]
    page = client.post(NEW, {"do": "cancel", "id": ids})
    monkeypatch.setattr(queue, "WORTH_BEGINNING_SECONDS", 60)
    answer = client.post(CANCEL, {**fields_of(page), "reason": "other"})
    text = result(client, answer)
    assert "0 of 3 cancelled so far" in text
    assert "In line" in text
    assert control.effects(alice, "transaction.cancelled") == []
    assert queue.send_queued() == 3
    assert queue.send_queued() == 0
    assert "3 of 3 cancelled" in client.get(answer["Location"]).text
    assert len(control.effects(alice, "transaction.cancelled")) == 3


def test_a_row_without_an_answer_is_not_known_yet_and_no_other_one_is_lost(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    ids = [control.add_transaction(alice)["id"] for _ in range(2)]
    page = client.post(NEW, {"do": "cancel", "id": ids})
    control.fault("cancel", "cut_after_commit", sub=alice.sub, count=1)
    text = result(client, client.post(CANCEL, {**fields_of(page), "reason": "other"}))
    assert "Being asked" in text
    assert "1 of 2 cancelled so far" in text
    assert len(control.effects(alice, "transaction.cancelled")) == 2


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"do": "cancel"}, 400),
        ({"do": "cancel", "id": [f"txn_{number:032x}" for number in range(101)]}, 400),
        ({"do": "dance", "id": ["txn_1"]}, 400),
        ({"do": "cancel", "id": ["../../etc", "txn_" + "0" * 32, "%00"]}, 200),
    ],
)
def test_it_answers_nonsense_with_a_page(
    signed_in: SignedIn, alice: Person, asked: dict[str, Any], status: int
) -> None:
    client, _ = signed_in(alice)
    page = client.post(NEW, asked)
    assert page.status_code == status
    assert page.text.count("<h1") == 1


def test_somebody_elses_rows_are_not_there(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
) -> None:
    made = control.add_transaction(alice)
    client, _ = signed_in(bob)
    page = client.post(NEW, {"do": "cancel", "id": made["id"]})
    assert "1 of them isn’t there" in page.text
    assert "64.90" not in page.text
    others, _ = signed_in(alice)
    answer = others.post(
        CANCEL,
        {**fields_of(others.post(NEW, {"do": "cancel", "id": made["id"]})), "reason": "other"},
    )
    assert client.get(answer["Location"]).status_code == 404


def test_it_labels_each_and_shows_how_each_stands(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    ids = [control.add_transaction(alice)["id"] for _ in range(2)]
    label = annotations.make_label(subject=alice.sub, name="Holiday")
    page = client.post(NEW, {"do": "label", "id": ids})
    fields = {**fields_of(page), "label": label.public_id, "how": "on"}
    assert fields["id"] == ids
    text = result(client, client.post("/transactions/bulk/labellings/", fields))
    assert "2 of 2 have “Holiday”" in text
    assert set(labels.set_of(label).ids) == set(ids)
    fields["how"] = "off"
    assert "0 of 2 have" in result(client, client.post("/transactions/bulk/labellings/", fields))


def test_export_goes_on_where_exports_are_made(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    answer = client.post(NEW, {"do": "export", "id": made["id"]})
    assert answer["Location"] == f"/exports/new/?id={made['id']}"
    assert client.get(answer["Location"]).status_code == 200


def test_the_api_gives_a_result_a_row_and_the_same_again(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    gone = f"txn_{'0' * 32}"
    body = {
        "reason": "duplicate",
        "transactions": [
            {"id": made["id"], "expected_version": made["version"]},
            {"id": gone, "expected_version": 1},
        ],
    }

    def ask(body: dict[str, Any]) -> Any:
        return client.post(
            "/api/v1/bulk-cancellations",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "key-of-this-bulk-cancellation"},
        )

    first = ask(body)
    assert first.status_code == 201, first.text
    assert [row["state"] for row in first.json()["results"]] == ["done", "not_found"]
    assert ask(body).json() == first.json()
    assert ask({**body, "reason": "other"}).status_code == 422
    assert len(client.get(first.json()["url"]).json()["results"]) == 1
    assert len(control.effects(alice, "transaction.cancelled")) == 1
