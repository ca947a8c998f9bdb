"""The award in the bundle: what the owner signs after the report, in the public file, checked by a stranger (V26)."""

import pytest

from accounts.actors import SYSTEM
from bidding.models import Bundle
from bidding.selectors.public import bundles
from bidding.states import Edition
from experts.services.evaluation_bundle import evaluation_bundle
from experts.services.evaluations_drive import evaluations_drive
from experts.services.panel_recall import panel_recall
from experts.states.recall import RecallGround
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from protocol.container import Container
from tests.bidding.results.test_after_award import end, stop
from tests.bidding.results.world import Result
from tests.experts.panels import scored
from tests.experts.panels.test_called_back import scored_anew
from tests.js.companion import NODE, Companion
from trading.models import CandidateOut, Publicity
from trading.services import written_report
from trading.services.publicity import publicities_end

pytestmark = pytest.mark.django_db


def reported():
    made = scored.shown()
    scored.report(made)
    scored.handed(made)
    return made


@pytest.fixture
def made(kept):
    return kept(reported)


@pytest.fixture
def owner(made):
    return Result(made.hall)


def shown(owner):
    """Receipt, publicity, and its end."""
    owner.receipt()
    row = owner.publish()
    owner.to(row.until_at)
    publicities_end(at=owner.now)
    owner.hall.cut()


def written(owner):
    award = owner.lot.awards.order_by("serial").last()
    body = written_report.report_body(owner.lot, award, written_report.report_content(owner.lot, award))
    given = {"signed": owner.signed("written-report", body), "actor": owner.owner, "at": owner.now}
    return written_report.written_report_send(lot_id=owner.lot.pk, **given)


def newest(made):
    return next(row for row in bundles(made.lot.pk) if row.edition == "public").rooms


def judged(made, folder):
    """Both verifiers' outcome of the lot's public bundle, and its newest label."""
    found, path, anchors = scored.judged(made, folder)
    assert found.ok, [row for row in found.checks if row.status == "failed"]
    if NODE is not None:
        (folder / "anchors.json").write_bytes(anchors)
        with Companion() as browser:
            other = browser.judge(path, folder / "anchors.json")
        assert (other["ok"], other["failed"]) == (True, []), other["why"]
        assert [row.check for row in found.checks] == other["checks"]
    with Container(path) as opened:
        rooms = {name.split("/")[0] for name in opened.members}
    return found.checks[-1], rooms


def test_each_act_of_the_owner_makes_the_public_bundle_anew(made, owner, tmp_path):
    """法 45, 47: publicity, award, written report; by the clock, once each; the files before stay."""
    shown(owner)
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-1+award-1"

    award = owner.award()
    assert evaluations_drive(at=owner.now) == [], "what has no place in the log yet makes no bundle"
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-1+award-2"

    owner.later(hours=1)
    written(owner)
    owner.hall.cut()
    for _again in range(2):
        assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-1+award-3"
    public = Bundle.objects.filter(lot=made.lot.pk, edition="public", rooms__contains="award-")
    assert public.count() == 3

    check, _rooms = judged(made, tmp_path)
    assert check.check == "V26"
    assert check.sentence.startswith(f"bid {award.decision.candidate.bid_ev[:16]} wins as first")


def test_the_next_candidate_after_the_first_fell(made, owner, tmp_path):
    """条例 55."""
    shown(owner)
    owner.award()
    owner.fall(1, ground="no-bond")
    owner.award(2)
    owner.hall.cut()

    check, _rooms = judged(made, tmp_path)
    assert check.sentence.startswith(f"bid {owner.row(2).bid_ev[:16]} wins as next")
    assert check.sentence.endswith(f"bid {owner.row(1).bid_ev[:16]} fell out: no-bond")


def test_a_fall_makes_the_public_bundle_anew_and_ends_the_award_in_it(made, owner, tmp_path):
    """条例 55: from then on nobody has won, and everybody can read that, and why."""
    shown(owner)
    owner.award()
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    owner.draft_out(1)
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-1+award-2", "what is prepared is nobody's business yet"

    owner.sign_out()
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-1+award-3"

    check, _rooms = judged(made, tmp_path)
    assert check.sentence == f"no award in force; bid {owner.row(1).bid_ev[:16]} fell out: declined"


def test_no_candidate_falls_out_while_the_panel_is_called_back(made, owner, tmp_path):
    """条例 56, 71: who is a candidate is what the panel is asked; a fall in between would refuse the whole bundle."""
    shown(owner)
    owner.draft_out(1)
    recalled(made)
    for act in (owner.draft_out, owner.sign_out):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "panel_recalled"
    assert not CandidateOut.objects.exists()

    scored.facts(made)
    scored_anew(made)
    with pytest.raises(StateConflict) as gone:
        owner.sign_out()
    assert gone.value.code == "not_awaiting", "what was prepared was of the report before"
    shown(owner)
    with pytest.raises(StateConflict) as gone:
        owner.sign_out()
    assert gone.value.code == "no_draft"
    owner.fall(1)
    owner.award(2)
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    check, _rooms = judged(made, tmp_path)
    assert "wins as next" in check.sentence


def test_a_lot_stopped_before_its_candidates_were_shown_shows_its_end_alone(made, owner, tmp_path):
    """条例 31: marks which nobody was shown stay with those who may read them."""
    stop(owner)
    owner.later(hours=1)
    end(owner)
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+award-1"

    check, rooms = judged(made, tmp_path)
    assert check.sentence == "the lot was cancelled after its opening"
    assert "eval" not in rooms


def test_a_lot_stopped_while_its_panel_is_at_work_again(made, owner, tmp_path):
    """条例 71, 31: the bundle holds the report that was shown, and nothing of the work that was broken off."""
    shown(owner)
    recalled(made)
    scored.facts(made)
    stop(owner)
    owner.later(hours=1)
    end(owner)
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == ["sheets_missing"], "of the panel alone, which is at work"
    assert newest(made) == "draw-1+eval-1+award-2"

    check, _rooms = judged(made, tmp_path)
    assert check.sentence == "the lot was cancelled after its opening"


def recalled(made):
    given = {"ground": RecallGround.ERROR, "reason": "评审有误", "evidence": ""}
    return panel_recall(panel_id=made.panel.pk, **given, actor=made.supervisor.actor, at=made.at)


def test_candidates_of_a_panel_that_was_called_back_are_not_shown(made, owner, tmp_path):
    """条例 71: the report may change; its bundle would not verify. The new report is shown and awarded."""
    owner.receipt()
    recalled(made)
    with pytest.raises(StateConflict) as refused:
        owner.publish()
    assert refused.value.code == "panel_recalled"
    assert not Publicity.objects.exists()

    scored.facts(made)
    scored_anew(made)
    shown(owner)
    owner.award()
    owner.hall.cut()
    assert evaluations_drive(at=owner.now) == []
    assert newest(made) == "draw-1+eval-2+award-2"

    check, _rooms = judged(made, tmp_path)
    assert "wins as first" in check.sentence


def test_nobody_but_the_platform_makes_the_bundle(made, owner):
    with pytest.raises(NotPermitted):
        evaluation_bundle(lot_id=made.lot.pk, edition=Edition.PUBLIC, actor=owner.owner, at=made.at)


def test_no_bundle_of_a_stop_that_has_no_place_in_the_log(made, owner):
    stop(owner)
    end(owner)
    with pytest.raises(StateConflict) as refused:
        evaluation_bundle(lot_id=made.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=made.at)
    assert refused.value.code == "not_signed"
