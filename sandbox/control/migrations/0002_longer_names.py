"""Operations have longer names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("control", "0001_initial")]
    operations = [
        migrations.AlterField("fault", "operation", models.CharField(max_length=40)),
        migrations.AlterField("servicelog", "operation", models.CharField(max_length=40)),
    ]
