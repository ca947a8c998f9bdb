"""Whom a draw waits for: its officers, their bodies, who contributes. No word of experts, bids, or how many there are."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from accounts.selectors import people_in_role
from accounts.states import OrganisationKind, Role
from experts.models import DrawOfficer, Expert
from experts.selectors.draw_stalled import stall_seen
from experts.services.draw_begin import draw_begin, draw_cert_body, draw_officer_invite
from experts.services.draw_seat import draw_key_ask, draw_key_certify, draw_seat_accept
from experts.services.draw_tell import PATIENCE, draw_reminders
from experts.services.header_sign import draw_postpone, postpone_body
from experts.services.officer_exchange import (
    officer_exchange_agree,
    officer_exchange_propose,
    officer_exchange_refuse,
)
from protocol import officer as protocol_officer
from protocol.dsse import Signer
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.draws import world
from tests.experts.draws.test_seats import key

BIDS = 3


def hidden(play: world.Play) -> tuple[str, ...]:
    """What no message of a draw says: names of the pool, of bidders, the tender's number."""
    bidders = [play.hall.bidder(number).organisation.name for number in range(1, BIDS + 1)]
    return (*Expert.objects.values_list("name", flat=True), *bidders, play.hall.lot.tender.number)


def draw_keys_world() -> Iterator[Act]:
    """From the seat that is offered to the round that waits."""
    play = world.play(bids=BIDS)
    yield from seat_acts(play)
    play.devices += [play.officer(i) for i in (2, 3, 4, 5)]
    play.hall.cut()
    play.prepared()
    quiet()
    play.signed()
    secret = hidden(play)
    bidders = {play.hall.bidder(number).organisation.pk for number in range(1, BIDS + 1)}
    owner, supervisor = {play.owner.id}, {play.supervisor.id}
    asked = {"owner": owner, "supervisor": supervisor, "bidders_in_set": bidders}
    yield Act("draw_contribute", asked, secret)
    quiet()
    play.hall.clock.to(play.draw.close_at - timedelta(minutes=1))
    draw_reminders(at=play.now)
    yield Act("draw_contribution_missing", {"owner": owner, "supervisor": supervisor}, secret)
    quiet()
    play.past(play.draw.close_at + timedelta(seconds=12))
    draw_reminders(at=play.now)
    yield Act("draw_contribution_late", {"owner": owner, "supervisor": supervisor}, secret)
    watchers = set(people_in_role(Role.WITNESS, OrganisationKind.CENTRE, play.now))
    stands = {"supervisor": supervisor, "witness": watchers}
    moved_on(play)
    play.past(play.draw.close_at + timedelta(seconds=12))
    quiet()
    draw_reminders(at=play.now)
    yield Act("draw_stands_still", stands, tuple(Expert.objects.values_list("name", flat=True)))
    moved_on(play)
    quiet()
    play.contributed()
    officers = {"officers": {device.seat.person_id for device in play.devices}}
    title = (*secret, play.hall.lot.tender.title, play.hall.lot.number)
    yield Act("draw_waits", officers, title)
    quiet()
    play.hall.clock.to(play.now + PATIENCE)
    draw_reminders(at=play.now)
    yield Act("draw_round_waits", officers, title)
    quiet()
    play.past(stall_seen(play.draw_id, play.operator).due)
    draw_reminders(at=play.now)
    yield Act("draw_round_late", officers, title)


def moved_on(play: world.Play) -> None:
    """The supervisor moves the close of contributions by half an hour."""
    later = play.now.replace(microsecond=0) + timedelta(minutes=30)
    given = {"close_at": later, "reason": "系统故障"}
    made = [play.supervisor.signer.sign("draw-postpone", postpone_body(play.draw, **given))]
    draw_postpone(draw_id=play.draw_id, signatures=made, actor=play.supervisor.actor, at=play.now, **given)


def seat_acts(play: world.Play) -> Iterator[Act]:
    """A seat offered, its key to be certified, its dry run asked."""
    play.asked()
    play.draw_id = draw_begin(request_id=play.request.pk, t=3, actor=play.operator, at=play.now).pk
    body = play.hall.registry.party("公证处", OrganisationKind.OFFICER_BODY, at=play.now)
    member = play.hall.registry.staff(body, Role.OFFICER, "持钥人", at=play.now)
    secret, officer = hidden(play), {"officer": {member.actor.person}}
    given = {"organisation_id": body.id, "person_id": member.actor.person, "role": "notary"}
    ill = play.hall.registry.staff(body, Role.OFFICER, "原持钥人", at=play.now).actor.person
    other = {**given, "person_id": ill}
    quiet()
    draw_officer_invite(draw_id=play.draw_id, i=1, actor=play.operator, at=play.now, **other)
    yield Act("draw_seat_offered", {"officer": {ill}}, secret)
    why = {"cause": "prevented", "reason": "不能到场"}
    at = {"draw_id": play.draw_id, "at": play.now}
    quiet()
    asked = officer_exchange_propose(i=1, actor=play.operator, **given, **why, **at)
    yield Act("draw_officer_proposed", {"supervisor": {play.supervisor.id}}, secret)
    quiet()
    officer_exchange_refuse(exchange_id=asked.pk, reason="仍可到场", actor=play.supervisor.actor, **at)
    yield Act("draw_officer_refused", {"centre": {play.operator.person}}, secret)
    asked = officer_exchange_propose(i=1, actor=play.operator, **given, **why, **at)
    quiet()
    officer_exchange_agree(exchange_id=asked.pk, actor=play.supervisor.actor, **at)
    yield Act("draw_seat_ended", {"officer": {ill}}, secret)
    play.hall.cut()
    here = {"draw_id": play.draw_id, "i": 1, "at": play.now}
    draw_seat_accept(actor=member.actor, **here)
    signer = Signer.generate()
    opening, public = protocol_officer.generate_key(secrets.token_bytes)
    quiet()
    draw_key_ask(signed=key(play, signer=signer, pk=public.hex()), actor=member.actor, **here)
    yield Act("draw_key_to_certify", {"officer_body": {body.id}}, secret)
    seat = DrawOfficer.objects.get(draw=play.draw_id, i=1)
    certificate = body.signer.sign("officer-cert", draw_cert_body(seat, signer.spki.hex()))
    quiet()
    draw_key_certify(certificate=certificate, actor=body.actor, **here)
    yield Act("draw_dryrun", officer, (*secret, play.hall.lot.tender.title))
    device = world.Device(DrawOfficer.objects.get(pk=seat.pk), member.actor, signer, opening)
    play.dry_run(device)
    play.devices = [device]
