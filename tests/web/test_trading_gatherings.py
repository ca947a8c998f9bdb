"""O3, O5, O7, O10 by the pages: bills, officers' absences, the notice in its media, visits of the site, its versions."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Outbox
from accounts.states import Role
from portal.formats import date_words
from protocol import hashing
from tests import builders_accounts as people
from tests import builders_files as files
from tests import builders_trading as build
from tests.journeys.owner import NOW, START, at, picked, screen
from trading import services
from trading.models import Absence, MediaProof, Meeting, TenderDocument

pytestmark = pytest.mark.django_db
__all__ = ["screen"]


def stored(made, content, name="清单.xlsx"):
    return {"kind": "boq", "lot": str(made.lot.pk), "file": SimpleUploadedFile(name, content)}


def test_a_bill_is_shown_as_a_table_and_a_fault_names_its_place(screen, kept):
    made = kept(build.draft_tender, officers=0)
    owner, path = screen.of(made.owner), at("documents", made.tender.pk)
    owner.refuses(
        path,
        stored(made, files.workbook((3, "0405", "路缘石", "", "m", "约 20", None, None))),
        "工作表 分部分项 第 6 行 F 列：“约 20”不是数字。请改写为数字后重新保存。",
        "Sheet 分部分项, row 6, column F: “约 20” is not a number. Write a plain number there and save the file again.",
    )
    assert not TenderDocument.objects.filter(name="清单.xlsx").exists()
    owner.send(path, stored(made, files.workbook((3, "0405", "路缘石", "", "m", 2, 5, 11))))

    bill = at("bill", made.tender.pk, made.lot.pk)
    owner.says(bill, "水泥混凝土路面", "Item code")
    owner.says(
        bill,
        "工程量乘单价为 10.00，合价写为 11.00。",
        "quantity times unit price is 10.00, the amount says 11.00.",
    )
    assert "m212,000––" in owner.read(bill)
    owner.says(at("lot", made.tender.pk, made.lot.pk), "16,701.00", "Sum of the amounts")
    owner.says(at("check", made.tender.pk), "（GB 50500-2013 4.1.2）", "(GB 50500-2013 4.1.2)")


def test_a_visit_is_called_for_all_who_took_the_documents_and_for_some_it_is_refused(screen, kept):
    made = kept(build.published_tender)
    takers = [build.bidder(n) for n in (1, 2)]
    for taker in takers:
        services.documents_take(tender_id=made.tender.pk, actor=taker, at=NOW)
    owner, path = screen.of(made.owner), at("meetings", made.tender.pk)
    given = {
        "kind": "visit",
        "starts_at": picked(build.day(NOW, 6)),
        "place": "项目部门口",
        "invited": "some",
    }
    owner.refuses(
        path,
        given,
        "不得组织单个或者部分潜在投标人：须邀请全部已领取招标文件的单位，或者都不邀请。（《招标投标法实施条例》第二十八条）",
        "Inviting some only is forbidden: all who took the documents are invited, or nobody.",
    )
    assert not Meeting.objects.exists()

    owner.send(path, given | {"invited": "all"})
    told = Outbox.objects.filter(event="meeting_called")
    assert {row.organisation_id for row in told} == {taker.organisation for taker in takers}
    assert len({str(row.data) for row in told}) == 1
    owner.says(path, "项目部门口", "Visit of the site")
    screen.client.logout()
    screen.says(
        at("portal:notice", made.tender.number),
        "不点名，不签到，不登记名单",
        "no roll is called, nobody signs in, no list is kept",
    )


def test_a_visit_lies_ahead_and_before_the_deadline(screen, kept):
    made = kept(build.published_tender)
    owner, path = screen.of(made.owner), at("meetings", made.tender.pk)
    for moment in (NOW - timedelta(hours=1), made.lot.close_at + timedelta(hours=1)):
        given = {"kind": "meeting", "starts_at": picked(moment), "place": "会议室", "invited": "all"}
        owner.refuses(
            path,
            given,
            "时间须在现在之后、投标截止之前。",
            "The meeting must lie ahead and before the deadline.",
        )


def test_the_first_publication_is_that_of_the_first_medium_in_which_the_notice_stands(screen, kept):
    made = kept(build.published_tender, fields=build.tender_fields(media=("省平台", "某报")))
    owner, path = screen.of(made.owner), at("media", made.tender.pk)
    owner.says(path, "尚无凭证", "no proof yet")
    late = {
        "medium": "省平台",
        "url": "https://example.org/n/1",
        "seen_at": picked(NOW - timedelta(minutes=10)),
    }
    early = {
        "medium": "某报",
        "url": "https://paper.example.org/2",
        "seen_at": picked(NOW - timedelta(minutes=90)),
    }
    owner.send(path, late | {"file": SimpleUploadedFile("截图.png", files.png())})
    owner.send(path, early)

    text = owner.read(path)
    assert "首次发布2026年11月2日 星期一 09:30:00 北京时间 · 某报" in text
    proof = MediaProof.objects.get(medium="省平台")
    answer = owner.client.get(at("media-file", made.tender.pk, proof.pk))
    assert hashing.sha256(b"".join(answer.streaming_content)).hex() == proof.sha256
    assert answer["Content-Disposition"].startswith("attachment")
    screen.client.logout()
    screen.says(at("portal:notice", made.tender.number), "https://paper.example.org/2", "Published in")


@pytest.mark.parametrize(
    ("wrong", "zh", "en"),
    [
        ({"url": "javascript:alert(1)"}, "请填写完整网址", "Give the full address of the page"),
        ({"seen_at": picked(NOW + timedelta(hours=1))}, "该时间尚未到来。", "This moment has not come yet."),
        (
            {"file": ("a.exe", b"MZ")},
            "不是 PDF、OFD、PNG 或 JPEG",
            "This is not a PDF, OFD, PNG or JPEG file",
        ),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(screen, wrong, zh, en, kept):
    made = kept(build.published_tender, fields=build.tender_fields(media=("省平台",)), officers=5)
    given = {"medium": "省平台", "url": "https://example.org/n/1", "seen_at": picked(NOW), **wrong}
    if "file" in wrong:
        given["file"] = SimpleUploadedFile(*wrong["file"])

    screen.of(made.owner).refuses(at("media", made.tender.pk), given, zh, en)
    assert not MediaProof.objects.exists()


def test_the_postponement_page_shows_which_officers_are_away(screen, kept):
    """2.4 K: an officer on leave on the postponed day."""
    made = kept(build.published_tender)
    held = made.officers[made.lot.pk][1]
    later = made.lot.close_at + timedelta(days=7)
    day = later.astimezone(build.CHINA).date()
    services.absence_record(from_day=day, until_day=day + timedelta(days=2), actor=held.actor, at=NOW)

    owner, path = screen.of(made.owner), at("postpone", made.tender.pk, made.lot.pk)
    assert "外出" not in owner.read(path).replace("未登记外出", "").replace("开标人外出不得", "")
    page = owner.send(path, {"close_at": picked(later), "reason": "场地"}, status=200)
    days = [f"{one.year}年{one.month}月{one.day}日" for one in (day, day + timedelta(days=2))]
    assert f"{days[0]} 至 {days[1]} 外出" in page
    assert page.count("未登记外出") == 4


def test_an_officer_says_and_takes_back_when_it_is_away(screen):
    market = build.market()
    officer = people.staff(market.bodies[0], Role.OFFICER, 88)
    day = NOW.date() + timedelta(days=9)
    screen.of(officer).refuses(
        at("absences"),
        {"from_day": str(day), "until_day": str(day - timedelta(days=1))},
        "结束日不得早于开始日",
        "The last day is not before the first",
    )
    screen.send(at("absences"), {"from_day": str(day), "until_day": str(day)})
    screen.says(at("absences"), date_words(day, zh=True), "Withdraw these days")

    absence = Absence.objects.get()
    other = people.staff(market.bodies[1], Role.OFFICER, 89)
    assert screen.of(other).client.post(at("absence-end", absence.pk)).status_code == 404
    screen.send(at("absences"), {"from_day": str(day), "until_day": str(day)})
    screen.of(officer).send(at("absence-end", absence.pk), {})
    assert not Absence.objects.filter(person=officer.person).exists()


def test_every_version_of_a_notice_stays_under_its_address_with_its_file(screen, kept):
    made = kept(build.published_tender)
    build.postponed(made, made.lot.close_at + timedelta(days=3), at=START + timedelta(hours=1))
    number = made.tender.number
    screen.says(at("portal:notice-version", number, 1), "招标公告", "Tender notice")
    screen.says(
        at("portal:notice-version", number, 2),
        "继续有效，无须重新递交。",
        "remain valid and need not be sealed again.",
    )
    assert screen.client.get(at("portal:notice-version", number, 3)).status_code == 404
    assert screen.client.get(at("portal:notice-version", f"{number}-N09", 1)).status_code == 404

    notice = made.tender.notices.get(kind="tender")
    answer = screen.client.get(f"/n/{notice.number}/v1/notice.json")
    assert hashing.sha256(answer.content).hex() == notice.sha256
    assert answer["Content-Disposition"].startswith("attachment")


def test_more_lots_to_win_than_there_are_is_refused_and_the_number_stands_in_the_notice(screen, kept):
    made = kept(build.draft_tender, fields=build.tender_fields(max_lots_won=2), officers=0)
    owner = screen.of(made.owner)
    owner.says(
        at("check", made.tender.pk),
        "每一投标人最多中标 2 个标段，但本项目共 1 个标段。",
        "One bidder may win at most 2 lots",
    )
    published = build.published_tender(
        of=made.market, project=made.tender.project, fields=build.tender_fields(max_lots_won=1)
    )
    screen.client.logout()
    screen.says(
        at("portal:notice", published.tender.number),
        "每一投标人最多中标标段数",
        "Lots one bidder may win at most",
    )
