"""Preliminary review: findings, rejections by a majority, questions, facts by two people (条例 48-52, 12号令 19-25)."""

import json

import pytest

from accounts.actors import SYSTEM
from accounts.models import Outbox
from bidding.security_files import file_keep
from experts.models import DrawnSeat, Expert, PanelQuestion, PanelSeat, ReviewMark
from experts.selectors.panels import reference_of
from experts.services.member_out import member_replace
from experts.services.motion_make import rejection_void
from experts.services.panel_ask import questions_expire
from experts.services.panel_seat import panel_offer
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger import selectors as ledger
from protocol.evaluation import input_digest
from protocol.evaluation_method import read_method
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db


def logged(world, kind=None):
    """The events of the evaluation, by leaf."""
    world.hall.cut()
    rows = ledger.chain_entries(world.panel.chain)
    return [row for row in rows if kind in (None, row.kind)]


def test_a_review_ends_in_facts_which_the_log_keeps(kept):
    world = kept(panels.reviewing)
    world.marked()
    for number, bid in enumerate(world.bids):
        world.fact(bid, value=str(number + 1))
    other = world.members[2]
    with pytest.raises(StateConflict, match="The chair does this"):
        panels.facts_make(seat_id=other.id, actor=other.actor, at=world.at)

    facts = world.facts()

    assert world.panel.state == "scoring"
    body = logged(world, "evaluation-facts")[0].body
    assert body == facts.body
    assert [row["bid"] for row in body["bids"]] == sorted(bid.ev for bid in world.bids)
    for row in body["bids"]:
        assert json.loads(row["line"])["price"] == row["price"]
        assert row["quantities"][0][0] == "works"
    # what the verifier will compute from it is well formed: a digest of the input can be made
    method = read_method(world.lot.method["scheme"])
    assert method.of_kind("objective") == ["works"]
    names = ("bid", "price", "quantities", "adjustments")
    value = panels.methods.given([{name: row[name] for name in names} for row in body["bids"]])
    assert len(input_digest(value)) == 64


def test_the_review_stays_open_while_anything_is_owed(kept):
    world = kept(panels.reviewing)
    with pytest.raises(RuleBroken) as refusal:
        world.facts()
    assert {one.code for one in refusal.value.findings} == {"review_owed", "quantity_missing"}
    world.marked()
    first, second, *_others = world.bids
    world.fact(first, confirm=0)  # one person alone
    world.move(world.members[0], second)
    world.ask(world.members[1], first)

    with pytest.raises(RuleBroken) as refusal:
        world.facts()

    codes = {one.code for one in refusal.value.findings}
    assert codes == {"motion_open", "question_open", "fact_open", "quantity_missing"}


def test_a_no_needs_its_place_and_rejects_nobody(kept):
    world = kept(panels.reviewing)
    member, bid = world.members[0], world.bids[0]
    with pytest.raises(RuleBroken) as refusal:
        world.mark(member, bid, fails=("signature",), note="")
    assert [one.field for one in refusal.value.findings] == ["note-signature"]
    world.mark(member, bid, fails=("signature",))

    assert ReviewMark.objects.filter(seat=member.id, passes=False).get().note
    assert world.panel.motions.count() == 0
    assert logged(world, "rejection") == []


def test_only_members_in_their_seats_review(kept):
    world = kept(panels.called)
    world.arrived()
    member = world.members[0]
    with pytest.raises(NotPermitted):
        world.mark(member, world.bids[0])
    world.seat()
    world.elect()
    stranger = panels.Member(member.id, world.owner.actor, member.signer)
    with pytest.raises(NotPermitted):
        world.mark(stranger, world.bids[0])


def test_a_majority_rejects_over_the_signature_of_the_mover(kept):
    world = kept(panels.reviewing)
    bid = world.bids[1]
    motion = world.move(world.members[0], bid)
    assert logged(world, "rejection") == []
    world.vote(world.members[1], motion, agrees=False)
    world.vote(world.members[2], motion)
    assert world.panel.motions.get().state == "moved"
    with pytest.raises(StateConflict, match="have voted"):
        world.vote(world.members[2], motion)

    motion = world.vote(world.members[3], motion)

    assert motion.state == "confirmed"
    event = logged(world, "rejection")[0]
    assert (event.ev, event.body["bid"], event.body["article"]) == (motion.entry.ev, bid.ev, "条例51(6)")
    assert event.body["quote"] == panels.quote_hash("工期 400 天")
    assert "工期 400 天" not in json.dumps(event.body, ensure_ascii=False)
    assert motion.votes.get(agrees=False).note == "不构成实质性偏离"
    with pytest.raises(StateConflict, match="rejected already"):
        world.move(world.members[4], bid)


