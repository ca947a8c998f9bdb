"""What is said in the hall: objections with their answers, confirmed lines, absences by the chair."""

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from accounts.states import OrganisationKind
from bidding import services
from bidding.models import OpeningObjection, RecordSignature
from bidding.rehearsal import hosts
from bidding.selectors import public
from bidding.selectors.signing import KIND, record_digest, signature_body
from bidding.states import HostSeat
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_accounts as people
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_out(kept):
    return kept(build.read_out)


def say(hall, actor=None, text="第 2 份报价不清楚"):
    actor = actor or hall.handed[0].party.actor
    return services.opening_object(lot_id=hall.lot.pk, text=text, actor=actor, at=hall.clock.now)


def reply(hall, row, actor=None, answer="以大写为准"):
    actor = actor or hall.one.owner.actor
    return services.opening_answer(objection_id=row.pk, answer=answer, actor=actor, at=hall.clock.now)


def test_objection_and_answer_stand_in_ledger_and_record(read_out):
    hall = read_out
    row = say(hall)
    reply(hall, row)
    hall.end()

    spoken = public.opening_record(hall.lot.pk)["spoken"]
    assert [(one["tenderer"], one["text"], one["answer"]) for one in spoken] == [
        (hall.handed[0].party.organisation.name, "第 2 份报价不清楚", "以大写为准")
    ]
    named = {entry.body["name"] for entry in Entry.objects.filter(kind="record")}
    assert {"opening-objection", "opening-answer"} <= named


def test_record_does_not_close_over_an_unanswered_objection(read_out):
    row = say(read_out)
    with pytest.raises(RuleBroken) as refused:
        services.opening_end(lot_id=read_out.lot.pk, actor=SYSTEM, at=read_out.clock.now)

    assert (refused.value.code, refused.value.findings[0].source) == ("objection_unanswered", "实施条例44")
    reply(read_out, row)
    read_out.sign()
    assert (
        services.opening_end(lot_id=read_out.lot.pk, actor=SYSTEM, at=read_out.clock.now).state == "recorded"
    )


def test_same_words_twice_are_one_objection_until_answered(read_out):
    first, again = say(read_out), say(read_out)
    reply(read_out, first)
    later = say(read_out)

    assert first.pk == again.pk != later.pk


def test_answer_is_given_once(read_out):
    row = say(read_out)
    reply(read_out, row)

    assert reply(read_out, row).answer == "以大写为准"
    with pytest.raises(StateConflict) as refused:
        reply(read_out, row, answer="另有说明")
    assert refused.value.code == "answered"


@pytest.mark.parametrize("text", ["", "   ", "字" * 2001])
def test_objection_has_words_and_an_end(read_out, text):
    with pytest.raises(RuleBroken):
        say(read_out, text=text)


def test_only_who_has_a_bid_in_the_set_objects(read_out):
    hall = read_out
    for actor in (hall.one.owner.actor, hall.one.supervisor.actor, hall.bidder(9).actor, SYSTEM):
        with pytest.raises(NotPermitted):
            say(hall, actor)
    assert not OpeningObjection.objects.exists()


def test_only_owner_or_chairing_agency_answers(read_out):
    hall = read_out
    row = say(hall)
    agency = hall.registry.party("某招标代理", OrganisationKind.AGENCY, at=hall.clock.now)
    for actor in (hall.handed[1].party.actor, hall.one.supervisor.actor, agency.actor, SYSTEM):
        with pytest.raises(NotPermitted):
            reply(hall, row, actor)


def test_objection_belongs_to_the_opening(kept):
    hall = kept(build.hall)
    hall.bids(3)
    with pytest.raises(StateConflict):
        say(hall)
    hall.opened()
    hall.end()
    with pytest.raises(StateConflict):
        say(hall)


def test_line_is_confirmed_by_its_bidder_while_it_is_read_out(kept):
    hall = kept(build.hall)
    hall.bids(3)
    mine, other = hall.handed[:2]
    hall.close()
    with pytest.raises(StateConflict):
        services.line_confirm(bid_id=mine.bid.pk, actor=mine.party.actor, at=hall.clock.now)
    hall.check()
    hall.reveal(0)
    with pytest.raises(NotFound):
        services.line_confirm(bid_id=mine.bid.pk, actor=other.party.actor, at=hall.clock.now)

    first = services.line_confirm(bid_id=mine.bid.pk, actor=mine.party.actor, at=hall.clock.now)
    again = services.line_confirm(bid_id=mine.bid.pk, actor=mine.party.actor, at=hall.clock.now)

    assert first.pk == again.pk


def test_bidders_and_officers_record_no_absence(kept):
    hall = kept(build.hall)
    hall.bids(3)
    hall.close()
    hall.check()
    for actor in (hall.handed[0].party.actor, hall.one.seats[0].party.actor, hall.one.supervisor.actor):
        with pytest.raises(NotPermitted):
            services.absence_record(
                lot_id=hall.lot.pk, envelope=0, officer=3, reason="x", actor=actor, at=hall.clock.now
            )


def signed_from(hall, seat, party):
    body = signature_body(hall.lot, seat, party.actor, record_digest(hall.lot))
    return services.record_sign(
        lot_id=hall.lot.pk,
        seat=seat,
        body=body,
        signatures=[party.signer.sign(KIND, body)],
        actor=party.actor,
        at=hall.clock.now,
    )


def test_an_agency_that_may_chair_signs_in_the_chair_and_closes(read_out):
    """Journeys, section 9: chair, read out, close the record: owner and agency."""
    hall = read_out
    agency = hall.registry.party("某招标代理", OrganisationKind.AGENCY, at=hall.clock.now)
    seats = hosts.seats(hall.one, hall.registry, at=hall.clock.now) | {HostSeat.CHAIR: agency}
    with pytest.raises(NotPermitted):
        signed_from(hall, HostSeat.CHAIR, agency)
    until = hall.clock.now + timedelta(days=30)
    people.mandate(hall.one.owner, agency, str(hall.lot.tender_id), until=until, at=hall.clock.now)

    for seat, party in seats.items():
        assert signed_from(hall, seat, party).organisation == party.organisation
    ended = services.opening_end(lot_id=hall.lot.pk, actor=agency.actor, at=hall.clock.now)

    assert ended.state == "recorded"


def test_a_signature_by_another_key_or_over_another_record_is_none(read_out):
    hall = read_out
    owner, other = hall.one.owner, hall.handed[0].party
    body = signature_body(hall.lot, HostSeat.CHAIR, owner.actor, record_digest(hall.lot))
    act = {"lot_id": hall.lot.pk, "seat": HostSeat.CHAIR, "actor": owner.actor, "at": hall.clock.now}

    with pytest.raises(NotPermitted):
        services.record_sign(body=body, signatures=[other.signer.sign(KIND, body)], **act)
    older = body | {"record": "0" * 64}
    with pytest.raises(StateConflict) as refused:
        services.record_sign(body=older, signatures=[owner.signer.sign(KIND, older)], **act)
    assert refused.value.code == "record_changed"
    assert not RecordSignature.objects.exists()
