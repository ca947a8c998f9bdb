"""Scenarios 4, 20-24 and 39 and real days 12, 13 and 21: bid security, with its sentences in both languages."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM
from accounts.models import Outbox
from accounts.services.notifications import rendered
from bidding import services as bidding
from bidding.models import Bid, OpeningRecord
from bidding.models.security import Refund
from bidding.services import security as services
from bidding.services.security.line_propose import Part
from bidding.states.security import PaymentState
from tests import builders_bidding as halls
from tests import builders_trading as build
from tests.bidding.security.paying import beside_lot, due
from tests.bidding.security.test_guarantees import given
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, World, account, line_of, plan, world
from tests.journeys.bidder import LANGUAGES, follow_clock, read
from tests.journeys.bidder import screen as log_in
from tests.journeys.hall_world import FIVE, three_of_five
from tests.journeys.owner import NOW, START, at, screen
from trading import services as trading
from trading.rules.clocks import moment_text

pytestmark = pytest.mark.django_db
__all__ = ["screen"]

CAP = (
    "投标保证金超过估算价的 2 %，最高 100000.00 元。",
    "The deposit is above 2 % of the estimate: at most 100000.00 yuan.",
)
GUARANTEE = (
    "机关、事业单位和国有企业应当接受保函、保险形式的投标保证金。",
    "A public owner must accept guarantees or insurance as bid deposit.",
)
REFUSED = (
    "机关、事业单位和国有企业不得拒收金融机构出具的保函。",
    "A public owner may not refuse a guarantee of a bank or financial institution.",
)
ARTICLE_26 = ("《招标投标法实施条例》第二十六条", "Implementing Regulation, article 26")
ARTICLE_13 = (
    "《保障中小企业款项支付条例》第十三条",
    "Regulation on Payments to Small and Medium Enterprises, article 13",
)


def said(row, language):
    """The words of a message."""
    row.language = language
    return rendered(row).body


def test_scenario_4_above_two_per_cent_and_cash_only_are_two_blockers_with_articles(screen):
    lot = build.lot_fields(deposit_amount=Decimal(105_000), deposit_forms=("transfer",))
    made = build.draft_tender(lots=[lot], officers=0)
    owner = screen.of(made.owner)

    for sentence in (CAP, GUARANTEE):
        owner.says(at("check", made.tender.pk), *sentence)
    for article in (ARTICLE_26, ARTICLE_13):
        owner.says(at("check", made.tender.pk), *article)
    owner.send(at("ready", made.tender.pk), {}, status=422)


@pytest.mark.parametrize(
    ("forms", "sentence"), [(("transfer", "cash"), GUARANTEE), (("transfer", "insurance"), REFUSED)]
)
def test_scenario_22_a_public_owner_without_guarantee_is_blocked_until_one_is_added(screen, forms, sentence):
    made = build.draft_tender(
        lots=[build.lot_fields(deposit_forms=forms)], project_changes={"public_owner": True}
    )
    owner = screen.of(made.owner)
    owner.says(at("check", made.tender.pk), *sentence)
    owner.says(at("check", made.tender.pk), *ARTICLE_13)
    owner.send(at("ready", made.tender.pk), {}, status=422)

    fields = build.lot_fields(deposit_forms=(*forms, "guarantee"))
    trading.lot_amend(lot_id=made.lot.pk, fields=fields, actor=made.owner, at=NOW)

    for language, text in zip(("zh-hans", "en"), sentence, strict=True):
        assert text not in owner.read(at("check", made.tender.pk), language)
    owner.send(at("ready", made.tender.pk), {})
    assert START < NOW


def test_the_notice_says_the_terms_of_the_deposit_with_their_articles(screen, kept):
    made = kept(build.published_tender)
    page = f"/n/{made.tender.number}/v/1"

    for zh, en in (
        (f"从基本账户转出（{ARTICLE_26[0]}）", f"paid from the basic account ({ARTICLE_26[1]})"),
        (
            "合同签订后 5 日内退还并付银行利息（《招标投标法实施条例》第五十七条）",
            "contract signed: back within 5 days with bank interest (Implementing Regulation, article 57)",
        ),
        (
            "投标截止前撤回后 5 日内退还（《招标投标法实施条例》第三十五条）",
            "withdrawal before the deadline: back within 5 days (",
        ),
    ):
        rows = {language: str(made.tender.notices.first().content[language]) for language in ("zh", "en")}
        assert zh in rows["zh"], rows["zh"]
        assert en in rows["en"], rows["en"]
    assert page


def test_scenario_20_and_day_12_a_personal_account_is_told_to_its_payer_alone_and_two_people_accept(kept):
    of = kept(world)
    sub = of.sub(1)
    of.sub(2)
    payment = of.pay(sub, payer="某自然人", payer_account="6222020000000001")

    of.take(payment)

    line = line_of(payment)
    assert line.state == PaymentState.SUSPICIOUS.value
    told = list(Outbox.objects.filter(event="deposit_wrong_payer"))
    assert {row.organisation_id for row in told} == {sub.organisation_id}
    assert "不是来自贵单位基本账户，暂不能作为有效保证金，将退回原账户。" in said(told[0], "zh-hans")
    assert "does not count as a deposit yet; it goes back. Pay again" in said(told[0], "en")
    assert of.lot.number not in said(told[0], "zh-hans")

    given_ = {
        "line_id": line.pk,
        "parts": [Part(sub.pk, DEPOSIT)],
        "reason": "银行证明为单位账户",
        "at": of.now,
    }
    proposal = services.line_propose(**given_, actor=MAKER)
    assert line_of(payment).state == PaymentState.SUSPICIOUS.value
    services.proposal_decide(proposal_id=proposal.pk, confirm=True, answer="", actor=CHECKER, at=of.now)
    assert line_of(payment).state == PaymentState.MATCHED.value


def test_day_12_paid_again_from_the_basic_account_the_first_payment_goes_back(kept):
    of = kept(world)
    sub = of.sub(1)
    wrong = of.pay(sub, payer="某自然人", payer_account="6222020000000001")
    of.take(wrong)
    assert due(of) == []

    of.take(of.pay(sub, at=of.now + timedelta(hours=3)))

    (refund,) = due(of)
    assert (refund.line_id, refund.payee_account) == (line_of(wrong).pk, "6222020000000001")


def test_day_13_booked_a_day_late_is_told_with_the_banks_time_and_goes_back(kept):
    of = kept(world)
    sub = of.sub(1)
    booked_at = of.deadline + timedelta(hours=24, minutes=11)
    late = of.pay(sub, at=booked_at)

    of.take(late)

    (told,) = Outbox.objects.filter(event="deposit_doubt", channel="site")
    assert told.organisation_id == sub.organisation_id
    assert moment_text(booked_at)[:10] in said(told, "zh-hans")
    assert "booked by the bank after the deadline" in said(told, "en")
    (refund,) = due(of)
    assert (refund.cause, refund.line_id) == ("stray", line_of(late).pk)


def test_scenario_21_one_payment_for_two_lots_is_split_by_two_people_and_nothing_guessed(kept):
    of = kept(world)
    other = beside_lot(of)
    sub, beside = of.sub(1), of.sub(1, other)
    payment = of.pay(sub, amount=2 * DEPOSIT)

    of.take(payment)

    assert line_of(payment).state != PaymentState.MATCHED.value
    assert "several_lots" in line_of(payment).reasons
    parts = [Part(sub.pk, DEPOSIT), Part(beside.pk, DEPOSIT)]
    line = line_of(payment)
    if (open_ := line.proposals.filter(state="proposed").first()) is None:
        open_ = services.line_propose(
            line_id=line.pk, parts=parts, reason="一笔付两个标段", actor=MAKER, at=of.now
        )
    services.proposal_decide(proposal_id=open_.pk, confirm=True, answer="", actor=CHECKER, at=of.now)
    assert due(of) == []


def test_scenario_23_two_bids_leave_no_name_with_the_owner_and_the_deposits_are_due(monkeypatch, kept):
    of = kept(world)
    follow_clock(of.hall, monkeypatch)
    subs = [of.sub(1), of.sub(2)]
    of.take(*[of.pay(sub) for sub in subs])
    of.hall.bids(2)
    of.hall.close()

    refunds = due(of)

    assert {(row.cause, row.principal) for row in refunds} == {("failed", DEPOSIT)}
    owner = log_in(of.hall.one.owner.actor)
    for page in (
        f"/n/{of.lot.tender.number}",
        f"/n/{of.lot.tender.number}/hall/{of.lot.no}",
    ):
        for language in LANGUAGES:
            text = read(owner, page, language)
            assert not [sub for sub in subs if sub.organisation.name in text or sub.number in text]


def test_scenario_24_the_read_out_shows_each_security_and_flags_without_dropping(monkeypatch):
    """Three bids, five officers, two absent: money, a guarantee, and nothing; all three are read out."""
    of = World(halls.hall(plan=plan(), panel=FIVE), account())
    follow_clock(of.hall, monkeypatch)
    of.take(of.pay(of.sub(1)))
    guarantee = given(of, 2)
    services.guarantee_check(guarantee_id=guarantee.pk, genuine=True, reason="核实", actor=MAKER, at=of.now)
    services.guarantee_check_decide(guarantee_id=guarantee.pk, confirm=True, actor=CHECKER, at=of.now)
    handed = of.hall.bids(3)
    hall_page = f"/n/{of.lot.tender.number}/hall/{of.lot.no}"
    stranger = log_in(of.hall.bidder(9).actor)
    flag = {
        "zh-hans": "未提交投标保证金（《招标投标法实施条例》第二十六条、招标文件）",
        "en": "no bid security (Implementing Regulation, article 26",
    }
    for language in LANGUAGES:
        assert flag[language] not in read(stranger, hall_page, language)
    of.hall.close()
    for language in LANGUAGES:
        assert flag[language] not in read(stranger, hall_page, language)
    of.hall.check()
    kept = three_of_five(of.hall)
    for i in (4, 5):
        bidding.absence_record(
            lot_id=of.lot.pk, envelope=0, officer=i, reason="停电", actor=SYSTEM, at=of.now
        )
    halls.openings.hand_over(of.hall.one, kept, at=of.now)
    of.hall.cut()
    bidding.openings_drive(at=of.now)
    of.hall.cut()
    words = {
        "zh-hans": ("转账 · 20,000.00 元 · 到账：是", "电子保函 · 20,000.00 元 · 到账：是", "未提交"),
        "en": (
            "transfer · CNY 20,000.00 · booked: yes",
            "electronic guarantee · CNY 20,000.00",
            "none given",
        ),
    }
    for language in LANGUAGES:
        text = read(stranger, hall_page, language)
        assert [word for word in (*words[language], flag[language]) if word not in text] == []
        assert [one for one in handed if one.party.organisation.name not in text] == []
    of.hall.release(1, officers=3)
    bidding.results_publish(lot_id=of.lot.pk, envelope=1, actor=SYSTEM, at=of.now)
    of.hall.cut()
    of.hall.end()

    record = OpeningRecord.objects.get(lot=of.lot)
    rows = {row["tenderer"]: row for row in record.facts["bids"]}
    assert len(rows) == 3
    missing = rows[handed[2].party.organisation.name]
    assert (missing["flags"], missing["line"] is not None) == (["security_missing"], True)
    assert Bid.objects.get(pk=handed[2].bid.pk).state == "opened"
    public = f"/n/{of.lot.tender.number}/opening/{of.lot.no}"
    for language in LANGUAGES:
        text = read(stranger, public, language)
        assert flag[language] in text
    notice = of.lot.tender.notices.filter(kind="record").last()
    assert "投标保证金：转账，20000.00 元，到账：是" in str(notice.content["zh"])
    assert "bid security: none given" in str(notice.content["en"])


def test_scenario_39_the_owner_stops_after_the_opening_and_every_deposit_goes_back_with_interest(
    monkeypatch, kept
):
    of = kept(world)
    follow_clock(of.hall, monkeypatch)
    of.take(*[of.pay(of.sub(number)) for number in (1, 2, 3)])
    of.hall.bids(3)
    of.hall.opened()
    of.hall.end()
    owner, reason = of.hall.one.owner, "规划调整，附会议纪要"
    of.lot.refresh_from_db()
    body = trading.cancelled_body(of.lot, reason)
    trading.tender_cancel(
        tender_id=of.lot.tender_id,
        reason=reason,
        article="招标投标法实施条例第三十一条",
        signed={of.lot.pk: {"body": body, "signatures": [owner.signer.sign("cancelled", body)]}},
        actor=owner.actor,
        at=of.now,
    )

    refunds = due(of)

    assert {(row.cause, row.article) for row in refunds} == {("terminated", "招标投标法实施条例第三十一条")}
    made = services.refund_list_make(
        account_id=of.account.pk, refund_ids=[row.pk for row in refunds], actor=MAKER, at=of.now
    )
    assert made.refunds.count() == 3
    for row in Refund.objects.all():
        assert row.interest > 0
        assert "年利率 0.05%" in row.formula[1]
        assert "at 0.05 % a year" in row.formula[2]
    public = f"/n/{of.lot.tender.number}/opening/{of.lot.no}"
    assert "已到账" not in public
    assert of.hall.handed[0].party.organisation.name in read(log_in(owner.actor), public)


def test_day_21_who_refuses_a_longer_validity_gets_the_deposit_back(kept):
    of = kept(world)
    subs = [of.sub(number) for number in (1, 2, 3)]
    of.take(*[of.pay(sub) for sub in subs])
    of.hall.bids(3)
    of.hall.opened()
    of.hall.end()
    of.hall.clock.after(days=75)
    asked = trading.validity_extend(
        lot_id=of.lot.pk,
        extended_until=of.now + timedelta(days=60),
        answer_by=of.now + timedelta(days=7),
        reason="投诉尚未处理完毕",
        actor=of.hall.one.owner.actor,
        at=of.now,
    )
    assert asked.answer_by > of.now

    (refund,) = services.validity_refused(
        lot_id=of.lot.pk,
        organisation_id=subs[1].organisation_id,
        refused_at=of.now,
        actor=SYSTEM,
        at=of.now,
    )

    assert (refund.sub_account_id, refund.article) == (subs[1].pk, "工程建设项目施工招标投标办法第二十九条")
    notice = of.lot.tender.notices.filter(kind="validity").last()
    assert "答复期限" in str(notice.content["zh"])
    assert "Answer by" in str(notice.content["en"])
