"""The intake desk's one complete list (一次性告知), and suspension by the supervisor."""

from datetime import timedelta

import pytest

from accounts import selectors
from accounts.actors import SYSTEM
from accounts.models import OrganisationDefect, Outbox
from accounts.rules import Defect
from accounts.services import (
    organisation_amend,
    organisation_resume,
    organisation_review,
    organisation_submit,
    organisation_suspend,
)
from accounts.states import OrganisationKind, OrganisationState, Role
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_accounts as build
from tests.builders_accounts import START

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=1)


def recorded(name):
    return [entry.data for entry in Entry.objects.order_by("seq") if entry.body.get("name") == name]


def intake(n=50):
    return build.staff(build.centre(), Role.INTAKE, n)


def submitted(n=1):
    party = build.registered(n)
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=START)
    return party


def test_organisation_review_accepts_and_gives_the_members_their_roles():
    party = submitted()

    organisation = organisation_review(
        organisation_id=party.organisation.pk, defects=[], actor=intake(), at=LATER
    )

    assert organisation.state == OrganisationState.ACCEPTED
    assert organisation.accepted_at == LATER
    actor = selectors.actor_of(party.person.pk, organisation.pk, LATER)
    assert actor.roles == {Role.BIDDER}
    assert selectors.organisation_is_active(organisation.pk, OrganisationKind.BIDDER)


def test_organisation_review_returns_one_complete_list_and_flags_what_it_missed():
    """Acceptance scenario 1 (一次性告知): five defects in one list; a sixth later is flagged as missed."""
    party, desk = submitted(), intake()
    fields = ["name", "legal_representative", "contacts", "account", "address"]
    five = [Defect(field, "proof", f"Proof of {field} is missing.") for field in fields]
    organisation_review(organisation_id=party.organisation.pk, defects=five, actor=desk, at=START)
    organisation_amend(
        organisation_id=party.organisation.pk, address="2 Wusi Road", actor=party.actor, at=LATER
    )
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=LATER)

    again = [
        Defect("name", "proof", "Still missing."),
        Defect("address", "county", "The new address is in another county."),
        Defect("region", "county", "The region does not fit the licence."),
    ]
    organisation = organisation_review(
        organisation_id=party.organisation.pk, defects=again, actor=desk, at=LATER
    )

    listed = OrganisationDefect.objects.filter(review__organisation=organisation)
    assert listed.filter(review__round=1).count() == 5
    assert {row.field: row.missed for row in listed.filter(review__round=2)} == {
        "name": False,
        "address": False,
        "region": True,
    }
    assert recorded("organisation-returned")[1]["defects"][2] == ["region", "county", True]
    assert Outbox.objects.filter(event="registration_returned", data__missed=1).exists()


@pytest.mark.parametrize(
    ("defects", "code"),
    [
        ([Defect("state", "x", "y")], "defect_field"),
        ([Defect("name", "x", " ")], "defect_message"),
        ([Defect("name", "x", "y"), Defect("name", "x", "z")], "defect_twice"),
    ],
)
def test_organisation_review_refuses_a_list_nobody_could_follow(defects, code):
    party = submitted()

    with pytest.raises(RuleBroken) as refusal:
        organisation_review(organisation_id=party.organisation.pk, defects=defects, actor=SYSTEM, at=START)

    assert refusal.value.code == code


def test_organisation_review_is_for_the_intake_desk_and_not_for_its_own_house():
    party, centre = submitted(), build.centre()
    witness = build.staff(centre, Role.WITNESS, 51)
    desk = build.staff(centre, Role.INTAKE, 52)
    for actor, organisation in (
        (witness, party.organisation),
        (party.actor, party.organisation),
        (desk, centre.organisation),
    ):
        with pytest.raises(NotPermitted):
            organisation_review(organisation_id=organisation.pk, defects=[], actor=actor, at=START)


def test_organisation_review_lets_no_desk_make_its_own_supervisor():
    """条5: a centre is not above the body which supervises it."""
    desk = intake()
    party = build.registered(7, kinds=frozenset({OrganisationKind.SUPERVISOR}))
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=START)

    with pytest.raises(NotPermitted):
        organisation_review(organisation_id=party.organisation.pk, defects=[], actor=desk, at=START)


def test_organisation_review_needs_a_registration_handed_in():
    party = build.registered()

    with pytest.raises(StateConflict):
        organisation_review(organisation_id=party.organisation.pk, defects=[], actor=SYSTEM, at=START)


def test_organisation_suspend_is_the_supervisors_and_takes_the_roles_away():
    party, supervisor = build.accepted(), build.supervisor()
    with pytest.raises(NotPermitted):
        organisation_suspend(organisation_id=party.organisation.pk, reason="x", actor=intake(), at=LATER)

    organisation_suspend(
        organisation_id=party.organisation.pk, reason="Licence revoked", actor=supervisor.actor, at=LATER
    )

    assert selectors.actor_of(party.person.pk, party.organisation.pk, LATER).roles == frozenset()
    assert not selectors.organisation_is_active(party.organisation.pk)
    assert Outbox.objects.filter(event="registration_suspended", organisation=party.organisation).exists()

    organisation_resume(organisation_id=party.organisation.pk, actor=supervisor.actor, at=LATER)

    assert selectors.actor_of(party.person.pk, party.organisation.pk, LATER).roles == {Role.BIDDER}


def test_organisation_suspend_needs_a_reason():
    party = build.accepted()

    with pytest.raises(RuleBroken):
        organisation_suspend(
            organisation_id=party.organisation.pk, reason=" ", actor=build.supervisor().actor, at=LATER
        )
