"""Reminders and ratings of named experts; guarded as the history of calls and ratings."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

WRITTEN_ONCE = {
    "experts_namedreminder": ("id", "seat_id"),
    "experts_namedrating": ("id", "rating_id", "seat_id, side"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
REFUSAL = "experts: the history of calls and ratings is append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    same = _OF_DRAWS.same_key
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {same(key)})" for key in WRITTEN_ONCE[table]]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in WRITTEN_ONCE:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in WRITTEN_ONCE:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):

    dependencies = [('experts', '0024_own_mandates')]

    operations = [
        migrations.CreateModel(
            name='NamedReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.TextField(blank=True, default='', verbose_name='receipt of the gateway')),
                ('handed_at', models.DateTimeField(verbose_name='handed over at')),
                ('seat', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reminder', to='experts.namedseat')),
            ],
            options={
                'verbose_name': 'reminder of a named expert',
                'verbose_name_plural': 'reminders of named experts',
                'ordering': ('handed_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='NamedRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.TextField(choices=[('owner', 'owner'), ('centre', 'centre'), ('supervisor', 'supervisor')], verbose_name='who rates')),
                ('rating', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='named', to='experts.expertrating')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='experts.namedseat')),
            ],
            options={
                'verbose_name': 'rating of a named member',
                'verbose_name_plural': 'ratings of named members',
                'ordering': ('rating',),
                'constraints': [models.UniqueConstraint(fields=('seat', 'side'), name='experts_named_rating_once', violation_error_code='rating_exists'), models.CheckConstraint(condition=models.Q(('side__in', ['owner', 'centre', 'supervisor'])), name='experts_named_rating_side', violation_error_code='side')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
