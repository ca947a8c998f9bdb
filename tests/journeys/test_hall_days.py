"""Real days of an opening (journeys, section 4: 2, 3, 4, 6, 10, 16): what the law asks, what the screen says."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Outbox
from bidding import services
from bidding.models import Absence, FewOpened, Opening, Statement
from bidding.rehearsal import bidders
from bidding.states import BidState
from tests import builders_bidding as build
from tests.journeys import hall_world as world
from trading.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch, settings):
    """Let pages live in the time of a hall, whose log beats once a minute near the deadline."""
    settings.RUSH_CHECKPOINT_SECONDS = 60

    def go(hall):
        monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)

    return go


def without_factor(hall, count, silent=1):
    """Bidders of whom the last ones do not decrypt; both envelopes opened."""
    hall.bids(count)
    hall.close()
    for handed in hall.handed[: count - silent]:
        bidders.show_factor(hall.one, handed, at=hall.clock.now)
    hall.cut(3)
    hall.check(factors=False)
    hall.reveal(0)
    hall.reveal(1)
    return hall.handed[count - silent :]


def test_day_2_a_missed_window_is_explained_in_time_and_decided_by_the_owner(at, kept):
    """20号令31: own fault = 撤销, otherwise 撤回; the others go on."""
    hall = kept(build.hall, panel=world.FACTOR)
    at(hall)
    (late,) = without_factor(hall, 4)
    bidder = world.client_of(late.party.email)
    until = Opening.objects.get().factor_until + timedelta(minutes=30)
    moment = f"{until + timedelta(hours=8):%H:%M}"

    world.both(
        hall,
        "hall-mine",
        bidder,
        "解密时限已过，未收到贵单位解密。原因由招标人依记录认定；请于",
        "send your statement by",
    )
    assert moment in world.shown(hall, "hall-mine", bidder)
    sent = bidder.post(
        world.address(hall, "hall-statement"), {"text": "09:35 起平台无法登录，电话 09:38 报障"}
    )
    assert sent.status_code == 302
    owner = world.client_of(hall.one.owner.email)
    sheet = world.shown(hall, "hall-attribute", owner, late.bid.ev)
    assert "09:35 起平台无法登录" in sheet
    others = {row.bid.ev for row in hall.handed} - {late.bid.ev}
    assert len(others) == 3
    assert "Reading out: 4 bids, 3 opened" in world.shown(hall, "hall")

    hall.clock.to(until + timedelta(seconds=1))
    too_late = bidder.post(world.address(hall, "hall-statement"), {"text": "补充说明"})
    assert too_late.status_code == 422
    assert Statement.objects.count() == 1
    hall.end()
    record = world.shown(hall, "opening", app="portal")
    assert "09:35 起平台无法登录" in record


def test_day_3_two_bids_are_never_opened_and_nobody_learns_whose(at, kept):
    """法28, 条44: no opening; names and number stay sealed from the owner too."""
    hall = kept(build.hall)
    at(hall)
    hall.bids(2)
    hall.close()

    for client in (Client(), world.client_of(hall.one.owner.email)):
        for name in ("hall", "hall-wall"):
            world.both(
                hall,
                name,
                client,
                "投标人少于 3 个，依法不得开标；投标文件不会被任何人打开。",
                "Fewer than three bidders: by law there is no opening and no bid will be opened.",
            )
            text = world.shown(hall, name, client)
            assert not [row for row in hall.handed if row.party.organisation.name in text]
    notice = Notice.objects.filter(tender=hall.lot.tender).latest("at")
    assert not [row for row in hall.handed if row.party.organisation.name in str(notice.content)]
    assert {row.bid.pk for row in hall.handed} == {
        row.bid.pk
        for row in hall.handed
        if type(row.bid).objects.get(pk=row.bid.pk).state == "sealed_for_good"
    }


def test_day_4_the_chair_confirms_the_clause_when_fewer_than_three_open(at, kept):
    """No national rule: the documents say it, the owner confirms it, the supervisor is told."""
    hall = kept(build.hall, panel=world.FACTOR)
    at(hall)
    without_factor(hall, 3)
    owner = world.client_of(hall.one.owner.email)

    world.both(
        hall,
        "hall-chair",
        owner,
        "可供唱标的投标少于 3 份，按招标文件规定的条款处理，请主持人确认。",
        "Fewer than three bids could be opened; the clause of the tender documents applies, chair to confirm.",
    )
    assert owner.post(world.address(hall, "hall-end")).status_code == 422
    confirmed = owner.post(world.address(hall, "hall-few"), {"clause": "21.3", "goes_on": "1"})
    assert confirmed.status_code == 302
    assert FewOpened.objects.get().clause == "21.3"
    told = Outbox.objects.filter(event="few_opened")
    assert {row.organisation_id or row.person_id for row in told}
    world.both(
        hall,
        "hall",
        None,
        "可供唱标的投标少于 3 份，按招标文件第 21.3 条处理，主持人已确认",
        "Fewer than three bids opened; clause 21.3, confirmed by the chair",
    )
    hall.end()
    assert Opening.objects.get().state == "recorded"


def test_day_6_an_objection_is_answered_before_anything_closes(at, kept):
    """条44: on the spot, answered on the spot, recorded; the record cannot close with one open."""
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    party = hall.handed[0].party
    owner = world.client_of(hall.one.owner.email)

    for language, sentence in (
        ("zh-hans", "您的异议已记录，招标人须当场答复。"),
        ("en", "Your objection is recorded; the owner must answer now."),
    ):
        bidder = world.client_of(party.email)
        answer = bidder.post(
            world.address(hall, "hall-object", language=language),
            {"text": f"第 2 份大写与小写不一致 {language}"},
            follow=True,
        )
        assert sentence in answer.content.decode()
    hall.sign()
    refused = owner.post(world.address(hall, "hall-end"))
    assert refused.status_code == 422
    assert Opening.objects.get().state == "revealed"


def test_day_10_a_power_cut_gives_the_bidders_their_time_back(at, tmp_path, kept):
    """宁波25, 濮阳21: what is done stands; the window that ran gets the outage added, and the log proves it."""
    hall = kept(build.hall, panel=world.FACTOR)
    at(hall)
    hall.bids(3)
    hall.close()
    bidders.show_factor(hall.one, hall.handed[0], at=hall.clock.now)
    hall.cut(3)
    before = hall.opening
    staff = world.client_of(world.witness(hall).email)
    hall.clock.after(minutes=4)
    assert (
        staff.post(world.address(hall, "hall-pause"), {"code": "power", "note": "大厅停电"}).status_code
        == 302
    )
    for name in ("hall", "hall-wall"):
        world.both(
            hall,
            name,
            None,
            "开标因停电中止，已完成步骤有效；恢复时间将短信通知，解密时限顺延。",
            "The opening is paused by a power cut; finished steps stand and your window is extended.",
        )
    hall.clock.after(minutes=25)
    assert staff.post(world.address(hall, "hall-resume"), {"note": "已恢复供电"}).status_code == 302
    hall.cut(3)

    assert hall.opening.factor_until == before.factor_until + timedelta(minutes=25)
    assert hall.opening.check_until == before.check_until + timedelta(minutes=25)
    assert type(hall.handed[0].bid).objects.get(pk=hall.handed[0].bid.pk).state == "factor_given"
    assert Outbox.objects.filter(event="opening_resumed").exists()
    hall.clock.to(before.factor_until + timedelta(minutes=2))
    hall.check()
    hall.reveal(0)
    hall.reveal(1)
    assert "Reading out: 3 bids, 3 opened" in world.shown(hall, "hall")
    hall.end()
    report = hall.judged(tmp_path)
    assert build.faults(report) == [], [row for row in report.checks if row.status != "ok"]


def test_day_16_three_of_five_keys_open_and_the_absence_is_recorded(at, kept):
    """Any t of n: who does not come is named in the record and stops nothing."""
    hall = kept(build.hall, panel=world.FIVE)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    kept = world.three_of_five(hall)
    owner = world.client_of(hall.one.owner.email)
    assert (
        owner.post(world.address(hall, "hall-absent"), {"officer": "5", "reason": "突发疾病"}).status_code
        == 302
    )
    build.openings.hand_over(hall.one, kept, at=hall.clock.now)
    hall.cut()
    services.openings_drive(at=hall.clock.now)
    hall.cut()

    world.both(
        hall,
        "hall",
        None,
        "已有 3/5 名钥匙官释放，可以开标；1 名缺席已记录。",
        "3 of 5 released; one absence recorded.",
    )
    assert Absence.objects.get().officer == 5
    assert {row.bid.pk for row in hall.handed} == {
        row.bid.pk
        for row in hall.handed
        if type(row.bid).objects.get(pk=row.bid.pk).state == BidState.OPENED.value
    }
