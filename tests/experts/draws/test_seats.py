"""An officer's seat in two hands (A9), reminders said once (A25), and the receipt of a contribution (V17)."""

import secrets
from datetime import timedelta

import pytest
from django.utils.translation import gettext

from accounts.models import Outbox
from accounts.states import OrganisationKind, Role
from bidding.models import Receipt
from experts.models import DrawOfficer
from experts.selectors.draw_state import draw_page
from experts.selectors.draw_tables import CONTRIBUTORS
from experts.services.contribution_give import contribution_give
from experts.services.contribution_receipt import contribution_receipt, contribution_receipts
from experts.services.draw_begin import draw_begin, draw_cert_body, draw_officer_invite
from experts.services.draw_seat import draw_key_ask, draw_key_certify, draw_seat_accept
from experts.services.draw_tell import AHEAD, PATIENCE, draw_reminders
from experts.services.header_sign import draw_postpone, postpone_body
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from protocol import bodies, canonical, officer
from protocol.draw import objects
from protocol.dsse import Signer
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(kept):
    return kept(world.play)


def told(event):
    return Outbox.objects.filter(event=event)


def invited(play, i=1, name="公证处"):
    """A serial begun, one seat offered; the body and its officer."""
    if play.draw_id is None:
        play.asked()
        play.draw_id = draw_begin(request_id=play.request.pk, t=3, actor=play.operator, at=play.now).pk
    body = play.hall.registry.party(name, OrganisationKind.OFFICER_BODY, at=play.now)
    member = play.hall.registry.staff(body, Role.OFFICER, f"{name}持钥人", at=play.now)
    given = {"organisation_id": body.id, "person_id": member.actor.person, "role": "notary"}
    draw_officer_invite(draw_id=play.draw_id, i=i, actor=play.operator, at=play.now, **given)
    return body, member


def key(play, i=1, signer=None, pk=""):
    """A new key, declared for seat ``i`` of this draw."""
    signer = signer or Signer.generate()
    lot = objects.lot_of(play.draw.lot.code, play.draw.serial)
    pk = pk or officer.generate_key(secrets.token_bytes)[1].hex()
    place = {"tender": play.draw.lot.tender.reference, "lot": lot, "i": i}
    made = bodies.body("officer-key", **place, pk=pk, sig_key=signer.spki.hex())
    return {"body": made, "signatures": [signer.sign("officer-key", made)]}


def asked(play, member, signed, i=1, **more):
    return draw_key_ask(draw_id=play.draw_id, i=i, signed=signed, actor=member.actor, at=play.now, **more)


def test_a_key_is_made_by_the_officer_and_certified_by_the_body(play):
    body, member = invited(play)
    signed, here = key(play), {"draw_id": play.draw_id, "i": 1, "at": play.now}
    assert {row.person_id for row in told("draw_seat_offered")} == {member.actor.person}
    with pytest.raises(StateConflict, match="Accept"):
        asked(play, member, signed)

    draw_seat_accept(actor=member.actor, **here)
    draw_seat_accept(actor=member.actor, **here)
    asked(play, member, signed, automated=True)
    assert told("draw_key_to_certify").exists()
    seat = DrawOfficer.objects.get(draw=play.draw_id, i=1)
    assert not seat.sig_key
    certificate = body.signer.sign("officer-cert", draw_cert_body(seat, signed["body"]["sig_key"]))
    with pytest.raises(RuleBroken):
        draw_key_certify(
            certificate=Signer.generate().sign(
                "officer-cert", draw_cert_body(seat, signed["body"]["sig_key"])
            ),
            actor=body.actor,
            **here,
        )
    seat = draw_key_certify(certificate=certificate, actor=body.actor, **here)

    assert (seat.sig_key, seat.automated) == (signed["body"]["sig_key"], True)
    assert {row.person_id for row in told("draw_dryrun")} == {member.actor.person}
    with pytest.raises(StateConflict):  # what was certified is not certified twice
        draw_key_certify(certificate=certificate, actor=body.actor, **here)


def test_nobody_takes_another_s_seat_or_certifies_for_another_body(play):
    _body, member = invited(play)
    other, _stranger = invited(play, 2, "审计局")
    here = {"draw_id": play.draw_id, "at": play.now}
    with pytest.raises(NotPermitted):
        draw_seat_accept(i=2, actor=member.actor, **here)
    draw_seat_accept(i=1, actor=member.actor, **here)
    for signed in (
        key(play, 2),
        key(play, 1) | {"signatures": [Signer.generate().sign("officer-key", key(play)["body"])]},
    ):
        with pytest.raises((RuleBroken, NotPermitted)):
            asked(play, member, signed)
    asked(play, member, key(play))
    with pytest.raises(NotPermitted):
        draw_key_certify(i=1, certificate={}, actor=other.actor, **here)


