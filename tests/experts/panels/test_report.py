"""The report (法 40, 条例 53, 12号令 42): computed, signed by its chair, stood to by every member, handed over, provable."""

import json
from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from bidding.models import Bundle
from bidding.selectors.public import bundles
from bidding.states import Edition
from experts.models import Recall, Report
from experts.services.evaluations_drive import evaluations_drive
from experts.services.panel_recall import panel_recall
from experts.services.report_stand import report_silence, silence_at
from experts.states.recall import RecallGround
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.experts.panels import scored
from tests.js.companion import NODE, Companion
from trading.models import EvaluationReport, Lot
from trading.selectors.awarding import award_locks

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(kept):
    return kept(scored.shown)


def test_a_report_is_signed_handed_over_and_verified_by_a_stranger(made, tmp_path):
    """V25 on the platform's own bundle, in both editions."""
    report = scored.report(made)
    assert made.panel.state == "signing"
    scored.handed(made)

    assert made.panel.state == "ended"
    assert Lot.objects.get(pk=made.lot.pk).state == "reported"
    got = EvaluationReport.objects.get(lot=made.lot.pk)
    assert [row.bid_ev for row in got.candidates.order_by("rank")] == report.body["candidates"]
    assert report.content["result"]["candidates"]
    for edition in (Edition.PUBLIC, Edition.AUDIT):
        found, path, written = scored.judged(made, tmp_path, edition)
        assert found.ok, [row for row in found.checks if row.status == "failed"]
        assert found.checks[-1].check == "V25"
        if NODE is not None:
            anchors = tmp_path / "anchors.json"
            anchors.write_bytes(written)
            with Companion() as browser:
                other = browser.judge(path, anchors)
            assert (other["ok"], other["failed"]) == (True, []), other["why"]
            assert "V25" in other["checks"]
    assert got.report_ev == report.entry.ev


def test_the_evaluation_is_in_the_public_bundle_once_its_publicity_is_over(made):
    """Nothing of it before: the newest public bundle of the lot is what the lot's page offers."""
    scored.report(made)
    scored.handed(made)
    lot = Lot.objects.filter(pk=made.lot.pk)
    evaluations_drive(at=made.at)
    assert not Bundle.objects.filter(lot=made.lot.pk, rooms__contains="eval-1").exists()
    lot.update(state="awaiting_award")
    assert evaluations_drive(at=made.at) == []
    assert evaluations_drive(at=made.at) == []

    newest = next(row for row in bundles(made.lot.pk) if row.edition == "public")
    assert newest.rooms == "draw-1+eval-1"


def test_the_content_is_all_the_law_asks_for(made):
    """12号令 42."""
    content = scored.report(made).content

    assert set(content) >= {
        *("basic", "members", "opening", "compliant", "rejected", "method", "result", "matters"),
        *("clarifications", "looks", "replaced", "corrections", "votes"),
    }
    assert [row["seat"] for row in content["members"]] == [1, 2, 3, 4, 5]
    assert len(content["opening"]) == len(made.bids)
    assert [row["chair"] for row in content["members"]].count(True) == 1
    names = [member.seat.person.name for member in made.members]
    assert not [name for name in names if name and name in json.dumps(content, ensure_ascii=False)]


def test_nothing_but_what_follows_is_signed(made):
    """The chair's device signs another order: refused; and nobody else makes the report."""
    body = scored.evaluation_of(made.panel).result()
    other = body.candidates[::-1]
    with pytest.raises(StateConflict) as refused:
        scored.report(made, candidates=other)
    assert refused.value.code == "report_changed"
    with pytest.raises(NotPermitted):
        scored.report_make(
            panel_id=made.panel.pk,
            body={},
            signatures=[],
            matters="",
            actor=scored.sitting(made)[-1].actor,
            at=made.at,
        )


def test_a_dissent_is_kept_with_its_text_and_hands_over_all_the_same(made, tmp_path):
    scored.report(made)
    first, *others = scored.sitting(made)
    stance = scored.sign(made, first, note="第二名的业绩不真实")
    assert (stance.stance, stance.note) == ("dissent", "第二名的业绩不真实")
    assert scored.sign(made, others[0]).stance == "agree"
    for member in others[1:]:
        scored.sign(made, member)
    made.hall.cut()

    assert made.panel.state == "ended"
    assert scored.judged(made, tmp_path)[0].ok


def test_a_dissent_has_the_text_that_was_signed(made):
    scored.report(made)
    member = scored.sitting(made)[0]
    given = member.signed(
        "report-sign",
        report=made.panel.reports.get().entry.ev,
        stance="dissent",
        note=scored.text_hash("one"),
    )
    with pytest.raises(RuleBroken):
        scored.report_sign(panel_id=made.panel.pk, note="another", actor=member.actor, at=made.at, **given)


def test_silence_is_noted_after_the_time_of_the_pack(made, tmp_path):
    report = scored.report(made)
    for member in scored.sitting(made)[:-1]:
        scored.sign(made, member)
    with pytest.raises(StateConflict):
        report_silence(panel_id=made.panel.pk, actor=SYSTEM, at=made.at)
    made.hall.clock.to(silence_at(report) + timedelta(seconds=1))
    assert evaluations_drive(at=made.at) == []
    made.hall.cut()

    assert made.panel.state == "ended"
    assert report.stances.get(stance="silent").seat.seat == scored.sitting(made)[-1].number
    assert evaluations_drive(at=made.at) == []
    assert scored.judged(made, tmp_path)[0].ok


def test_the_panel_is_called_back_and_a_new_report_replaces_the_old(made, tmp_path):
    """条例 48, 71: new facts, new sheets, new report; the old one stays readable."""
    old = scored.report(made)
    scored.handed(made)
    given = {"panel_id": made.panel.pk, "evidence": "", "at": made.at}
    with pytest.raises(NotPermitted):
        panel_recall(ground=RecallGround.ERROR, reason="x", actor=scored.sitting(made)[0].actor, **given)
    with pytest.raises(RuleBroken):
        panel_recall(ground=RecallGround.ERROR, reason=" ", actor=made.owner.actor, **given)
    panel_recall(ground=RecallGround.ERROR, reason="报价修正有误", actor=made.supervisor.actor, **given)
    assert made.panel.state == "reviewing"
    scored.facts(made)
    with pytest.raises(StateConflict):
        scored.report(made)
    for member in scored.sitting(made):
        scored.save(made, member, [])
        scored.lock(made, member)
    made.hall.cut()
    new = scored.report(made)
    scored.handed(made)

    assert new.body["replaces"] == old.entry.ev
    assert Report.objects.get(pk=old.pk).content == old.content
    assert Recall.objects.get().ground == "error"
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]


def test_nothing_is_awarded_on_a_report_whose_panel_was_called_back(made):
    """条例 48, 71: the award waits for the new report; by rule and by the table itself."""
    scored.report(made)
    scored.handed(made)
    report = EvaluationReport.objects.get(lot=made.lot.pk)
    assert "panel_recalled" not in [row.code for row in award_locks(report.lot, report, made.at)]

    panel_recall(
        panel_id=made.panel.pk,
        ground=RecallGround.OPINION_VOID,
        reason="监督部门认定",
        evidence="",
        actor=made.supervisor.actor,
        at=made.at,
    )

    report.refresh_from_db()
    assert "panel_recalled" in [row.code for row in award_locks(report.lot, report, made.at)]
