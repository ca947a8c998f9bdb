"""Namings on ground "special", and the guards which SQLite loses when requests and namings are rebuilt for them."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REBUILT = {
    "experts_expert": import_module("experts.migrations.0002_pool_guards"),
    "experts_drawrequest": import_module("experts.migrations.0004_draw_guards"),
    "experts_naming": import_module("experts.migrations.0023_named_guards"),
}


def again(apps: Any, schema_editor: Any) -> None:
    """Create the triggers of the rebuilt tables again; PostgreSQL kept them."""
    if schema_editor.connection.vendor == "postgresql":
        return
    for table, guards in REBUILT.items():
        for name in ("keep", "change", "insert"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
        for statement in guards.sqlite(table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0025_named_conduct'),
        ('ledger', '0003_hash_indexes'),
        ('trading', '0013_after_the_report_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='drawrequest',
            name='experts_request_confirmed',
        ),
        migrations.RemoveConstraint(
            model_name='naming',
            name='experts_naming_told',
        ),
        migrations.AddField(
            model_name='drawrequest',
            name='named',
            field=models.BooleanField(default=False, verbose_name='experts are named, not drawn'),
        ),
        migrations.AddField(
            model_name='naming',
            name='request',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='namings', to='experts.drawrequest'),
        ),
        migrations.AlterField(
            model_name='naming',
            name='draw',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='namings', to='experts.draw'),
        ),
        migrations.AddConstraint(
            model_name='drawrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('confirmed_at__isnull', False), models.Q(('named', True), models.Q(('owner_key', ''), _negated=True), _connector='OR')), _connector='OR'), name='experts_request_confirmed', violation_error_code='confirmed'),
        ),
        migrations.AddConstraint(
            model_name='drawrequest',
            constraint=models.CheckConstraint(condition=models.Q(('named', False), models.Q(('owner_key', ''), ('when', 'after-opening')), _connector='OR'), name='experts_request_named', violation_error_code='named'),
        ),
        migrations.AddConstraint(
            model_name='naming',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('feature', ''), _negated=True)), name='experts_naming_told', violation_error_code='reason'),
        ),
        migrations.AddConstraint(
            model_name='naming',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('draw__isnull', False), ('ground', 'short'), ('request__isnull', True)), models.Q(('draw__isnull', True), ('ground', 'special'), ('request__isnull', False), models.Q(('consent', ''), _negated=True)), _connector='OR'), name='experts_naming_ground', violation_error_code='ground'),
        ),
        migrations.RemoveConstraint(
            model_name='expert',
            name='experts_expert_state',
        ),
        migrations.AlterField(
            model_name='expert',
            name='state',
            field=models.TextField(choices=[('applied', 'applied'), ('examined', 'examined'), ('in_pool', 'in_pool'), ('suspended', 'suspended'), ('outside', 'outside'), ('expired', 'expired'), ('removed', 'removed')], default='applied', verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='expertchange',
            name='kind',
            field=models.TextField(choices=[('registered', 'registered'), ('imported', 'imported'), ('edited', 'edited'), ('linked', 'linked'), ('certificate', 'certificate'), ('away', 'away'), ('back', 'back'), ('rated', 'rated'), ('declared', 'declared'), ('undeclared', 'undeclared'), ('examine', 'examine'), ('admit', 'admit'), ('return', 'return'), ('leave_outside', 'leave_outside'), ('suspend', 'suspend'), ('resume', 'resume'), ('expire', 'expire'), ('extend', 'extend'), ('renew', 'renew'), ('remove', 'remove')], verbose_name='what was done'),
        ),
        migrations.AddConstraint(
            model_name='expert',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['applied', 'examined', 'in_pool', 'suspended', 'outside', 'expired', 'removed'])), name='experts_expert_state', violation_error_code='state'),
        ),
        migrations.RunPython(again, migrations.RunPython.noop),
    ]
