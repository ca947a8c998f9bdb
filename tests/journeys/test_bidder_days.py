"""Real days of bidders (journeys, section 4): 1, 11, 15, 17, 26, with the sentences on screen in both languages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Inquiry, OrganisationChange, Outbox
from accounts.states import Role
from bidding.models import Bid, Receipt
from bidding.rules import door
from ledger.models import Entry
from tests import builders_accounts as people
from tests import builders_bidding as build
from tests import builders_files
from tests.bidding.test_upload_api import Device
from tests.journeys import bidder
from tests.journeys.bidder import LANGUAGES, plain, read, receipts, says, screen
from trading.services import documents_take

pytestmark = pytest.mark.django_db
LAPSED = [
    "证书已于昨日 23:59 到期，不能签署新的投标文件；已取得回执的投标不受影响。请绑定新证书，距截止还有 9 小时 12 分。",
    (
        "Your certificate expired at 23:59 yesterday. Bids with a receipt stand; bind a new one to seal again. "
        "9 h 12 min are left until the deadline."
    ),
]
LATE = (
    "传输未在截止前完成，视为撤回，未形成有效投标。",
    "The upload was not complete at the deadline: treated as withdrawn.",
)
REPLACE = (
    "截止前可替换：以最后一次取得回执的为准。",
    "Until the deadline you may replace it; the last receipt counts.",
)
SECRET = (
    "领取和投标情况在开标前依法保密，任何人不得查询。",
    "Secret by law until opening, for everyone.",
)
CHANGED = ("主体变更已收到，将核验资格条件。", "Change received; qualification will be re-checked.")


@pytest.fixture
def hall(monkeypatch, kept):
    return bidder.follow_clock(kept(build.hall), monkeypatch)


def pages(hall):
    number, lot = hall.lot.tender.number, hall.lot.number
    return f"/bids/t/{number}/", f"/bids/lot/{lot}/seal/"


def taken(hall, number):
    party = hall.bidder(number)
    documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    return party


def test_day_1_a_certificate_that_expired_last_night_signs_no_new_bid_and_costs_no_old_one(hall):
    night = hall.one.close_at - timedelta(hours=9, minutes=12)
    ends = night - timedelta(minutes=19)
    party, other = taken(hall, 1), taken(hall, 2)
    for one in (party, other):
        bidder.bound(one, ends=ends, at=hall.clock.now)
    hall.bid(1)
    receipts(hall)
    hall.clock.to(night)
    hall.clock.cut()

    clerk, counted = screen(other.actor), screen(party.actor)
    device = Device(hall, clerk, 2)
    screen(other.actor, clerk)
    upload = device.open().json()["id"]
    device.put_all(upload)
    refused = [
        clerk.post(
            f"/api/v1/bidding/uploads/{upload}/bid",
            {"body": device.sealed.body, "signatures": device.sealed.signatures},
            content_type="application/json",
            headers={"Accept-Language": language},
        )
        for language in ("zh-CN", "en")
    ]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert [answer.json()["detail"] for answer in refused] == LAPSED
    assert not Bid.objects.filter(organisation=other.organisation).exists()
    for page in pages(hall):
        says(clerk, page, *LAPSED)
    says(counted, pages(hall)[0], "现在有效", "Counts now")
    says(counted, f"/bids/receipt/{Receipt.objects.get().code}/", "回执", "eceipt")

    key = other.organisation.signing_keys.get()
    renewed = bidder.certificate(other, ends=hall.one.close_at + timedelta(days=365), begins=night)
    answer = clerk.post(f"/account/keys/{key.pk}/certificate/", {"certificates": renewed})
    assert answer.status_code == 302
    assert LAPSED[0] not in read(clerk, pages(hall)[1])
    assert device.submit(upload).status_code == 200


def test_day_11_a_wrong_file_is_replaced_until_the_deadline_and_explained_afterwards(hall):
    party = taken(hall, 1)
    clerk, (tender, _seal) = screen(party.actor), pages(hall)
    hall.before_close(hours=3)
    hall.bid(1)
    receipts(hall)
    hall.bid(1, 8_000_000)
    receipts(hall)

    says(clerk, tender, *REPLACE)
    for language, words in {
        "zh-hans": ("替换", "撤回"),
        "en": ("Replace this bid", "Withdraw this bid"),
    }.items():
        page = read(clerk, tender, language)
        assert all(word in page for word in words)
        assert page.count({"zh-hans": "现在有效", "en": "Counts now"}[language]) == 1

    for number in (2, 3):
        hall.bid(number)
    receipts(hall)
    hall.close()
    for language in LANGUAGES:
        page = clerk.get(LANGUAGES[language] + tender).content.decode()
        assert "/withdraw/" not in page
        assert "/seal/" not in page
    says(
        clerk,
        tender,
        "截止后不能撤回；此时收回即为撤销，保证金可能不退。",
        "After the deadline a bid cannot be withdrawn; who takes it back then revokes it",
    )


def test_day_15_an_upload_at_98_percent_when_t_strikes_is_treated_as_withdrawn(hall):
    party = taken(hall, 1)
    clerk = screen(party.actor)
    hall.before_close(minutes=60)
    hall.cut()
    device = Device(hall, clerk, 1)
    screen(party.actor, clerk)
    upload = device.open().json()["id"]
    parts = [(e, no, part) for e, data in device.contents.items() for no, part in enumerate(parts_of(data))]
    for e, no, part in parts[:-1]:
        assert device.put(upload, e, no, part).status_code == 200
    assert LATE[0] not in read(clerk, pages(hall)[0])
    hall.clock.to(hall.one.close_at)
    says(clerk, pages(hall)[0], *LATE)
    hall.close()
    says(clerk, pages(hall)[0], *LATE)
    late = device.put(upload, *parts[-1])
    signed = {"body": device.sealed.body, "signatures": device.sealed.signatures}
    refused = clerk.post(f"/api/v1/bidding/uploads/{upload}/bid", signed, content_type="application/json")

    assert late.status_code == 409
    assert refused.json()["code"] == "parts_missing"
    assert not Receipt.objects.exists()
    assert not Bid.objects.exists()


def parts_of(data):
    start = 0
    for number in range(door.part_count(len(data))):
        size = door.part_size(number, len(data))
        yield data[start : start + size]
        start += size


def test_day_17_how_many_have_signed_up_has_one_answer_and_is_put_on_record(hall):
    centre = people.centre(at=hall.clock.now)
    intake = people.staff(centre, Role.INTAKE, 971, at=hall.clock.now)
    owner, leader = screen(hall.one.owner.actor), screen(hall.one.supervisor.actor)
    says(owner, "/projects/", *SECRET)
    says(leader, "/supervised/", *SECRET)
    desk = screen(intake)
    says(desk, "/account/desk/", *SECRET)
    for client in (owner, leader, desk):
        says(client, "/account/asked/", *SECRET)

    asked_at = hall.clock.now.strftime("%Y-%m-%dT%H:%M")
    given = {
        "asked_by": "某领导",
        "office": "某办公室",
        "way": "telephone",
        "asked_at": asked_at,
        "about": hall.lot.tender.number,
        "question": "有几家报名？",
    }
    assert owner.post("/account/asked/", given | {"asked_by": ""}).status_code == 422
    assert owner.post("/account/asked/", given).status_code == 302

    inquiry = Inquiry.objects.get()
    named = [entry.body for entry in Entry.objects.filter(kind="record")]
    logged = [body for body in named if body["name"] == "inquiry-logged"]
    assert [body["subject"] for body in logged] == [str(inquiry.pk)]
    assert "有几家报名？" in read(owner, "/account/asked/")
    assert "有几家报名？" in read(leader, "/account/asked/")
    assert "某办公室" not in read(desk, "/account/asked/")
    clerk = screen(hall.bidder(1).actor)
    read(clerk, "/account/asked/", status=403)


def test_day_26_a_bidder_that_merges_after_the_opening_tells_and_owner_and_supervisor_see_it(hall):
    hall.bids(3)
    place = f"/hall/{hall.lot.tender.number}/{hall.lot.no}/changes/"
    owner, clerk = screen(hall.one.owner.actor), screen(hall.handed[0].party.actor)
    for client, status in ((owner, 404), (clerk, 404)):
        read(client, place, status=status)
    hall.opened()
    says(clerk, place, "投标人主体变更", "Changes of a bidder")
    read(screen(hall.one.seats[0].party.actor), place, status=403)
    says(owner, place, "未收到主体变更。", "No change has been told.")

    given = {
        "kind": "merger",
        "happened_on": f"{hall.clock.now:%Y-%m-%d}",
        "facts": "由另一单位吸收合并，资质由其承继。",
        "new_name": "合并后单位",
    }
    assert clerk.post(place, given | {"facts": ""}).status_code == 422
    for language, sentence in zip(LANGUAGES, CHANGED, strict=True):
        answer = clerk.post(LANGUAGES[language] + place, given, follow=True)
        assert sentence in plain(answer)

    name = hall.handed[0].party.organisation.name
    for client in (owner, screen(hall.one.supervisor.actor)):
        for language, words in {
            "zh-hans": ("合并", "曾用及现用名称"),
            "en": ("Merger", "Names so far:"),
        }.items():
            page = read(client, place, language)
            assert all(word in page for word in (*words, name, "合并后单位", given["facts"]))
    told = Outbox.objects.filter(event="party_changed", channel="site")
    assert {row.organisation_id for row in told} == {hall.one.owner.id, hall.one.supervisor.id}
    rival = screen(hall.handed[1].party.actor)
    assert given["facts"] not in read(rival, place)


def test_a_notice_of_a_change_carries_one_file_cleaned_of_its_maker_and_only_handed_out(hall):
    """条38: in writing; what proves it comes with it, for those who may read the notice, and for nobody else."""
    hall.bids(3)
    hall.opened()
    place = f"/hall/{hall.lot.tender.number}/{hall.lot.no}/changes/"
    clerk, owner = screen(hall.handed[0].party.actor), screen(hall.one.owner.actor)
    given = {"kind": "merger", "happened_on": f"{hall.clock.now:%Y-%m-%d}", "facts": "吸收合并"}
    refused = clerk.post(place, given | {"file": SimpleUploadedFile("王投标人.exe", b"MZ")})
    assert refused.status_code == 422
    assert "另存为 PDF" in plain(refused) or "PDF" in plain(refused)
    assert not OrganisationChange.objects.exists()

    sent = clerk.post(place, given | {"file": SimpleUploadedFile("王投标人.jpg", builders_files.jpeg())})
    assert sent.status_code == 302
    change = OrganisationChange.objects.get()
    file = f"{place}{change.pk}/file"
    assert str(change.pk) in owner.get(place).content.decode()
    for client in (owner, clerk, screen(hall.one.supervisor.actor)):
        answer = client.get(file)
        kept = b"".join(answer.streaming_content)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")
        assert builders_files.DEVICE.encode() not in kept
        assert builders_files.AUTHOR.encode() not in kept
    assert change.paper.sha256 in change.paper.entry.data_text
    for stranger in (screen(hall.handed[1].party.actor), screen(hall.one.seats[0].party.actor), Client()):
        assert stranger.get(file).status_code in {302, 403, 404}
