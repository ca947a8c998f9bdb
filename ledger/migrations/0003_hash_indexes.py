"""Event ids and leaves are asked for by equality only: on PostgreSQL their indexes become hashes."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """Replace both indexes."""

    dependencies = [
        ('ledger', '0002_guards'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='entry',
            name='ledger_entry_ev',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='ledger_entry_leaf',
        ),
        migrations.AddIndex(
            model_name='entry',
            index=django.contrib.postgres.indexes.HashIndex(fields=['ev'], name='ledger_entry_ev'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=django.contrib.postgres.indexes.HashIndex(condition=models.Q(('leaf_index__isnull', False)), fields=['leaf'], name='ledger_entry_leaf'),
        ),
    ]
