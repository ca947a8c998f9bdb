"""Scoring (条例 48; protocol 16.7): a sheet is its member's alone until all are locked; a locked one is final."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from experts.models import Sheet, TimeAsked
from experts.rules.sheets import Change, applied
from experts.selectors.evaluating import time_short
from experts.selectors.evaluation import evaluation_of
from experts.selectors.second_looks import looks_due
from experts.services.second_look import sheet_keep
from experts.services.sheet_lock import sheet_lock, sheets_show
from experts.services.time_ask import time_ask, time_extend
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol.dsse import Signer
from tests.experts.panels import scored

pytestmark = pytest.mark.django_db
CLOSING = import_module("experts.migrations.0014_closing_guards")


@pytest.mark.parametrize("table", sorted(CLOSING.WRITTEN_ONCE))
def test_what_happened_at_the_end_of_an_evaluation_is_written_once(table):
    """Every trigger of the migration is there (a rebuilt table would lose them)."""
    names = {f"{table}_{name}" for name in ("keep", "change")}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        found = {row[0] for row in cursor.fetchall()}

    assert names <= found


@pytest.fixture
def made(kept):
    return kept(scored.scoring)


def kinds(made):
    """Events of the evaluation in the order of the log."""
    return list(Entry.objects.filter(chain=made.panel.chain).order_by("seq").values_list("kind", flat=True))


def test_a_panel_scores_locks_and_sees(made):
    first, *others = made.members

    saved = scored.save(made, first)
    assert set(saved.totals.values()) == {"14"}
    assert len(saved.totals) == len(made.bids)
    scored.lock(made, first)
    assert "score-sheet" not in kinds(made)
    for member in others:
        assert made.panel.state == "scoring"
        scored.marked(made, member)

    assert made.panel.state == "shown"
    assert kinds(made)[-10:] == ["sheet-lock"] * 5 + ["score-sheet"] * 5
    assert evaluation_of(made.panel).result().status in {"ranked", "tie"}


class TestLocking:
    def test_nothing_is_locked_with_a_mark_missing(self, made):
        member = made.members[0]
        scored.save(made, member, scored.changes(made)[1:])

        with pytest.raises(RuleBroken) as refused:
            scored.lock(made, member)

        assert [(one.code, one.data) for one in refused.value.findings] == [("marks_missing", {"count": 1})]
        assert "sheet-lock" not in kinds(made)

    def test_a_locked_sheet_is_final(self, made):
        member = made.members[0]
        scored.marked(made, member)

        with pytest.raises(StateConflict) as refused:
            scored.save(made, member)

        assert refused.value.code == "sheet_locked"

    def test_what_the_device_signs_is_what_is_saved(self, made):
        """A page that signs other marks than it shows as saved gets no lock."""
        member = made.members[0]
        scored.save(made, member)
        other = {bid.ev: {"plan": "20", "team": "0"} for bid in made.bids}

        with pytest.raises(StateConflict) as refused:
            scored.lock(made, member, marks=other)

        assert refused.value.code == "sheet_changed"

    def test_nobody_locks_for_another(self, made):
        """With another key, through another's login, or from outside the panel."""
        member, other = made.members[:2]
        scored.save(made, member)

        with pytest.raises(NotPermitted):
            scored.lock(made, member, signer=Signer.generate())
        stolen = scored.locked(made, member)
        with pytest.raises((NotPermitted, StateConflict, RuleBroken)):
            sheet_lock(panel_id=made.panel.pk, actor=other.actor, at=made.at, **stolen)
        with pytest.raises(NotFound):
            scored.sheet_save(
                panel_id=made.panel.pk,
                changes=scored.changes(made),
                actor=made.owner.actor,
                at=made.at,
            )
        assert not Sheet.objects.filter(state="locked").exists()

    def test_a_lock_names_the_sheet_it_locks(self, made):
        member = made.members[0]
        scored.save(made, member)
        wrong = member.signed("sheet-lock", round=1, reason="", hash="ab" * 32)

        with pytest.raises(RuleBroken):
            scored.lock(made, member, lock=wrong)

    @pytest.mark.parametrize("mark", ["20.5", "8.3", "-1", "eight", "8.0", ""])
    def test_no_mark_but_a_mark(self, made, mark):
        """Too high, between two steps, no number, not as a sheet writes it."""
        with pytest.raises(RuleBroken) as refused:
            scored.save(made, made.members[0], [Change(made.bids[0].ev, "plan", mark)])

        assert refused.value.findings[0].field == "marks"

    def test_no_cell_but_those_of_the_sheet(self, made):
        for bid, criterion in (("ab" * 32, "plan"), (made.bids[0].ev, "price"), (made.bids[0].ev, "works")):
            with pytest.raises(RuleBroken):
                scored.save(made, made.members[0], [Change(bid, criterion, "1")])

    def test_sheets_are_not_shown_before_all_are_locked(self, made):
        for member in made.members[:-1]:
            scored.marked(made, member)

        with pytest.raises(StateConflict):
            sheets_show(panel_id=made.panel.pk, actor=SYSTEM, at=made.at)
        with pytest.raises(NotPermitted):
            sheets_show(panel_id=made.panel.pk, actor=made.chair.actor, at=made.at)
        assert "score-sheet" not in kinds(made)

    def test_the_ledger_holds_no_mark_before_all_are_locked(self, made):
        for member in made.members[:-1]:
            scored.marked(made, member)
        told = "".join(row.body_text + (row.data_text or "") for row in Entry.objects.all())

        assert '"marks"' not in told


