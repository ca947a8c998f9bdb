"""Mandates: owner and agency sign the same bytes, either side may end it (条14)."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.actors import SYSTEM
from accounts.models import Mandate, Outbox
from accounts.rules import mandate_body
from accounts.rules.mandates import KIND
from accounts.services import (
    mandate_accept,
    mandate_grant,
    mandate_revoke,
    signing_key_lost,
)
from accounts.states import MandatePower, MandateState, Power, Role
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_accounts as build
from tests.builders_accounts import REGISTRAR_SPKIS, START, SUPERVISOR_SPKIS

pytestmark = pytest.mark.django_db
UNTIL = datetime(2027, 11, 2, 1, 0, tzinfo=UTC)
TENDER = "500112-GC-2026-00123"


def in_force(owner, agency, power=MandatePower.PUBLISH, at=START, tender=TENDER):
    return selectors.mandate_in_force(
        owner=owner.organisation.pk, agency=agency.organisation.pk, tender=tender, power=power, at=at
    )


def offer(owner, agency, *, by=None, signer=None, **changes):
    facts = build.mandate_facts(owner, agency, TENDER, until=UNTIL)
    values = {
        "owner_id": owner.organisation.pk,
        "agency_id": agency.organisation.pk,
        "tender": TENDER,
        "powers": facts.powers,
        "valid_from": START,
        "valid_to": UNTIL,
        "fee_basis": facts.fee_basis,
        "fee_payer": facts.fee_payer,
        "signatures": [(signer or owner.signer).sign(KIND, mandate_body(facts))],
        "actor": by or owner.actor,
        "at": START,
    }
    return mandate_grant(**(values | changes))


def test_mandate_counts_only_once_both_have_signed():
    """条14: written contract of agency; here: both signatures over the same bytes."""
    owner, agency = build.owner(), build.agency()
    offered = build.mandate_offered(owner, agency, TENDER, until=UNTIL)
    assert not in_force(owner, agency)

    mandate_accept(
        mandate_id=offered.pk,
        signatures=[agency.signer.sign(KIND, offered.body)],
        actor=agency.actor,
        at=START,
    )

    assert in_force(owner, agency)
    assert not in_force(owner, agency, at=UNTIL)
    assert not in_force(owner, agency, tender="another")
    assert not in_force(agency, owner)


def test_mandate_covers_only_the_powers_given():
    owner, agency = build.owner(), build.agency()
    facts = build.mandate_facts(owner, agency, TENDER, until=UNTIL)
    narrow = type(facts)(**{**vars(facts), "powers": frozenset({MandatePower.DRAFT})})
    offered = offer(
        owner,
        agency,
        powers={MandatePower.DRAFT},
        signatures=[owner.signer.sign(KIND, mandate_body(narrow))],
    )
    signed = [agency.signer.sign(KIND, offered.body)]
    mandate_accept(mandate_id=offered.pk, signatures=signed, actor=agency.actor, at=START)

    assert in_force(owner, agency, MandatePower.DRAFT)
    assert not in_force(owner, agency, MandatePower.CHAIR)


def test_mandate_grant_refuses_a_signature_over_other_powers():
    """An agency cannot widen what the owner signed."""
    owner, agency = build.owner(), build.agency()

    with pytest.raises(RuleBroken) as refusal:
        offer(owner, agency, powers={MandatePower.DRAFT})

    assert refusal.value.code == "signature"


def test_mandate_grant_refuses_a_key_that_is_not_the_owners():
    owner, agency = build.owner(), build.agency()

    with pytest.raises(RuleBroken) as refusal:
        offer(owner, agency, signer=agency.signer)

    assert refusal.value.code == "signature_stranger"


def test_mandate_grant_refuses_a_key_recorded_as_lost():
    owner, agency = build.owner(), build.agency()
    new = build.signer("owner's second key")
    build.register_key(owner.organisation, new)
    signing_key_lost(
        **build.key_loss_event(owner.organisation, owner.spki, new.spki.hex()),
        registrar=REGISTRAR_SPKIS,
        supervisor=SUPERVISOR_SPKIS,
        actor=SYSTEM,
        at=START,
    )

    with pytest.raises(RuleBroken) as refusal:
        offer(owner, agency)

    assert refusal.value.code == "signature_stranger"


def test_mandate_grant_gives_every_finding_at_once():
    owner = build.owner()

    with pytest.raises(RuleBroken) as refusal:
        offer(owner, owner, tender=" ", powers=(), valid_to=START, fee_payer="nobody")

    assert [found.code for found in refusal.value.findings] == [
        "mandate_self",
        "mandate_powers",
        "mandate_term",
        "mandate_tender",
        "mandate_fee",
    ]


def test_mandate_grant_is_the_owners_and_for_an_agency():
    owner, agency, bidder = build.owner(), build.agency(), build.bidder(1)
    with pytest.raises(NotPermitted):
        offer(owner, agency, by=agency.actor)
    clerk = build.staff(owner, Role.OWNER, 60, powers=frozenset({Power.ANSWER}))
    with pytest.raises(NotPermitted):
        offer(owner, agency, by=clerk)
    with pytest.raises(RuleBroken) as refusal:
        offer(owner, bidder)
    assert refusal.value.code == "organisation_not_active"


def test_mandate_grant_allows_one_mandate_per_tender():
    owner, agency = build.owner(), build.agency()
    offer(owner, agency)

    with pytest.raises(RuleBroken) as refusal:
        offer(owner, agency)

    assert refusal.value.code == "mandate_exists"


def test_mandate_accept_is_the_agencys_with_its_own_key():
    owner, agency, other = build.owner(), build.agency(), build.agency(905)
    offered = offer(owner, agency)
    for actor in (owner.actor, other.actor):
        with pytest.raises(NotPermitted):
            mandate_accept(
                mandate_id=offered.pk,
                signatures=[agency.signer.sign(KIND, offered.body)],
                actor=actor,
                at=START,
            )
    with pytest.raises(RuleBroken):
        mandate_accept(
            mandate_id=offered.pk,
            signatures=[other.signer.sign(KIND, offered.body)],
            actor=agency.actor,
            at=START,
        )


@pytest.mark.parametrize("side", ["owner", "agency"])
def test_mandate_revoke_ends_it_at_once_from_either_side(side):
    parties = {"owner": build.owner(), "agency": build.agency()}
    given = build.mandate(parties["owner"], parties["agency"], TENDER, until=UNTIL)

    mandate_revoke(mandate_id=given.pk, reason="Contract ended", actor=parties[side].actor, at=START)

    assert not in_force(parties["owner"], parties["agency"])
    assert Outbox.objects.filter(event="mandate_revoked").values("organisation").distinct().count() == 2
    with pytest.raises(StateConflict):
        mandate_revoke(mandate_id=given.pk, reason="Again", actor=parties[side].actor, at=START)
    build.mandate(parties["owner"], parties["agency"], TENDER, until=UNTIL)


def test_mandate_revoke_needs_a_reason_and_a_side():
    owner, agency = build.owner(), build.agency()
    given = build.mandate(owner, agency, TENDER, until=UNTIL)
    with pytest.raises(RuleBroken):
        mandate_revoke(mandate_id=given.pk, reason="", actor=owner.actor, at=START)
    with pytest.raises(NotPermitted):
        mandate_revoke(mandate_id=given.pk, reason="x", actor=build.bidder(1).actor, at=START)


def test_the_database_refuses_an_accepted_mandate_without_its_moment():
    offered = offer(build.owner(), build.agency())

    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=offered.pk).update(state=MandateState.ACCEPTED.value)
