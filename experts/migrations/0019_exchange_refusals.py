"""A change of an officer which the supervisor refuses; written once."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "experts_officerexchangerefused"
KEYS = ("id", "exchange_id")
_OF_EXCHANGES = import_module("experts.migrations.0016_officer_exchanges")
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def sqlite() -> list[str]:
    """The triggers for SQLite: INSERT OR REPLACE deletes without a DELETE trigger, so the keys are asked for."""
    replaced = [f"EXISTS (SELECT 1 FROM {TABLE} WHERE {_OF_DRAWS.same_key(key)})" for key in KEYS]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_OF_EXCHANGES.REFUSAL} ({TABLE})'); END"
    return [
        f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} {refuse}",
        f"CREATE TRIGGER {TABLE}_insert BEFORE INSERT ON {TABLE} WHEN {' OR '.join(replaced)} {refuse}",
        f"CREATE TRIGGER {TABLE}_change BEFORE UPDATE ON {TABLE} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for statement in _OF_EXCHANGES.postgres(TABLE) if vendor == "postgresql" else sqlite():
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for name in ("keep", "whole", "change", "insert"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}{on}")


class Migration(migrations.Migration):
    """The table of refusals, guarded as that of the changes."""

    dependencies = [
        ('experts', '0018_lead_steps'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficerExchangeRefused',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('exchange', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refused', to='experts.officerexchange')),
            ],
            options={
                'verbose_name': 'refused change of an officer',
                'verbose_name_plural': 'refused changes of officers',
                'ordering': ('at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='experts_exchange_refused_why', violation_error_code='reason')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
