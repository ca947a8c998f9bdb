"""Migrations: none missing, each named after its one subject."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.architecture import tree

FILES = sorted(path for app in tree.APPS for path in (tree.ROOT / app / "migrations").glob("[0-9]*.py"))


@pytest.mark.django_db
def test_no_migration_is_missing():
    output = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=output)
    except SystemExit:
        pytest.fail(output.getvalue(), pytrace=False)


@pytest.mark.parametrize("path", FILES, ids=[tree.relative(path) for path in FILES])
def test_migrations_have_names(path):
    assert not re.search(r"_auto_|_auto$", path.stem)
