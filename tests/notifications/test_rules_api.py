"""Rules, settings, preview and why as JSON: the same rules and refusals as on the pages."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from selfcare.notifications.models import Attempt, Delivery, Rule, Settings
from selfcare.web.api import api
from tests.notifications.happenings import reachable, rule, told
from tests.support.control import Control, Person

Call = Callable[..., Any]


@pytest.fixture
def hers(db: None, client: Client, alice: Person) -> Client:
    from tests.support.sign_in import sign_in

    sign_in(client, alice.sub, alice.name)
    return client


@pytest.fixture
def his(db: None, bob: Person) -> Client:
    from tests.support.sign_in import sign_in

    client = Client()
    sign_in(client, bob.sub, bob.name)
    return client


@pytest.fixture
def call(hers: Client) -> Call:
    def speak(method: str, path: str, body: Any = None) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(hers, method)(f"/api/v1/{path}", **more)

    return speak


def cell(answer: Any, category: str, channel: str) -> dict[str, Any]:
    return next(
        row
        for row in answer.json()["data"]
        if (row["category"], row["channel"]) == (category, channel)
    )


def row(**more: Any) -> dict[str, Any]:
    return {"category": "money_out", "channel": "email", "mode": "at_once", **more}


def code(answer: Any) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["code"])


def test_all_cells_stand_there_with_what_can_be_chosen(call: Call) -> None:
    answer = call("get", "rules")
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 36
    assert answer.json()["version"] == 0
    security = cell(answer, "security", "email")
    assert (security["mode"], security["modes"], security["can_be_muted"]) == (
        "at_once",
        ["at_once"],
        False,
    )
    assert cell(answer, "security", "sms")["modes"] == ["off", "at_once"]
    assert cell(answer, "money_out", "in_app")["modes"] == ["off", "at_once"]
    assert not cell(answer, "money_out", "email")["chosen"]


def test_rules_are_set_over_the_version_that_was_read(call: Call, alice: Person) -> None:
    body = {"seen_version": 0, "data": [row(above={"EUR": 5000, "JPY": 3000})]}
    saved = call("put", "rules", body)
    assert saved.status_code == 200
    assert saved.json()["version"] == 1
    assert cell(saved, "money_out", "email") | {"chosen": True} == cell(
        call("get", "rules"), "money_out", "email"
    )
    assert cell(saved, "money_out", "email")["above"] == {"EUR": 5000, "JPY": 3000}
    late = call("put", "rules", {"seen_version": 0, "data": []})
    assert (late.status_code, code(late)) == (409, "settings_changed")
    assert late.json()["current"]["version"] == 1
    again = call("put", "rules", {"seen_version": 1, "data": []})
    assert again.json()["version"] == 2
    assert not cell(again, "money_out", "email")["chosen"]
    assert not Rule.objects.filter(subject=alice.sub).exists()


@pytest.mark.parametrize(
    ("bad", "status", "told_code"),
    [
        ({"category": "weather"}, 422, "invalid"),
        ({"channel": "pigeon"}, 422, "invalid"),
        ({"mode": "hourly"}, 422, "invalid"),
        ({"mode": None}, 422, "invalid"),
        ({"above": {"EUR": -1}}, 422, "invalid"),
        ({"above": {"EUR": 19.99}}, 422, "invalid"),
        ({"above": {"EUR": "20"}}, 422, "invalid"),
        ({"above": {"EUR": 2**63}}, 422, "invalid"),
        ({"above": {"eur": 1}}, 422, "invalid"),
        ({"above": {"XQQ": 1}}, 422, "unknown_currency"),
        ({"above": {f"A{a}{b}": 1 for a in "ABCDE" for b in "ABCDE"}}, 422, "invalid"),
        ({"merchants": "only"}, 422, "merchants_missing"),
        ({"merchants": "some", "merchant_ids": ["mer_1"]}, 422, "invalid"),
        ({"merchants": "only", "merchant_ids": ["mer_never_met"]}, 422, "unknown_merchant"),
        ({"merchants": "only", "merchant_ids": ["x' OR 1=1"]}, 422, "invalid"),
        ({"merchants": "only", "merchant_ids": ["mer_a"] * 31}, 422, "invalid"),
        ({"channel": "in_app", "mode": "daily"}, 422, "mode_not_possible"),
        ({"category": "security", "mode": "off"}, 422, "always_on"),
        ({"category": "security", "channel": "sms", "mode": "weekly"}, 422, "mode_not_possible"),
        ({"category": "statements", "above": {"EUR": 1}}, 422, "no_amounts"),
        (
            {"category": "news", "merchants": "only", "merchant_ids": ["mer_a"]},
            422,
            "no_merchants",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_whole(
    call: Call, alice: Person, bad: dict[str, Any], status: int, told_code: str
) -> None:
    good = {"category": "cases", "channel": "email", "mode": "off"}
    answer = call("put", "rules", {"seen_version": 0, "data": [good, row(**bad)]})
    assert (answer.status_code, code(answer)) == (status, told_code), answer.text
    assert not Rule.objects.filter(subject=alice.sub).exists()
    assert call("post", "rules/preview", {"rules": [row(**bad)]}).status_code == status


@pytest.mark.parametrize("version", [-1, "0", 1.5, None, 2**31])
def test_a_version_that_is_none_is_refused(call: Call, version: Any) -> None:
    assert call("put", "rules", {"seen_version": version, "data": []}).status_code == 422


def test_the_same_cell_twice_is_no_rule(call: Call) -> None:
    answer = call("put", "rules", {"seen_version": 0, "data": [row(), row(mode="off")]})
    assert (answer.status_code, code(answer)) == (422, "rule_twice")


def test_a_merchant_is_one_that_the_person_had_to_do_with(
    call: Call, his: Client, control: Control, alice: Person, bob: Person
) -> None:
    control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    hers = call("get", "transactions?limit=1").json()["data"][0]["merchant"]["id"]
    body = {"seen_version": 0, "data": [row(merchants="only", merchant_ids=[hers])]}
    assert call("put", "rules", body).status_code == 200
    control.add_transaction(bob, status="completed", merchant="Tandem Bikes")
    other = his.get("/api/v1/transactions?limit=1").json()["data"][0]["merchant"]["id"]
    body = {"seen_version": 1, "data": [row(merchants="only", merchant_ids=[other])]}
    refused = call("put", "rules", body)
    assert (refused.status_code, code(refused)) == (422, "unknown_merchant")
    assert refused.json()["field"] == "money_out.email"
    control.fault("merchants", "error", sub=alice.sub)
    unknown = call("put", "rules", body)
    assert (unknown.status_code, code(unknown)) == (503, "merchants_not_known")


def test_settings_are_kept_and_what_waits_goes_by_them(call: Call, alice: Person) -> None:
    reachable(subject=alice.sub)
    rule("money_out", "email", "daily", subject=alice.sub)
    told(subject=alice.sub)
    digest = Delivery.objects.get(notification=None)
    body = {
        "seen_version": 0,
        "quiet": {"begin": "22:00", "end": "07:00"},
        "digest_at": "06:30",
        "digest_weekday": 4,
    }
    saved = call("put", "rules/settings", body).json()
    assert saved == {
        "version": 1,
        "zone": "UTC",
        "quiet": {"begin": "22:00", "end": "07:00"},
        "digest_at": "06:30",
        "digest_weekday": 4,
    }
    assert call("get", "rules/settings").json() == saved
    digest.refresh_from_db()
    assert digest.due_at.time() == time(7)
    assert Rule.objects.get(subject=alice.sub).mode == "daily"
    assert call("put", "rules/settings", body).status_code == 409


@pytest.mark.parametrize(
    "bad",
    [
        {"quiet": {"begin": "22:00"}},
        {"quiet": {"begin": "24:00", "end": "07:00"}},
        {"quiet": {"begin": "22:60", "end": "07:00"}},
        {"quiet": {"begin": "07:00", "end": "07:00"}},
        {"quiet": "always"},
        {"digest_at": "soon"},
        {"digest_weekday": 7},
        {"digest_weekday": -1},
    ],
)
def test_settings_that_cannot_be_are_refused(call: Call, bad: dict[str, Any]) -> None:
    answer = call("put", "rules/settings", {"seen_version": 0, **bad})
    assert answer.status_code == 422
    assert not Settings.objects.filter(version__gt=0).exists()


def test_turning_quiet_hours_off_lets_go_what_they_held(call: Call, alice: Person) -> None:
    reachable(subject=alice.sub)
    now = timezone.now()
    Settings.objects.create(
        subject=alice.sub,
        quiet_from=(now - timedelta(hours=2)).time(),
        quiet_until=(now + timedelta(hours=2)).time(),
    )
    told(subject=alice.sub)
    held = Delivery.objects.get(notification=None, channel="email")
    assert held.due_at > now + timedelta(hours=1)
    assert call("put", "rules/settings", {"seen_version": 0}).status_code == 200
    held.refresh_from_db()
    assert held.due_at <= timezone.now()


def test_a_preview_counts_and_keeps_nothing(call: Call, alice: Person) -> None:
    reachable(subject=alice.sub)
    for n, amount in enumerate((1000, 3000, 9000)):
        told(subject=alice.sub, object_id=f"txn_{n}", amount_minor=amount)
    body = {"rules": [row(above={"EUR": 2000}), row(channel="sms", above={"EUR": 9000})]}
    found = call("post", "rules/preview", body).json()
    assert found["counts"] == {"email": 2, "sms": 1, "push": 0, "in_app": 3}
    assert found["saved"] == {"email": 3, "sms": 0, "push": 0, "in_app": 3}
    assert found["words"] == "2 mails, 1 text and 0 pushes"
    assert len(found["messages"]) == 3
    changes = {(d["channel"], d["before"], d["after"], d["count"]) for d in found["differences"]}
    assert ("email", "now", "below_threshold", 1) in changes
    assert not Rule.objects.filter(subject=alice.sub).exists()
    assert Delivery.objects.filter(channel="sms").exclude(state="not_wanted").count() == 0
    as_saved = call("post", "rules/preview", {}).json()
    assert as_saved["counts"] == as_saved["saved"]


def test_why_tells_the_rule_the_address_and_every_try(call: Call, alice: Person) -> None:
    mail = reachable("email", subject=alice.sub)["email"]
    rule("money_out", "sms", "off", subject=alice.sub)
    rule("money_out", "push", "at_once", subject=alice.sub, above={"EUR": 10_000})
    made = told(subject=alice.sub)
    assert made
    sent = made.deliveries.get(channel="email")
    Attempt.objects.create(
        delivery=sent, channel="email", provider="smtp", outcome="later", detail="451"
    )
    Attempt.objects.create(
        delivery=sent, channel="email", provider="smtp", outcome="sent", detail="250"
    )
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now(), tries=2)
    found = call("get", f"notifications/{made.public_id}/why").json()
    lines = {one["channel"]: one for one in found["deliveries"]}
    assert [one["channel"] for one in found["deliveries"]] == ["in_app", "email", "sms", "push"]
    assert lines["email"]["address"] == mail.value
    assert [one["outcome"] for one in lines["email"]["attempts"]] == ["later", "sent"]
    assert mail.value in lines["email"]["words"]
    assert "switched Text off" in lines["sms"]["words"] or "off" in lines["sms"]["words"]
    assert lines["push"]["reason"] == "no_address"
    reachable("push", subject=alice.sub)
    other = told(subject=alice.sub, object_id="txn_2")
    assert other
    found = call("get", f"notifications/{other.public_id}/why").json()
    push = next(one for one in found["deliveries"] if one["channel"] == "push")
    assert "from 100.00\u00a0EUR" in push["words"]
    assert "this was 64.90\u00a0EUR" in push["words"]
    assert push["rule"] == {"mode": "at_once", "chosen": True, "above": {"EUR": 10_000}}


def test_a_transaction_tells_of_itself_and_of_its_cases(
    call: Call, his: Client, control: Control, alice: Person
) -> None:
    paid = control.add_transaction(alice, status="completed")["id"]
    assert call("get", f"transactions/{paid}/notifications").json() == {"data": [], "untold": []}
    told("transaction.processing", subject=alice.sub, object_id=paid, version=1)
    told(subject=alice.sub, object_id=paid, version=2)
    told("case.answered", subject=alice.sub, object_id="cas_9", transaction_id=paid)
    found = call("get", f"transactions/{paid}/notifications").json()
    assert [one["category"] for one in found["data"]] == ["cases", "money_out"]
    assert [one["event_type"] for one in found["untold"]] == ["transaction.processing"]
    assert his.get(f"/api/v1/transactions/{paid}/notifications").status_code == 404


def test_anothers_notification_is_none(call: Call, his: Client, alice: Person) -> None:
    made = told(subject=alice.sub)
    assert made
    for name in (made.public_id, "ntf_0", "ntf_" + "0" * 32):
        assert his.get(f"/api/v1/notifications/{name}/why").status_code == 404
    assert call("get", "notifications/ntf'1/why").status_code in {404, 422}


def test_it_needs_the_csrf_token(alice: Person, db: None) -> None:
    from tests.support.sign_in import sign_in

    client = Client(enforce_csrf_checks=True)
    sign_in(client, alice.sub, alice.name)
    for path, body in (("rules", {"seen_version": 0, "data": []}), ("rules/settings", {})):
        answer = client.put(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 403
    answer = client.post("/api/v1/rules/preview", {}, content_type="application/json")
    assert answer.status_code == 403
    assert Client().get("/api/v1/rules").status_code == 401


def test_every_operation_tells_its_problems_and_its_examples() -> None:
    document = api.get_openapi_schema()
    ours = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "rules" in operation.get("tags", [])
    ]
    assert len(ours) == 7
    for path, method, operation in ours:
        assert operation["description"], path
        assert {"401", "503"} <= {str(status) for status in operation["responses"]}, (path, method)
    schemas = document["components"]["schemas"]
    for name in ("RuleIn", "SettingsIn", "PreviewOut", "DeliveryOut"):
        assert any("examples" in field for field in schemas[name]["properties"].values()), name
