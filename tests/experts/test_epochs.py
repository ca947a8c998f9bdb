"""Epochs: who could be drawn, committed so that the expert can check and nobody else can read or follow him."""

import json

import pytest

from experts.models import Epoch, EpochMember, Expert
from experts.rules.packs import pool_pack
from experts.selectors.epochs import epoch_public, epochs_of, leaves_of, night_due, own_statement
from experts.selectors.records import facts_of, in_pool, standing_of
from experts.services.epoch_cut import snapshot
from experts.services.expert_standing import expert_remove, expert_suspend
from experts.states import RemovalGround
from kernel.errors import NotFound, NotPermitted
from ledger.models import Entry
from protocol import merkle
from protocol.draw import pool as committed
from tests.experts import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(kept):
    return kept(worlds.Pool)


def statement(pool, one, who, number):
    """The statement as it is kept: through JSON."""
    return json.loads(json.dumps(own_statement(one, number, worlds.KEY, who)))


def test_new_experts_wait(pool):
    """Stuffing the pool just before a draw puts nobody into it."""
    pool.admitted()
    waiting = pool_pack().number("waiting_days")
    assert pool.later(waiting - 1).cut().size == 0
    assert pool.later(1).cut().size == 1


def test_an_expert_finds_his_record_under_the_root_of_the_ledger(pool):
    one, who = pool.linked(1)
    for number in range(2, 12):
        pool.admitted(number)
    epoch = pool.later(31).cut()
    held = json.loads(Entry.objects.get(pk=epoch.entry_id).data_text)["body"]

    shown = committed.check_record(statement(pool, one, who, 1), bytes.fromhex(held["root"]), 11)

    assert shown["name"] == one.name
    assert shown["region"] == "350100"
    assert shown["specialties"] == ["A0301", "A05"]
    assert shown["since"] == "2026-04-01"
    assert (held["size"], held["added"], held["removed"]) == (11, {"waiting_over": 11}, {})


def test_the_statement_is_for_the_expert_alone(pool):
    one, who = pool.linked(1)
    other, _she = pool.linked(2)
    pool.later(31).cut()
    for reader, of in ((pool.keeper, one), (who, other)):
        with pytest.raises(NotPermitted):
            own_statement(of, 1, worlds.KEY, reader)
    with pytest.raises(NotFound):
        own_statement(one, 2, worlds.KEY, who)


def test_names_of_leaves_cannot_be_followed_from_epoch_to_epoch(pool):
    one, who = pool.linked(1)
    pool.later(31).cut()
    pool.later(1).cut()
    first, second = (statement(pool, one, who, number) for number in (1, 2))

    assert first["attributes"]["eid"] != second["attributes"]["eid"]
    assert not set(leaves_of(Epoch.objects.get(number=1))) & set(leaves_of(Epoch.objects.get(number=2)))


def test_the_tables_alone_do_not_tell_which_leaf_is_whose(pool):
    """Without the pool's key no eid follows from the rows: it stands in none of them."""
    one, who = pool.linked(1)
    pool.later(31).cut()
    eid = statement(pool, one, who, 1)["attributes"]["eid"]["value"]
    rows = str(list(EpochMember.objects.values())) + str(list(Epoch.objects.values()))

    assert eid not in rows


def test_an_epoch_follows_the_last_and_counts_who_came_and_went_for_what(pool):
    experts = [pool.admitted(number) for number in range(1, 6)]
    first = pool.later(31).cut()
    expert_suspend(expert_id=experts[0].pk, reason="x", decision_no="1", actor=pool.keeper, at=pool.now)
    pool.later(1)
    expert_suspend(expert_id=experts[1].pk, reason="x", decision_no="2", actor=pool.keeper, at=pool.now)
    expert_remove(
        expert_id=experts[2].pk, ground=RemovalGround.DEATH, reason="x", actor=pool.keeper, at=pool.now
    )
    pool.later(1)
    second = pool.cut()

    assert (second.body["prev"], second.number) == (first.digest, 2)
    assert (second.body["added"], second.body["removed"]) == ({}, {"suspend": 2, "remove": 1})
    assert committed.epoch_digest(second.body).hex() == second.digest


def test_what_everybody_reads_of_an_epoch_holds_no_name_and_recomputes(pool):
    for number in range(1, 9):
        pool.admitted(number)
    pool.admitted(20, employer="独家设计院", employer_code="", region="350200", specialties=("C04",))
    epoch = pool.later(31).cut()
    public = epoch_public(1)
    text = json.dumps(public, ensure_ascii=False)

    assert committed.type_root(public["table"]).hex() == public["body"]["types"]
    for one in Expert.objects.all():
        assert not [word for word in (one.name, one.employer, one.code, str(one.pk)) if word in text]
    rows = [row for row in public["table"]["rows"] if "row" in row]
    assert all(row["row"]["cells"] and committed.VERSION for row in rows)
    assert "C04" not in text, "one lawyer would be known by the table"
    assert epoch.size == 9


def test_a_change_after_the_cut_changes_no_epoch(pool):
    one, who = pool.linked(1)
    epoch = pool.later(31).cut()
    Expert.objects.filter(pk=one.pk).update(employer="改动", employer_key="改动")

    shown = committed.check_record(statement(pool, one, who, 1), bytes.fromhex(epoch.root), 1)

    assert shown["employer"] == "示例设计院01"


def test_the_root_is_the_root_of_the_snapshot(pool):
    for number in range(1, 6):
        pool.admitted(number)
    epoch = pool.later(31).cut()
    again = merkle.Tree(snapshot(pool_pack(), pool.now).leaves(worlds.KEY.epoch(bytes.fromhex(epoch.nonce))))

    assert again.root().hex() == epoch.root == merkle.root(leaves_of(epoch)).hex()


def test_an_epoch_is_made_of_the_records_as_they_are_shown(pool):
    """What is read in a row for a whole epoch is what is read of one expert; nobody else is in it."""
    for number in range(1, 4):
        pool.admitted(number, specialties=("A0301", "A05")[: 1 + number % 2])
    gone = pool.admitted(4)
    expert_suspend(expert_id=gone.pk, reason="x", decision_no="1", actor=pool.keeper, at=pool.now)
    rows = {one.id: one for one in in_pool()}

    assert len(rows) == 3
    for expert in Expert.objects.filter(pk__in=rows):
        row = rows[expert.pk]
        assert (row.facts, row.standing) == (facts_of(expert), standing_of(expert))
        assert row.identity == expert.identity_hash


def test_the_night_cuts_once_a_day(pool):
    assert not night_due(pool.now)
    one = pool.admitted()
    assert night_due(pool.now)
    pool.cut()
    assert not night_due(pool.now)
    assert night_due(pool.later(1).now)
    assert [row.inside for row in epochs_of(one)] == [False]
