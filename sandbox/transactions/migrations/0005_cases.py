"""Refund requests become cases, and no payment gives back more than was paid."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("transactions", "0004_search_statistics"),
        ("cases", "0002_refund_requests"),
    ]
    operations = [
        migrations.AddField(
            "transaction",
            "open_cases",
            models.CharField(blank=True, default="", max_length=80),
            preserve_default=False,
        ),
        migrations.AddField("transaction", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "transaction",
            "refund_request",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.DeleteModel("RefundRequest"),
        migrations.AlterField("idempotencykey", "operation", models.CharField(max_length=40)),
        migrations.AddConstraint(
            "transaction",
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="transaction_never_back_more_than_paid",
            ),
        ),
    ]
