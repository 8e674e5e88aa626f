"""Amounts in one scale for all currencies, and search texts that tell names from references."""

from django.db import migrations, models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Least

from sandbox.transactions.search import search_text

BATCH = 2000
LARGEST = 2**63 - 1


def scaled(factor):
    return Least(F("amount_minor"), Value(LARGEST // factor)) * Value(factor)


WITHOUT = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
FOUR = ["CLF", "UYW"]
EXPRESSION = Case(
    When(currency__in=sorted(WITHOUT), then=scaled(10_000)),
    When(currency__in=sorted(THREE), then=scaled(10)),
    When(currency__in=sorted(FOUR), then=scaled(1)),
    default=scaled(100),
)


def write_search(apps, schema_editor):
    rows = apps.get_model("transactions", "Transaction").objects
    some = []
    for row in rows.select_related("merchant").iterator(chunk_size=BATCH):
        row.search = search_text(
            names=(row.counterparty_name, row.merchant.name if row.merchant else ""),
            references=(row.end_to_end_id, row.merchant_reference, row.remittance_information),
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
        some.append(row)
        if len(some) == BATCH:
            rows.bulk_update(some, ["search"])
            some.clear()
    rows.bulk_update(some, ["search"])


class Migration(migrations.Migration):
    dependencies = [("transactions", "0006_open_cases"), ("people", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="transaction",
            name="amount_common",
            field=models.GeneratedField(
                db_persist=True, expression=EXPRESSION, output_field=models.BigIntegerField()
            ),
        ),
        migrations.RunPython(write_search, migrations.RunPython.noop),
    ]
