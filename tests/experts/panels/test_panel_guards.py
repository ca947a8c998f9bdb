"""Raw SQL cannot change what a panel did, nor delete its rows: triggers refuse, on both databases."""

import pytest
from django.db import connection

from experts.models import (
    BidLabel,
    ChairVote,
    FactItem,
    FactVote,
    MotionVote,
    PanelAnswer,
    Passage,
    UnitAnswer,
)
from tests.experts.draws.test_draw_guards import refused
from tests.experts.panels import world as panels
from tests.ledger.guards import PANELS

pytestmark = pytest.mark.django_db


def test_every_table_of_panels_is_guarded():
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    statements = PANELS.postgres if connection.vendor == "postgresql" else PANELS.sqlite
    expected = {f"{table}:{one.split()[2]}" for table in PANELS.TABLES for one in statements(table)}
    assert expected <= present


def test_what_a_panel_did_is_neither_changed_nor_deleted(kept):
    world = kept(panels.reviewing)
    bid = world.bids[0]
    world.vote(world.members[1], world.move(world.members[0], bid))
    world.answer(world.ask(world.members[1], world.bids[1]))
    world.fact(world.bids[1])
    kept = (Passage, UnitAnswer, ChairVote, MotionVote, PanelAnswer, FactItem, FactVote)
    assert all(model.objects.exists() for model in kept)
    assert not BidLabel.objects.exists()  # a lot without blind documents has no labels

    for model in kept:
        table = model._meta.db_table
        refused(f"UPDATE {table} SET id = id")
        refused(f"DELETE FROM {table}")
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for table in ("experts_panel", "experts_panelseat", "experts_rejectionmotion", "experts_panelquestion"):
        refused(f"DELETE FROM {table}")
