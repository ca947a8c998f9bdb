"""O15: who may win, on which ground, by whose signature; and that everybody hears it in the same minute."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM
from accounts.models import Outbox
from bidding.models.security import Refund
from bidding.services import outcomes as bidding_outcomes
from bidding.services.validity_watch import extension_ask, validities_watch
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_bidding as build
from tests.bidding.results import world as worlds
from tests.bidding.results.world import PAPER
from tests.bidding.security.paying import PDF
from trading.models import Award, Lot, Notice, ResultLetter
from trading.services import candidates_fall, lot_hold, publicity
from trading.services.outcomes import Terms
from trading.services.result_clocks import result_clocks_watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.opened)


def test_winner_and_losers_are_told_in_the_same_moment_each_his_own_part(world):
    """Scenario 37, 法45: one letter for each of the closed set, of one moment; scores only of the addressee."""
    world.ended()
    award = world.award()

    assert world.lot.state == "awarded"
    letters = {row.organisation_id: row for row in ResultLetter.objects.filter(award=award)}
    assert {row.at for row in letters.values()} == {world.now}
    assert set(letters) == {world.bidder(number).organisation.pk for number in range(1, 6)}
    winner = dict(letters[world.bidder(1).organisation.pk].content["zh"])
    assert winner["中标价（元）"] == "9000001.00"
    behind = str(letters[world.bidder(4).organisation.pk].content)
    assert "71.25" in behind
    assert "27.31 / 45" in behind
    assert "94.50" not in behind
    assert "工期超过招标文件要求" in str(letters[world.bidder(5).organisation.pk].content)
    assert "工期超过招标文件要求" not in behind
    told = Outbox.objects.filter(event__in=["award_made", "award_not_made"])
    assert {row.created_at for row in told} == {world.now}
    assert set(told.filter(event="award_made").values_list("organisation", flat=True)) == {award.winner_id}


def test_the_award_stands_in_the_log_with_the_owners_signature_and_its_papers(world):
    shown = world.ended()
    award = world.award()

    event = Entry.objects.get(pk=award.decision.signed_id)
    assert (event.kind, event.chain) == ("award", world.lot.award_chain)
    assert event.body["publicity"] == shown.ev
    assert event.body["bid"] == world.ev(1)
    letter = ResultLetter.objects.get(award=award, won=True)
    notice = Notice.objects.get(lot=world.lot, kind="result")
    both = {"letter": letter.content, "notice": notice.content}
    assert event.body["content"] == publicity.content_hash(both)


def test_the_first_wins_unless_it_falls_out_on_a_ground_of_the_law(world):
    """条例 55: state funds and a duty to tender; the next in order, or tender again."""
    world.ended()
    with pytest.raises(RuleBroken) as caught:
        world.draft(2, criteria="更熟悉本地")
    assert caught.value.code == "award_order"

    world.fall(1)
    assert world.award(2).decision.ground == "next"
    notice = Notice.objects.get(lot=world.lot, kind="result").content["zh"]
    assert ["不能中标的候选人", f"{world.bidder(1).organisation.name}：放弃中标"] in notice


def test_a_winner_that_gives_up_before_the_contract_makes_room_for_the_next(world):
    """Journeys 4 (19). The first award stays on record; the second is another row."""
    world.ended()
    first = world.award()
    world.later(days=2)
    with pytest.raises(RuleBroken) as caught:
        world.fall(2)
    assert [(one.code, one.field) for one in caught.value.findings] == [("other_winner", "candidate")]
    world.fall(1, ground="no-bond", reason="逾期未提交履约保证金")
    assert world.lot.state == "awaiting_award"
    with pytest.raises(NotFound):
        world.draft(1)

    second = world.award(2)

    assert (first.serial, second.serial) == (1, 2)
    assert world.lot.state == "awarded"
    assert ResultLetter.objects.filter(award=second, won=True).get().organisation_id == second.winner_id


def test_instead_of_the_next_the_owner_may_tender_again(world):
    world.ended()
    with pytest.raises(StateConflict):
        candidates_fall.tender_again(lot_id=world.lot.pk, actor=world.owner, at=world.now)
    world.fall(1)

    candidates_fall.tender_again(lot_id=world.lot.pk, actor=world.owner, at=world.now)

    assert world.lot.state == "unsuccessful"
    assert world.lot.failure.reason == "no-winner"


def test_a_recheck_by_the_panel_locks_the_award(world):
    """条例 56: the same panel, before the award notice."""
    world.ended()
    asked = candidates_fall.recheck_ask(
        lot_id=world.lot.pk,
        candidate_id=world.row(1).pk,
        reason="被列为失信被执行人",
        evidence=PAPER,
        actor=world.owner,
        at=world.now,
    )
    world.draft()
    with pytest.raises(RuleBroken) as caught:
        world.sign_award()
    assert [finding.code for finding in caught.value.findings] == ["recheck_open"]
    with pytest.raises(NotPermitted):
        _answered(world, asked, actor=world.owner)

    _answered(world, asked)

    assert world.sign_award().decision.ground == "first"


def _answered(world, asked, **changes):
    facts = {
        "recheck_id": asked.pk,
        "stands": True,
        "answer": "维持原推荐意见",
        "actor": SYSTEM,
        "at": world.now,
    }
    return candidates_fall.recheck_answer(**{**facts, **changes})


def test_the_supervisors_order_stops_one_lot_until_it_is_lifted(world):
    """条例 62: no publicity, no award; only who ordered lifts."""
    supervisor = world.hall.one.supervisor.actor
    world.ended()
    world.draft()
    facts = {"ground": "order", "text": "核查", "article": "招标投标法实施条例第六十二条"}
    with pytest.raises(NotPermitted):
        lot_hold.lot_hold(lot_id=world.lot.pk, actor=world.owner, at=world.now, **facts)
    held = lot_hold.lot_hold(lot_id=world.lot.pk, actor=supervisor, at=world.now, **facts)
    with pytest.raises(RuleBroken) as caught:
        world.sign_award()
    assert caught.value.code == "lot_held"
    with pytest.raises(NotPermitted):
        lot_hold.lot_release(hold_id=held.pk, actor=world.owner, at=world.now)

    lot_hold.lot_release(hold_id=held.pk, actor=supervisor, at=world.now)

    assert world.sign_award()
    assert Notice.objects.filter(lot=world.lot, kind__in=["suspension", "resumption"]).count() == 2


def test_no_award_while_the_candidates_are_shown(world):
    world.shown()
    with pytest.raises(StateConflict):
        world.draft()


def test_only_the_owner_signs_and_only_over_what_was_drafted(world):
    world.ended()
    with pytest.raises(StateConflict):
        world.sign_award()
    world.draft()
    with pytest.raises(NotPermitted):
        world.sign_award(actor=world.bidder(1).actor)
    forged = build.signed(world.bidder(1), "award", _body(world))
    with pytest.raises(RuleBroken) as caught:
        world.sign_award(signed=forged)
    assert caught.value.code == "signature_missing"
    wrong = world.signed("award", {**_body(world), "bid": world.ev(2)})
    with pytest.raises(RuleBroken) as caught:
        world.sign_award(signed=wrong)
    assert caught.value.code == "signed_differs"


def _body(world):
    report = world.report
    report.lot = world.lot
    draft = worlds.award_decide.draft_open(world.lot)
    return worlds.award_decide.award_body(
        draft, report, worlds.award_decide.award_papers(draft, report, world.now)
    )


def test_who_lets_its_validity_end_cannot_win(world):
    """30号令 29: a refused extension is no ground to keep the deposit, and no bid to award."""
    world.ended()
    until = worlds.Lot.objects.get(pk=world.lot.pk)
    ask(world)
    extension = until.validity_extensions.get()
    bidding_outcomes.validity_answer(
        extension_id=extension.pk, consents=False, actor=world.bidder(1).actor, at=world.now
    )
    with pytest.raises(RuleBroken) as caught:
        world.draft()
    assert caught.value.code == "award_gone"


def ask(world):
    from trading.selectors import valid_until

    ends = valid_until(world.lot)
    return extension_ask(
        lot_id=world.lot.pk,
        extended_until=ends + timedelta(days=60),
        answer_by=ends - timedelta(days=3),
        reason="投诉处理中",
        actor=world.owner,
        at=world.now,
    )


def test_the_validity_is_watched_and_everybody_whose_bid_stands_is_told(world):
    from trading.selectors import valid_until

    world.receive()
    ends = valid_until(world.lot)
    assert validities_watch(at=ends - timedelta(days=31)) == 0
    assert validities_watch(at=ends - timedelta(days=30)) == 1
    assert validities_watch(at=ends - timedelta(days=29)) == 0
    assert validities_watch(at=ends - timedelta(days=14)) == 1
    told = set(Outbox.objects.filter(event="validity_ending").values_list("organisation", flat=True))
    bidders = {world.bidder(number).organisation.pk for number in range(1, 6)}
    assert told == {world.hall.one.owner.organisation.pk, *bidders}


def test_an_extension_asked_is_told_to_each_bidder(world):
    world.receive()
    Outbox.objects.all().delete()
    ask(world)
    told = set(Outbox.objects.filter(event="validity_ending").values_list("organisation", flat=True))
    assert world.bidder(5).organisation.pk in told


def contract(world, **changes):
    facts = {
        "lot_id": world.lot.pk,
        "signed_on": worlds.publicity.local_day(world.now),
        "parties": "某业主\n投标单位 1",
        "amount": Decimal(9_000_001),
        "file": ("contract.pdf", PDF),
        "actor": world.owner,
        "at": world.now,
    }
    return bidding_outcomes.contract_record(**{**facts, **changes})


def test_the_contract_is_the_bids_price_and_duration_or_says_why_not(world):
    """条例 57, 58: substance as in the bid; bond at most ten per cent; published."""
    world.ended()
    world.award()
    world.later(days=5)
    for wrong, code in (
        ({"amount": Decimal(9_100_000)}, "contract_differs"),
        ({"terms": Terms(duration="150")}, "contract_differs"),
        ({"terms": Terms(bond=Decimal("900000.11"))}, "bond_cap"),
    ):
        with pytest.raises(RuleBroken) as caught:
            contract(world, **wrong)
        assert caught.value.code == code

    contract(world, terms=Terms(duration="120", bond=Decimal("900000.10")))

    assert world.lot.state == "contracted"
    assert ["合同金额（CNY）", "9000001.00"] in Notice.objects.get(lot=world.lot, kind="contract").content[
        "zh"
    ]


def test_day_25_asks_for_the_contract_and_day_31_is_red(world):
    world.ended()
    award = world.award()
    Outbox.objects.all().delete()
    at = award.at
    assert result_clocks_watch(at=at + timedelta(days=24)) == 1  # the written report is over
    found = [result_clocks_watch(at=at + timedelta(days=days)) for days in (26, 27, 34)]
    assert found == [1, 0, 1]


def test_losers_get_their_security_back_when_the_rules_have_a_clock_for_it(kept):
    """Works at national level: all wait for the contract (条例 57); nothing is due with the award notice."""
    world = kept(worlds.opened)
    world.ended()
    world.award()
    assert not Refund.objects.exists()


def test_what_was_decided_and_sent_stays(world):
    world.ended()
    award = world.award()
    letter = ResultLetter.objects.filter(award=award).first()
    for row, change in ((award, {"winner": None}), (letter, {"sha256": "0" * 64})):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)


def test_a_new_report_takes_everything_back_to_its_publicity(world):
    """复议: other candidates are shown anew; nothing is awarded by the old report."""
    world.ended()
    world.draft()
    world.later(hours=2)
    world.receive(candidates=[world.candidate(2, 1)], rejected=[], losers=[world.loser(1, 2)])

    assert world.lot.state == "reported"
    with pytest.raises((NotFound, StateConflict, RuleBroken)):
        world.sign_award(signed={"body": {}, "signatures": []})
    world.receipt()
    made = world.publish()
    world.to(made.until_at)
    publicity.publicities_end(at=world.now)
    assert world.award().winner_id == world.bidder(2).organisation.pk
    assert Award.objects.count() == 1
    assert Lot.objects.get(pk=world.lot.pk).state == "awarded"