def test_a_motion_that_can_no_longer_carry_is_dropped(kept):
    world = kept(panels.reviewing)
    motion = world.move(world.members[0], world.bids[0])
    for member in world.members[1:4]:
        motion = world.vote(member, motion, agrees=False)

    assert motion.state == "dropped"
    assert logged(world, "rejection") == []
    with pytest.raises(StateConflict, match="decided"):
        world.vote(world.members[4], motion)
    world.move(world.members[4], world.bids[0])  # another may be moved


def test_a_motion_says_what_its_ground_asks(kept):
    world = kept(panels.reviewing)
    member, bid = world.members[0], world.bids[0]
    for ground, changes, code in (
        ("over-ceiling", {}, "not_over"),
        ("below-cost", {}, "unheard"),
        ("not-responsive", {"article": "条例51(1)"}, "article"),
        ("not-responsive", {"told": "另一句"}, "quote"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            world.move(member, bid, ground, **changes)
        assert code in {one.code for one in refusal.value.findings}
    forger = panels.Member(member.id, member.actor, world.members[1].signer)
    with pytest.raises(NotPermitted):  # another member's key
        world.move(forger, bid)


def test_a_price_below_cost_is_asked_about_first(kept):
    """12号令 21: the bidder is heard, with two hours at least, before its price is rejected."""
    world = kept(panels.reviewing, prices=(9_000_000, 9_100_000, 5_000_000))
    evaluation = panels.Evaluation(world.lot)
    low = next(one for one in evaluation.opened if one.price == 5_000_000)
    assert evaluation.method_flags(world.panel) == {low.ev: ["below-mean", "below-ceiling"]}
    with pytest.raises(RuleBroken) as refusal:
        world.ask(world.members[0], low.bid, "low-price", minutes=60)
    assert refusal.value.findings[0].code == "window"
    question = world.ask(world.members[0], low.bid, "low-price", minutes=121)
    with pytest.raises(RuleBroken) as refusal:
        world.move(world.members[0], low.bid, "below-cost")
    assert refusal.value.findings[0].code == "unheard"

    world.later(minutes=122)
    with pytest.raises(StateConflict, match="time to answer is over"):
        world.answer(question)
    assert questions_expire(panel_id=world.panel.pk, actor=SYSTEM, at=world.at) == 1

    assert world.reject(low.bid, "below-cost").state == "confirmed"


def test_a_question_goes_to_that_bidder_alone_and_names_nobody(kept):
    world = kept(panels.reviewing)
    bid = world.bids[0]
    question = world.ask(world.members[0], bid, text="请说明第 12 页的工期。")

    rows = list(Outbox.objects.filter(event="panel_question"))
    assert rows
    assert {one.organisation_id for one in rows} == {bid.organisation_id}
    names = [one.seat.person.name for one in world.members]
    said = json.dumps([[one.data] for one in rows], ensure_ascii=False, default=str)
    assert not any(name in said for name in names)

    other = next(one for one in world.bids if one.pk != bid.pk)
    with pytest.raises(NotPermitted):  # another firm, its own key
        world.answer(question, party=world.party(other))
    kept = file_keep("plan.pdf", b"%PDF-1.7 plan")
    answer = world.answer(question, files=[kept])
    assert (PanelQuestion.objects.get().state, answer.files[0]["name"]) == ("answered", "plan.pdf")
    with pytest.raises(StateConflict):
        world.answer(question, text="another answer")
    assert [one.kind for one in logged(world)][-2:] == ["clarification-question", "clarification-answer"]


def test_an_answer_changes_no_price_and_only_a_majority_corrects_one(kept):
    world = kept(panels.reviewing)
    bid = world.bids[0]
    evaluation = panels.Evaluation(world.lot)
    read = evaluation.get(bid.ev).price
    world.answer(world.ask(world.members[0], bid), text="我方报价应为 1 元")
    assert evaluation.price_of(world.panel, evaluation.get(bid.ev)) == read
    with pytest.raises(RuleBroken) as refusal:
        world.fact(bid, kind="price", of="", value="8800000.00", reason="")
    assert refusal.value.findings[0].field == "reason"
    item = world.fact(bid, kind="price", of="", value="8800000.00", reason="大写金额为准，第 1 页", confirm=1)
    assert evaluation.price_of(world.panel, evaluation.get(bid.ev)) == read  # two of five are no majority
    world.marked()
    for one in world.bids:
        world.fact(one)
    with pytest.raises(RuleBroken) as refusal:
        world.facts()
    assert {one.code for one in refusal.value.findings} == {"fact_open"}
    third = world.seated()[2]
    panels.fact_confirm(item_id=item.pk, seat_id=third.id, actor=third.actor, at=world.at)

    facts = world.facts()

    row = next(one for one in facts.body["bids"] if one["bid"] == bid.ev)
    assert (row["price"], row["correction"]) == ("8800000.00", "大写金额为准，第 1 页")


def test_nobody_confirms_what_he_entered_and_quantities_fit_the_method(kept):
    world = kept(panels.reviewing)
    first = world.members[0]
    item = world.fact(world.bids[0], confirm=0)
    with pytest.raises(StateConflict, match="entered this yourself"):
        panels.fact_confirm(item_id=item.pk, seat_id=first.id, actor=first.actor, at=world.at)
    for given, field in (({"of": "plan"}, "of"), ({"value": "-1"}, "value"), ({"value": "1e3"}, "value")):
        with pytest.raises(RuleBroken) as refusal:
            world.fact(world.bids[0], **given)
        assert refusal.value.findings[0].field == field
    newer = world.fact(world.bids[0], value="3", confirm=0)
    with pytest.raises(StateConflict, match="entered anew"):
        panels.fact_confirm(
            item_id=item.pk, seat_id=world.members[1].id, actor=world.members[1].actor, at=world.at
        )
    assert newer.value == "3"
    with pytest.raises(NotFound):
        panels.fact_confirm(item_id=world.panel.pk, seat_id=first.id, actor=first.actor, at=world.at)


def test_all_over_the_ceiling_are_rejected_one_by_one_and_none_is_left(kept):
    """Scenario 34: the machine rejects nobody; the panel does, each by its article, and the facts say so."""
    world = kept(panels.reviewing, prices=(9_600_000, 9_700_000, 9_800_000))
    assert {tuple(one.flags) for one in panels.Evaluation(world.lot).opened} == {("over_ceiling",)}
    assert logged(world, "rejection") == []
    for bid in world.bids:
        world.reject(bid, "over-ceiling")

    world.facts()

    assert {one.body["article"] for one in logged(world, "rejection")} == {"条例51(5)"}
    assert len(logged(world, "rejection")) == 3


def test_a_member_who_leaves_takes_his_vote_with_him(kept):
    """条例 48: the new panel confirms the rejection anew, or the chair takes it back; scoring waits for that."""
    world = kept(panels.reviewing)
    motion = world.reject(world.bids[0])
    gone = world.members[1]
    member_replace(seat_id=gone.id, ground="ill", reason="住院", actor=world.desk, at=world.at)
    assert world.panel.state == "forming"
    with pytest.raises(RuleBroken):  # four are no panel
        panel_offer(
            panel_id=world.panel.pk, signatures=[], actor=world.owner.actor, at=world.at, reason="更换成员"
        )
    substitute(world)
    world.seat("更换一名成员")
    world.elect()
    assert [one.kind for one in logged(world)] == ["panel", "rejection", "panel"]
    for member in world.seated():
        for bid in world.bids:
            world.mark(member, bid)
    for bid in world.bids:
        world.fact(bid)
    with pytest.raises(RuleBroken) as refusal:
        world.facts()
    assert [one.code for one in refusal.value.findings] == ["rejection_hangs"]
    chair = world.chair
    void = chair.signed("rejection-void", rejection=motion.entry.ev, reason="更换后的评标委员会不同意否决")
    with pytest.raises(StateConflict, match="have not voted"):
        rejection_void(motion_id=motion.pk, seat_id=chair.id, actor=chair.actor, at=world.at, **void)
    for member in world.seated()[2:]:
        world.vote(member, motion, agrees=False)
    rejection_void(motion_id=motion.pk, seat_id=chair.id, actor=chair.actor, at=world.at, **void)

    world.facts()

    assert world.panel.motions.get().state == "void"
    assert [one.kind for one in logged(world)][-2:] == ["rejection-void", "evaluation-facts"]


def substitute(world):
    """Another expert on the panel, as a later draw would bring him: signed in, tied to nobody."""
    taken = set(world.panel.seats.values_list("person_id", flat=True))
    expert = Expert.objects.exclude(person__in=taken).first()
    salt = "ab" * 32
    drawn = DrawnSeat.objects.first()
    copy = DrawnSeat.objects.create(round=drawn.round, seat="cd" * 32, sealed=drawn.sealed, code="accepted")
    PanelSeat.objects.create(
        panel=world.panel,
        seat=world.panel.seats.count() + 1,
        kind="expert",
        drawn=copy,
        person=expert.person,
        ref=reference_of(expert.person_id, salt),
        ref_salt=salt,
        added_at=world.at,
    )
    world.arrived()
