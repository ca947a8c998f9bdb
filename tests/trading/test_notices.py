"""What each notice must hold (法16, 条21, 条31 …), in both languages, and what it must not."""

from datetime import datetime, timedelta
from decimal import Decimal

from trading.rules import CHINA, notices

AT = datetime(2026, 11, 27, 9, 30, tzinfo=CHINA)
TENDER = {
    "number": "350100-GC-2026-00001",
    "title": "道路工程",
    "title_en": "",
    "summary": "路面",
    "summary_en": "Surface",
    "owner": "甲",
    "owner_en": "",
    "owner_address": "一号",
    "agency": "",
    "agency_en": "",
    "supervisor": "住建局",
    "supervisor_en": "",
    "mandatory": True,
    "state_funded": None,
    "funds": "市财政 100%",
    "place": "主街",
    "consortium_allowed": False,
    "obtain_documents": "本平台",
    "documents_from": AT - timedelta(days=25),
    "documents_until": AT - timedelta(days=17),
    "objection_until": AT - timedelta(days=10),
    "contact": "0591",
    "note": "",
    "note_en": "",
}
LOT = {
    "code": "01",
    "name": "一标",
    "name_en": "",
    "scope": "路面",
    "scope_en": "",
    "ceiling": Decimal(4800000),
    "duration_days": 120,
    "quality": "合格",
    "qualification": "",
    "deposit_amount": Decimal(100000),
    "validity_days": 90,
    "method": "lowest_evaluated",
    "close_at": AT,
    "hall": "一厅",
    "officers": [(1, "某公证处", "notary"), (2, "某代理公司", "招标代理")],
    "t": 3,
    "policy": "ab" * 32,
}


def rows(content, language="zh"):
    return dict(content[language])


def test_tender_notice_says_for_whom_each_officer_sits_in_its_own_language():
    """A code is no word for a citizen; a role given in words stays as it was given."""
    made = notices.tender_notice(TENDER, [LOT])

    assert rows(made)["标段 01 开标人"] == "1. 某公证处（公证处）；2. 某代理公司（招标代理）"
    assert rows(made, "en")["Lot 01, officers"] == "1. 某公证处 (notary); 2. 某代理公司 (招标代理)"


def test_tender_notice_holds_the_items_of_the_law():
    """法16: name and address, nature, quantity, place, time, how to get the documents; 条37: consortium."""
    content = notices.tender_notice(TENDER, [LOT])
    zh, en = rows(content), rows(content, "en")

    assert {
        "招标人",
        "招标人地址",
        "招标内容与规模",
        "建设地点",
        "获取招标文件",
        "是否接受联合体投标",
    } <= set(zh)
    assert zh["标段 01 投标截止及开标时间"] == "2026-11-27 09:30:00"
    assert zh["标段 01 最高投标限价（元）"] == "4800000.00"
    assert (zh["标段 01 标段指纹 T"], en["Lot 01, fingerprint T"]) == ("ab" * 32, "ab" * 32)
    assert (zh["依法必须招标"], en["State funds control"]) == ("是", "not stated")
    assert en["Title"] == "道路工程"
    assert en["Lot 01, evaluation method"] == "lowest evaluated price"
    assert "招标代理机构" not in zh  # nothing is said of what there is not


def test_an_unknown_method_is_shown_as_it_is_called():
    content = notices.tender_notice(TENDER, [{**LOT, "method": "本地办法"}])

    assert rows(content)["标段 01 评标办法"] == "本地办法"


def test_addendum_says_seal_again_only_when_bids_are_affected():
    """条21: what stood and what stands; a new policy voids what was sealed."""
    change = [{"where": "图 4", "before": "3 m", "after": "4 m"}]
    given = {"number": "B1", "changes": change, "reason": "笔误", "close_at": AT}

    affected = rows(notices.addendum_notice(affects=True, **given))
    harmless = rows(notices.addendum_notice(affects=False, **given))

    assert affected["须重新递交"] == "已递交的投标须重新递交，否则无效。"
    assert "须重新递交" not in harmless
    assert (harmless["图 4：原文"], harmless["图 4：改为"]) == ("3 m", "4 m")


def test_other_notices_read_in_both_languages():
    made = [
        notices.answer_notice(number="W01", question="?", answer="!"),
        notices.objection_notice(number="YY", request="x", answer="y", article="条22"),
        notices.postponement_notice(lot="01", old=AT, new=AT + timedelta(days=1), reason="r"),
        notices.suspension_notice(ground="order", text="x", article="条62", since=AT),
        notices.resumption_notice(ground="order", lifted_at=AT, deadlines={"01": AT}),
        notices.failure_notice(lot="01", reason="too-few-bids", next_step=""),
        notices.cancellation_notice(reason="x", article="条31"),
        notices.validity_notice(lot="01", until=AT, extended=AT, answer_by=AT, reason="r"),
    ]

    for content in made:
        assert len(content["zh"]) == len(content["en"]) > 1
        assert all(label and value for rows in content.values() for label, value in rows)
