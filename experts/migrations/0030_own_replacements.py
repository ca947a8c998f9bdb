"""Requests to replace a member of the owner's own: rows change by services, and stay."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = {
    "experts_ownreplacement": ("id", "member_id", "panel_id, serial"),
}
"""Tables whose rows are never deleted, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
REFUSAL = "experts: the history of a panel is append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    same = _OF_DRAWS.same_key
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {same(key)})" for key in KEPT[table]]
    replaced.append(f"EXISTS (SELECT 1 FROM {table} WHERE {same('panel_id, state')} AND state = 'asked')")
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in KEPT:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in KEPT:
        for name in ("keep", "whole", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0029_further_namings'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnReplacement',
            fields=[
                ('id', models.UUIDField(default=uuid4, editable=False, primary_key=True, serialize=False)),
                ('serial', models.PositiveSmallIntegerField(verbose_name='serial')),
                ('cause', models.TextField(choices=[('ill', 'ill'), ('tie', 'tie'), ('gone', 'gone'), ('conduct', 'conduct'), ('ordered', 'ordered')], verbose_name='cause')),
                ('reason', models.TextField(verbose_name='reason')),
                ('state', models.TextField(choices=[('asked', 'asked'), ('agreed', 'agreed'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], default='asked', verbose_name='state')),
                ('answer', models.TextField(blank=True, default='', verbose_name='reason of the supervisor')),
                ('at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='replacement', to='experts.ownmember')),
                ('panel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='experts.panel')),
                ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request to replace an own member',
                'verbose_name_plural': 'requests to replace own members',
                'ordering': ('panel', 'serial'),
                'constraints': [models.UniqueConstraint(fields=('panel', 'serial'), name='experts_replacement_serial', violation_error_code='replacement_exists'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('panel',), name='experts_replacement_one', violation_error_code='replacement_waits'), models.CheckConstraint(condition=models.Q(('serial__gte', 1), models.Q(('reason', ''), _negated=True), ('cause__in', ['ill', 'tie', 'gone', 'conduct', 'ordered'])), name='experts_replacement_told', violation_error_code='reason'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'agreed', 'refused', 'withdrawn'])), name='experts_replacement_state', violation_error_code='state'), models.CheckConstraint(condition=models.Q(('by', models.F('reader')), _negated=True), name='experts_replacement_two', violation_error_code='reader'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'refused']), _negated=True), models.Q(('decided_at__isnull', False), ('reader__isnull', False)), _connector='OR'), name='experts_replacement_decided', violation_error_code='decided'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='experts_replacement_refused', violation_error_code='answer')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
