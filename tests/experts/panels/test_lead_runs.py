"""Leads are kept each night: one run a day whoever works, nothing half, and a page that reads and computes nothing."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM, Actor
from accounts.models import Person
from accounts.states import Role
from experts.models import Expert, KeptLead, LeadAsk, LeadDraw, LeadRun
from experts.rules.analytics import Lead, thresholds
from experts.rules.analytics.identity import evidence_hash, lead_name
from experts.selectors.lead_draws import opened_draws
from experts.selectors.lead_runs import ALL, Due, due_runs, leads_page
from experts.selectors.lead_steps import decided_page, lead_seen
from experts.selectors.leads import counts_of, report_of
from experts.services.lead_decide import lead_decide
from experts.services.lead_run import Found, lead_draws_keep, lead_run_ask, lead_run_keep, leads_drive
from experts.states.leads import LeadAction
from kernel.errors import NotFound, NotPermitted, StateConflict, Unavailable
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import prove
from tests.experts.panels.test_lead_steps import quarrel
from tests.web.test_pages import whole

pytestmark = pytest.mark.django_db
NIGHT = timedelta(days=1)
TABLES = (LeadDraw, LeadAsk, LeadRun, KeptLead)


@pytest.fixture
def made(kept):
    return kept(quarrel)


def drive(at, **more):
    return leads_drive(at=at, key=worlds.KEY, **more)


def scope(made):
    return str(made.supervisor.actor.organisation)


def counted():
    entries = Entry.objects.filter(kind="record")
    return [model.objects.count() for model in TABLES] + [entries.count()]


def found(*leads, rows="ab" * 32):
    """A computing that found just these."""
    report = report_of([], thresholds())
    return Found(replace(report, leads={**report.leads, "frequency": leads}), rows, counts_of([]))


def somebody(n):
    return Lead("frequency", (f"CODE{n:04}",), "", 5, 0.5, 0.001, 0.01, {"draws": 9})


def keep(made, at, *leads, rows="ab" * 32):
    due = Due(scope(made), True, None)
    return lead_run_keep(due=due, found=found(*leads, rows=rows), actor=SYSTEM, at=at)


def test_a_night_makes_one_run_of_each_scope_and_the_same_night_none(made):
    assert set(LeadRun.objects.values_list("scope", flat=True)) == {ALL, scope(made)}
    before = counted()

    assert due_runs(made.at) == []
    assert drive(made.at + timedelta(minutes=1)) == 0
    assert counted() == before


def test_a_night_without_anything_new_keeps_one_row_and_draws_no_panel_again(made):
    """What a finished draw means never changes: it is kept once, and the leads of the same rows are those of before."""
    draws, leads, runs, seen = (
        LeadDraw.objects.count(),
        KeptLead.objects.count(),
        LeadRun.objects.count(),
        leads_page(made.supervisor.actor),
    )

    assert drive(made.at + NIGHT) == 2
    assert (LeadDraw.objects.count(), KeptLead.objects.count()) == (draws, leads)
    assert LeadRun.objects.count() == runs + 2
    again = leads_page(made.supervisor.actor)
    assert again.run.number == seen.run.number + 1
    assert again.run.same_id == seen.run.pk
    assert (again.leads, again.gone) == (seen.leads, {})


def test_two_workers_who_computed_the_same_night_keep_one_run(made):
    """Both have looked, both have computed; the second one to keep it keeps nothing, no entry either."""
    at = made.at + NIGHT
    keep(made, at, somebody(1))
    before = counted()

    with pytest.raises(StateConflict) as refusal:
        keep(made, at, somebody(2))

    assert refusal.value.code == "leads_computed"
    assert counted() == before


def test_a_run_stopped_half_way_leaves_nothing_and_the_next_one_makes_it(made):
    """The worker dies when the second run takes its salt: the first stands whole, of the second there is no trace."""
    taken = []

    def dying(size):
        taken.append(size)
        if len(taken) == 2:
            raise SystemExit("killed")
        return bytes(size)

    before = counted()
    with pytest.raises(SystemExit):
        drive(made.at + NIGHT, random=dying)

    after = counted()
    assert after[2] == before[2] + 1
    assert after[4] == before[4] + 1
    assert drive(made.at + NIGHT) == 1
    assert due_runs(made.at + NIGHT) == []


def test_a_lead_that_is_gone_stays_with_its_last_numbers_and_its_decision(made):
    one, other = somebody(1), somebody(2)
    keep(made, made.at + NIGHT, one, other, rows="aa" * 32)
    step = lead_decide(
        lead=lead_name(one),
        evidence=evidence_hash(one),
        action=LeadAction.CLOSE,
        reason="已查阅",
        actor=made.supervisor.actor,
        at=made.at + NIGHT,
    )

    keep(made, made.at + 2 * NIGHT, other, rows="bb" * 32)
    keep(made, made.at + 3 * NIGHT, other, rows="cc" * 32)

    _page, seen = lead_seen(lead_name(one), made.supervisor.actor)
    assert (seen.gone, seen.lead, seen.steps) == (made.at + NIGHT, one, [step])
    assert seen.closed
    assert lead_seen(lead_name(other), made.supervisor.actor)[1].gone is None

    keep(made, made.at + 4 * NIGHT, replace(one, observed=6, p=0.0001), other, rows="dd" * 32)
    _page, seen = lead_seen(lead_name(one), made.supervisor.actor)
    assert (seen.gone, seen.changed, seen.steps) == (None, True, [step])


def test_a_closed_lead_stays_closed_when_only_the_number_of_tests_has_grown(made):
    """Each night tests are added, and with them every q moves; that is no news about this lead."""
    one = somebody(1)

    assert evidence_hash(replace(one, q=0.02)) == evidence_hash(one)
    assert evidence_hash(replace(one, p=0.002)) != evidence_hash(one)
    assert evidence_hash(replace(one, evidence={"draws": 10})) != evidence_hash(one)


def test_who_reads_leads_asks_for_them_once_and_the_worker_answers(made):
    ask = lead_run_ask(actor=made.supervisor.actor, at=made.at)
    assert leads_page(made.supervisor.actor).ask == ask
    with pytest.raises(StateConflict) as refusal:
        lead_run_ask(actor=made.supervisor.actor, at=made.at)
    assert refusal.value.code == "leads_asked"
    auditor = Actor(person=made.supervisor.actor.person, roles=frozenset({Role.AUDITOR}))
    assert leads_page(auditor).ask is None

    assert drive(made.at + timedelta(minutes=2)) == 1
    page = leads_page(made.supervisor.actor)
    assert (page.ask, page.run.ask, page.run.night) == (None, ask, False)
    assert drive(made.at + timedelta(minutes=3)) == 0


def test_nobody_else_asks_and_nobody_but_the_platform_computes(made):
    person = made.supervisor.actor.person
    for role in set(Role) - {Role.SUPERVISOR, Role.AUDITOR}:
        who = Actor(person=person, organisation=made.supervisor.actor.organisation, roles=frozenset({role}))
        with pytest.raises(NotPermitted):
            lead_run_ask(actor=who, at=made.at)
    for who in (made.supervisor.actor, Actor(person=person, roles=frozenset({Role.AUDITOR, Role.SYSADMIN}))):
        with pytest.raises(NotPermitted):
            lead_run_keep(due=Due(ALL, True, None), found=found(), actor=who, at=made.at + NIGHT)
        with pytest.raises(NotPermitted):
            lead_draws_keep(serials=[], limits=thresholds(), actor=who, at=made.at, key=worlds.KEY)


def test_a_supervisor_sees_no_run_of_another_scope(made):
    elsewhere = Actor(
        person=made.supervisor.actor.person,
        organisation=made.owner.organisation.pk,
        roles=frozenset({Role.SUPERVISOR}),
    )
    name = next(iter(decided_page(made.supervisor.actor).standings))

    assert leads_page(elsewhere).run is None
    assert decided_page(elsewhere).counts["all"] == 0
    with pytest.raises(NotFound):
        lead_seen(name, elsewhere)


def test_the_ledger_holds_hashes_and_counts_and_names_nobody(made):
    entry = leads_page(made.supervisor.actor).run.entry
    told = entry.body_text + entry.data_text

    assert json.loads(entry.data_text).keys() == {
        "scope",
        "pack",
        "inputs",
        "results",
        "counts",
        "tests",
        "leads",
    }
    people = {one.name for one in Person.objects.all()} | {one.name for one in Expert.objects.all()}
    codes = {worlds.KEY.lead_code(one.pk.bytes) for one in Expert.objects.all()}
    assert not [word for word in people | codes | {made.lot.number, scope(made)} if word in told]


def test_what_is_kept_of_a_draw_tells_nothing_without_the_key_and_nothing_of_another(made):
    """Who has the tables alone could else follow a code through plans to a record, or put one draw in another's place."""
    row, limits = LeadDraw.objects.get(), thresholds()
    codes = {worlds.KEY.lead_code(one.pk.bytes).encode() for one in Expert.objects.all()}
    assert not [code for code in codes if code in bytes(row.sealed)]
    (draw,) = opened_draws([made.lot])
    opened = worlds.KEY.open_leads(bytes(row.sealed), f"{draw.pk} {limits.digest}")
    assert opened
    for about in (f"{draw.pk} {'00' * 32}", f"{made.lot.pk} {limits.digest}"):
        with pytest.raises(Unavailable):
            worlds.KEY.open_leads(bytes(row.sealed), about)


