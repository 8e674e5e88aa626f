"""Rules, their preview and "why" as JSON; what may be kept is decided in choosing, as for pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Path, Router

from selfcare.clients import transactions as service
from selfcare.notifications import categories
from selfcare.notifications.deciding import Choice
from selfcare.notifications.delivery import digests
from selfcare.notifications.inbox import why
from selfcare.notifications.settings import api_shapes as shapes
from selfcare.notifications.settings import choosing, preview, preview_words
from selfcare.notifications.settings.choosing import Cell, ChangedElsewhere, Plan
from selfcare.notifications.settings.preview import Outcome
from selfcare.notifications.settings.refusals import Refused
from selfcare.preferences.actions import zone_of
from selfcare.web import problems
from selfcare.web.api import api, errors_for

router = Router(tags=["rules"])

NotificationId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[shapes.NOTIFICATION])
]
TransactionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
MOST_MESSAGES = 1000


@api.exception_handler(Refused)
def _refused(request: Any, refusal: Refused) -> HttpResponse:
    return problems.response(
        request, refusal.status, code=refusal.code, detail=refusal.words, field=refusal.field
    )


@router.get(
    "/rules",
    response={200: shapes.NotificationRulesOut, **errors_for(401, 503)},
    summary="Your rules",
)
def rules(request: Any) -> Any:
    """What holds for each kind of notice on each channel, chosen or by default."""
    return _rules(choosing.plan_of(request.person.subject))


@router.put(
    "/rules",
    response={200: shapes.NotificationRulesOut, **errors_for(400, 401, 403, 409, 415, 422, 503)},
    summary="Set your rules",
)
def save_rules(request: Any, body: shapes.RulesIn) -> Any:
    """Over the version that you read; 409 `settings_changed` carries the rules as they are now."""
    plan = _with_rules(choosing.plan_of(request.person.subject), body.data)
    try:
        saved = choosing.save(
            subject=request.person.subject, plan=replace(plan, version=body.seen_version)
        )
    except ChangedElsewhere as change:
        return _changed(request, shapes.NotificationRulesOut(**_rules(change.plan)))
    return _rules(saved)


@router.get(
    "/rules/settings",
    response={200: shapes.SettingsOut, **errors_for(401, 503)},
    summary="Your quiet hours and digests",
)
def settings(request: Any) -> Any:
    """When nothing is to be sent, and when digests go out."""
    return _settings(request, choosing.plan_of(request.person.subject))


@router.put(
    "/rules/settings",
    response={200: shapes.SettingsOut, **errors_for(400, 401, 403, 409, 415, 422, 503)},
    summary="Set quiet hours and digests",
)
def save_settings(request: Any, body: shapes.SettingsIn) -> Any:
    """Over the version that you read; what waits goes out by the new clock."""
    plan = _with_settings(choosing.plan_of(request.person.subject), body)
    try:
        saved = choosing.save(
            subject=request.person.subject, plan=replace(plan, version=body.seen_version)
        )
    except ChangedElsewhere as change:
        return _changed(request, shapes.SettingsOut(**_settings(request, change.plan)))
    return _settings(request, saved)


@router.post(
    "/rules/preview",
    response={200: shapes.PreviewOut, **errors_for(400, 401, 403, 415, 422, 503)},
    summary="Try rules on the last 30 days",
)
def try_rules(request: Any, body: shapes.PreviewIn) -> Any:
    """How many messages the last 30 days would have been, and which. Nothing is saved or sent."""
    subject = request.person.subject
    saved = choosing.plan_of(subject)
    plan = saved if body.rules is None else _with_rules(saved, body.rules)
    if body.settings is not None:
        plan = _with_settings(plan, body.settings)
    choosing.check(subject, plan)
    notifications, is_cut = preview.last_days(subject, timezone.now())
    before = preview.of(notifications, saved.wishes(subject))
    after = preview.of(notifications, plan.wishes(subject))
    return {
        "days": preview.DAYS,
        "words": preview_words.sentence(after),
        "counts": _counts(after),
        "saved": _counts(before),
        "differences": [
            {
                "channel": one.channel,
                "category": one.category,
                "before": one.before,
                "after": one.after,
                "count": one.count,
                "words": preview_words.difference(one),
            }
            for one in preview.differences(before, after)
        ],
        "messages": [
            {
                "channel": message.channel,
                "at": message.at,
                "digest": message.kind,
                "notifications": [one.public_id for one in message.notifications],
            }
            for message in list(reversed(after.messages))[:MOST_MESSAGES]
        ],
        "is_cut": is_cut,
    }


@router.get(
    "/notifications/{notification_id}/why",
    response={200: shapes.WhyOut, **errors_for(401, 404, 422, 503)},
    summary="Why you were told, or not",
)
def notification_why(request: Any, notification_id: NotificationId) -> Any:
    """For each channel what became of it, the rule that decided, the address, and every try."""
    notification = why.find(request.person.subject, notification_id)
    if notification is None:
        raise Http404
    return _why(why.of_notification(notification))


@router.get(
    "/transactions/{transaction_id}/notifications",
    response={200: shapes.TransactionWhyOut, **errors_for(401, 404, 422, 503)},
    summary="What you were told about a transaction",
)
def transaction_why(request: Any, transaction_id: TransactionId) -> Any:
    """With its cases, and with what happened that nobody is told of; the newest first."""
    told, untold = why.of_object(request.person.subject, transaction_id)
    if not told and not untold:
        service.transaction(request.person.subject, transaction_id)
    return {
        "data": [_why(one) for one in told],
        "untold": [
            {
                "event_type": one.event.type,
                "occurred_at": one.event.occurred_at,
                "reason": one.reason,
            }
            for one in untold
        ],
    }


# ── From and to JSON ────────────────────────────────────────────────────────────────────────
def _with_rules(plan: Plan, rows: Sequence[shapes.NotificationRuleIn]) -> Plan:
    choices: dict[Cell, Choice] = {}
    for row in rows:
        cell = (row.category, row.channel)
        if cell in choices:
            raise Refused("rule_twice", ".".join(cell))
        choices[cell] = Choice(
            row.mode, dict(row.above), row.merchants, tuple(row.merchant_ids), chosen=True
        )
    return replace(plan, choices=choices)


def _with_settings(plan: Plan, body: shapes.SettingsIn) -> Plan:
    at = time.fromisoformat(body.digest_at)
    return replace(
        plan,
        quiet_from=time.fromisoformat(body.quiet.begin) if body.quiet else None,
        quiet_until=time.fromisoformat(body.quiet.end) if body.quiet else None,
        digest_at=None if at == digests.AT else at,
        digest_weekday=body.digest_weekday,
    )


def _rules(plan: Plan) -> dict[str, Any]:
    return {"version": plan.version, "data": [_rule(plan, *cell) for cell in choosing.cells()]}


def _rule(plan: Plan, category: str, channel: str) -> dict[str, Any]:
    about, choice = categories.about(category), plan.choice(category, channel)
    return {
        "category": category,
        "channel": channel,
        "mode": choice.mode,
        "above": dict(choice.above),
        "merchants": choice.merchants,
        "merchant_ids": list(choice.merchant_ids),
        "chosen": choice.chosen,
        "modes": list(about.modes(channel)),
        "can_be_muted": channel not in about.always,
    }


def _settings(request: Any, plan: Plan) -> dict[str, Any]:
    quiet = None
    if plan.quiet_from is not None and plan.quiet_until is not None:
        quiet = {"begin": f"{plan.quiet_from:%H:%M}", "end": f"{plan.quiet_until:%H:%M}"}
    return {
        "version": plan.version,
        "zone": zone_of(request.person.subject).key,
        "quiet": quiet,
        "digest_at": f"{plan.digest_at or digests.AT:%H:%M}",
        "digest_weekday": plan.digest_weekday,
    }


def _changed(
    request: Any, current: shapes.NotificationRulesOut | shapes.SettingsOut
) -> HttpResponse:
    refusal = Refused("settings_changed")
    return problems.response(
        request, 409, code=refusal.code, detail=refusal.words, current=current.model_dump()
    )


def _counts(outcome: Outcome) -> dict[str, int]:
    counts: Counter[str] = outcome.counts
    return {channel: counts[channel] for channel in preview.SENDING} | {"in_app": outcome.inbox}


def _why(one: why.Why) -> dict[str, Any]:
    return {
        "id": one.notification.public_id,
        "event_type": one.notification.event_type,
        "category": one.notification.category,
        "title": one.words.title,
        "occurred_at": one.notification.occurred_at,
        "deliveries": [_delivery(line) for line in one.lines],
    }


def _delivery(line: why.Line) -> dict[str, Any]:
    row = line.delivery
    return {
        "channel": row.channel,
        "state": row.state,
        "reason": row.reason,
        "words": f"{line.verdict} {line.reason}".strip(),
        "rule": row.rule,
        "address": line.where,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "attempts": [
            {
                "at": tried.at,
                "outcome": tried.outcome,
                "provider": tried.provider,
                "detail": tried.detail,
                "milliseconds": tried.milliseconds,
            }
            for tried, _words in line.attempts
        ],
    }
