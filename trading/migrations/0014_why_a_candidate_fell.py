"""Why a candidate fell is prepared, signed, and kept with its paper and its event (ADR 55).

A fall recorded before has no event in the award's chain, and none can be made up for it: a database that holds such a
row is refused here.
"""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_hash_indexes'),
        ('trading', '0013_after_the_report_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ground', models.TextField(verbose_name='ground')),
                ('reason', models.TextField(verbose_name='reason')),
                ('file_sha256', models.TextField(verbose_name='SHA-256 of the evidence')),
                ('file_name', models.TextField(verbose_name='evidence')),
                ('file_size', models.PositiveIntegerField(verbose_name='bytes')),
                ('by', models.UUIDField(verbose_name='prepared by')),
                ('at', models.DateTimeField(verbose_name='prepared at')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='signed, replaced or taken back at')),
            ],
            options={
                'verbose_name': 'draft of a candidate’s fall',
                'verbose_name_plural': 'drafts of candidates’ falls',
                'ordering': ('at', 'id'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='candidateout',
            name='trading_candidateout_whole',
        ),
        migrations.AddField(
            model_name='candidateout',
            name='content',
            field=models.JSONField(default={}, verbose_name='content'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='candidateout',
            name='ev',
            field=models.TextField(default='', verbose_name='event'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='candidateout',
            constraint=models.CheckConstraint(condition=models.Q(('ground__in', ('declined', 'force-majeure', 'no-bond', 'unlawful')), models.Q(('reason', ''), _negated=True), ('ev__regex', '^[0-9a-f]{64}$'), ('file_sha256__regex', '^[0-9a-f]{64}$')), name='trading_candidateout_whole'),
        ),
        migrations.AddField(
            model_name='outdraft',
            name='candidate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trading.candidate'),
        ),
        migrations.AddField(
            model_name='outdraft',
            name='lot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='out_drafts', to='trading.lot'),
        ),
        migrations.AddConstraint(
            model_name='outdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('lot',), name='trading_outdraft_one_open'),
        ),
        migrations.AddConstraint(
            model_name='outdraft',
            constraint=models.CheckConstraint(condition=models.Q(('ground__in', ('declined', 'force-majeure', 'no-bond', 'unlawful')), models.Q(('reason', ''), _negated=True), ('file_sha256__regex', '^[0-9a-f]{64}$')), name='trading_outdraft_whole'),
        ),
    ]
