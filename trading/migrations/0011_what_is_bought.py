"""What a tender buys: works, goods or services."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trading", "0010_awards_and_contracts_stay")]

    operations = [
        migrations.AddField(
            model_name="tender",
            name="subject",
            field=models.TextField(default="works", verbose_name="what is bought"),
        ),
        migrations.AddConstraint(
            model_name="tender",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ("works", "goods", "services"))),
                name="trading_tender_subject",
                violation_error_code="subject",
            ),
        ),
    ]
