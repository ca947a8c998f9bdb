"""A panel that rests, and what was stated about its seals; guarded as the history of panels."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = {
    "experts_rest": ("id", "panel_id, number"),
    "experts_reststep": ("id", "rest_id, word, office"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
REFUSAL = "experts: the history of a panel is append-only"
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
    if table == "experts_reststep":
        replaced.append(f"(NEW.code <> '' AND EXISTS (SELECT 1 FROM {table} WHERE code = NEW.code))")
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

    dependencies = [
        ('experts', '0020_lead_runs'),
        ('ledger', '0003_hash_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rest',
            fields=[
                ('id', models.UUIDField(default=uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('cause', models.TextField(choices=[('night', 'night'), ('ill', 'ill'), ('fault', 'fault'), ('other', 'other')], verbose_name='cause')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('place', models.TextField(blank=True, default='', verbose_name='room')),
                ('until', models.DateTimeField(verbose_name='resumes at')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('panel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rests', to='experts.panel')),
            ],
            options={
                'verbose_name': 'adjournment of a panel',
                'verbose_name_plural': 'adjournments of panels',
                'ordering': ('panel', 'number'),
            },
        ),
        migrations.CreateModel(
            name='RestStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.TextField(choices=[('sealed', 'sealed'), ('unbroken', 'unbroken'), ('broken', 'broken'), ('decided', 'decided')], verbose_name='what was stated')),
                ('office', models.TextField(choices=[('desk', 'desk'), ('supervisor', 'supervisor')], verbose_name='office')),
                ('seals', models.TextField(blank=True, default='', verbose_name='numbers of the seals')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('code', models.TextField(blank=True, default='', verbose_name='public code')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('rest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='experts.rest')),
            ],
            options={
                'verbose_name': 'step of an adjournment',
                'verbose_name_plural': 'steps of adjournments',
                'ordering': ('rest', 'id'),
            },
        ),
        migrations.AddConstraint(
            model_name='rest',
            constraint=models.UniqueConstraint(fields=('panel', 'number'), name='experts_rest_once', violation_error_code='rest_exists'),
        ),
        migrations.AddConstraint(
            model_name='rest',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='experts_rest_later', violation_error_code='until'),
        ),
        migrations.AddConstraint(
            model_name='rest',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['night', 'ill', 'fault', 'other']), models.Q(models.Q(('cause', 'other'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR')), name='experts_rest_cause', violation_error_code='cause'),
        ),
        migrations.AddConstraint(
            model_name='reststep',
            constraint=models.UniqueConstraint(fields=('rest', 'word', 'office'), name='experts_rest_step_once', violation_error_code='stated'),
        ),
        migrations.AddConstraint(
            model_name='reststep',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='experts_rest_code_once', violation_error_code='code'),
        ),
        migrations.AddConstraint(
            model_name='reststep',
            constraint=models.CheckConstraint(condition=models.Q(('office__in', ['desk', 'supervisor']), models.Q(models.Q(('word', 'decided'), _negated=True), ('office', 'supervisor'), _connector='OR')), name='experts_rest_office', violation_error_code='office'),
        ),
        migrations.AddConstraint(
            model_name='reststep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), ('reason', ''), ('word__in', ['sealed', 'unbroken'])), models.Q(('word', 'broken'), models.Q(('code', ''), _negated=True), models.Q(('reason', ''), _negated=True)), models.Q(('code', ''), ('word', 'decided'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='experts_rest_words', violation_error_code='word'),
        ),
        migrations.RunPython(install, remove),
    ]
