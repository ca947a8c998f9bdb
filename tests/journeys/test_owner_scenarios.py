"""Scenarios 1-3, 5, 6 and 8-12 of owners, each through the pages, with what stands on the screen in both languages."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Outbox
from bidding import services as bidding
from tests import builders_bidding as halls
from tests import builders_files as files
from tests import builders_trading as build
from tests.journeys.owner import NOW, START, at, picked, screen
from tests.trading.test_stripping import traces
from trading import services
from trading.models import Attachment, Objection, Project, Question, Tender

pytestmark = pytest.mark.django_db
__all__ = ["screen"]

INTAKE = {
    "name": "北街工程",
    "region": "350100",
    "estimate": "5,000,000.00",
    "mandatory": "yes",
    "open_tendering": "on",
    "approval_1_no": "A-7",
    "approval_1_body": "发改委",
    "approval_1_date": "2026-05-04",
    "funds_1_source": "市财政",
    "funds_1_share": "100",
}
FIVE = ("state_funded", "scale", "site", "code", "sector")


def test_scenario_1_five_defects_in_one_list_and_a_sixth_is_flagged_as_missed(screen):
    market = build.market()
    given = INTAKE | {"supervisor": str(market.supervisor.organisation.pk)}
    paper = SimpleUploadedFile("批文.pdf", b"%PDF-1.7 approval")
    screen.of(market.owner.actor).send(at("project-new"), given | {"approval_1_file": paper})
    project = Project.objects.get()
    listed = {f"kind_{name}": "missing" for name in FIVE} | {f"text_{name}": f"补充 {name}" for name in FIVE}
    screen.of(market.intake).send(at("intake-review", project.pk), listed | {"decision": "return"})

    owner = screen.of(market.owner.actor)
    page = owner.read(at("project", project.pk))
    assert [f"补充 {name}" in page for name in FIVE] == [True] * 5
    file = owner.client.get(at("approval-file", project.pk, 1))
    assert b"".join(file.streaming_content) == b"%PDF-1.7 approval"
    assert file["Content-Disposition"].startswith("attachment")
    owner.send(at("project-correct", project.pk), given | {"state_funded": "yes"})
    sixth = {"kind_approvals": "wrong", "text_approvals": "批文号不符", "decision": "return"}
    screen.of(market.intake).send(at("intake-review", project.pk), sixth)

    screen.of(market.owner.actor).says(
        at("project", project.pk),
        "上一份清单遗漏了此项，当时就已存在。",
        "An earlier list passed over this although it was there already.",
    )
    assert [row["missed"] for row in project.returns.order_by("no").last().defects] == [True]
    project.refresh_from_db()
    assert project.approvals[0]["name"] == "批文.pdf"


def test_scenario_2_a_mandatory_tender_with_nineteen_days_is_blocked_and_the_earliest_proposed(screen, kept):
    made = kept(build.draft_tender, close_at=build.day(NOW, 19), officers=0)

    screen.of(made.owner).says(
        at("check", made.tender.pk),
        "自招标文件发出起不得少于 20 日：最早为 2026-11-23 09:30:00。（《招标投标法》第二十四条）",
        "Bidders need 20 days from the documents: earliest 2026-11-23 09:30:00. (Tendering Law, article 24)",
    )
    screen.send(at("ready", made.tender.pk), {}, status=422)
    made.tender.refresh_from_db()
    assert made.tender.state == "draft"


def test_scenario_3_the_same_deadline_is_allowed_where_the_law_demands_no_tender(screen, kept):
    made = kept(build.draft_tender, close_at=build.day(NOW, 19), project_changes={"mandatory": False})

    screen.of(made.owner).says(
        at("check", made.tender.pk),
        "不足 20 日：本项目非依法必须招标，允许。",
        "Fewer than 20 days: allowed, as the law does not demand a tender here.",
    )
    screen.send(at("ready", made.tender.pk), {})
    body = services.lot_policy_body(build.refreshed(made).lot, at=NOW)
    signed = {str(made.lot.pk): [made.market.owner.signer.sign("policy", body)]}
    screen.send(at("publish", made.tender.pk), {"signed": json.dumps(signed)})
    assert Tender.objects.get().state == "open"


@pytest.mark.parametrize(
    ("missing", "zh", "en"),
    [
        ("tie", "评标办法未规定同分处理规则。", "The method does not say what decides a tie."),
        ("rounding", "评标办法未规定数值取位规则。", "The method does not say how numbers are rounded."),
        (
            "candidates",
            "评标办法未规定中标候选人数。",
            "The method does not say how many candidates are ranked.",
        ),
    ],
)
def test_scenario_5_a_method_without_one_of_its_rules_is_blocked_and_the_field_named(screen, missing, zh, en):
    method = {name: value for name, value in build.METHOD.items() if name != missing}
    made = build.draft_tender(lots=[build.lot_fields(method=method)], officers=0)

    screen.of(made.owner).says(at("check", made.tender.pk), zh, en)
    screen.send(at("ready", made.tender.pk), {}, status=422)


def test_scenario_6_a_deadline_on_a_holiday_is_warned_with_the_days_name(screen, kept):
    made = kept(build.draft_tender, close_at=build.day(START, 60))

    screen.of(made.owner).says(
        at("check", made.tender.pk), "截止时间为休息日：元旦", "falls on a rest day: 元旦, New Year's Day"
    )
    screen.send(at("ready", made.tender.pk), {})
    made.tender.refresh_from_db()
    assert made.tender.state == "ready"


@pytest.mark.parametrize(
    ("name", "content"), [("王投标人.pdf", files.pdf), ("王投标人.docx", files.document)]
)
def test_scenario_8_a_question_with_its_author_in_the_file_opens_without_properties(
    screen, name, content, kept
):
    made = kept(build.published_tender)
    data = content()
    assert traces(data)
    form = {"text": "图纸与清单不一致？", "file": SimpleUploadedFile(name, data)}
    screen.of(build.bidder(1)).send(at("bidding:ask", made.tender.number), form)
    question = Question.objects.get()

    owner = screen.of(made.owner)
    owner.says(
        at("question", made.tender.pk, question.pk),
        "存储前已去除作者、单位等属性。",
        "Author, company and other properties were taken out before the file was stored.",
    )
    row = Attachment.objects.get()
    answer = owner.client.get(at("attachment", made.tender.pk, row.pk))
    opened = b"".join(answer.streaming_content)
    assert not traces(opened)
    assert len(opened) == row.size
    assert "王投标人" not in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    for other in (made.market.supervisor.actor, build.bidder(2)):
        assert screen.of(other).client.get(at("attachment", made.tender.pk, row.pk)).status_code in {403, 404}


def test_scenario_8_a_file_that_cannot_be_cleaned_is_refused_with_the_remedy(screen, kept):
    made = kept(build.published_tender)
    bidder = screen.of(build.bidder(1))

    bidder.refuses(
        at("bidding:ask", made.tender.number),
        {"text": "图纸？", "file": SimpleUploadedFile("a.docx", files.document(word__vbaProject_bin=b"x"))},
        "文件含有宏程序。请另存为不含宏的 XLSX 或 DOCX。",
        "The file holds a program (macro). Save it without macros, as plain XLSX or DOCX.",
    )
    assert not Question.objects.exists()


def test_scenario_9_an_objection_an_hour_after_the_tenth_day_is_refused_and_offered_as_a_question(
    screen, kept
):
    made = kept(build.published_tender)
    screen.at(made.lot.close_at - timedelta(days=9, hours=23))
    bidder, path = screen.of(build.bidder(1)), at("bidding:object", made.tender.number)
    given = {"request": "删除第三条", "facts": "排斥潜在投标人"}

    bidder.refuses(
        path,
        given,
        "对招标文件的异议应在 2026-11-17 09:30:00 前提出。您可以改为提问。（《招标投标法实施条例》第二十二条）",
        "Objections to the documents were possible until 2026-11-17 09:30:00. You may ask it as a question.",
    )
    assert "作为问题提交" in bidder.send(path, given, status=422)
    assert not Objection.objects.exists()
    assert Tender.objects.get().state == "open"


def test_scenario_9_the_refused_objection_is_sent_as_a_question_with_its_words(screen, kept):
    made = kept(build.published_tender, fields=build.tender_fields(questions_until=None))
    screen.at(made.lot.close_at - timedelta(days=9, hours=23))

    screen.of(build.bidder(1)).send(
        at("bidding:ask", made.tender.number), {"text": "删除第三条\n排斥潜在投标人"}
    )

    assert "删除第三条" in Question.objects.get().text


def test_scenario_10_an_objection_in_time_pauses_the_tender_until_the_reply(screen, kept):
    made = kept(build.published_tender)
    given = {"request": "删除第三条", "facts": "排斥潜在投标人"}
    screen.of(build.bidder(1)).send(at("bidding:object", made.tender.number), given)
    objection = Objection.objects.get()
    assert objection.reply_due_at == build.day(NOW, 4, 0, 0)

    owner = screen.of(made.owner)
    owner.says(at("tender", made.tender.pk), "暂停", "Suspended")
    owner.says(
        at("objection", made.tender.pk, objection.pk),
        "招标暂停，答复期限不停。",
        "The tender stops; this clock does not.",
    )
    assert "尚有异议未答复。" in owner.send(at("resume", made.tender.pk), {"resume": "yes"}, status=409)
    assert build.refreshed(made).lot.state == "suspended"

    owner.send(at("objection", made.tender.pk, objection.pk), {"answer": "予以修改。"})
    assert build.refreshed(made).tender.state == "open"
    owner.says(at("clarifications", made.tender.pk), "已答复", "Answered")


def addendum(screen, made, signer, given):
    """Draft, hand over and sign an addendum on the pages; the answer to the signature."""
    tender = made.tender.pk
    screen.send(at("addendum-new", tender), given)
    row = made.tender.addenda.order_by("drafted_at").last()
    screen.send(at("addendum-hand", tender, row.pk), {})
    bodies = services.addendum_bodies(row)
    signed = {str(pk): [signer.sign(kind, body)] for pk, (kind, body) in bodies.items()}
    return row, {"signed": json.dumps(signed)}


CHANGE = {"where_1": "须知 3.2", "before_1": "120 日", "after_1": "150 日", "reason": "工程量增加"}


def test_scenario_11_an_addendum_ten_days_before_moves_the_deadline_and_the_bid_must_be_sealed_again(
    screen, kept
):
    hall = kept(halls.hall)
    services.documents_take(tender_id=hall.lot.tender_id, actor=hall.bidder(1).actor, at=hall.clock.now)
    hall.before_close(days=10)
    handed = hall.bid(1)
    hall.cut()
    bidding.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    screen.at(hall.clock.now)
    made = build.Made(None, hall.lot.tender, (hall.lot,))
    owner = screen.of(hall.one.owner.actor)
    soon = CHANGE | {"affects": "yes", "duration_01": "150"}
    row, signed = addendum(owner, made, hall.one.owner.signer, soon)
    path = at("addendum-sign", made.tender.pk, row.pk)
    owner.says(
        path, "本次修改可能影响投标文件编制：截止时间不得早于", "This may affect bids: the deadline must be"
    )
    owner.send(path, signed, status=422)
    later = build.day(hall.clock.now, 17)
    screen.at(hall.clock.now + timedelta(seconds=1))
    row, signed = addendum(owner, made, hall.one.owner.signer, soon | {"close_at_01": picked(later)})
    owner.send(at("addendum-sign", made.tender.pk, row.pk), signed)
    assert build.Lot.objects.get(pk=hall.lot.pk).close_at == later

    bidding.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now)
    day = later.astimezone(build.CHINA)
    screen.of(handed.party.actor).says(
        at("bidding:tender", made.tender.number),
        f"本次修改影响投标文件编制，截止时间顺延至 {day.month} 月 {day.day} 日 9:30。您已递交的投标须重新递交，否则无效。",
        f"The deadline moves to {day.day} {day:%b} 09:30. Your sealed bid must be sealed again or it will not count.",
    )
    told = Outbox.objects.filter(event="bid_stale")
    assert {row.person_id for row in told} == {handed.party.actor.person}


def test_scenario_12_no_effect_three_days_before_is_allowed_with_a_reason_and_on_the_supervisors_list(
    screen, kept
):
    made = kept(build.published_tender)
    screen.at(made.lot.close_at - timedelta(days=3))
    owner = screen.of(made.owner)
    row, signed = addendum(owner, made, made.market.owner.signer, CHANGE | {"affects": "no"})
    owner.says(
        at("addendum-sign", made.tender.pk, row.pk),
        "距截止不足 15 日且声明不影响投标文件编制：已列入监督清单。",
        "Said not to affect bids less than 15 days before the deadline: the supervisor is told.",
    )
    owner.send(at("addendum-sign", made.tender.pk, row.pk), signed)

    assert Outbox.objects.filter(event="addendum_late").exists()
    supervisor = screen.of(made.market.supervisor.actor)
    supervisor.says(at("supervised"), "临近截止而称不影响投标的修改", "Late addenda said not to affect bids")
    assert f"{made.tender.number}-B1" in supervisor.read(at("supervised"))
