"""What came of a run: told so that the same run tells the same, and compared with what should."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sandbox.cases.models import Case
from sandbox.merchant_api import wire
from sandbox.merchant_api.models import Demand
from sandbox.scenarios.stage import Stage
from sandbox.transactions.models import Transaction
from sandbox.webhooks.models import Delivery, DeliveryAttempt, MerchantEvent

type Json = dict[str, Any]


def span(length: timedelta) -> str:
    """`2d 3h 10m 5s`, as scripts spell it."""
    seconds = int(length.total_seconds())
    parts = zip((seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60), "dhms",
                strict=True)  # fmt: skip
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def tell(stage: Stage, refused: dict[str, str]) -> Json:
    """States, events, webhooks and money; instants count from the beginning, no id is in it."""
    return {
        "states": states_of(stage),
        "refused": refused,
        "took": span(stage.now - stage.begins),
        **_events(stage),
        "webhooks": _webhooks(stage),
        "merchant": _money(stage.merchant.accounts.order_by("currency")),
        "customers": {
            name: _money(person.accounts.order_by("currency"))
            for name, person in stage.people.items()
        },
    }


def digest(outcome: Json) -> str:
    canonical = json.dumps(outcome, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def differences(wanted: Any, found: Any, place: str = "end") -> list[str]:
    """Where what came isn't what was wanted; of what nobody wanted nothing is said."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        told: list[str] = []
        for name, value in wanted.items():
            if name in found:
                told += differences(value, found[name], f"{place}.{name}")
            else:
                told.append(f"{place}.{name} should be {_shown(value)}, and there is none")
        return told
    if wanted == found:
        return []
    return [f"{place} should be {_shown(wanted)}, and is {_shown(found)}"]


def states_of(stage: Stage) -> dict[str, Json]:
    """Each thing by its name, as its merchant sees it."""
    found = {name: _asked(stage, pk) for name, pk in stage.asked.items()}
    return found | {name: _case(stage, pk) for name, pk in stage.cases.items()}


def _asked(stage: Stage, pk: Any) -> Json:
    row: Transaction | Demand | None = Transaction.objects.filter(pk=pk).first()
    told = wire.asked_for(row or Demand.objects.get(pk=pk), stage.now)
    kept = ("status", "reason_code", "amount_minor", "currency", "refunded_minor")
    found = {name: told[name] for name in kept if told.get(name) is not None}
    ended = told.get("completed_at") or told["updated_at"]
    return {**found, "at": span(_instant(ended) - stage.begins)}


def _case(stage: Stage, pk: Any) -> Json:
    row = Case.objects.get(pk=pk)
    return {
        "kind": row.kind, "state": row.state, "waiting_for": row.waiting_for,
        "amount_minor": row.amount_minor, "granted_minor": row.granted_minor,
        "at": span(row.updated_at - stage.begins),
    }  # fmt: skip


def _events(stage: Stage) -> Json:
    """By their sequence numbers, which have no gap: the first is 1."""
    rows = list(MerchantEvent.objects.filter(merchant=stage.merchant).order_by("sequence"))
    names = {pk.hex: name for name, pk in (stage.asked | stage.cases).items()}
    refunds = Transaction.objects.filter(merchant=stage.merchant).exclude(refund_of=None)
    for pk, of in refunds.values_list("pk", "refund_of"):
        names[pk.hex] = f"refund of {names.get(of.hex, 'something') if of else 'something'}"
    return {
        "events": [f"{row.type} {names.get(row.object_id.partition('_')[2], '')}" for row in rows],
        "events_at": [span(row.occurred_at - stage.begins) for row in rows],
        "sequence": [row.sequence for row in rows] == [*range(1, len(rows) + 1)],
    }


def _webhooks(stage: Stage) -> Json:
    arrived = [sequence for sequence, _ in stage.arrived]
    first = list(dict.fromkeys(arrived))
    deliveries = Delivery.objects.filter(merchant=stage.merchant)
    told = MerchantEvent.objects.filter(merchant=stage.merchant).count()
    last = max((at for _, at in stage.arrived), default=None)
    return {
        "arrived": len(first),
        "missing": told - len(first),
        "copies": len(arrived) - len(first),
        "in_order": first == sorted(first),
        "sequences": arrived,
        "attempts": DeliveryAttempt.objects.filter(delivery__in=deliveries).count(),
        "waiting": deliveries.filter(state=Delivery.State.WAITING).count(),
        "last_at": span(last - stage.begins) if last else "",
    }


def _money(accounts: Any) -> dict[str, int]:
    return {row.currency: row.balance_minor for row in accounts}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
