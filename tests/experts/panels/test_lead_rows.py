"""Comments, marks and ties of a real panel, as rows of the leads: one code of a member in every lot, after the report."""

import pytest

from experts.models import Expert
from experts.selectors.lead_runs import leads_page
from experts.selectors.leads import score_rows
from experts.selectors.leads_around import comment_rows, member_codes, tie_rows
from experts.services.lead_run import lead_run_ask, leads_drive
from tests.experts import worlds
from tests.experts.panels import scored
from tests.experts.panels.world import called, units

pytestmark = pytest.mark.django_db


def test_a_tie_told_at_the_table_is_late_and_a_clear_answer_is_not():
    made = called()
    made.members = [made.met(seat) for seat in made.panel.seats.all()]
    drawn = [member for member in made.members if member.seat.kind == "expert"]
    for member in drawn[:2]:
        made.sign_in(member)
    made.declare(drawn[0], tied=units(made.lot)[0].code)
    made.declare(drawn[1])

    codes = member_codes(made.lot, worlds.KEY)

    assert {(row.expert, row.late) for row in tie_rows(made.lot, worlds.KEY)} == {
        (codes[drawn[0].number], True),
        (codes[drawn[1].number], False),
    }
    assert set(codes.values()) <= {worlds.KEY.lead_code(one.pk.bytes) for one in Expert.objects.all()}
    assert len(codes) == 4


def test_comments_and_marks_stand_under_the_code_of_the_pool_and_count_after_the_report(kept):
    made = kept(scored.scoring)
    for member in scored.sitting(made):
        bid = made.bids[0].ev
        scored.save(made, member, scored.changes(made, notes={(bid, "plan"): f"评语{member.number}"}))
        scored.lock(made, member)
    made.hall.cut()
    leads_drive(at=made.at, key=worlds.KEY)
    assert leads_page(made.supervisor.actor).counts["tenders"] == 0

    scored.report(made)

    codes = member_codes(made.lot, worlds.KEY)
    rows = [row for row in comment_rows(made.lot, worlds.KEY) if row.text]
    owner = {member.seat.ref[:10] for member in scored.sitting(made) if member.seat.kind == "owner"}
    assert {row.expert for row in rows} == set(codes.values()) | owner
    assert {row.expert for row in score_rows(made.lot, codes)} == set(codes.values()) | owner
    assert {row.text for row in rows if row.expert == codes[drawn_seat(made)]} == {f"评语{drawn_seat(made)}"}
    lead_run_ask(actor=made.supervisor.actor, at=made.at)
    leads_drive(at=made.at, key=worlds.KEY)
    assert leads_page(made.supervisor.actor).counts["tenders"] == 1


def drawn_seat(made):
    """The number of a drawn member."""
    return next(member.number for member in scored.sitting(made) if member.seat.kind == "expert")
