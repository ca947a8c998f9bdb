"""Leads about draws and scores, for who supervises or audits; and what a supervisor decides about one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.leads import LeadForm
from experts.policies import may_decide_lead
from experts.pool_keys import pool_key
from experts.selectors.lead_steps import decided_page, lead_seen
from experts.services.lead_decide import lead_decide
from experts.views.answers import done, page
from kernel import clock


@require_safe
@member
def leads(request: HttpRequest) -> HttpResponse:
    """Every family of tests: what it looks at, how many tests it made, what it found."""
    return page(request, "leads", seen=decided_page(actor(request), pool_key(), request.GET.get("show", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def lead(request: HttpRequest, lead: str) -> HttpResponse:
    """One lead: its evidence, what was decided about it, and the next decision."""
    who, at, key = actor(request), clock.now(), pool_key()
    seen, one = lead_seen(lead, who, key)
    form = LeadForm(request.POST or None, actions=one.actions, initial={"evidence": one.evidence})
    if form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: lead_decide(lead=lead, actor=who, at=at, key=key, **given)):
            return done(request, _("Kept. Nothing follows from it by itself."), "experts:lead", lead)
    return page(request, "lead", form, seen=seen, one=one, decides=may_decide_lead(who).allowed)
