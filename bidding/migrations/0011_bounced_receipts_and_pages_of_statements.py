"""A receipt whose refund came back is ``bounced``; a bank file says which pages of its statement it holds.

SQLite rebuilds both tables and loses their triggers, which are put back.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models


guards = import_module("bidding.migrations.0008_books_guards")


def guard(apps: Any, schema_editor: Any) -> None:
    """Put the triggers back which SQLite lost with the old tables."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for table in ("bidding_bankfile", "bidding_bankline"):
        for name in ("keep", "change", "insert"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
        for statement in guards.sqlite(table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('bidding', '0010_two_people_book_what_is_no_deposit'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.RemoveConstraint(
            model_name='bankline',
            name='bidding_bank_line_state',
        ),
        migrations.AddField(
            model_name='bankfile',
            name='pages',
            field=models.TextField(blank=True, default='', verbose_name='pages of the statement'),
        ),
        migrations.AlterField(
            model_name='bankline',
            name='state',
            field=models.TextField(blank=True, choices=[('unmatched', 'unmatched'), ('matched', 'matched'), ('suspicious', 'suspicious'), ('late', 'late'), ('short', 'short'), ('over', 'over'), ('duplicate', 'duplicate'), ('returned', 'returned'), ('bounced', 'bounced'), ('forfeited', 'forfeited')], default='', verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'receipt'), ('state__in', ['unmatched', 'matched', 'suspicious', 'late', 'short', 'over', 'duplicate', 'returned', 'bounced', 'forfeited'])), models.Q(models.Q(('kind', 'receipt'), _negated=True), ('state', '')), _connector='OR'), name='bidding_bank_line_state'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
