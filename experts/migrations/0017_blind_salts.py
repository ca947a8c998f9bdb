"""The nonces of blind labels (暗标); guarded as the other tables of panels."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = "experts_blindsalt"
KEYS = ("id", "label_id")
REFUSAL = "experts: the history of a panel is append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def postgres() -> list[str]:
    """The triggers for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    return [
        f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {TABLE}_whole BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {TABLE}_change BEFORE UPDATE ON {TABLE} FOR EACH ROW {refuse}",
    ]


def sqlite() -> list[str]:
    """The triggers for SQLite; INSERT OR REPLACE deletes without a DELETE trigger."""
    replaced = [f"EXISTS (SELECT 1 FROM {TABLE} WHERE {_OF_DRAWS.same_key(key)})" for key in KEYS]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({TABLE})'); END"
    return [
        f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} {refuse}",
        f"CREATE TRIGGER {TABLE}_insert BEFORE INSERT ON {TABLE} WHEN {' OR '.join(replaced)} {refuse}",
        f"CREATE TRIGGER {TABLE}_change BEFORE UPDATE ON {TABLE} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    for statement in postgres() if schema_editor.connection.vendor == "postgresql" else sqlite():
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for name in ("keep", "whole", "change", "insert"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}{on}")


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0016_officer_exchanges'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlindSalt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.TextField(verbose_name='nonce')),
                ('label', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='salt', to='experts.bidlabel')),
            ],
            options={
                'verbose_name': 'nonce of a label',
                'verbose_name_plural': 'nonces of labels',
                'ordering': ('label',),
            },
        ),
        migrations.RunPython(install, remove),
    ]
