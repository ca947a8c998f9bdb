"""Who may publish for whom: registrations accepted, duties kept apart, the supervisor told of each exception."""

from dataclasses import replace

import pytest

from accounts.actors import SYSTEM
from accounts.models import Organisation, Outbox
from accounts.services import membership_grant, organisation_suspend
from accounts.states import Role
from kernel.errors import RuleBroken
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_trading import START
from trading import selectors, services
from trading.rules import publish_blockers

pytestmark = pytest.mark.django_db


def findings(made):
    rules = selectors.rules_of(made.tender, START)
    facts = selectors.tender_facts(made.tender, START)
    return publish_blockers(facts, START, rules=rules, calendar=selectors.calendar())


def blocked(made):
    return {item.code: item for item in findings(made) if item.blocks}


def told(event):
    return {row.organisation_id for row in Outbox.objects.filter(event=event)}


def test_a_tender_of_distinct_parties_is_not_blocked():
    assert not blocked(build.draft_tender())


def test_publishing_is_refused_while_the_owner_is_suspended(kept):
    made = kept(build.ready_tender)
    organisation_suspend(
        organisation_id=made.market.owner.organisation.pk,
        reason="licence lapsed",
        actor=made.market.supervisor.actor,
        at=START,
    )

    with pytest.raises(RuleBroken) as refused:
        services.tender_publish(
            tender_id=made.tender.pk,
            policies=build.signed_policies(made, at=START),
            actor=made.owner,
            at=START,
        )

    assert {item.field for item in refused.value.findings if item.blocks} == {"owner"}


def test_an_unregistered_agency_blocks_and_an_accepted_one_does_not():
    agency = people.agency()
    made = build.draft_tender(project_changes={"agency": agency.organisation.pk})
    assert not blocked(made)

    organisation_suspend(
        organisation_id=agency.organisation.pk, reason="x", actor=made.market.supervisor.actor, at=START
    )

    assert blocked(made)["parties_registered"].field == "agency"


def test_a_centre_below_the_supervisor_blocks_with_article_5(kept):
    """条5: the centre may not be subordinate to the body that supervises."""
    made = kept(build.draft_tender)
    Organisation.objects.filter(name="Centre 904").update(
        parent_code=made.market.supervisor.organisation.code
    )

    assert blocked(made)["duties_centre_supervisor"].source == "条5"


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.SUPERVISOR, "duties_supervisor_officer"), (Role.SYSADMIN, "duties_administrator_business")],
)
def test_an_officer_with_another_duty_blocks(role, code, kept):
    made = kept(build.draft_tender)
    seat = made.officers[made.lot.pk][0].seat
    organisation = (
        made.market.supervisor.organisation
        if role is Role.SUPERVISOR
        else Organisation.objects.get(name="Centre 904")
    )
    membership_grant(
        organisation_id=organisation.pk,
        person_id=seat.person_id,
        roles={role},
        powers=frozenset(),
        actor=SYSTEM,
        at=START,
    )

    assert code in blocked(made)


def test_the_same_officers_may_serve_two_lots():
    """Keys are per lot: the same five people for both lots are one person once in each."""
    facts = selectors.tender_facts(build.draft_tender().tender, START)
    again = tuple(replace(item, lot="02") for item in facts.duties if item.lot)
    twice = replace(facts, lots=(*facts.lots, replace(facts.lots[0], code="02")), duties=facts.duties + again)
    rules = selectors.rules_for(build.Project.objects.get(), START)

    found = publish_blockers(twice, START, rules=rules, calendar=selectors.calendar())

    assert "duties_officer_twice" not in {item.code for item in found}


def test_the_supervisor_is_told_of_an_override_in_the_same_transaction(kept):
    made = kept(build.ready_tender)
    services.override_record(
        tender_id=made.tender.pk, rule="rest_day", reason="agreed", actor=made.owner, at=START
    )

    assert told("rule_overridden") == {made.market.supervisor.organisation.pk}


def test_the_supervisor_is_told_of_a_late_addendum_without_effect(kept):
    """Scenario 12: allowed with a reason, on the supervisor's list at once."""
    made = kept(build.published_tender)
    at = build.day(START, build.DAYS - 3)
    change = {"where": "data sheet 3", "before": "Room 1", "after": "Room 2"}
    addendum = services.addendum_draft(
        tender_id=made.tender.pk, changes=[change], affects=False, reason="a room", actor=made.owner, at=at
    )
    services.addendum_submit(addendum_id=addendum.pk, actor=made.owner, at=at)
    signed = {
        lot: build.signed(made, kind, body)
        for lot, (kind, body) in services.addendum_bodies(addendum).items()
    }
    services.addendum_publish(addendum_id=addendum.pk, signed=signed, actor=made.owner, at=at)

    assert told("addendum_late") == {made.market.supervisor.organisation.pk}


def test_the_supervisor_is_told_of_a_termination(kept):
    made = kept(build.published_tender)
    body = services.cancelled_body(made.lot, "No funds")
    services.tender_cancel(
        tender_id=made.tender.pk,
        reason="No funds",
        article="招标投标法实施条例第三十一条",
        signed={made.lot.pk: build.signed(made, "cancelled", body)},
        actor=made.owner,
        at=START,
    )

    assert told("cancellation_listed") == {made.market.supervisor.organisation.pk}
