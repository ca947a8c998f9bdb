"""Acts of two: a postponement by owner and supervisor, an officer's key by officer and organisation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.actors import Actor
from accounts.models import Outbox
from accounts.states import Power, Role
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from protocol import bodies, officer
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_trading import START
from trading import selectors, services
from trading.rules import shifted

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)


def plan(made, days=7):
    times = shifted(selectors.times_in_force(made.lot), made.lot.close_at + timedelta(days=days))
    body = services.postpone_body(made.lot, times, "Hall damaged")
    return times, body


def propose(made, *, days=7, actor=None):
    times, body = plan(made, days)
    return services.postponement_propose(
        lot_id=made.lot.pk,
        times=times,
        reason="Hall damaged",
        signatures=[made.market.owner.signer.sign("postpone", body)],
        actor=actor or made.owner,
        at=LATER,
    )


def sign(made, proposal, signer=None, actor=None):
    supervisor = made.market.supervisor
    signature = (signer or supervisor.signer).sign("postpone", proposal.body)
    return services.postponement_sign(
        proposal_id=proposal.pk, signatures=[signature], actor=actor or supervisor.actor, at=LATER
    )


def test_a_proposed_postponement_moves_nothing_until_the_supervisor_signs(kept):
    made = kept(build.published_tender)
    before = made.lot.close_at

    proposal = propose(made)

    assert build.refreshed(made).lot.close_at == before
    assert Outbox.objects.filter(event="postponement_to_sign").exists()

    sign(made, proposal)

    assert build.refreshed(made).lot.close_at == before + timedelta(days=7)
    proposal.refresh_from_db()
    assert proposal.state == "signed"


def test_only_the_competent_supervisor_signs(kept):
    made = kept(build.published_tender)
    proposal = propose(made)
    stranger = people.supervisor(990)

    with pytest.raises(NotPermitted):
        sign(made, proposal, stranger.signer, stranger.actor)
    with pytest.raises(NotPermitted):
        sign(made, proposal, actor=replace(made.market.supervisor.actor, powers=frozenset()))
    with pytest.raises(RuleBroken):
        sign(made, proposal, stranger.signer)


def test_a_second_proposal_takes_the_first_back_and_each_is_settled_once(kept):
    made = kept(build.published_tender)
    first, second = propose(made), propose(made, days=9)
    first.refresh_from_db()

    assert first.state == "withdrawn"
    with pytest.raises(StateConflict):
        sign(made, first)
    services.postponement_withdraw(proposal_id=second.pk, actor=made.owner, at=LATER)
    with pytest.raises(StateConflict):
        sign(made, second)


def test_an_earlier_deadline_cannot_be_proposed(kept):
    made = kept(build.published_tender)

    with pytest.raises(RuleBroken):
        propose(made, days=-1)


@pytest.fixture
def seat(kept):
    made = kept(build.draft_tender, officers=0)
    body = made.market.bodies[0]
    person = people.person(700_999)
    offered = services.officer_seat_invite(
        lot_id=made.lot.pk,
        i=1,
        organisation_id=body.organisation.pk,
        person_id=person.pk,
        role="notary",
        actor=made.owner,
        at=START,
    )
    return made, body, offered


def ask(seat, *, label="one"):
    made, body, offered = seat
    actor = Actor(
        person=offered.person_id, organisation=body.organisation.pk, roles=frozenset({Role.OFFICER})
    )
    signer = people.signer(f"seat {label}")
    _secret, pk = officer.generate_key(build.device_random(label))
    key = bodies.body(
        "officer-key",
        tender=made.tender.reference,
        lot=made.lot.code,
        i=1,
        pk=pk.hex(),
        sig_key=signer.spki.hex(),
    )
    signed = {"body": key, "signatures": [signer.sign("officer-key", key)]}
    asked = services.officer_key_ask(seat_id=offered.pk, signed=signed, tool="browser", actor=actor, at=START)
    return asked, signer


def accept(seat):
    _made, body, offered = seat
    actor = Actor(
        person=offered.person_id, organisation=body.organisation.pk, roles=frozenset({Role.OFFICER})
    )
    services.officer_seat_accept(seat_id=offered.pk, actor=actor, at=START)


def test_an_officers_key_counts_once_the_organisation_has_certified_it(seat):
    """Amendment A9: the certificate is by the officer's organisation, not by the platform."""
    made, body, _offered = seat
    with pytest.raises(StateConflict):
        ask(seat)
    accept(seat)
    asked, signer = ask(seat)
    assert (asked.state, asked.opening_key) == ("accepted", "")

    certificate = body.signer.sign("officer-cert", services.officer_cert_body(asked, signer.spki.hex()))
    with pytest.raises(NotPermitted):
        services.officer_key_certify(seat_id=asked.pk, certificate=certificate, actor=made.owner, at=START)
    certified = services.officer_key_certify(
        seat_id=asked.pk, certificate=certificate, actor=body.actor, at=START
    )

    assert certified.state == "registered"
    assert certified.sig_key == signer.spki.hex()
    assert certified.asked_key == {}


def test_another_organisations_certificate_is_refused(seat):
    made, body, _offered = seat
    accept(seat)
    asked, signer = ask(seat)
    other = made.market.bodies[1].signer

    with pytest.raises(RuleBroken):
        services.officer_key_certify(
            seat_id=asked.pk,
            certificate=other.sign("officer-cert", services.officer_cert_body(asked, signer.spki.hex())),
            actor=replace(body.actor, powers=frozenset({Power.CONFIRM})),
            at=START,
        )


def test_the_owner_takes_a_question_for_the_objection_it_is(kept):
    """An objection typed as a question: it stops the tender, and who asked stays hidden."""
    made = kept(build.published_tender)
    question = services.question_ask(
        tender_id=made.tender.pk, text="Clause 3 excludes everybody but one.", actor=build.bidder(1), at=LATER
    )

    objection = services.question_treat_as_objection(question_id=question.pk, actor=made.owner, at=LATER)

    question.refresh_from_db()
    assert (question.state, objection.state) == ("converted", "received")
    assert build.refreshed(made).tender.state == "suspended"
    assert objection.objector_id == question.asker_id
