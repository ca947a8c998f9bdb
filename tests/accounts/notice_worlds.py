"""Real acts of real services, each with the roles the notification matrix says are told, and who they are here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts import selectors, services
from accounts.actors import SYSTEM, Actor
from accounts.files import StoredFile
from accounts.models import Outbox
from accounts.rules import Defect
from accounts.rules.topics import region_topic
from accounts.services.alarms import alarms_raise
from accounts.states import ChangeKind, OrganisationKind, RecordKind, Role
from bidding import services as bidding
from bidding.models import Bid
from bidding.rehearsal import bidders
from bidding.rehearsal.tenders import Panel
from bidding.services.calls import calls_make, lines_call
from bidding.services.change_tell import change_tell
from ledger.services import incident_record as ledger_incident
from ledger.states import IncidentCode
from protocol import bodies, officer
from tests import builders_accounts as people
from tests import builders_bidding, builders_trading
from tests.builders_accounts import START
from trading import services as trading
from trading.rules import shifted
from trading.selectors import times_in_force

LATER = START + timedelta(hours=1)
CLOSE = builders_trading.day(START, builders_trading.DAYS)


@dataclass(frozen=True)
class Act:
    """An event that must have gone out: to whom, by role, and words nobody told may read."""

    event: str
    to: dict[str, set[UUID]]
    hidden: tuple[str, ...] = ()
    urgent: bool = False


def quiet() -> None:
    """Forget what the way to the act has said."""
    Outbox.objects.all().delete()


def accounts_world() -> Iterator[Act]:
    """Registration, keys, papers, mandates, suspension."""
    party, desk = people.registered(1), people.staff(people.centre(), Role.INTAKE, 50)
    own = {"organisation": {party.organisation.pk}}
    services.organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=START)
    quiet()
    defects = [Defect("name", "proof", "The licence is missing.")]
    services.organisation_review(organisation_id=party.organisation.pk, defects=defects, actor=desk, at=START)
    yield Act("registration_returned", own)
    services.organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=LATER)
    services.organisation_review(organisation_id=party.organisation.pk, defects=[], actor=desk, at=LATER)
    yield Act("registration_accepted", own)
    people.register_key(party.organisation, party.signer)
    yield Act("key_registered", own)
    new = people.signer("new")
    people.register_key(party.organisation, new)
    services.signing_key_lost(
        **people.key_loss_event(party.organisation, party.spki, new.spki.hex()),
        registrar=people.REGISTRAR_SPKIS,
        supervisor=people.SUPERVISOR_SPKIS,
        actor=SYSTEM,
        at=START,
    )
    yield Act("key_lost", own)
    services.record_add(
        organisation_id=party.organisation.pk,
        kind=RecordKind.SAFETY_LICENCE,
        number="JZ0001",
        title="安全生产许可证",
        file=StoredFile(sha256="ab" * 32, size=1000),
        file_name="licence.pdf",
        valid_from=date(2024, 1, 1),
        valid_to=(START + timedelta(days=7)).date(),
        actor=selectors.actor_of(party.person.pk, party.organisation.pk, START),
        at=START,
    )
    for days in (0, 6):
        services.papers_expiring_notify(at=START + timedelta(days=days))
    yield Act("paper_expiring", own)
    services.organisation_suspend(
        organisation_id=party.organisation.pk, reason="Order 7", actor=people.supervisor().actor, at=LATER
    )
    yield Act("registration_suspended", own)
    yield from _mandates()


def _mandates() -> Iterator[Act]:
    owner, agency = people.owner(), people.agency()
    giver, taker = {"owner": {owner.organisation.pk}}, {"agency": {agency.organisation.pk}}
    quiet()
    made = people.mandate(owner, agency, "T-1", until=START + timedelta(days=90))
    yield Act("mandate_offered", taker)
    other = people.mandate_offered(owner, agency, "T-2", until=START + timedelta(days=90))
    assert other.state == "offered"
    quiet()
    again = people.mandate(owner, agency, "T-3", until=START + timedelta(days=90))
    assert again.pk != made.pk
    yield Act("mandate_accepted", giver)
    services.mandate_revoke(mandate_id=made.pk, reason="Contract ended", actor=owner.actor, at=LATER)
    yield Act("mandate_revoked", giver | taker)


def draft_world() -> Iterator[Act]:
    """Intake and the way to publication."""
    of, agency = builders_trading.market(), people.agency()
    both = {"owner": {of.owner.organisation.pk}, "agency": {agency.organisation.pk}}
    fields = builders_trading.project_fields(of, agency=agency.organisation.pk)
    project = trading.project_register(
        owner_id=of.owner.organisation.pk, fields=fields, actor=of.owner.actor, at=START
    )
    quiet()
    trading.project_return(
        project_id=project.pk,
        defects=[trading.Defect("site", "place", "Say where.")],
        actor=of.intake,
        at=START,
    )
    yield Act("intake_returned", both)
    trading.project_resubmit(project_id=project.pk, fields=fields, actor=of.owner.actor, at=LATER)
    trading.project_accept(project_id=project.pk, actor=of.intake, at=LATER)
    yield Act("intake_accepted", both)
    plan = builders_trading.times(CLOSE, factor=True)
    opening = builders_trading.opening_fields(CLOSE, times=plan, factor="required")
    made = builders_trading.draft_tender(of=of, opening=opening, officers=0)
    quiet()
    trading.override_record(
        tender_id=made.tender.pk,
        rule="remedy_stated",
        reason="two-stage method",
        lot_id=made.lot.pk,
        actor=made.owner,
        at=START,
    )
    yield Act("rule_overridden", {"supervisor": {of.supervisor.organisation.pk}})
    yield from _seat(made)


def _seat(made: builders_trading.Made) -> Iterator[Act]:
    body, person = made.market.bodies[0], people.person(700_999)
    seat = trading.officer_seat_invite(
        lot_id=made.lot.pk,
        i=1,
        organisation_id=body.organisation.pk,
        person_id=person.pk,
        role="notary",
        actor=made.owner,
        at=START,
    )
    yield Act("seat_offered", {"officer": {person.pk}})
    actor = Actor(person=person.pk, organisation=body.organisation.pk, roles=frozenset({Role.OFFICER}))
    trading.officer_seat_accept(seat_id=seat.pk, actor=actor, at=START)
    signer = people.signer("seat")
    _secret, public = officer.generate_key(builders_trading.device_random("seat"))
    place = {"tender": made.tender.reference, "lot": made.lot.code, "i": 1}
    key = bodies.body("officer-key", **place, pk=public.hex(), sig_key=signer.spki.hex())
    signed = {"body": key, "signatures": [signer.sign("officer-key", key)]}
    trading.officer_key_ask(seat_id=seat.pk, signed=signed, tool="browser", actor=actor, at=START)
    yield Act("officer_key_to_certify", {"officer_body": {body.organisation.pk}})
    seat.refresh_from_db()
    cert = body.signer.sign("officer-cert", trading.officer_cert_body(seat, signer.spki.hex()))
    trading.officer_key_certify(seat_id=seat.pk, certificate=cert, actor=body.actor, at=START)
    yield Act("officer_dryrun", {"officers": {person.pk}})


def published_world() -> Iterator[Act]:
    """What happens between publication and the deadline, and what ends a tender."""
    ready = builders_trading.ready_tender()
    region, follower, idle = people.person(801), people.person(802), people.person(803)
    services.follow_begin(topic=region_topic("350100"), actor=Actor(person=region.pk), at=START)
    services.follow_begin(topic=region_topic("110100"), actor=Actor(person=idle.pk), at=START)
    quiet()
    made = builders_trading.publish(ready, at=START)
    yield Act("notice_published", {"followers": {region.pk}})
    services.follow_begin(topic=made.tender.number, actor=Actor(person=follower.pk), at=START)
    firms = [builders_trading.bidder(number) for number in (1, 2)]
    for firm in firms:
        trading.documents_take(tender_id=made.tender.pk, actor=firm, at=START)
    takers = {"takers": {firm.organisation for firm in firms}}
    names = ("Firm 1", "Firm 2", "Person 1", "Person 2")
    quiet()
    _addendum(made, affects=False, at=START)
    yield Act("addendum_published", takers, names)
    assert {row.person_id for row in Outbox.objects.filter(event="notice_published")} == set()
    question = trading.question_ask(tender_id=made.tender.pk, text="To scale?", actor=firms[0], at=START)
    trading.question_answer(question_id=question.pk, answer="Yes", actor=made.owner, at=START)
    yield Act("answers_published", takers, names)
    yield from _objection(made, firms[0], takers, names)
    yield from _clock(made, takers, names)


def _addendum(made: builders_trading.Made, *, affects: bool, at) -> None:
    addendum = trading.addendum_draft(
        tender_id=made.tender.pk,
        changes=[{"where": "Drawing 4", "before": "3 m", "after": "4 m"}],
        affects=affects,
        reason="A typing error",
        actor=made.owner,
        at=at,
    )
    trading.addendum_submit(addendum_id=addendum.pk, actor=made.owner, at=at)
    addendum.refresh_from_db()
    signed = {
        pk: builders_trading.signed(made, kind, body)
        for pk, (kind, body) in trading.addendum_bodies(addendum).items()
    }
    trading.addendum_publish(addendum_id=addendum.pk, signed=signed, actor=made.owner, at=at)


def _objection(made, firm, takers, names) -> Iterator[Act]:
    trading.meeting_call(
        tender_id=made.tender.pk,
        kind="visit",
        starts_at=START + timedelta(days=5),
        place="Gate 2",
        actor=made.owner,
        at=START,
    )
    yield Act("meeting_called", takers, names)
    owner = {"owner": {made.market.owner.organisation.pk}}
    supervisor = {"supervisor": {made.market.supervisor.organisation.pk}}
    quiet()
    objection = trading.objection_raise(
        tender_id=made.tender.pk, request="Change clause 4", facts="It excludes us", actor=firm, at=START
    )
    yield Act("objection_received", owner, names)
    trading.reminders_send(at=objection.reply_due_at - timedelta(hours=20))
    yield Act("clock_card", owner | supervisor, names)
    trading.objection_answer(
        objection_id=objection.pk, answer="Changed", actor=made.owner, at=START + timedelta(hours=3)
    )
    yield Act("tender_resumed", takers, names)
    trading.tender_suspend(
        tender_id=made.tender.pk,
        ground="order",
        text="Order 5",
        article="条62",
        actor=made.market.supervisor.actor,
        at=START + timedelta(hours=4),
    )
    yield Act("tender_suspended", takers, names)
    trading.tender_resume(
        tender_id=made.tender.pk, actor=made.market.supervisor.actor, at=START + timedelta(hours=5)
    )


def _clock(made, takers, names) -> Iterator[Act]:
    supervisor = {"supervisor": {made.market.supervisor.organisation.pk}}
    at, moved = START + timedelta(days=1), CLOSE + timedelta(days=3)
    times = shifted(times_in_force(made.lot), moved)
    body = trading.postpone_body(made.lot, times, "Hall damaged")
    proposal = trading.postponement_propose(
        lot_id=made.lot.pk,
        times=times,
        reason="Hall damaged",
        signatures=[made.market.owner.signer.sign("postpone", body)],
        actor=made.owner,
        at=at,
    )
    yield Act("postponement_to_sign", supervisor, names)
    trading.postponement_sign(
        proposal_id=proposal.pk,
        signatures=[made.market.supervisor.signer.sign("postpone", proposal.body)],
        actor=made.market.supervisor.actor,
        at=at,
    )
    yield Act("deadline_moved", takers, names)
    made = builders_trading.refreshed(made)
    officers = {"officers": {held.seat.person_id for held in made.officers[made.lot.pk]}}
    trading.reminders_send(at=moved - timedelta(hours=24))
    yield Act("receipt_reminder", takers, (made.tender.title, made.tender.number, *names))
    trading.reminders_send(at=moved - timedelta(minutes=30))
    yield Act("officer_reminder", officers, names)
    _addendum(made, affects=False, at=moved - timedelta(hours=3))
    yield Act("addendum_late", supervisor, names)
    other = builders_trading.refreshed(made)
    cancelled = {
        lot.pk: builders_trading.signed(other, "cancelled", trading.cancelled_body(lot, "No funds"))
        for lot in other.lots
    }
    trading.tender_cancel(
        tender_id=made.tender.pk,
        reason="No funds",
        article="条31",
        signed=cancelled,
        actor=made.owner,
        at=moved - timedelta(hours=2),
    )
    yield Act("cancellation_listed", supervisor, names)


def ended_world() -> Iterator[Act]:
    """Near the deadline by voice as well; what takers hear of an end."""
    made = builders_trading.published_tender()
    firm = builders_trading.bidder(1)
    trading.documents_take(tender_id=made.tender.pk, actor=firm, at=START)
    takers = {"takers": {firm.organisation}}
    quiet()
    _addendum(made, affects=False, at=CLOSE - timedelta(hours=40))
    yield Act("addendum_published", takers, urgent=True)
    trading.lot_mark_closed(lot_id=made.lot.pk, actor=SYSTEM, at=CLOSE)
    trading.lot_fail(lot_id=made.lot.pk, reason="too-few-bids", actor=SYSTEM, at=CLOSE)
    yield Act("tender_unsuccessful", takers)
    again = builders_trading.published_tender(of=made.market)
    other = builders_trading.bidder(2)
    trading.documents_take(tender_id=again.tender.pk, actor=other, at=START)
    cancelled = {
        lot.pk: builders_trading.signed(again, "cancelled", trading.cancelled_body(lot, "No funds"))
        for lot in again.lots
    }
    quiet()
    trading.tender_cancel(
        tender_id=again.tender.pk,
        reason="No funds",
        article="条31",
        signed=cancelled,
        actor=again.owner,
        at=START,
    )
    yield Act("tender_cancelled", {"takers": {other.organisation}})


def bids_world() -> Iterator[Act]:
    """A bid on its way: received, replaced, gone stale, called again, withdrawn."""
    hall = builders_bidding.hall()
    first, second = hall.bid(1), hall.bid(2)
    names, prices = (second.party.organisation.name,), ("9000000", "9,000,000", "9000001")
    for handed in (first, second):
        member(handed.party, hall)
    mine, both = {first.party.id}, {first.party.id, second.party.id}
    quiet()
    receipts(hall)
    yield Act("receipt_given", {"bidder": both}, prices)
    hall.bid(1, 9_000_001)
    receipts(hall)
    yield Act("bid_replaced", {"bidder": mine}, (*names, *prices))
    amend(hall)
    bidding.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now)
    yield Act("bid_stale", {"bidder": both}, prices)
    again = hall.clock.now + timedelta(hours=24)
    assert calls_make(at=again) == len(both)
    assert calls_make(at=again + timedelta(hours=1)) == 0
    yield Act("bid_stale", {"bidder": both}, prices)
    other = builders_bidding.hall(beside=hall)
    gone = other.bid(3)
    receipts(other)
    quiet()
    bidders.withdraw(other.one, gone, at=hall.clock.now)
    receipts(other)
    yield Act("bid_withdrawn", {"bidder": {gone.party.id}}, prices)


def member(party, hall) -> None:
    """A colleague without the power to seal, who must not be told of bids."""
    number = 600 + int(party.organisation.code[9:17])
    colleague = people.person(number, at=hall.clock.now)
    services.membership_grant(
        organisation_id=party.id,
        person_id=colleague.pk,
        roles={Role.BIDDER},
        powers=frozenset(),
        actor=SYSTEM,
        at=hall.clock.now,
    )


def receipts(hall) -> None:
    """The next beat, and the receipts it allows."""
    hall.cut()
    bidding.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)


def amend(hall) -> None:
    """An addendum with a new drawing: bids must be sealed again."""
    owner, at = hall.one.owner, hall.clock.now
    addendum = trading.addendum_draft(
        tender_id=hall.lot.tender_id,
        changes=[{"where": "boq.txt", "before": "3 m", "after": "4 m"}],
        affects=True,
        reason="Drawing 4 was wrong",
        actor=owner.actor,
        at=at,
    )
    trading.document_add(
        tender_id=hall.lot.tender_id,
        kind="boq",
        name="boq.txt",
        content=b"corrected",
        actor=owner.actor,
        at=at,
        addendum_id=addendum.pk,
    )
    trading.addendum_submit(addendum_id=addendum.pk, actor=owner.actor, at=at)
    addendum.refresh_from_db()
    signed = {
        pk: {"body": body, "signatures": [owner.signer.sign(kind, body)]}
        for pk, (kind, body) in trading.addendum_bodies(addendum).items()
    }
    trading.addendum_publish(addendum_id=addendum.pk, signed=signed, actor=owner.actor, at=at)
    hall.lot.refresh_from_db()
    hall.cut()


def hall_world() -> Iterator[Act]:
    """The opening, from the closed set to the record."""
    hall = builders_bidding.hall(panel=Panel(t=2, n=3, factor=True))
    bids = hall.bids(3)
    names = tuple(handed.party.organisation.name for handed in bids)
    bidders_in_set = {"bidders_in_set": {handed.party.id for handed in bids}}
    quiet()
    hall.close()
    yield Act("opening_started", bidders_in_set, names)
    for handed in bids[1:]:
        bidders.show_factor(hall.one, handed, at=hall.clock.now)
    hall.cut()
    assert hall.opening.factor_until
    hall.clock.to(hall.opening.factor_until - timedelta(minutes=5))
    assert calls_make(at=hall.clock.now) == 1
    assert calls_make(at=hall.clock.now + timedelta(seconds=15)) == 0
    yield Act("decryption_missing", {"bidder": {bids[0].party.id}}, names)
    bidders.show_factor(hall.one, bids[0], at=hall.clock.now)
    hall.cut()
    yield from _paused(hall, bidders_in_set, names)
    hall.check(factors=False)
    hall.reveal(0)
    quiet()
    assert lines_call(at=hall.clock.now) == len(bids)
    assert lines_call(at=hall.clock.now + timedelta(seconds=15)) == 0
    yield Act("line_to_confirm", bidders_in_set, (*names, "9000001"))
    hall.reveal(1)
    quiet()
    said = bidding.opening_object(
        lot_id=hall.lot.pk, text="漏读工期", actor=bids[0].party.actor, at=hall.clock.now
    )
    yield Act("opening_objection", {"owner": {hall.one.owner.id}, "agency": set()}, (*names, "漏读工期"))
    bidding.opening_answer(
        objection_id=said.pk, answer="已补读", actor=hall.one.owner.actor, at=hall.clock.now
    )
    hall.end()
    yield Act("record_published", bidders_in_set, names)
    change_tell(
        lot_id=hall.lot.pk,
        kind=ChangeKind.MERGER,
        facts="并入另一单位",
        new_name="",
        happened_on=hall.clock.now.date(),
        actor=bids[0].party.actor,
        at=hall.clock.now,
    )
    told = {"owner": {hall.one.owner.id}, "supervisor": {hall.one.supervisor.id}}
    yield Act("party_changed", told, names[1:])


def _paused(hall, bidders_in_set, names) -> Iterator[Act]:
    present = {"present": {hall.one.owner.id, *(seat.party.actor.person for seat in hall.one.seats)}}
    centre = hall.registry.party("交易中心", OrganisationKind.CENTRE, at=hall.clock.now)
    operator = people.person(870, at=hall.clock.now)
    services.membership_grant(
        organisation_id=centre.id,
        person_id=operator.pk,
        roles={Role.SYSADMIN},
        powers=frozenset(),
        actor=SYSTEM,
        at=hall.clock.now,
    )
    quiet()
    given = {"lot_id": hall.lot.pk, "code": "power-cut", "note": "停电", "actor": SYSTEM}
    bidding.opening_pause(**given, at=hall.clock.now)
    yield Act("opening_paused", present | bidders_in_set, names)
    assert calls_make(at=hall.clock.now) == 1
    assert calls_make(at=hall.clock.now + timedelta(seconds=15)) == 0
    yield Act("system_alarm", {"duty_operator": {operator.pk}}, ("power-cut", "停电", hall.lot.tender.number))
    hall.clock.after(seconds=30)
    bidding.opening_resume(**given, at=hall.clock.now)
    yield Act("opening_resumed", present | bidders_in_set, names)
    ledger_incident(
        code=IncidentCode.SOURCE_SILENT, source="tsa-1", note="no answer from 10.0.0.7", at=hall.clock.now
    )
    assert alarms_raise(at=hall.clock.now) == 1
    assert alarms_raise(at=hall.clock.now + timedelta(minutes=1)) == 0
    yield Act("system_alarm", {"duty_operator": {operator.pk}}, ("tsa-1", "10.0.0.7", "source-silent"))
    assert not Bid.objects.filter(lot=hall.lot, state="factor_due").exists()


def few_world() -> Iterator[Act]:
    """Three bids, of which one is not decrypted: the chair says which clause applies (day 4)."""
    hall = builders_bidding.hall(panel=Panel(t=2, n=3, factor=True))
    bids = hall.bids(3)
    hall.close()
    for handed in bids[1:]:
        bidders.show_factor(hall.one, handed, at=hall.clock.now)
    hall.cut()
    hall.check(factors=False)
    hall.reveal(0)
    quiet()
    bidding.few_confirm(
        lot_id=hall.lot.pk,
        clause="第二章 5.3",
        goes_on=True,
        reason="",
        actor=hall.one.owner.actor,
        at=hall.clock.now,
    )
    names = tuple(handed.party.organisation.name for handed in bids)
    yield Act("few_opened", {"supervisor": {hall.one.supervisor.id}}, names)


WORLDS = {
    "accounts": accounts_world,
    "draft": draft_world,
    "published": published_world,
    "ended": ended_world,
    "bids": bids_world,
    "hall": hall_world,
    "few": few_world,
}
