"""Monthly sums, kept on PostgreSQL by triggers with every statement that writes transactions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COLUMNS = "person_id, month, account_id, merchant_id, kind, direction, status, currency"
ROWS = """
    SELECT person_id, date_trunc('month', created_at, 'UTC') AS month, account_id, merchant_id,
        kind, direction, status, currency, %s AS sign, amount_minor, fee_minor FROM %s
"""
WRITE = f"""
    INSERT INTO transactions_tally ({COLUMNS}, count, amount_minor, fee_minor, settled)
    SELECT {COLUMNS}, sum(sign), sum(sign * amount_minor), sum(sign * fee_minor), false
    FROM (%s) AS changed
    GROUP BY {COLUMNS}
    HAVING sum(sign) <> 0 OR sum(sign * amount_minor) <> 0 OR sum(sign * fee_minor) <> 0
"""  # noqa: S608 (names of our own tables)
ADDED, GONE = ROWS % (1, "added"), ROWS % (-1, "gone")
ON = "ON transactions_transaction REFERENCING"


def trigger(event, tables, rows):
    return f"""
CREATE FUNCTION transactions_tally_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {WRITE % rows}; RETURN NULL; END $$;
CREATE TRIGGER transactions_tally_{event} AFTER {event} {ON} {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_tally_{event}();
"""


CREATE = (
    WRITE % (ROWS % (1, "transactions_transaction"))
    + ";"
    + trigger("insert", "NEW TABLE AS added", ADDED)
    + trigger("delete", "OLD TABLE AS gone", GONE)
    + trigger("update", "NEW TABLE AS added OLD TABLE AS gone", f"{ADDED} UNION ALL {GONE}")
    + """
CREATE FUNCTION transactions_tally_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM transactions_tally; RETURN NULL; END $$;
CREATE TRIGGER transactions_tally_truncate AFTER TRUNCATE ON transactions_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_tally_truncate();
"""
)
DROP = "".join(
    f"DROP TRIGGER transactions_tally_{event} ON transactions_transaction;"
    f"DROP FUNCTION transactions_tally_{event}();"
    for event in ("insert", "update", "delete", "truncate")
)


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            # Without parameters, so that a percent sign is one.
            schema_editor.execute(sql, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("transactions", "0008_reading_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("month", models.DateTimeField()),
                ("account_id", models.BigIntegerField()),
                ("merchant_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=10)),
                ("direction", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=15)),
                ("currency", models.CharField(max_length=3)),
                ("count", models.BigIntegerField()),
                ("amount_minor", models.DecimalField(decimal_places=0, max_digits=38)),
                ("fee_minor", models.DecimalField(decimal_places=0, max_digits=38)),
                ("settled", models.BooleanField(default=False)),
                ("person", models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE,
                    related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["person", "month"], name="transaction_tally")],
            },
        ),
        migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP)),
    ]  # fmt: skip
