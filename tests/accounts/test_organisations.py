"""Registration of organisations through services."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.actors import SYSTEM, Actor
from accounts.models import Organisation, Outbox
from accounts.rules import Defect
from accounts.services import (
    account_declare,
    organisation_amend,
    organisation_register,
    organisation_rename,
    organisation_review,
    organisation_submit,
)
from accounts.states import OrganisationKind, OrganisationState, Role
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
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


def test_organisation_register_makes_a_draft_and_its_first_member():
    party = build.registered()

    assert party.organisation.state == OrganisationState.DRAFT
    assert party.actor.roles == frozenset()
    assert party.actor.powers
    assert recorded("organisation-registered")[0]["name"] == "Firm 1"


def test_organisation_register_refuses_a_mistyped_code_with_its_reason():
    with pytest.raises(RuleBroken) as refusal:
        organisation_register(
            code="91350100M000100Y44",
            name="Firm",
            kinds={OrganisationKind.BIDDER},
            actor=SYSTEM,
            at=START,
        )

    assert [found.code for found in refusal.value.findings] == ["uscc_check"]


def test_organisation_register_refuses_a_second_registration_under_one_code():
    build.registered(1)

    with pytest.raises(RuleBroken) as refusal:
        organisation_register(
            code=build.uscc(1).lower(), name="Other", kinds={OrganisationKind.BIDDER}, actor=SYSTEM, at=START
        )

    assert refusal.value.code == "code_taken"
    assert Organisation.objects.count() == 1


def test_organisation_register_needs_a_login_and_no_administrator():
    with pytest.raises(NotPermitted):
        organisation_register(
            code=build.uscc(1), name="F", kinds={OrganisationKind.BIDDER}, actor=Actor(), at=START
        )
    administrator = build.staff(build.centre(), Role.SYSADMIN, 60)
    with pytest.raises(NotPermitted):
        organisation_register(
            code=build.uscc(1), name="F", kinds={OrganisationKind.BIDDER}, actor=administrator, at=START
        )


def test_organisation_register_refuses_a_field_nobody_may_set():
    with pytest.raises(TypeError, match="state"):
        organisation_register(
            code=build.uscc(1),
            name="F",
            kinds={OrganisationKind.BIDDER},
            actor=SYSTEM,
            at=START,
            state="accepted",
        )


def test_organisation_submit_gives_every_gap_at_once():
    first = build.person(1)
    organisation = organisation_register(
        code=build.uscc(1),
        name="Firm",
        kinds={OrganisationKind.BIDDER},
        actor=Actor(person=first.pk),
        at=START,
    )

    with pytest.raises(RuleBroken) as refusal:
        organisation_submit(organisation_id=organisation.pk, actor=SYSTEM, at=START)

    assert {found.field for found in refusal.value.findings} == {
        "legal_representative",
        "region",
        "contacts",
        "account",
    }


def test_organisation_submit_is_for_the_organisations_own_people():
    party, stranger = build.registered(1), build.registered(2)

    with pytest.raises(NotPermitted):
        organisation_submit(organisation_id=party.organisation.pk, actor=stranger.actor, at=START)


def test_organisation_amend_ends_with_handing_in():
    party = submitted()

    with pytest.raises(StateConflict):
        organisation_amend(
            organisation_id=party.organisation.pk, region="350200", actor=party.actor, at=START
        )


def test_organisation_amend_corrects_the_name_without_inventing_history():
    party = build.registered()

    organisation = organisation_amend(
        organisation_id=party.organisation.pk, name="Firm One", actor=party.actor, at=START
    )

    assert [row.name for row in organisation.names.all()] == ["Firm One"]


def test_organisation_rename_keeps_the_history_of_names():
    """条38: a bidder's change of name is told, kept, and found under the old name, too."""
    party = build.accepted()

    organisation_rename(
        organisation_id=party.organisation.pk,
        name="New Firm（Group）",
        since=date(2026, 6, 1),
        evidence="ab" * 32,
        actor=intake(),
        at=LATER,
    )

    pk = party.organisation.pk
    assert selectors.name_on(pk, date(2026, 5, 31)) == "Firm 1"
    assert selectors.name_on(pk, date(2026, 6, 1)) == "New Firm（Group）"
    assert selectors.name_on(pk, date(2010, 1, 1)) == "Firm 1"
    assert [row.pk for row in selectors.organisations_named("firm 1")] == [pk]
    assert [row.pk for row in selectors.organisations_named("New Firm (Group)")] == [pk]
    assert recorded("organisation-renamed")[0]["old"] == "Firm 1"


