"""Setting up: the bodies no intake desk can accept."""

import pytest
from django.core.management import CommandError, call_command

from accounts import selectors
from accounts.models import Organisation, Person
from accounts.states import OrganisationState, Role
from kernel import clock
from tests import builders_accounts as build

pytestmark = pytest.mark.django_db


def enter(kind="supervisor", n=1, **changes):
    options = {
        "code": build.uscc(n),
        "name": "Housing bureau",
        "representative": "Representative",
        "region": "350100",
        "phone": ["0591-87650001", "0591-87650002"],
        "email": "desk@example.test",
        "member": "Desk",
    } | changes
    phones = [word for phone in options.pop("phone") for word in ("--phone", phone)]
    rest = [word for name, value in options.items() for word in (f"--{name}", value)]
    call_command("public_body", kind, *phones, *rest)


def test_public_body_enters_an_accepted_supervisor_with_its_first_member(capsys):
    enter()

    organisation = Organisation.objects.get()
    actor = selectors.actor_of(Person.objects.get().pk, organisation.pk, clock.now())
    assert organisation.state == OrganisationState.ACCEPTED
    assert actor.roles == {Role.SUPERVISOR}
    assert "admits its members" in capsys.readouterr().out


def test_public_body_gives_the_first_member_of_a_centre_no_post():
    enter("centre")

    organisation = Organisation.objects.get()
    actor = selectors.actor_of(Person.objects.get().pk, organisation.pk, clock.now())
    assert actor.roles == frozenset()
    assert actor.powers


def test_public_body_says_everything_wrong_and_leaves_nothing_behind():
    with pytest.raises(CommandError, match=r"region.*contacts"):
        enter(region="35", phone=["0591-87650001"])

    assert not Organisation.objects.exists()
    assert not Person.objects.exists()


def test_public_body_refuses_a_code_in_use():
    enter()

    with pytest.raises(CommandError, match="already registered"):
        enter("audit", email="other@example.test")


def test_public_body_takes_a_person_who_has_a_login():
    person = build.person(1)

    enter(email="PERSON-1@example.test")

    assert Person.objects.get() == person
