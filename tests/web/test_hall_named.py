"""Seats named in the set-up: they open for whom they are named, with what belongs to them, and for nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.states import OrganisationKind, Role
from bidding.models import LineRead, OpeningObjection, Presence, RecordSignature
from bidding.rehearsal.tenders import draft
from kernel.errors import RuleBroken
from tests import builders_accounts as people
from tests import builders_bidding as build
from tests.journeys import hall_world as world
from trading.selectors.law import setup_times
from trading.services.opening_setup import OpeningFields, opening_setup_set

pytestmark = pytest.mark.django_db
RECORDS, READS, OTHER = "某招标代理（记录）", "某招标代理（唱标）", "另一家招标代理"
NAMED = build.Panel(t=2, n=3, recorder=RECORDS, reader=READS)


@pytest.fixture
def hall(monkeypatch, kept):
    """A hall at the reading whose reader and recorder are agencies without the power to chair."""
    made = kept(build.read_out, panel=NAMED)
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    return made


def agency(hall, name):
    party = hall.registry.party(name, OrganisationKind.AGENCY, at=hall.clock.now)
    return party, world.client_of(party.email)


def test_a_recorder_without_the_power_to_chair_has_its_seat(hall):
    """It writes the roll and signs the record; it neither answers, nor pauses, nor closes."""
    party, recorder = agency(hall, RECORDS)
    assert "Your seat as recorder" in world.shown(hall, "hall", recorder)
    seat = world.shown(hall, "hall-chair", recorder)
    assert "Pause the opening" not in seat
    assert "Record an officer as absent" not in seat
    for name in ("hall-roll", "hall-reader"):
        world.shown(hall, name, recorder)
    present = {"role": "recorder", "name": "某记录员", "of": RECORDS}
    assert recorder.post(world.address(hall, "hall-present"), present).status_code == 302
    assert Presence.objects.get().name == "某记录员"

    assert world.sign(hall, party, "recorder").status_code == 302
    assert RecordSignature.objects.get().organisation == party.organisation
    assert recorder.get(world.address(hall, "hall-record", "chair")).status_code == 403
    for name, given in (
        ("hall-end", {}),
        ("hall-pause", {"code": "power"}),
        ("hall-absent", {"officer": "3"}),
    ):
        assert recorder.post(world.address(hall, name), given).status_code in {403, 404}, name
    line = hall.opening.close.body["bids"][0]["ev"]
    assert recorder.post(world.address(hall, "hall-read"), {"line": line}).status_code == 403
    bidder = world.client_of(hall.handed[0].party.email)
    bidder.post(world.address(hall, "hall-object"), {"text": "漏读工期"})
    row = OpeningObjection.objects.get()
    answer = recorder.post(world.address(hall, "hall-answer", row.pk), {"answer": "好"})
    assert answer.status_code in {403, 404}
    assert "Answer the oldest one" not in world.shown(hall, "hall-chair", recorder)


def test_a_reader_reads_and_writes_no_roll(hall):
    _party, reader = agency(hall, READS)
    assert "Your seat as reader" in world.shown(hall, "hall", reader)
    line = hall.opening.close.body["bids"][0]["ev"]

    assert reader.post(world.address(hall, "hall-read"), {"line": line}).status_code == 302
    assert LineRead.objects.count() == 1
    present = {"role": "reader", "name": "某唱标员", "of": READS}
    assert reader.post(world.address(hall, "hall-present"), present).status_code == 403


def test_a_named_seat_opens_for_nobody_else(hall):
    """Another agency, a bidder, the supervisor, an officer; and the centre's desk, which is no witness."""
    _party, other = agency(hall, OTHER)
    strangers = [
        other,
        world.client_of(hall.handed[0].party.email),
        world.client_of(hall.one.supervisor.email),
        world.client_of(hall.one.seats[0].party.email),
        world.client_of(world.centre(hall, "受理员", Role.INTAKE).email),
    ]
    for client in strangers:
        for name in ("hall-chair", "hall-roll", "hall-reader"):
            assert client.get(world.address(hall, name)).status_code == 404, name
        assert client.get(world.address(hall, "hall-record", "recorder")).status_code in {403, 404}
    for seat in ("recorder", "reader"):
        owner = world.client_of(hall.one.owner.email)
        assert owner.get(world.address(hall, "hall-record", seat)).status_code == 403


def test_whom_the_set_up_names_chair_must_have_the_power(hall):
    """法35: the owner hosts; an agency chairs by a mandate that says so, not by a line in a form."""
    party, _client = agency(hall, OTHER)
    now = hall.clock.now
    lot, owner, _supervisor = draft(
        replace(hall.one.plan, id="second"), NAMED, hall.registry, at=now, close_at=now + timedelta(days=30)
    )
    times = setup_times(lot.opening)
    fields = OpeningFields(times=times, t=2, envelopes=("一", "二"), chair=party.organisation.pk)

    with pytest.raises(RuleBroken) as refused:
        opening_setup_set(lot_id=lot.pk, fields=fields, actor=owner.actor, at=now)
    assert [(row.code, row.field) for row in refused.value.findings] == [("chair_power", "chair")]
    people.mandate(owner, party, str(lot.tender_id), until=now + timedelta(days=90), at=now)
    setup = opening_setup_set(lot_id=lot.pk, fields=fields, actor=owner.actor, at=now)
    assert setup.chair == party.organisation
