"""The places of the hall: who may sit where, what each sees and may do, and what nobody may."""

import json

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from accounts.models import Person
from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.models import Absence, Attribution, LineConfirmation, Opening, OpeningObjection
from kernel.errors import StateConflict
from protocol import officer
from tests import builders_accounts
from tests import builders_bidding as build
from tests.web.html import Page

pytestmark = pytest.mark.django_db
FACTOR = build.Panel(t=2, n=3, factor=True)
SEATS = ("hall-officer", "hall-view", "hall-state", "hall-pack", "hall-chair", "hall-mine", "hall-set")


@pytest.fixture
def at(monkeypatch):
    """Let pages live in the time of a hall."""

    def go(hall):
        monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)

    return go


def client_of(email):
    """Somebody who has just proved who they are."""
    client = Client()
    client.force_login(Person.objects.get(email=email))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()
    return client


def address(hall, name, *args):
    with translation.override("en"):
        return reverse(f"bidding:{name}", args=[hall.lot.tender.number, hall.lot.no, *args])


def witness(hall):
    centre = builders_accounts.centre(at=hall.clock.now)
    staff = builders_accounts.staff(centre, Role.WITNESS, 970, at=hall.clock.now)
    return client_of(Person.objects.get(pk=staff.person).email)


def text_of(response):
    assert response.status_code == 200, response.status_code
    text = response.content.decode()
    assert not Page(text).problems
    return text


@pytest.fixture
def read_out(at, kept):
    """A hall in which the prices are read out."""
    hall = kept(build.read_out)
    at(hall)
    return hall


@pytest.fixture
def undecrypted(at, kept):
    """A hall in which nobody gave a factor."""
    hall = kept(build.nobody_gave, panel=FACTOR)
    at(hall)
    return hall


def heard(hall):
    """The time in which the bidders may say why is over."""
    hall.clock.after(minutes=31)
    hall.clock.cut()


def test_nobody_sits_in_anothers_place(read_out):
    hall = read_out
    hall.bidder(9)
    emails = {
        "owner": hall.one.owner.email,
        "officer": hall.one.seats[0].party.email,
        "bidder": hall.handed[0].party.email,
        "supervisor": hall.one.supervisor.email,
        "outsider": hall.bidder(9).email,
    }
    clients = {name: client_of(email) for name, email in emails.items()}
    clients["public"] = Client()
    allowed = {
        "hall-officer": {"officer"},
        "hall-view": {"officer"},
        "hall-state": {"officer"},
        "hall-pack": {"officer"},
        "hall-chair": {"owner"},
        "hall-mine": {"bidder"},
        "hall-set": {"bidder"},
    }

    for name in SEATS:
        for who, client in clients.items():
            status = client.get(address(hall, name)).status_code
            if who in allowed[name]:
                assert status == 200, (name, who)
            else:
                assert status in {302, 403, 404}, (name, who, status)
                assert (status == 302) == (who == "public"), (name, who, status)


