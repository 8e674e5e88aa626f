import django.utils.timezone
from django.db import migrations, models


def know_those_with_sessions(apps, schema_editor):
    """Nobody is told of a browser that they have used until now."""
    known = apps.get_model("identity", "KnownBrowser")
    rows = (
        apps.get_model("identity", "Session")
        .objects.exclude(subject="")
        .values("subject", "browser")
        .annotate(last_at=models.Max("created_at"))
        .order_by()
    )
    known.objects.bulk_create([known(**row) for row in rows.iterator()], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownBrowser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=255)),
                ("browser", models.CharField(max_length=80)),
                ("last_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "browser"), name="each_browser_once")
                ],
            },
        ),
        migrations.RunPython(know_those_with_sessions, migrations.RunPython.noop),
    ]
