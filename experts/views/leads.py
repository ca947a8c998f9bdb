"""Leads about draws and scores, for who supervises or audits; and what a supervisor decides about one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.leads import LeadForm
from experts.policies import may_ask_leads, may_decide_lead
from experts.selectors.lead_steps import decided_page, lead_seen
from experts.services.lead_decide import lead_decide
from experts.services.lead_run import lead_run_ask
from experts.views.answers import done, page
from kernel import clock


@require_safe
@member
def leads(request: HttpRequest) -> HttpResponse:
    """Every family of tests, as the newest run kept it: what it looks at, how many tests it made, what it found."""
    who = actor(request)
    asks = may_ask_leads(who).allowed
    return page(request, "leads", seen=decided_page(who, request.GET.get("show", "")), asks=asks)


@require_POST
@binding
def leads_ask(request: HttpRequest) -> HttpResponse:
    """Ask for the leads to be computed now; the worker does it."""
    lead_run_ask(actor=actor(request), at=clock.now())
    return done(request, _("Asked. Open this page again in a minute."), "experts:leads")


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def lead(request: HttpRequest, lead: str) -> HttpResponse:
    """One lead: its evidence, what was decided about it, and the next decision."""
    who, at = actor(request), clock.now()
    seen, one = lead_seen(lead, who)
    form = LeadForm(request.POST or None, actions=one.actions, initial={"evidence": one.evidence})
    if form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: lead_decide(lead=lead, actor=who, at=at, **given)):
            return done(request, _("Kept. Nothing follows from it by itself."), "experts:lead", lead)
    return page(request, "lead", form, seen=seen, one=one, decides=may_decide_lead(who).allowed)
