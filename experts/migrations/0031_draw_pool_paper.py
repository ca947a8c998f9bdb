"""Which paper shows the pool of a draw: it may be made before its header."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that may be empty, so that SQLite adds it without building the guarded table anew."""

    dependencies = [("experts", "0030_own_replacements")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="pool_paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="experts.drawpaper",
            ),
        )
    ]
