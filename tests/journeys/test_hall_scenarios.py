"""Scenarios 23 to 29 of the acceptance list (journeys, section 12), through pages and devices."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from bidding import services
from bidding.models import Attribution, Opening, RecordSignature, Release, SealCheck
from bidding.rehearsal import bidders
from bidding.rehearsal.tenders import Offer, Plan
from bidding.selectors import public
from bidding.selectors.chair import evidence, undecided
from kernel.errors import RuleBroken, StateConflict
from tests import builders_bidding as build
from tests.journeys import hall_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch, settings):
    """Let pages live in the time of a hall, whose log beats once a minute near the deadline."""
    settings.RUSH_CHECKPOINT_SECONDS = 60

    def go(hall):
        monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)

    return go


def silent_bidder(hall, *, beats):
    """Four bidders, the last of whom misses the window; the log beats all the time, or not at all."""
    hall.bids(4)
    hall.close()
    for handed in hall.handed[:3]:
        bidders.show_factor(hall.one, handed, at=hall.clock.now)
    hall.cut(3)
    if beats:
        hall.clock.beat(hall.opening.factor_until, every=60)
    hall.check(factors=False)
    hall.reveal(0)
    hall.reveal(1)
    return hall.handed[3]


def test_23_two_bids_release_nothing_and_name_nobody(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(2)
    hall.close()

    body = {"v": "sealedbid/v1"}
    for seat in hall.one.seats:
        for act in (services.commit_submit, services.release_submit):
            with pytest.raises((RuleBroken, StateConflict)):
                act(lot_id=hall.lot.pk, body=body, signatures=[], actor=seat.party.actor, at=hall.clock.now)
    officer = world.client_of(hall.one.seats[0].party.email)
    assert officer.get(world.address(hall, "hall-pack")).status_code == 403
    assert not Release.objects.exists()
    world.both(hall, "hall", None, "依法不得开标", "by law there is no opening")
    text = world.shown(hall, "opening", app="portal")
    assert not [row for row in hall.handed if row.party.organisation.name in text]


def test_24_two_of_five_officers_absent_and_it_opens(at, kept):
    hall = kept(build.hall, panel=world.FIVE)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    kept = world.three_of_five(hall)
    staff = world.client_of(world.witness(hall).email)
    for officer in ("4", "5"):
        given = {"officer": officer, "reason": "未到场"}
        assert staff.post(world.address(hall, "hall-absent"), given).status_code == 302
    build.openings.hand_over(hall.one, kept, at=hall.clock.now)
    hall.cut()
    services.openings_drive(at=hall.clock.now)
    hall.cut()
    hall.release(1, officers=3)
    services.results_publish(lot_id=hall.lot.pk, envelope=1, actor=SYSTEM, at=hall.clock.now)
    hall.cut()
    hall.end()

    world.both(
        hall,
        "hall",
        None,
        "已有 3/5 名钥匙官释放，可以开标；2 名缺席已记录。",
        "3 of 5 released; 2 absences recorded.",
    )
    officers = public.opening_record(hall.lot.pk)["officers"]
    assert [row["i"] for row in officers if row["absent"]] == [4, 5]


def test_25_a_bidder_s_device_finds_its_bid_in_the_closed_set(at, kept):
    """法36: and the chair counts checks only when the number may be known."""
    hall = kept(build.hall, panel=world.FACTOR)
    at(hall)
    hall.bids(3)
    party = hall.handed[0].party
    bidder, owner = world.client_of(party.email), world.client_of(hall.one.owner.email)
    assert bidder.post(world.address(hall, "hall-seal")).status_code == 409
    hall.close()

    world.both(hall, "hall-mine", bidder, "在已锁定清单中", "is in the closed set")
    assert bidder.post(world.address(hall, "hall-seal")).status_code == 409
    assert "Seals checked" not in world.shown(hall, "hall-chair", owner)
    assert bidder.get(world.address(hall, "hall-set")).status_code == 403
    hall.check()
    assert bidder.get(world.address(hall, "hall-set")).status_code == 200
    world.both(hall, "hall-mine", bidder, "在本设备核对封存", "Check the seal on this device")
    assert bidder.post(world.address(hall, "hall-seal")).status_code == 302
    world.both(
        hall,
        "hall-chair",
        owner,
        "投标人密封检查：已完成 1，共 3",
        "Seals checked by their tenderers: 1 of 3",
    )
    outsider = world.client_of(hall.bidder(9).email)
    assert outsider.post(world.address(hall, "hall-seal")).status_code == 404
    assert SealCheck.objects.get().bid.ev == hall.handed[0].bid.ev
    hall.reveal(0)
    hall.reveal(1)
    hall.end()
    rows = {row["ev"]: row["checked"] for row in public.opening_record(hall.lot.pk)["bids"]}
    assert [ev for ev, checked in rows.items() if checked] == [hall.handed[0].bid.ev]


def test_26_power_fails_after_two_releases_and_nothing_is_repeated(at, kept):
    hall = kept(build.hall, panel=world.FIVE)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    kept = build.openings.promise(hall.one, hall.one.seats[:4], 0, at=hall.clock.now)
    hall.cut()
    build.openings.hand_over(hall.one, kept[:2], at=hall.clock.now)
    hall.cut()
    staff = world.client_of(world.witness(hall).email)
    staff.post(world.address(hall, "hall-pause"), {"code": "power", "note": "停电"})
    until = hall.opening.check_until
    with pytest.raises(StateConflict):
        build.openings.hand_over(hall.one, kept[2:], at=hall.clock.now)
    hall.clock.after(minutes=25)
    staff.post(world.address(hall, "hall-resume"), {"note": "恢复供电"})
    hall.cut()

    assert Release.objects.count() == 2
    assert hall.opening.check_until == until  # it had ended: nothing to give back
    build.openings.hand_over(hall.one, kept[2:], at=hall.clock.now)
    hall.cut()
    services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
    hall.cut()
    hall.reveal(1)
    hall.end()
    spans = [row["to"] - row["from"] for row in public.opening_record(hall.lot.pk)["incidents"]]
    assert 25 * 60 in spans


@pytest.mark.parametrize(("beats", "proposed"), [(False, "withdrawn"), (True, "revoked")])
def test_27_the_cause_is_proposed_by_evidence_and_decided_before_closing(at, beats, proposed, kept):
    """撤回 where our own log was silent in the window, 撤销 where it beat all the time."""
    hall = kept(build.hall, panel=world.FACTOR)
    at(hall)
    late = silent_bidder(hall, beats=beats)
    owner = world.client_of(hall.one.owner.email)
    (row,) = undecided(hall.lot)
    sheet = evidence(row)

    assert (sheet.proposed.value, sheet.red) == (proposed, not beats)
    words = {
        "withdrawn": ("视为撤回", "Treated as withdrawn: not the bidder’s cause"),
        "revoked": ("视为撤销", "Treated as revoked: the bidder’s cause"),
    }
    text = world.shown(hall, "hall-attribute", owner, late.bid.ev)
    assert words[proposed][1] in text.split("Proposed by the evidence")[1]
    assert f'value="{proposed}" class="form-check-input" id=' in text or "checked" in text
    zh = world.shown(hall, "hall-attribute", owner, late.bid.ev, language="zh-hans")
    assert words[proposed][0] in zh.split("依证据建议")[1]
    hall.sign()
    refused = owner.post(world.address(hall, "hall-end"))
    assert refused.status_code == 422
    assert "was not decrypted" in refused.content.decode()
    assert not Attribution.objects.exists()
    hall.end()
    facts = next(one for one in public.opening_record(hall.lot.pk)["bids"] if one["ev"] == late.bid.ev)
    assert (facts["attribution"]["window"]["down"] > 0) == (not beats)


def test_28_figures_and_capitals_that_differ_are_read_as_written(at, monkeypatch, kept):
    """12号令19: both are read; the panel judges."""
    hall = kept(build.hall)
    at(hall)
    hall.before_close(minutes=60)
    written = bidders.line_of

    def differing(one, offer, party):
        line = written(one, offer, party)
        if offer.firm != "投标单位 1":
            return line
        return type(line)(**{**line.__dict__, "price_words": "玖佰捌拾壹万元整"})

    monkeypatch.setattr(bidders, "line_of", differing)
    hall.handed.append(
        bidders.hand_in(hall.one, Offer("投标单位 1", Decimal(9_180_000)), hall.registry, at=hall.clock.now)
    )
    for number in (2, 3):
        hall.bid(number, 9_000_000 + number)
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    hall.opened()
    owner = world.client_of(hall.one.owner.email)
    evs = [row["ev"] for row in hall.opening.close.body["bids"]]
    for ev in evs[: evs.index(hall.handed[0].bid.ev) + 1]:
        assert owner.post(world.address(hall, "hall-read"), {"line": ev}).status_code == 302

    for name in ("hall", "hall-wall"):
        zh = world.shown(hall, name, language="zh-hans")
        en = world.shown(hall, name)
        for text in (zh, en):
            assert "9,180,000.00" in text
            assert "玖佰捌拾壹万元整" in text
        assert "大小写金额不一致" in zh or "大写金额不一致" in zh
        assert "amount in words differs" in en
    rows = {row["ev"]: row for row in public.opening_record(hall.lot.pk)["bids"]}
    assert rows[hall.handed[0].bid.ev]["flags"] == ["words_differ"]
    assert rows[hall.handed[0].bid.ev]["read"] is not None


def test_29_the_record_does_not_close_over_an_open_objection(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    bidder, owner = world.client_of(hall.handed[0].party.email), world.client_of(hall.one.owner.email)
    bidder.post(world.address(hall, "hall-object"), {"text": "开标程序有误"})
    hall.sign()

    world.both(hall, "hall-chair", owner, "答复", "Answer the objection now, here")
    assert owner.post(world.address(hall, "hall-end")).status_code == 422
    assert Opening.objects.get().state == "revealed"


def test_the_record_closes_when_three_people_have_signed_what_it_says(at, kept):
    """法36: chair, recorder and witness sign in their browsers; what is added later asks them again."""
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    owner, watcher = hall.one.owner, world.witness(hall)
    recorder = world.centre(hall, world.hosts.RECORDER)
    chair = world.client_of(owner.email)
    assert chair.post(world.address(hall, "hall-end")).status_code == 422
    world.both(hall, "hall-chair", chair, "待签署", "To be signed")

    assert world.sign(hall, owner, "chair").status_code == 302
    assert world.sign(hall, recorder, "recorder").status_code == 302
    second = world.sign(hall, recorder, "witness")
    assert second.status_code == 422
    assert "another person" in second.content.decode()
    stranger = world.client_of(hall.handed[0].party.email)
    assert stranger.get(world.address(hall, "hall-record", "chair")).status_code == 404
    assert world.client_of(watcher.email).get(world.address(hall, "hall-record", "chair")).status_code == 403

    given = {"role": "tenderer", "name": "到场代表", "of": "投标单位 1"}
    assert chair.post(world.address(hall, "hall-present"), given).status_code == 302
    world.both(
        hall, "hall-chair", chair, "签的是较早版本，请重新签署", "Signed an earlier version; sign again"
    )
    for party, seat in ((owner, "chair"), (recorder, "recorder"), (watcher, "witness")):
        assert world.sign(hall, party, seat).status_code == 302
    assert chair.post(world.address(hall, "hall-end")).status_code == 302
    hall.cut()

    facts = public.opening_record(hall.lot.pk)
    assert [row["seat"] for row in facts["signatures"]] == ["chair", "recorder", "witness"]
    assert {row["name"] for row in facts["present"]} == {"到场代表"}
    assert RecordSignature.objects.count() == 5
    record = Client().get(world.address(hall, "opening", app="portal")).content.decode()
    assert "到场代表" in record
    assert watcher.actor.name in record


def test_a_seat_that_cannot_sign_is_explained_by_another(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    owner, watcher = hall.one.owner, world.witness(hall)
    chair = world.client_of(owner.email)
    assert world.sign(hall, owner, "chair").status_code == 302
    assert world.sign(hall, watcher, "witness").status_code == 302
    own = {"seat": "chair", "reason": "不想签"}
    assert chair.post(world.address(hall, "hall-excuse"), own).status_code == 422
    given = {"seat": "recorder", "reason": "记录人突发疾病离场"}
    assert chair.post(world.address(hall, "hall-excuse"), given).status_code == 302

    assert chair.post(world.address(hall, "hall-end")).status_code == 302
    hall.cut()
    assert public.opening_record(hall.lot.pk)["vacancies"][0]["seat"] == "recorder"
    assert "记录人突发疾病离场" in world.shown(hall, "opening", app="portal")


def test_lines_are_read_in_order_and_the_wall_shows_the_one_being_read(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    owner = world.client_of(hall.one.owner.email)
    names = {row.bid.ev: row.party.organisation.name for row in hall.handed}
    evs = [row["ev"] for row in hall.opening.close.body["bids"]]

    assert owner.post(world.address(hall, "hall-read"), {"line": evs[1]}).status_code == 409
    assert "sl-screen-who" not in world.shown(hall, "hall-wall")
    for number, ev in enumerate(evs, start=1):
        assert names[ev] in world.shown(hall, "hall-reader", owner)
        before = Client().get(world.address(hall, "hall-wall-part"))["ETag"]
        assert owner.post(world.address(hall, "hall-read"), {"line": ev}).status_code == 302
        part = Client().get(world.address(hall, "hall-wall-part"))
        assert part["ETag"] != before
        text = part.content.decode()
        assert f"Line {number} of 3" in text
        assert names[ev] in text.split("sl-screen-who")[1]
    world.both(hall, "hall-reader", owner, "重申最高投标限价", "Restate the ceiling price")
    wall = world.shown(hall, "hall-wall")
    assert "<form" not in wall
    assert "<button" not in wall


def test_a_drawn_coefficient_is_public_at_once_and_never_drawn_again(at):
    """法36, 条50: drawn before everybody's eyes, after the prices are open, among the values declared."""
    plan = Plan(
        id="coefficient",
        title="某工程",
        title_en="Some works",
        scope="道路",
        ceiling=Decimal(9_500_000),
        offers=[],
        coefficient={"values": ["0.95", "0.97", "0.98"], "draw": "physical"},
    )
    hall = build.hall(plan=plan)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    owner = world.client_of(hall.one.owner.email)
    drawn = {"kind": "coefficient", "value": "0.97", "how": "从 0.95 至 0.99 五球中由投标人代表当众抽取"}
    drawn |= {"watched": "见证员", "recording": "LX-1"}
    assert owner.post(world.address(hall, "hall-figure"), drawn).status_code == 409
    hall.reveal(0)
    hall.reveal(1)

    assert owner.post(world.address(hall, "hall-figure"), drawn).status_code == 302
    world.both(hall, "hall", None, "现场抽取的系数", "Coefficient drawn in the hall")
    again = owner.post(world.address(hall, "hall-figure"), {**drawn, "value": "0.98"})
    assert again.status_code == 409
    hall.clock.after(minutes=1)
    hall.end()
    assert public.opening_record(hall.lot.pk)["figures"][0]["value"] == "0.970000"
    assert "从 0.95 至 0.99" in world.shown(hall, "opening", app="portal")


def test_nobody_is_written_down_as_present_before_the_set_is_closed(at, kept):
    """法22: a list of those who wait would count the bidders."""
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    owner = world.client_of(hall.one.owner.email)
    given = {"role": "tenderer", "name": "到场代表", "of": "投标单位 1"}
    assert owner.post(world.address(hall, "hall-present"), given).status_code == 409
    hall.close()
    hall.check()
    assert owner.post(world.address(hall, "hall-present"), given).status_code == 302
    assert "到场代表" not in world.shown(hall, "hall")
    assert "投标单位 1" not in world.shown(hall, "hall")
    hall.clock.after(minutes=1)
    assert timedelta(minutes=1)
