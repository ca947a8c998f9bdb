"""A person decides about a lead, in words, and may again; the ledger names nobody, raw SQL changes nothing (decision 12)."""

import json

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Person
from accounts.states import Role
from experts.models import Expert, ExpertRating, ExpertSuspension, LeadStep, SuspensionProposal
from experts.rules.analytics import thresholds
from experts.selectors.lead_steps import decided_page, lead_seen
from experts.services.lead_decide import lead_decide
from experts.services.lead_run import leads_drive
from experts.states.leads import LeadAction, LeadState
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import prove
from tests.experts.panels import scored
from tests.web.test_pages import whole

pytestmark = pytest.mark.django_db
ORDERS = ("012", "120", "201", "021", "210")


def quarrel():
    """A panel whose members put three bids in nearly every order; its report stands."""
    made = scored.scoring()
    evs = sorted(bid.ev for bid in made.bids)
    marks = {
        member.number: {evs[int(n)]: {"plan": str(6 - 2 * place)} for place, n in enumerate(order)}
        for member, order in zip(scored.sitting(made), ORDERS, strict=True)
    }
    scored.shown(made, marks=marks)
    scored.report(made)
    leads_drive(at=made.at, key=worlds.KEY)
    return made


@pytest.fixture
def made(kept):
    return kept(quarrel)


def listed(made, show="all", actor=None):
    page = decided_page(actor or made.supervisor.actor, show)
    return [lead for own in page.leads.values() for lead in own], page


def the_lead(made):
    """The panel without a common order."""
    page = listed(made)[1]
    return next(one for one in page.standings.values() if one.lead.family == "agreement")


def decide(made, action, reason="已查阅评分表，各评委侧重不同", **instead):
    one = the_lead(made)
    given = {"lead": one.name, "evidence": one.evidence, "actor": made.supervisor.actor} | instead
    return lead_decide(action=action, reason=reason, at=made.at, **given)


def test_a_lead_is_looked_into_closed_and_taken_up_again(made):
    assert the_lead(made).state is LeadState.NEW

    first = decide(made, LeadAction.OPEN, reason="请评委会组长书面说明")
    assert the_lead(made).state is LeadState.OPENED
    decide(made, LeadAction.CLOSE)
    assert the_lead(made).closed
    decide(made, LeadAction.OPEN, reason="收到异议")

    one = the_lead(made)
    assert [step.number for step in one.steps] == [1, 2, 3]
    assert (first.evidence, first.pack) == (one.evidence, thresholds().digest)
    with pytest.raises(StateConflict):
        decide(made, LeadAction.OPEN)


def test_open_and_closed_leads_are_listed_apart(made):
    before, page = listed(made)
    assert page.counts == {"all": len(before), "open": len(before), "closed": 0}
    decide(made, LeadAction.CLOSE)

    closed, page = listed(made, "closed")
    assert [lead.family for lead in closed] == ["agreement"]
    assert len(listed(made, "open")[0]) == len(before) - 1
    assert len(listed(made, "nonsense")[0]) == len(before)
    assert page.counts["closed"] == 1


def test_a_decision_without_words_or_on_other_evidence_is_none(made):
    """Whoever closes says why, and on what: a lead whose numbers are others by now was not looked at."""
    with pytest.raises(RuleBroken):
        decide(made, LeadAction.CLOSE, reason=" \u3000 ")
    with pytest.raises(RuleBroken):
        decide(made, LeadAction.CLOSE, reason="字" * 1001)
    with pytest.raises(StateConflict) as refusal:
        decide(made, LeadAction.CLOSE, evidence="ab" * 32)
    assert refusal.value.code == "evidence_changed"
    with pytest.raises(NotFound):
        decide(made, LeadAction.CLOSE, lead="ab" * 32)
    assert not LeadStep.objects.exists()


def test_what_was_closed_on_other_evidence_is_open_again(made):
    step = decide(made, LeadAction.CLOSE)
    values = {field.attname: getattr(step, field.attname) for field in LeadStep._meta.concrete_fields}
    del values["id"]
    LeadStep.objects.create(**values | {"number": 2, "evidence": "cd" * 32})

    one = the_lead(made)
    assert one.changed
    assert not one.closed


def test_only_the_supervisor_of_the_lots_decides_and_the_auditor_reads(made):
    person = made.supervisor.actor.person
    auditor = Actor(person=person, roles=frozenset({Role.AUDITOR}))
    elsewhere = Actor(person=person, organisation=made.owner.organisation.pk, roles={Role.SUPERVISOR})
    for role in set(Role) - {Role.SUPERVISOR}:
        who = Actor(person=person, organisation=made.supervisor.actor.organisation, roles=frozenset({role}))
        with pytest.raises(NotPermitted):
            decide(made, LeadAction.CLOSE, actor=who)
    with pytest.raises(NotFound):
        decide(made, LeadAction.CLOSE, actor=elsewhere)

    decide(made, LeadAction.CLOSE)
    _page, seen = lead_seen(the_lead(made).name, auditor)
    assert [step.state for step in seen.steps] == ["closed"]


def test_the_ledger_names_nobody_and_nothing_happens_to_anybody(made):
    """Decision 12: a person's decision about evidence, never a penalty of the platform's."""
    touched = (Expert, ExpertRating, ExpertSuspension, SuspensionProposal)
    before = [list(model.objects.order_by("pk").values()) for model in touched]
    step = decide(made, LeadAction.CLOSE, reason="已询问林代表")

    entry = Entry.objects.get(pk=step.entry_id)
    told = entry.body_text + entry.data_text
    assert json.loads(entry.data_text).keys() == {"lead", "evidence", "pack", "number", "reason"}
    people = {one.name for one in Person.objects.all()} | {one.name for one in Expert.objects.all()}
    codes = {worlds.KEY.lead_code(one.pk.bytes) for one in Expert.objects.all()}
    secrets = people | codes | {str(step.by_id), step.reason}
    assert not [word for word in secrets if word in told]
    assert [list(model.objects.order_by("pk").values()) for model in touched] == before


def test_decisions_are_neither_changed_nor_deleted(made):
    decide(made, LeadAction.OPEN)
    table = LeadStep._meta.db_table

    refused(f"UPDATE {table} SET reason = 'x'")
    refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_list_filter_and_decide(made, client, language, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    person = Person.objects.get(pk=made.supervisor.actor.person)
    client.force_login(person)
    prove(client)
    one = the_lead(made)
    with translation.override(language):
        leads, lead = reverse("experts:leads"), reverse("experts:lead", args=(one.name,))
        assert lead in whole(client.get(leads), language).text
        assert one.evidence in whole(client.get(lead), language).text
        given = {"evidence": one.evidence, "action": "close", "reason": ""}
        assert client.post(lead, given).status_code == 422
        assert client.post(lead, given | {"reason": "各评委侧重不同"}).status_code == 302
        assert lead not in client.get(f"{leads}?show=open").content.decode()
        assert "各评委侧重不同" in whole(client.get(lead), language).text