class TestSecondLook:
    @pytest.fixture
    def made(self, made):
        """Seat 2 marks one bid far from the others."""
        bid = made.bids[0].ev
        return scored.shown(made, {2: {bid: {"plan": "0", "team": "0"}}})

    def test_a_deviation_is_looked_at_and_kept_with_a_reason(self, made):
        assert set(looks_due(evaluation_of(made.panel))) == {2}
        with pytest.raises(RuleBroken) as refused:
            scored.report(made)
        assert refused.value.code == "second_look"
        member = made.members[1]

        with pytest.raises(RuleBroken):
            sheet_keep(panel_id=made.panel.pk, reason=" ", actor=member.actor, at=made.at)
        kept = sheet_keep(panel_id=made.panel.pk, reason="该方案缺失", actor=member.actor, at=made.at)
        again = sheet_keep(panel_id=made.panel.pk, reason="x", actor=member.actor, at=made.at)

        assert again.pk == kept.pk
        assert not looks_due(evaluation_of(made.panel))

    def test_or_marked_anew_in_a_further_look_which_is_shown_at_once(self, made):
        member, bid = made.members[1], made.bids[0].ev
        cells = [Change(bid, "plan", "8"), Change(bid, "team", "6")]

        with pytest.raises(RuleBroken):
            scored.save(made, member, cells)
        scored.save(made, member, cells, reason="看漏第 12 页")
        scored.lock(made, member)

        rows = Sheet.objects.filter(seat=member.id).order_by("round")
        assert [(row.round, row.state, row.reason) for row in rows] == [
            (1, "shown", ""),
            (2, "shown", "看漏第 12 页"),
        ]
        assert kinds(made)[-2:] == ["sheet-lock", "score-sheet"]
        assert not looks_due(evaluation_of(made.panel))

    def test_nobody_else_is_asked(self, made):
        with pytest.raises(StateConflict):
            sheet_keep(panel_id=made.panel.pk, reason="x", actor=made.members[0].actor, at=made.at)


class TestTime:
    def test_more_than_a_third_make_the_owner_extend(self, made):
        """条例 48, scenario 33: two of five. The owner hears that, and neither who nor how many."""
        time_ask(panel_id=made.panel.pk, actor=made.members[0].actor, at=made.at)
        time_ask(panel_id=made.panel.pk, actor=made.members[0].actor, at=made.at)
        assert not time_short(made.panel)
        time_ask(panel_id=made.panel.pk, actor=made.members[3].actor, at=made.at)

        assert time_short(made.panel)
        told = Entry.objects.filter(body_text__contains="panel-time-short")
        assert [row.body["actor"] for row in told] == ["panel"]

    def test_only_the_owner_gives_time_and_only_later(self, made):
        planned = made.panel.until or made.at
        later = planned + timedelta(hours=3)
        with pytest.raises(NotPermitted):
            time_extend(panel_id=made.panel.pk, until=later, actor=made.supervisor.actor, at=made.at)
        with pytest.raises(RuleBroken):
            time_extend(panel_id=made.panel.pk, until=planned, actor=made.owner.actor, at=made.at)
        for member in made.members[:2]:
            time_ask(panel_id=made.panel.pk, actor=member.actor, at=made.at)
        time_extend(panel_id=made.panel.pk, until=later, actor=made.owner.actor, at=made.at)

        assert made.panel.until == later
        assert not time_short(made.panel)
        with pytest.raises(RuleBroken):
            time_extend(
                panel_id=made.panel.pk, until=planned + timedelta(hours=1), actor=made.owner.actor, at=made.at
            )
        time_ask(panel_id=made.panel.pk, actor=made.members[0].actor, at=made.at)
        assert TimeAsked.objects.filter(turn=2).count() == 1


CELL = st.builds(
    Change,
    bid=st.sampled_from(["a", "b"]),
    criterion=st.sampled_from(["plan", "team"]),
    mark=st.sampled_from([None, "1", "2"]),
    note=st.sampled_from(["", "why"]),
)


@given(cells=st.lists(CELL, max_size=8, unique_by=lambda one: (one.bid, one.criterion)), data=st.data())
def test_the_order_in_which_cells_are_saved_changes_nothing(cells, data):
    """Different cells in any order, in any parts, and again after a lost answer: the same sheet."""
    other = data.draw(st.permutations(cells))
    cut = data.draw(st.integers(0, len(other)))
    marks, notes = applied({}, {}, other[:cut])
    marks, notes = applied(marks, notes, other[cut:])

    assert applied({}, {}, cells) == (marks, notes) == applied(marks, notes, cells)


def test_the_order_in_which_members_lock_changes_no_result(kept, keeper, settings):
    marks = {1: "7", 2: "8", 3: "9", 4: "10", 5: "6"}
    found = set()

    @bounds(max_examples=6, deadline=None)
    @given(order=st.permutations(range(5)))
    def in_any_order(order):
        with keeper.back(settings, scored.scoring) as made:
            for place in order:
                member = made.members[place]
                row = {bid.ev: {"plan": marks[member.number]} for bid in made.bids}
                scored.marked(made, member, row)
            found.add(evaluation_of(made.panel).result().digest())

    in_any_order()
    assert len(found) == 1