@pytest.mark.parametrize("model", TABLES)
def test_runs_leads_wishes_and_what_is_kept_are_neither_changed_nor_deleted(made, model):
    lead_run_ask(actor=made.supervisor.actor, at=made.at)
    table, field = model._meta.db_table, "at" if model is not KeptLead else "seen_at"

    refused(f"UPDATE {table} SET {field} = {field}")
    refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def looked(client, path):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_page_reads_what_was_kept_and_computes_nothing(made, client, monkeypatch):
    """As many questions for a thousand leads as for one; and it needs neither papers of draws nor any key."""
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    client.force_login(Person.objects.get(pk=made.supervisor.actor.person))
    leads = reverse("experts:leads")
    keep(made, made.at + NIGHT, somebody(0), rows="aa" * 32)
    looked(client, leads)
    few = looked(client, leads)

    keep(made, made.at + 2 * NIGHT, *(somebody(n) for n in range(1000)), rows="bb" * 32)
    shutil.move(settings.STORE_DIR, settings.STORE_DIR.with_name("store-away"))
    shutil.move(settings.KEYS_DIR / "pool.key", settings.KEYS_DIR / "pool.away")
    try:
        assert looked(client, leads) == few
    finally:
        shutil.move(settings.STORE_DIR.with_name("store-away"), settings.STORE_DIR)
        shutil.move(settings.KEYS_DIR / "pool.away", settings.KEYS_DIR / "pool.key")
    assert few < 25


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_as_of_when_and_that_it_is_being_computed(made, client, language, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    client.force_login(Person.objects.get(pk=made.supervisor.actor.person))
    prove(client)
    keep(made, made.at + NIGHT, somebody(1), rows="aa" * 32)
    keep(made, made.at + 2 * NIGHT, rows="bb" * 32)
    said = {
        "en": ("As of", "no longer found", "being computed", "The newest run no longer finds this lead"),
        "zh-hans": ("数据截至", "已不再出现", "正在计算", "最近一次计算中已不再出现该线索"),
    }[language]
    with translation.override(language):
        leads, ask = reverse("experts:leads"), reverse("experts:leads-ask")
        text = whole(client.get(leads), language).text
        assert said[0] in text
        assert said[1] in text
        assert said[2] not in text
        assert client.post(ask).status_code == 302
        assert said[2] in whole(client.get(leads), language).text
        lead = reverse("experts:lead", args=(lead_name(somebody(1)),))
        assert said[3] in whole(client.get(lead), language).text
    assert LeadAsk.objects.count() == 1
