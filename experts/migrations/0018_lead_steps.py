"""What supervisors decide about leads; guarded as the history of panels."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "experts_leadstep"
KEYS = ("id", "organisation_id, lead, number")
REFUSAL = "experts: decisions about leads are append-only"
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
        ('accounts', '0004_notes'),
        ('experts', '0017_blind_salts'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LeadStep',
            fields=[
                ('id', models.UUIDField(default=uuid4, editable=False, primary_key=True, serialize=False)),
                ('lead', models.TextField(verbose_name='lead (hash)')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('evidence', models.TextField(verbose_name='SHA-256 of the evidence')),
                ('pack', models.TextField(verbose_name='SHA-256 of the thresholds')),
                ('state', models.TextField(choices=[('opened', 'opened'), ('closed', 'closed')], verbose_name='state')),
                ('reason', models.TextField(verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'verbose_name': 'decision about a lead',
                'verbose_name_plural': 'decisions about leads',
                'ordering': ('at', 'number'),
                'constraints': [models.UniqueConstraint(fields=('organisation', 'lead', 'number'), name='experts_lead_step_once', violation_error_code='decided'), models.CheckConstraint(condition=models.Q(('evidence__regex', '^[0-9a-f]{64}$'), ('lead__regex', '^[0-9a-f]{64}$'), ('pack__regex', '^[0-9a-f]{64}$')), name='experts_lead_hashes', violation_error_code='hash'), models.CheckConstraint(condition=models.Q(('state__in', ['opened', 'closed']), models.Q(('reason', ''), _negated=True)), name='experts_lead_told', violation_error_code='reason')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
