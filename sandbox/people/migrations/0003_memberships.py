import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def admins_become_members(apps, schema_editor):
    merchant, membership = (apps.get_model("people", name) for name in ("Merchant", "Membership"))
    membership.objects.bulk_create(
        membership(merchant_id=row.merchant_id, person_id=row.person_id, role="admin")
        for row in merchant.admins.through.objects.all()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_temperaments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Admin"), ("viewer", "Viewer")], max_length=6
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="people.merchant",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "person"), name="membership_once")
                ],
            },
        ),
        migrations.RunPython(admins_become_members, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="merchant", name="admins"),
    ]