def test_doors_are_shown_to_their_own_people_only(read_out):
    hall = read_out
    found = {}
    for who, party in (
        ("owner", hall.one.owner),
        ("officer", hall.one.seats[0].party),
        ("bidder", hall.handed[0].party),
    ):
        found[who] = text_of(client_of(party.email).get(address(hall, "hall")))
    public = text_of(Client().get(address(hall, "hall")))

    for words in ("Your seat as officer", "The chair’s seat", "Your own bid at this opening"):
        assert words not in public
    assert "Your seat as officer" in found["officer"]
    assert "The chair’s seat" in found["owner"]
    assert "Your own bid at this opening" in found["bidder"]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_officers_and_chair_learn_no_number_before_the_close(at, count, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(count)
    for email, name in (
        (hall.one.owner.email, "hall-chair"),
        (hall.one.seats[0].party.email, "hall-officer"),
    ):
        text = text_of(client_of(email).get(address(hall, name)))
        for handed in hall.handed:
            assert handed.party.organisation.name not in text
        assert "bids" not in text.split("<main", 1)[1].replace("Sealed bids are taken", "")
    pack = client_of(hall.one.seats[0].party.email).get(address(hall, "hall-pack"))

    assert pack.status_code == 403


def test_pack_is_what_the_offline_tool_takes(at):
    from protocol import anchors

    hall = build.hall()
    at(hall)
    hall.bids(3)
    hall.close()
    client = client_of(hall.one.seats[0].party.email)
    assert client.get(address(hall, "hall-pack")).status_code == 403
    hall.check()

    given = client.get(address(hall, "hall-pack"))

    pack = officer.read_pack(given.content, anchors.load(hall.anchors()), 0)
    assert len(pack.manifests) == 3
    assert given["Content-Disposition"] == f'attachment; filename="{hall.lot.number}-pack.json"'


def test_release_of_another_seat_or_shape_is_refused(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    seat, other = hall.one.seats[:2]
    body = {"v": 1}
    client = client_of(seat.party.email)

    for signed in ("", "{}", "[]", json.dumps({"body": body, "signatures": []}), "x" * 10):
        answer = client.post(address(hall, "hall-commit"), {"signed": signed})
        assert answer.status_code in {403, 422}, signed
    assert (
        client_of(hall.one.owner.email).post(address(hall, "hall-commit"), {"signed": "{}"}).status_code
        == 404
    )
    assert other.i == 2


def test_objection_on_the_spot_is_answered_before_the_record_closes(read_out):
    hall = read_out
    bidder, owner = client_of(hall.handed[0].party.email), client_of(hall.one.owner.email)
    raised = bidder.post(address(hall, "hall-object"), {"text": "第 2 份大写与小写不一致"})
    hall.cut()
    page = text_of(owner.get(address(hall, "hall-chair")))
    refused = owner.post(address(hall, "hall-end"))
    row = OpeningObjection.objects.get()
    answered = owner.post(address(hall, "hall-answer", row.pk), {"answer": "以大写为准，交评标委员会"})
    hall.sign()
    closed = owner.post(address(hall, "hall-end"))
    hall.cut()

    assert raised.status_code == answered.status_code == closed.status_code == 302
    assert "Answer the objection now, here" in page
    assert refused.status_code == 422
    assert "answered at the opening" in refused.content.decode()
    assert Opening.objects.get().state == "recorded"
    record = Client().get(f"/en/n/{hall.lot.tender.number}/opening/1").content.decode()
    assert "第 2 份大写与小写不一致" in record
    assert "以大写为准，交评标委员会" in record


def test_who_has_no_bid_in_the_set_cannot_object(read_out):
    hall = read_out
    outsider = client_of(hall.bidder(9).email)

    answer = outsider.post(address(hall, "hall-object"), {"text": "不公"})

    assert answer.status_code == 404
    assert not OpeningObjection.objects.exists()


def test_empty_objection_says_what_is_missing(read_out):
    answer = client_of(read_out.handed[0].party.email).post(address(read_out, "hall-object"), {"text": "  "})

    assert answer.status_code == 422
    assert "This field is empty" in answer.content.decode()


def test_own_line_is_confirmed_once_and_by_its_own_bidder(read_out):
    hall = read_out
    client = client_of(hall.handed[0].party.email)
    page = text_of(client.get(address(hall, "hall-mine")))
    first = client.post(address(hall, "hall-confirm"))
    again = client.post(address(hall, "hall-confirm"))

    assert "9,000,001.00" in page
    assert "9,000,002.00" not in page
    assert first.status_code == again.status_code == 302
    assert LineConfirmation.objects.get().bid.ev == hall.handed[0].bid.ev
    assert "You have confirmed this line." in text_of(client.get(address(hall, "hall-mine")))


def test_record_waits_until_the_owner_has_signed_every_cause(undecrypted):
    hall = undecrypted
    heard(hall)
    owner = client_of(hall.one.owner.email)
    assert "Decide for each bid" in text_of(owner.get(address(hall, "hall-chair")))
    assert owner.post(address(hall, "hall-end")).status_code == 422

    for handed in hall.handed:
        draft = owner.post(
            address(hall, "hall-attribute", handed.bid.ev), {"finding": "revoked", "reason": "未在时限内解密"}
        )
        assert draft["Location"] == address(hall, "hall-sign", handed.bid.ev)
        page = text_of(owner.get(draft["Location"]))
        body = json.loads(page.split('id="sign-body" type="application/json">')[1].split("</script>")[0])
        signature = hall.one.owner.signer.sign("attribution", body)
        signed = owner.post(draft["Location"], {"signatures": json.dumps([signature])})
        assert signed.status_code == 302
    hall.cut()

    assert Attribution.objects.filter(entry__isnull=False).count() == 3
    hall.sign()
    assert owner.post(address(hall, "hall-end")).status_code == 302
    assert Opening.objects.get().state == "recorded"


def test_cause_is_signed_by_the_owner_s_key_only(undecrypted):
    hall = undecrypted
    heard(hall)
    owner, ev = client_of(hall.one.owner.email), hall.handed[0].bid.ev
    sign = owner.post(address(hall, "hall-attribute", ev), {"finding": "withdrawn", "reason": "停电"})[
        "Location"
    ]
    page = text_of(owner.get(sign))
    body = json.loads(page.split('id="sign-body" type="application/json">')[1].split("</script>")[0])
    stranger = hall.handed[0].party.signer.sign("attribution", body)

    answer = owner.post(sign, {"signatures": json.dumps([stranger])})

    assert answer.status_code == 403
    assert not Attribution.objects.filter(entry__isnull=False).exists()


def test_the_owner_waits_for_the_bidder_s_word_and_its_page_says_until_when(undecrypted):
    """20号令31: who is judged is heard before; who has nothing to say frees the owner at once."""
    hall = undecrypted
    owner, late = client_of(hall.one.owner.email), hall.handed[0]
    sign = owner.post(
        address(hall, "hall-attribute", late.bid.ev), {"finding": "revoked", "reason": "未在时限内解密"}
    )["Location"]
    assert "The bidder may say until" in text_of(owner.get(sign))
    assert 'id="sign-body"' not in text_of(owner.get(sign))
    finding = build.attribution(hall.one, late.bid.ev, "revoked", "未在时限内解密")
    refused = owner.post(sign, {"signatures": json.dumps(finding["signatures"])})
    assert refused.status_code == 422
    assert "The bidder may say until" in refused.content.decode()
    bidder = client_of(late.party.email)
    assert "We make no statement" in text_of(bidder.get(address(hall, "hall-mine")))

    assert bidder.post(address(hall, "hall-nothing")).status_code == 302
    assert "You have said that you make no statement." in text_of(bidder.get(address(hall, "hall-mine")))
    assert 'id="sign-body"' in text_of(owner.get(sign))
    assert owner.post(sign, {"signatures": json.dumps(finding["signatures"])}).status_code == 302
    heard(hall)
    other = client_of(hall.handed[1].party.email)
    for name, given in (("hall-statement", {"text": "断电"}), ("hall-nothing", {})):
        answer = other.post(address(hall, name), given)
        assert answer.status_code == 422
        assert "The time for statements ended at" in answer.content.decode()


def test_cause_without_a_choice_or_a_reason_is_no_draft(undecrypted):
    hall = undecrypted
    answer = client_of(hall.one.owner.email).post(address(hall, "hall-attribute", hall.handed[0].bid.ev), {})

    assert answer.status_code == 422
    assert not Attribution.objects.exists()


def test_witness_pauses_and_lets_it_go_on(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    staff = witness(hall)
    page = text_of(staff.get(address(hall, "hall-chair")))
    paused = staff.post(address(hall, "hall-pause"), {"code": "power", "note": "停电，投标数据安全"})
    public = text_of(Client().get(address(hall, "hall")))
    hall.clock.after(minutes=20)
    on = staff.post(address(hall, "hall-resume"), {"note": "已恢复供电"})
    hall.cut()
    after = text_of(Client().get(address(hall, "hall")))

    assert "Pause the opening" in page
    assert paused.status_code == on.status_code == 302
    assert "The opening is paused by a power cut" in public
    assert "Power cut: 停电，投标数据安全" in public
    assert "The opening goes on: 已恢复供电" in after
    hall.reveal(0)


def test_owner_does_not_pause_and_witness_does_not_decide(undecrypted):
    hall = undecrypted
    owner, staff, ev = client_of(hall.one.owner.email), witness(hall), hall.handed[0].bid.ev

    assert owner.post(address(hall, "hall-pause"), {"code": "power", "note": "x"}).status_code == 403
    draft = {"finding": "revoked", "reason": "x"}
    assert staff.post(address(hall, "hall-attribute", ev), draft).status_code == 403
    assert staff.post(address(hall, "hall-end")).status_code == 403
    assert not Attribution.objects.exists()


def test_absent_officer_is_recorded_by_name_and_stops_nothing(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    build.openings.promise(hall.one, hall.one.seats[:2], 0, at=hall.clock.now)
    owner = client_of(hall.one.owner.email)
    answer = owner.post(address(hall, "hall-absent"), {"officer": "3", "reason": "航班取消"})
    nobody = owner.post(address(hall, "hall-absent"), {"officer": "9", "reason": "x"})

    assert answer.status_code == 302
    assert nobody.status_code == 422
    assert Absence.objects.get().officer == 3
    assert "Absent, recorded" in text_of(Client().get(address(hall, "hall")))


def test_seats_ask_for_a_fresh_proof_before_they_bind(read_out):
    hall = read_out
    client = Client()
    person = Person.objects.get(email=hall.one.owner.email)
    person.set_password("correct horse battery staple")
    person.save()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1}]
    session.save()

    answer = client.post(address(hall, "hall-end"))

    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert Opening.objects.get().state == "revealed"
    assert settings.ACCOUNT_REAUTHENTICATION_TIMEOUT <= 600


def test_officer_s_list_names_the_openings_that_need_the_key(at, kept):
    hall = kept(build.hall)
    at(hall)
    page = text_of(client_of(hall.one.seats[0].party.email).get("/en/hall/"))
    other = hall.registry.party("旁观机构", OrganisationKind.OFFICER_BODY, at=hall.clock.now)
    empty = text_of(client_of(other.email).get("/en/hall/"))

    assert hall.lot.number in page
    assert "Dry run passed" in page
    assert "No opening needs your key now" in empty


@pytest.mark.parametrize(("minutes", "rings"), [(31, False), (29, True)])
def test_officer_s_pages_ring_half_an_hour_before(at, minutes, rings, kept):
    hall = kept(build.hall)
    at(hall)
    hall.before_close(minutes=minutes)
    client = client_of(hall.one.seats[0].party.email)

    assert ("opens within half an hour" in text_of(client.get("/en/hall/"))) == rings
    seat = text_of(client.get(address(hall, "hall-officer")))
    assert ("The opening begins within half an hour." in seat) == rings


def test_failed_lot_gives_no_place_anything_to_do(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(1)
    hall.close()
    chair = text_of(client_of(hall.one.owner.email).get(address(hall, "hall-chair")))
    seat = text_of(client_of(hall.one.seats[0].party.email).get(address(hall, "hall-officer")))

    for text in (chair, seat):
        assert hall.handed[0].party.organisation.name not in text
    assert "Nothing is asked of you any more." in seat
    with pytest.raises(StateConflict):
        services.opening_object(
            lot_id=hall.lot.pk, text="x", actor=hall.handed[0].party.actor, at=hall.clock.now
        )
    assert services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now).state == "failed"
