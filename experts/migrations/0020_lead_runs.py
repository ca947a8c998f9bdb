"""Runs that compute leads, what they found and what is kept of draws for them; guarded as the history of panels."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = {
    "experts_leaddraw": ("id", "draw_id, pack"),
    "experts_leadask": ("id", "scope, number"),
    "experts_leadrun": ("id", "scope, number"),
    "experts_keptlead": ("id", "run_id, name"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
ALSO = {
    "experts_leadrun": (
        "scope = NEW.scope AND day = NEW.day AND night AND NEW.night",
        "ask_id = NEW.ask_id",
    ),
}
"""Keys of some rows alone, as conditions."""
REFUSAL = "experts: leads and their runs are append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def postgres(table: str) -> list[str]:
    """The triggers for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
    ]


def sqlite(table: str) -> list[str]:
    """The triggers for SQLite."""
    keys = [_OF_DRAWS.same_key(key) for key in TABLES[table]] + list(ALSO.get(table, ()))
    replaced = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in keys)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {replaced} {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    for table in TABLES:
        made = postgres(table) if schema_editor.connection.vendor == "postgresql" else sqlite(table)
        for statement in made:
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    for table in TABLES:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        for name in ("keep", "whole", "change", "insert"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0019_exchange_refusals'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LeadAsk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField(verbose_name='whose lots')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
            ],
            options={
                'verbose_name': 'wish for leads',
                'verbose_name_plural': 'wishes for leads',
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='LeadDraw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.TextField(verbose_name='SHA-256 of the thresholds')),
                ('sealed', models.BinaryField(verbose_name='chances and panels drawn again, sealed')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='for_leads', to='experts.draw')),
            ],
            options={
                'verbose_name': 'draw as the leads read it',
                'verbose_name_plural': 'draws as the leads read them',
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='LeadRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField(verbose_name='whose lots')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('day', models.DateField(verbose_name='day')),
                ('night', models.BooleanField(verbose_name='by the clock')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('pack', models.TextField(verbose_name='SHA-256 of the thresholds')),
                ('limits', models.JSONField(verbose_name='thresholds as shown')),
                ('salt', models.TextField(verbose_name='salt of the hashes')),
                ('rows', models.TextField(verbose_name='SHA-256 of the rows')),
                ('results', models.TextField(verbose_name='SHA-256 of the leads, salted')),
                ('counts', models.JSONField(verbose_name='what was looked at')),
                ('tests', models.JSONField(verbose_name='tests by family')),
                ('ask', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='run', to='experts.leadask')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('same', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeated', to='experts.leadrun')),
            ],
            options={
                'verbose_name': 'computing of leads',
                'verbose_name_plural': 'computings of leads',
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='KeptLead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(verbose_name='lead (hash)')),
                ('family', models.TextField(verbose_name='family')),
                ('place', models.PositiveIntegerField(verbose_name='place')),
                ('evidence', models.TextField(verbose_name='SHA-256 of the evidence')),
                ('told', models.JSONField(verbose_name='whom it concerns and its numbers')),
                ('seen_at', models.DateTimeField(verbose_name='found last at')),
                ('run_at', models.DateTimeField(verbose_name='computed at')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='experts.leadrun')),
            ],
            options={
                'verbose_name': 'lead',
                'verbose_name_plural': 'leads',
                'ordering': ('run', 'place'),
            },
        ),
        migrations.AddConstraint(
            model_name='leadask',
            constraint=models.UniqueConstraint(fields=('scope', 'number'), name='experts_lead_ask_once', violation_error_code='leads_asked'),
        ),
        migrations.AddConstraint(
            model_name='leadask',
            constraint=models.CheckConstraint(condition=models.Q(('scope__regex', '^(all|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$')), name='experts_lead_ask_scope', violation_error_code='scope'),
        ),
        migrations.AddConstraint(
            model_name='leaddraw',
            constraint=models.UniqueConstraint(fields=('draw', 'pack'), name='experts_lead_draw_once', violation_error_code='kept'),
        ),
        migrations.AddConstraint(
            model_name='leaddraw',
            constraint=models.CheckConstraint(condition=models.Q(('pack__regex', '^[0-9a-f]{64}$')), name='experts_lead_draw_pack', violation_error_code='hash'),
        ),
        migrations.AddConstraint(
            model_name='leadrun',
            constraint=models.UniqueConstraint(fields=('scope', 'number'), name='experts_lead_run_once', violation_error_code='computed'),
        ),
        migrations.AddConstraint(
            model_name='leadrun',
            constraint=models.UniqueConstraint(condition=models.Q(('night', True)), fields=('scope', 'day'), name='experts_lead_run_night', violation_error_code='computed'),
        ),
        migrations.AddConstraint(
            model_name='leadrun',
            constraint=models.CheckConstraint(condition=models.Q(('night', True), ('ask__isnull', False), _connector='OR'), name='experts_lead_run_why', violation_error_code='why'),
        ),
        migrations.AddConstraint(
            model_name='leadrun',
            constraint=models.CheckConstraint(condition=models.Q(('scope__regex', '^(all|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$')), name='experts_lead_run_scope', violation_error_code='scope'),
        ),
        migrations.AddConstraint(
            model_name='leadrun',
            constraint=models.CheckConstraint(condition=models.Q(('pack__regex', '^[0-9a-f]{64}$'), ('results__regex', '^[0-9a-f]{64}$'), ('rows__regex', '^[0-9a-f]{64}$'), ('salt__regex', '^[0-9a-f]{64}$')), name='experts_lead_run_hashes', violation_error_code='hash'),
        ),
        migrations.AddConstraint(
            model_name='keptlead',
            constraint=models.UniqueConstraint(fields=('run', 'name'), name='experts_kept_lead_once', violation_error_code='kept'),
        ),
        migrations.AddConstraint(
            model_name='keptlead',
            constraint=models.CheckConstraint(condition=models.Q(('evidence__regex', '^[0-9a-f]{64}$'), ('name__regex', '^[0-9a-f]{64}$')), name='experts_kept_lead_hashes', violation_error_code='hash'),
        ),
        migrations.AddConstraint(
            model_name='keptlead',
            constraint=models.CheckConstraint(condition=models.Q(('seen_at__lte', models.F('run_at'))), name='experts_kept_lead_seen', violation_error_code='seen'),
        ),
        migrations.RunPython(install, remove),
    ]
