"""Every refund request of before is a case, under the same id."""

from django.db import migrations

ANSWERS = {
    "refund_request.accepted": "accepted",
    "refund_request.partly_accepted": "partly_accepted",
    "refund_request.declined": "declined",
    "refund_request.lapsed": "lapsed",
}


def copy(apps, schema_editor):
    Case = apps.get_model("cases", "Case")
    CaseEvent = apps.get_model("cases", "CaseEvent")
    RefundRequest = apps.get_model("transactions", "RefundRequest")
    rows = RefundRequest.objects.select_related("transaction__person").order_by("created_at")
    for row in rows.iterator(chunk_size=1000):
        payment = row.transaction
        is_open = row.state == "open"
        granted = {"accepted": row.amount_minor}.get(row.state, 0)
        if row.state == "partly_accepted":
            granted = min(payment.refunded_minor, row.amount_minor)
        told = (
            payment.events.filter(name__in=ANSWERS, at__gte=row.created_at).order_by("at").first()
        )
        case = Case.objects.create(
            id=row.id, person=payment.person, transaction=payment, kind="refund_request",
            state=row.state, waiting_for="merchant" if is_open else "", reason=row.reason,
            amount_minor=row.amount_minor, currency=row.currency, granted_minor=granted,
            message=row.message, version=1 if is_open else 2, created_at=row.created_at,
            updated_at=told.at if told else row.created_at,
            respond_by=row.respond_by if is_open else None,
            due_at=row.respond_by if is_open else None,
        )  # fmt: skip
        CaseEvent.objects.create(
            case=case, at=row.created_at, name="case.opened", actor_kind="user",
            actor_name=payment.person.name, note=row.message, amount_minor=row.amount_minor,
        )  # fmt: skip
        if told:
            CaseEvent.objects.create(
                case=case, at=told.at, name=f"case.{row.state}", actor_kind=told.actor_kind,
                actor_name=told.actor_name, note=told.note, amount_minor=granted or None,
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
