"""Payments learn which cases are open on them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("transactions", "0005_cases")]
    operations = [
        migrations.RunSQL(
            "UPDATE transactions_transaction SET open_cases = 'refund_request' WHERE id IN "
            "(SELECT transaction_id FROM cases_case WHERE state = 'open')",
            migrations.RunSQL.noop,
        ),
    ]