def test_who_has_not_acted_is_reminded_once_and_no_message_names_anything(play):
    play.ready()
    assert {row.organisation_id for row in told("draw_contribute")} >= {play.owner.id, play.supervisor.id}
    play.contribute(play.owner)
    play.hall.clock.to(play.draw.close_at - min(AHEAD, (play.draw.close_at - play.draw.header_entry.at) / 2))
    draw_reminders(at=play.now)
    draw_reminders(at=play.now)
    assert {row.organisation_id for row in told("draw_contribution_missing")} == {play.supervisor.id}
    before = told("draw_contribution_missing").count()
    play.contributed(play.supervisor, play.hall.bidder(1))
    assert told("draw_contribution_missing").count() == before
    assert {row.person_id for row in told("draw_waits")} == {one.seat.person_id for one in play.devices}

    commit, _release = play.pair(play.devices[0])
    play.commit(play.devices[0], commit)
    for wait, rows in ((PATIENCE - timedelta(minutes=1), 0), (timedelta(minutes=2), 4), (timedelta(0), 4)):
        play.hall.clock.to(play.now + wait)
        draw_reminders(at=play.now)
        assert told("draw_round_waits").count() == rows
    end = play.draw.close_at + timedelta(seconds=play.draw.header["release_s"])
    play.hall.clock.to(end - timedelta(minutes=1))
    draw_reminders(at=play.now)
    assert told("draw_round_waits").count() == 8
    play.past(end + timedelta(seconds=12))
    for _again in range(2):
        draw_reminders(at=play.now)
        assert told("draw_round_late").count() == 5 * 2  # nobody has released; each by page and by mail, once
    for event in ("draw_waits", "draw_round_waits", "draw_round_late"):
        assert all(set(row.data) <= {"url", "until_at"} for row in told(event))


def test_a_stall_is_told_once_and_shown_to_who_may_end_it(play):
    """Who is late hears what to do; supervisor and operator hear that it stands still, and the page says for whom."""
    play.ready()
    play.contribute(play.supervisor)
    play.drive()
    play.past(play.draw.close_at + timedelta(seconds=12))
    for _again in range(2):
        draw_reminders(at=play.now)
        assert {row.organisation_id for row in told("draw_contribution_late")} == {play.owner.id}
        assert (
            told("draw_contribution_late").count()
            == 2 * told("draw_contribution_late").values("person").distinct().count()
        )
    still = told("draw_stands_still")
    assert play.supervisor.id in {row.organisation_id for row in still}
    assert play.operator.person in {row.person_id for row in still}
    for actor in (play.operator, play.supervisor.actor):
        seen = draw_page(play.draw_id, actor, play.now)
        assert [row.office for row in seen.contributors if row.late] == [gettext(CONTRIBUTORS["owner"])]
        assert "stalled" in seen.acts


def receipt(play, party):
    return contribution_receipt(draw_id=play.draw_id, organisation=party.id, at=play.now)


def test_a_contribution_has_one_receipt_once_the_log_holds_it(play, tmp_path):
    play.ready()
    with pytest.raises(NotFound):
        receipt(play, play.owner)
    play.contribute(play.owner)
    with pytest.raises(StateConflict) as refused:
        receipt(play, play.owner)
    assert refused.value.code == "not_logged"
    play.hall.cut()

    given = receipt(play, play.owner)

    assert receipt(play, play.owner).pk == given.pk
    assert contribution_receipts(draw_id=play.draw_id, at=play.now) == 0
    body = canonical.decode(given.signed.encode())["body"]
    assert (body["kind"], body["bid"], body["policy"]) == ("contribution", None, play.draw.header["policy"])
    play.contributed(play.supervisor, play.hall.bidder(1))
    assert Receipt.objects.filter(kind="contribution").count() == 3  # the platform's own has none
    play.decided()
    play.answered()
    play.revealed()
    receipts = [row.signed.encode() for row in Receipt.objects.filter(kind="contribution")]
    report = play.judged(tmp_path, receipts=receipts)
    assert [row.check for row in report.checks if row.status != "ok"] == []


def test_what_came_after_the_time_has_no_receipt_until_the_time_is_moved(play):
    """A20: a postponement lets a sealed contribution stay; what reached the log late counts from then on."""
    play.ready()
    made = play.contribution(play.owner)
    at = play.draw.close_at - timedelta(milliseconds=1)
    contribution_give(
        draw_id=play.draw_id, body=made["body"], signatures=made["signatures"], actor=play.owner.actor, at=at
    )
    play.hall.clock.to(play.draw.close_at + timedelta(seconds=5))
    play.hall.cut()
    with pytest.raises(StateConflict) as refused:
        receipt(play, play.owner)
    assert refused.value.code == "late"

    later = play.draw.close_at + timedelta(hours=1)
    body = postpone_body(play.draw, later, "招标人网络中断")
    signatures = [play.supervisor.signer.sign("draw-postpone", body)]
    draw_postpone(
        draw_id=play.draw_id,
        close_at=later,
        reason="招标人网络中断",
        signatures=signatures,
        actor=play.supervisor.actor,
        at=play.now,
    )
    play.hall.clock.to(later + timedelta(seconds=5))
    play.hall.cut()

    assert receipt(play, play.owner).kind == "contribution"
