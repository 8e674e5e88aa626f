"""A larger sample of the search texts for PostgreSQL's planner.

With the usual hundred values it may take a common word for a rare one, and then collects and
sorts all rows that have it instead of walking to the newest 25.
"""

from django.db import migrations

MORE = "ALTER TABLE transactions_transaction ALTER COLUMN search SET STATISTICS 500;"
USUAL = "ALTER TABLE transactions_transaction ALTER COLUMN search SET STATISTICS -1;"


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("transactions", "0003_answer_as_sent")]
    operations = [migrations.RunPython(on_postgresql(MORE), on_postgresql(USUAL))]
