"""A larger sample of the search texts for PostgreSQL's planner.

With the usual hundred values it takes one common word in a hundred for a rare one, and then
collects and sorts 40,000 of a million rows instead of walking to the newest 25.
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