def test_organisation_rename_refuses_a_name_before_the_one_it_replaces():
    party = build.accepted()

    with pytest.raises(RuleBroken) as refusal:
        organisation_rename(
            organisation_id=party.organisation.pk,
            name="New",
            since=date(2020, 1, 1),
            evidence="",
            actor=SYSTEM,
            at=LATER,
        )

    assert refusal.value.code == "name_since"


def test_account_declare_counts_only_for_tenders_published_afterwards():
    """A bidder cannot swap the basic account under a running tender (条26)."""
    party = build.accepted()
    old = selectors.basic_account_current(party.organisation.pk)

    new = account_declare(
        organisation_id=party.organisation.pk, account=build.account(2, "Firm 1"), actor=party.actor, at=LATER
    )

    assert selectors.basic_account_at(party.organisation.pk, START) == old
    assert selectors.basic_account_at(party.organisation.pk, LATER) == new
    assert selectors.basic_account_at(party.organisation.pk, START - timedelta(days=1)) is None


def test_account_declare_refuses_somebody_elses_account():
    party = build.accepted()

    with pytest.raises(RuleBroken) as refusal:
        account_declare(
            organisation_id=party.organisation.pk,
            account=build.account(2, "张三"),
            actor=party.actor,
            at=LATER,
        )

    assert [found.code for found in refusal.value.findings] == ["account_holder"]


def test_services_say_not_found_for_what_is_not_there():
    nothing = build.person(1).pk
    with pytest.raises(NotFound):
        organisation_submit(organisation_id=nothing, actor=SYSTEM, at=START)
    with pytest.raises(NotFound):
        selectors.name_on(nothing, date(2026, 1, 1))
    with pytest.raises(NotFound):
        selectors.actor_of(build.registered(2).organisation.pk, None, START)


@pytest.mark.parametrize(
    "damage",
    [
        {"state": "accepted"},
        {"state": "suspended"},
        {"state": "frozen"},
        {"code": "91350100I000100Y43"},
        {"submitted_at": START},
    ],
)
def test_the_database_refuses_states_without_their_moments(damage):
    party = build.registered()

    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=party.organisation.pk).update(**damage)


@transaction.atomic
def submit_and_return_badly(party):
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=START)
    organisation_review(
        organisation_id=party.organisation.pk, defects=[Defect("x", "y", "z")], actor=SYSTEM, at=START
    )


def test_an_act_and_its_entry_are_one_transaction():
    """The ledger cannot hold an act that did not happen, nor miss one that did."""
    before = Entry.objects.count()
    party = build.registered()
    rows = Entry.objects.count() - before

    with pytest.raises(RuleBroken):
        submit_and_return_badly(party)

    assert Entry.objects.count() - before == rows
    assert not party.organisation.reviews.exists()


def test_registration_keeps_affiliates_and_the_superior_for_the_rules_of_separation():
    """条34 and 条5 are asked with these codes."""
    party = build.registered()

    organisation = organisation_amend(
        organisation_id=party.organisation.pk,
        affiliate_codes=[build.uscc(9).lower(), build.uscc(8)],
        parent_code=f" {build.uscc(7)}",
        kinds=[OrganisationKind.BIDDER, OrganisationKind.OWNER],
        actor=party.actor,
        at=START,
    )

    organisation.refresh_from_db()
    assert organisation.affiliate_codes == sorted([build.uscc(8), build.uscc(9)])
    assert organisation.parent_code == build.uscc(7)
    assert organisation.kinds == ["bidder", "owner"]


def test_organisation_register_may_be_done_by_the_platform_without_a_member():
    organisation = organisation_register(
        code=build.uscc(1), name="Firm", kinds={OrganisationKind.BIDDER}, actor=SYSTEM, at=START
    )

    assert not organisation.memberships.exists()


def test_rows_print_themselves_without_personal_data():
    party = build.accepted()
    organisation = party.organisation
    rows = [
        organisation,
        organisation.names.get(),
        organisation.basic_accounts.get(),
        organisation.reviews.get(),
        organisation.memberships.get(),
        party.key,
        Outbox.objects.first(),
    ]

    text = " ".join(map(str, rows))

    assert "Firm 1" in text
    assert party.person.phone not in text
    assert organisation.basic_accounts.get().number not in text
