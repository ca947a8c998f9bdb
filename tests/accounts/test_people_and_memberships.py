"""People, memberships, the posts of a centre, staff sessions."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.identity_keys import identity_key
from accounts.models import Membership, Person, StaffSession
from accounts.services import (
    membership_grant,
    membership_revoke,
    person_enrol,
    person_register,
    staff_session_close,
    staff_session_open,
    staff_sessions_expire,
)
from accounts.states import Power, Role
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from ledger.models import Entry
from tests import builders_accounts as build
from tests.builders_accounts import START

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=1)
RESIDENT = "11010519491231002X"


def test_person_register_keeps_no_plain_identity_number():
    person = build.person(1, identity_number=RESIDENT, identity_key=bytes(32))

    stored = Person.objects.get(pk=person.pk)
    assert stored.identity_last4 == "002X"
    assert len(stored.identity_hash) == 64
    assert RESIDENT not in str(vars(stored))
    assert all(RESIDENT not in entry.data_text for entry in Entry.objects.all())


def test_person_register_refuses_an_address_in_use_in_whatever_case():
    build.person(1)

    with pytest.raises(RuleBroken) as refusal:
        person_register(email="PERSON-1@Example.Test", name="x", actor=SYSTEM, at=START)

    assert refusal.value.code == "email_taken"


def test_person_register_is_not_for_everybody():
    for actor in (ANONYMOUS, build.bidder(1).actor):
        with pytest.raises(NotPermitted):
            person_register(email="a@example.test", name="x", actor=actor, at=START)


def test_person_register_speaks_two_languages():
    with pytest.raises(RuleBroken):
        person_register(email="a@example.test", name="x", language="fr", actor=SYSTEM, at=START)


def test_person_enrol_writes_one_entry_however_often_it_is_called():
    person = build.person(1)
    before = Entry.objects.count()

    person_enrol(person_id=person.pk, actor=SYSTEM, at=LATER)

    assert Entry.objects.count() == before
    assert Person.objects.get(pk=person.pk).joined_at == START


def test_the_database_refuses_an_identity_hash_that_is_none():
    person = build.person(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(
            identity_hash=RESIDENT, identity_last4="002X", identity_kind="resident"
        )


def test_identity_key_is_made_once_and_read_by_its_owner_only(installation):
    key = identity_key()

    assert identity_key() == key
    assert (installation / "keys" / "identity.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["not hex", "00" * 31, ""])
def test_identity_key_refuses_a_file_that_protects_nothing(settings, tmp_path, content):
    settings.KEYS_DIR = tmp_path
    (tmp_path / "identity.key").write_text(content)

    with pytest.raises(Unavailable):
        identity_key()


def test_identity_key_is_never_made_in_production(settings, tmp_path):
    """A key made there by accident would compare with nothing marked before."""
    settings.KEYS_DIR, settings.PRODUCTION = tmp_path, True

    with pytest.raises(Unavailable):
        identity_key()

    assert not (tmp_path / "identity.key").exists()


def test_person_enrol_says_when_there_is_nobody():
    with pytest.raises(NotFound):
        person_enrol(person_id=UUID(int=1), actor=SYSTEM, at=START)


def test_actor_of_gives_no_role_without_a_membership_in_force():
    party = build.bidder(1)
    stranger = build.person(2)
    assert selectors.actor_of(stranger.pk, party.organisation.pk, START).roles == frozenset()
    assert selectors.actor_of(party.person.pk, None, START).organisation is None

    before = START - timedelta(seconds=1)

    assert selectors.actor_of(party.person.pk, party.organisation.pk, before).roles == frozenset()


def test_actor_key_never_holds_a_name():
    """Names in the ledger could never be taken back (personal data)."""
    actor = build.bidder(1).actor

    assert actor.name
    assert actor.name not in actor.key
    assert (SYSTEM.key, ANONYMOUS.key) == ("system", "public")
    assert Actor(person=actor.person).key == str(actor.person)


def test_membership_grant_ends_with_its_term():
    party, second = build.bidder(1), build.person(2)
    membership_grant(
        organisation_id=party.organisation.pk,
        person_id=second.pk,
        roles={Role.BIDDER},
        powers={Power.SEAL},
        valid_to=LATER,
        actor=party.actor,
        at=START,
    )

    assert selectors.actor_of(second.pk, party.organisation.pk, START).powers == {Power.SEAL}
    assert selectors.actor_of(second.pk, party.organisation.pk, LATER).powers == frozenset()


def test_membership_grant_replaces_the_one_before_and_keeps_it():
    party, second = build.bidder(1), build.person(2)
    for powers in ({Power.SEAL}, {Power.PAY}):
        membership_grant(
            organisation_id=party.organisation.pk,
            person_id=second.pk,
            roles={Role.BIDDER},
            powers=powers,
            actor=party.actor,
            at=START,
        )

    assert selectors.actor_of(second.pk, party.organisation.pk, START).powers == {Power.PAY}
    assert Membership.objects.filter(person=second).count() == 2


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.INTAKE])
def test_membership_grant_gives_no_role_beyond_the_kind_of_organisation(role):
    """A bidder cannot make its clerk an officer."""
    party, second = build.bidder(1), build.person(2)

    with pytest.raises(RuleBroken) as refusal:
        membership_grant(
            organisation_id=party.organisation.pk,
            person_id=second.pk,
            roles={role},
            actor=party.actor,
            at=START,
        )

    assert [found.code for found in refusal.value.findings] == ["role_not_of_kind"]


def test_membership_grant_keeps_one_person_from_two_posts():
    centre = build.centre()
    clerk = build.staff(centre, Role.FINANCE, 2)
    other = build.centre(905)

    with pytest.raises(RuleBroken) as refusal:
        membership_grant(
            organisation_id=other.organisation.pk,
            person_id=clerk.person,
            roles={Role.WITNESS},
            actor=other.actor,
            at=START,
        )

    assert [found.code for found in refusal.value.findings] == ["posts"]


def test_membership_grant_needs_the_power_over_members():
    party = build.bidder(1)
    clerk = build.staff(party, Role.BIDDER, 2, powers=frozenset({Power.SEAL}))

    with pytest.raises(NotPermitted):
        membership_grant(
            organisation_id=party.organisation.pk,
            person_id=clerk.person,
            roles={Role.BIDDER},
            powers=set(Power),
            actor=clerk,
            at=START,
        )


def test_membership_revoke_ends_at_once_and_never_leaves_nobody():
    party = build.bidder(1)
    second = build.staff(party, Role.BIDDER, 2)
    member = Membership.objects.get(person=second.person)

    membership_revoke(membership_id=member.pk, reason="Left", actor=party.actor, at=LATER)

    assert selectors.actor_of(second.person, party.organisation.pk, LATER).organisation is None
    with pytest.raises(StateConflict):
        membership_revoke(membership_id=member.pk, reason="Left", actor=party.actor, at=LATER)
    last = Membership.objects.get(person=party.person)
    with pytest.raises(RuleBroken) as refusal:
        membership_revoke(membership_id=last.pk, reason="Left", actor=party.actor, at=LATER)
    assert refusal.value.code == "membership_last"


def test_membership_services_refuse_nonsense():
    party = build.bidder(1)
    member = Membership.objects.get(person=party.person)
    with pytest.raises(RuleBroken):
        membership_revoke(membership_id=member.pk, reason="", actor=party.actor, at=START)
    with pytest.raises(NotFound):
        membership_revoke(membership_id=party.person.pk, reason="x", actor=party.actor, at=START)
    with pytest.raises(NotFound):
        membership_grant(
            organisation_id=party.organisation.pk,
            person_id=member.pk,
            roles=(),
            actor=party.actor,
            at=START,
        )
    with pytest.raises(RuleBroken):
        membership_grant(
            organisation_id=party.organisation.pk,
            person_id=party.person.pk,
            roles={Role.BIDDER},
            valid_to=START,
            actor=party.actor,
            at=START,
        )


def opened(actor, *, until=LATER, purpose="Letter 2026-17", role=Role.WITNESS, at=START):
    return staff_session_open(role=role, purpose=purpose, until=until, actor=actor, at=at, scope="T-1")


def test_staff_session_is_timed_and_on_the_record():
    witness = build.staff(build.centre(), Role.WITNESS, 2)

    session = opened(witness)

    assert selectors.actor_of(witness.person, witness.organisation, START).session == session.pk
    assert selectors.actor_of(witness.person, witness.organisation, LATER).session is None
    entry = Entry.objects.order_by("seq").last()
    assert entry.body["name"] == "staff-session-opened"
    assert entry.data["purpose"] == "Letter 2026-17"


def test_staff_session_open_allows_one_at_a_time_and_reopens_after_the_end():
    witness = build.staff(build.centre(), Role.WITNESS, 2)
    first = opened(witness)
    with pytest.raises(StateConflict):
        opened(witness)

    opened(witness, at=LATER, until=LATER + timedelta(hours=1))

    first.refresh_from_db()
    assert first.closed_at == first.expires_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": " "}, "purpose"),
        ({"until": START + timedelta(hours=9)}, "session_length"),
        ({"until": START}, "session_length"),
        ({"role": Role.SUPERVISOR}, "session_role"),
        ({"role": Role.BIDDER}, "session_role"),
    ],
)
def test_staff_session_open_needs_a_purpose_an_end_and_the_role(changes, code):
    witness = build.staff(build.centre(), Role.WITNESS, 2)

    with pytest.raises(RuleBroken) as refusal:
        opened(witness, **changes)

    assert refusal.value.code == code


def test_staff_session_open_is_not_for_bidders():
    with pytest.raises(NotPermitted):
        opened(build.bidder(1).actor)


def test_staff_session_close_is_for_whoever_opened_it():
    centre = build.centre()
    witness, other = (build.staff(centre, Role.WITNESS, n) for n in (2, 3))
    session = opened(witness)
    with pytest.raises(NotPermitted):
        staff_session_close(session_id=session.pk, actor=other, at=START)

    staff_session_close(session_id=session.pk, actor=witness, at=START)

    with pytest.raises(StateConflict):
        staff_session_close(session_id=session.pk, actor=witness, at=START)


def test_staff_sessions_expire_closes_what_is_over_and_nothing_else():
    centre = build.centre()
    one, two = (build.staff(centre, Role.WITNESS, n) for n in (2, 3))
    opened(one)
    opened(two, until=LATER + timedelta(hours=1))

    assert staff_sessions_expire(at=LATER) == 1
    assert staff_sessions_expire(at=LATER) == 0
    assert StaffSession.objects.filter(closed_at__isnull=True).count() == 1
