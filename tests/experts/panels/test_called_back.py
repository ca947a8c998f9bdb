"""Why a panel is called back after its report: a void opinion (条例 48), a candidate's ability to perform (条例 56)."""

import pytest

from experts.models import Recall
from experts.services.evaluations_drive import evaluations_drive
from experts.services.fact_enter import fact_confirm
from experts.services.member_out import member_replace
from experts.services.panel_recall import panel_recall, recheck_call
from experts.services.panels_drive import panels_drive
from experts.states.recall import RecallGround
from kernel.errors import NotPermitted, StateConflict
from tests.bidding.results.world import Result
from tests.experts import worlds
from tests.experts.panels import scored
from trading.models import EvaluationReport, Recheck
from trading.selectors.awarding import award_locks
from trading.services import candidates_fall
from trading.services.outcomes import Paper

pytestmark = pytest.mark.django_db

PAPER = Paper(sha256="ab" * 32, name="执行裁定.pdf", size=1000)


def scored_anew(made):
    """Whoever sat before locks what he marked; who is new fills in a sheet."""
    for member in scored.sitting(made):
        if member.seat.sheets.exists():
            scored.save(made, member, [])
            scored.lock(made, member)
        else:
            scored.marked(made, member)
    made.hall.cut()
    report = scored.report(made)
    scored.handed(made)
    return report


def test_a_void_opinion_leaves_the_panel_with_its_member(tmp_path, kept):
    """条例 48: what the member said does not count, another is drawn in the place, and a stranger can check all of it."""
    made = kept(scored.shown)
    old = scored.report(made)
    scored.handed(made)
    panel_recall(
        panel_id=made.panel.pk,
        ground=RecallGround.OPINION_VOID,
        reason="监督部门认定该成员应当回避",
        evidence="",
        actor=made.supervisor.actor,
        at=made.at,
    )
    with pytest.raises(StateConflict) as refused:
        scored.facts(made)
    assert refused.value.code == "void_member_sits"

    gone, play = made.members[1], made.play
    member_replace(
        seat_id=gone.id, ground="conduct", reason="应当回避而未回避", actor=made.supervisor.actor, at=made.at
    )
    assert panels_drive(at=made.at, key=worlds.KEY) == []
    made.hall.cut()
    play.begun(cause="order")
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    panels_drive(at=made.at, key=worlds.KEY)
    made.arrived()
    made.seat("更换一名成员")
    made.elect(made.seated()[0].number)
    other = made.seated()[-1]
    for item in made.panel.fact_items.all():
        fact_confirm(item_id=item.pk, seat_id=other.id, actor=other.actor, at=made.at)
    scored.facts(made)
    new = scored_anew(made)

    assert new.body["replaces"] == old.entry.ev
    assert gone.number not in [row["seat"] for row in new.content["members"]]
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]


def candidates_shown():
    """A report in the owner's hands, its candidates shown to everybody."""
    made = scored.shown()
    scored.report(made)
    scored.handed(made)
    owner = Result(made.hall)
    owner.receipt()
    owner.publish()
    return made


@pytest.fixture
def shown(kept):
    return kept(candidates_shown)


def asked(made):
    """The owner asks whether the first candidate can still perform."""
    report = EvaluationReport.objects.get(lot=made.lot, superseded_at__isnull=True)
    return candidates_fall.recheck_ask(
        lot_id=made.lot.pk,
        candidate_id=report.candidates.get(rank=1).pk,
        reason="被列为失信被执行人",
        evidence=PAPER,
        actor=made.owner.actor,
        at=made.at,
    )


def test_the_same_panel_answers_whether_a_candidate_can_still_perform(shown):
    """条例 56: asked by the owner, called in by the clock, answered by the panel's new report."""
    made, row = shown, asked(shown)
    report = EvaluationReport.objects.get(pk=row.report_id)
    assert "recheck_open" in [one.code for one in award_locks(report.lot, report, made.at)]

    assert evaluations_drive(at=made.at) == []
    assert evaluations_drive(at=made.at) == []

    called = Recall.objects.get()
    assert (called.ground, called.reason) == ("capacity", "被列为失信被执行人")
    assert (called.evidence, called.by_id) == (PAPER.sha256, made.owner.actor.person)
    assert made.panel.state == "reviewing"
    scored.facts(made)
    scored_anew(made)
    row.refresh_from_db()
    assert (row.stands, row.answered_at is not None) == (True, True)


def test_a_candidate_the_panel_rejects_does_not_stand(shown):
    """条例 56: what the panel no longer confirms is not awarded."""
    made, row = shown, asked(shown)
    evaluations_drive(at=made.at)
    first = next(bid for bid in made.bids if bid.ev == row.candidate.bid_ev)
    made.reject(first)
    if len(made.bids) - 1 < 3:
        made.enough()
    scored.facts(made)
    scored_anew(made)

    assert Recheck.objects.get().stands is False
    standing = EvaluationReport.objects.get(lot=made.lot, superseded_at__isnull=True)
    assert first.ev not in standing.candidates.values_list("bid_ev", flat=True)


def test_nobody_but_the_clock_calls_in_for_a_recheck(shown):
    """The panel is called by the platform once the owner has asked, not by a person for himself."""
    row = asked(shown)
    with pytest.raises(NotPermitted):
        recheck_call(recheck_id=row.pk, actor=shown.owner.actor, at=shown.at)
