"""Officers of a draw changed before its header is signed; proposal and agreement are written once."""

from importlib import import_module
from typing import Any

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = {"experts_officerexchange": ("id",), "experts_officerexchanged": ("id", "exchange_id")}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
REFUSAL = "experts: the history of a draw is append-only"
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
    """Tables of the changes of officers, guarded as the other tables of draws."""

    dependencies = [
        ('accounts', '0004_notes'),
        ('experts', '0015_competition'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficerExchange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.TextField(verbose_name='role')),
                ('cause', models.TextField(verbose_name='cause')),
                ('reason', models.TextField(verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='experts.drawofficer')),
            ],
            options={
                'verbose_name': 'proposed change of an officer',
                'verbose_name_plural': 'proposed changes of officers',
                'ordering': ('at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('cause__in', ('prevented', 'key-lost', 'body-left'))), name='experts_exchange_cause', violation_error_code='cause'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='experts_exchange_reason', violation_error_code='reason')],
            },
        ),
        migrations.CreateModel(
            name='OfficerExchanged',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(verbose_name='name')),
                ('sig_key', models.TextField(blank=True, default='', verbose_name='signing key (SPKI, hex)')),
                ('kem_key', models.TextField(blank=True, default='', verbose_name='opening key (X25519, hex)')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('exchange', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreed', to='experts.officerexchange')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change of an officer',
                'verbose_name_plural': 'changes of officers',
                'ordering': ('at', 'id'),
            },
        ),
        migrations.RunPython(install, remove),
    ]
