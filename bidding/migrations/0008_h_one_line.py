"""Bring the tables of money in and of money out into one line."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bidding", "0006_g_guarantee_checks_and_payees"),
        ("bidding", "0007_f_books_guards"),
    ]
    operations = []
