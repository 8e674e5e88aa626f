"""Indexes for orders by amount, merchants and changes; on PostgreSQL for sums and IBANs too."""

from django.db import migrations, models
from django.db.models import F, Q, Value

# What sums and statements are made of stands in the index itself, so no row is fetched for them.
CREATE = """
CREATE INDEX transaction_sums ON transactions_transaction (person_id, created_at DESC) INCLUDE (
    status, kind, direction, currency, amount_minor, fee_minor, amount_common, merchant_id,
    account_id
);
CREATE INDEX transaction_booked ON transactions_transaction (person_id, completed_at) INCLUDE (
    account_id, direction, amount_minor, fee_minor
) WHERE completed_at IS NOT NULL;
CREATE INDEX transaction_iban ON transactions_transaction
    USING gin (counterparty_iban gin_trgm_ops);
"""
DROP = "DROP INDEX transaction_sums, transaction_booked, transaction_iban;"


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("transactions", "0007_common_amount")]
    operations = [
        migrations.AddIndex(
            "transaction",
            models.Index(
                fields=["person", "-amount_common", "-created_at", "-id"],
                name="transaction_amount",
            ),
        ),
        migrations.AddIndex(
            "transaction",
            models.Index(
                F("person"),
                (F("amount_common") * Value(-1)).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="transaction_amount_rising",
            ),
        ),
        migrations.AddIndex(
            "transaction",
            models.Index(
                fields=["person", "merchant", "-created_at", "-id"],
                condition=Q(merchant__isnull=False),
                name="transaction_merchant",
            ),
        ),
        migrations.AddIndex(
            "transaction",
            models.Index(fields=["person", "-updated_at"], name="transaction_changed"),
        ),
        migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP)),
    ]
