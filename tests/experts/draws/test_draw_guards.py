"""Raw SQL cannot change what happened in a draw, nor delete its rows: triggers refuse, on both databases."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.services.call_look import call_look, call_outcome
from experts.services.call_remind import reminders_hand
from experts.services.call_start import OutboxGateway
from experts.services.interest_declare import interest_declare
from experts.services.rating_reply import rating_reply
from experts.services.suspension_ask import suspension_ask
from experts.states.calls import TryOutcome
from tests.experts import worlds
from tests.experts.draws import world
from tests.experts.draws.test_ratings import fixed, herself, rated
from tests.ledger.guards import CALLS, DRAWS

pytestmark = pytest.mark.django_db


def refused(sql):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_every_table_of_draws_is_guarded():
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    for guards in (DRAWS, CALLS):
        statements = guards.postgres if connection.vendor == "postgresql" else guards.sqlite
        assert {
            f"{table}:{one.split()[2]}" for table in guards.TABLES for one in statements(table)
        } <= present


def test_what_happened_in_a_draw_is_neither_changed_nor_deleted(kept):
    play = kept(world.play)
    play.asked()
    play.exclude("某设计院")
    play.begun()
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered(declines=1)

    for table in sorted(DRAWS.TABLES):
        refused(f"DELETE FROM {table}")
    for table in sorted(DRAWS.WRITTEN_ONCE):
        refused(f"UPDATE {table} SET id = id")
    if connection.vendor == "sqlite":
        for table in sorted(DRAWS.TABLES):
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_what_callers_did_and_how_members_were_rated_is_neither_changed_nor_deleted(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    play.called()
    caller = play.staff(Role.CALLER, "专家通知员").actor
    for _seat in range(4):
        shown = call_look(actor=caller, at=play.now, key=worlds.KEY)
        given = {"call_id": shown.id, "outcome": TryOutcome.ACCEPTED, "reason": ""}
        call_outcome(**given, actor=caller, at=play.now)
    play.hall.cut()
    play.drive()
    soon = {"at": play.request.begins_at - timedelta(hours=1), "key": worlds.KEY, "gateway": OutboxGateway()}
    assert reminders_hand(draw_id=play.draw_id, actor=SYSTEM, **soon) == 4
    play.revealed()
    call = fixed(play)
    rating = rated(play, call, found=["contact"])
    expert, me = herself(play, call)
    rating_reply(rating_id=rating.pk, text="系偶遇", actor=me, at=play.now)
    suspension_ask(rating_id=rating.pk, reason="x", actor=play.pool.keeper, at=play.now)
    unit = {"unit": "某院", "code": "", "relation": "share", "until": None}
    interest_declare(expert_id=expert.pk, actor=me, at=play.now, **unit)

    for table in sorted(CALLS.TABLES):
        refused(f"DELETE FROM {table}")
    for table in sorted(CALLS.WRITTEN_ONCE):
        refused(f"UPDATE {table} SET id = id")
    if connection.vendor == "sqlite":
        for table in sorted(CALLS.TABLES):
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
