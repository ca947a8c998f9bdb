"""Real days 7, 14, 17 and 25 of owners, through the pages, with the sentence of the day in both languages."""

import json
from datetime import timedelta

import pytest

from accounts.models import Outbox
from bidding import services as bidding
from tests import builders_bidding as halls
from tests import builders_trading as build
from tests.builders_trading import SYSTEM
from tests.journeys.owner import NOW, at, picked, screen
from trading import policies, services
from trading.models import Lot, Tender

pytestmark = pytest.mark.django_db
__all__ = ["screen"]


def test_day_7_an_addendum_ten_days_before_moves_the_deadline(screen, kept):
    """The owner is stopped at ten days, moves the deadline, and who sealed is told what it means."""
    hall = kept(halls.hall)
    tender, owner = hall.lot.tender, hall.one.owner
    services.documents_take(tender_id=tender.pk, actor=hall.bidder(1).actor, at=hall.clock.now)
    hall.before_close(days=10)
    handed = hall.bid(1)
    hall.cut()
    bidding.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    screen.at(hall.clock.now)
    later = build.day(hall.clock.now, 16)
    given = {"where_1": "图纸 4", "before_1": "3 m", "after_1": "4 m", "reason": "图纸更正", "affects": "yes"}
    screen.of(owner.actor).send(at("addendum-new", tender.pk), given | {"close_at_01": picked(later)})
    row = tender.addenda.get()
    screen.send(at("addendum-hand", tender.pk, row.pk), {})
    signed = {
        str(pk): [owner.signer.sign(kind, body)] for pk, (kind, body) in services.addendum_bodies(row).items()
    }
    screen.send(at("addendum-sign", tender.pk, row.pk), {"signed": json.dumps(signed)})
    bidding.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now)

    day = later.astimezone(build.CHINA)
    zh = f"本次修改影响投标文件编制，截止时间顺延至 {day.month} 月 {day.day} 日 9:30。您已递交的投标须重新递交，否则无效。"
    en = f"The deadline moves to {day.day} {day:%b} 09:30. Your sealed bid must be sealed again or it will not count."
    screen.of(handed.party.actor).says(at("bidding:tender", tender.number), zh, en)
    public = at("portal:notice-version", tender.number, 2)
    screen.client.logout()
    screen.says(
        public,
        "已递交的投标须重新递交，否则无效。",
        "A bid sealed before must be sealed again or it will not count.",
    )


def test_day_14_the_owner_stops_after_the_opening(screen, kept):
    made = kept(build.published_tender)
    close = made.lot.close_at
    given = {"lot_id": made.lot.pk, "actor": SYSTEM}
    services.lot_mark_closed(**given, at=close)
    services.lot_mark_opening(**given, at=close + timedelta(minutes=1))
    content = {"zh": [["投标人", "甲"]], "en": [["Bidder", "A"]]}
    services.lot_mark_opened(**given, at=close + timedelta(hours=1), content=content)
    screen.at(close + timedelta(days=1))
    owner, path = screen.of(made.owner), at("cancel", made.tender.pk)
    owner.says(
        path,
        "终止招标须说明理由并告知监督部门；保证金及利息将立即进入退还。",
        "Stopping needs a ground and the supervisor's knowledge; deposits return with interest.",
    )
    article = "招标投标法实施条例第三十一条"
    owner.send(path, {"reason": " ", "article": article}, status=422)
    assert not Outbox.objects.filter(event="cancellation_listed").exists()

    fields = {"reason": "规划调整，附会议纪要", "article": article}
    body = services.cancelled_body(Lot.objects.get(), fields["reason"])
    signed = {str(made.lot.pk): [made.market.owner.signer.sign("cancelled", body)]}
    owner.send(path, fields | {"signed": json.dumps(signed)})
    told = Outbox.objects.filter(event="cancellation_listed")
    assert {row.organisation_id for row in told} == {made.market.supervisor.organisation.pk}
    supervisor = screen.of(made.market.supervisor.actor)
    assert made.tender.number in supervisor.read(at("supervised"))
    screen.client.logout()
    public = screen.read(at("portal:notice", made.tender.number))
    assert "开标记录" in public
    assert "规划调整，附会议纪要" in public


def test_day_17_a_leader_asks_how_many_have_signed_up(screen, kept):
    made = kept(build.published_tender)
    bidders = [build.bidder(n) for n in range(1, 4)]
    for bidder in bidders:
        services.documents_take(tender_id=made.tender.pk, actor=bidder, at=NOW)
    zh, en = "领取和投标情况在开标前依法保密，任何人不得查询。", "Secret by law until opening, for everyone."

    screen.of(made.owner).says(at("desk"), zh, en)
    screen.says(at("accounts:asked"), zh, en)
    screen.of(made.market.supervisor.actor).says(at("supervised"), zh, en)
    for who in (made.owner, made.market.supervisor.actor, bidders[0]):
        assert not policies.may_see_takers(who).allowed


def again(made):
    """The first tender fails for too few bids, in the region whose local rule speaks of the second."""
    close = made.lot.close_at
    services.lot_mark_closed(lot_id=made.lot.pk, actor=SYSTEM, at=close)
    services.lot_fail(lot_id=made.lot.pk, reason="too-few-bids", next_step="重新招标", actor=SYSTEM, at=close)
    return close + timedelta(days=1)


def test_day_25_a_second_tender_again_with_fewer_than_three(screen, kept):
    """Chongqing, article 20: the local pack speaks; the second tender links the first, and so does its failure."""
    made = kept(build.published_tender, project_changes={"region": "500112"})
    monday = again(made)
    screen.at(monday)
    path = f"{at('tender-new', made.tender.project_id)}?again={made.tender.pk}"
    screen.of(made.owner).send(path, {"title": "主街道路工程"})
    draft = Tender.objects.get(retender_of=made.tender)
    zh, en = (
        "本项目为重新招标，按本地规定（重庆市地方规则 (2018) 第二十条）继续。",
        "Re-tender: local rule 重庆市地方规则 (2018) 第二十条 applies.",
    )
    screen.says(at("check", draft.pk), zh, en)

    second = build.published_tender(
        at=monday, of=made.market, project=made.tender.project, retender_of=made.tender.pk
    )
    assert second.tender.number == f"{made.tender.number}-R2"
    screen.at(again(second))
    screen.of(made.owner).says(at("tender", second.tender.pk), zh, en)
    screen.says(
        at("tender", second.tender.pk),
        f"原项目编号 {made.tender.number}。",
        f"It repeats {made.tender.number}.",
    )


def test_day_25_elsewhere_no_local_rule_is_claimed(screen, kept):
    made = kept(build.published_tender)
    monday = again(made)
    second = build.draft_tender(
        at=monday, of=made.market, project=made.tender.project, retender_of=made.tender.pk, officers=0
    )
    screen.at(monday)

    assert "按本地规定" not in screen.of(made.owner).read(at("check", second.tender.pk))
