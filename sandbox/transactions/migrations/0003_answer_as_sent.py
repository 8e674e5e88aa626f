"""Stored answers become text, so that a replay is the first answer to the byte."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transactions", "0002_text_search")]
    operations = [
        migrations.RunSQL(
            "UPDATE transactions_idempotencykey SET answer_body = '{}' WHERE answer_body IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("idempotencykey", "answer_body", models.TextField(blank=True)),
    ]
