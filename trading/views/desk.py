"""My projects and tenders: what waits for whom, and until when."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.middleware import actor, member
from kernel import clock
from trading.selectors import desk as reads
from trading.selectors.next_steps import awaited
from trading.states import TenderState
from trading.views.answers import inside, page


@require_GET
@member
def desk(request: HttpRequest) -> HttpResponse:
    """The work list of an owner's or agency's member."""
    who = actor(request)
    return page(request, "desk", rows=reads.work_list(who, clock.now()))


@require_GET
@member
def tender(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """One tender: its steps while it is a draft, its acts once it is published."""
    view, who = inside(request, tender_id)
    drafts = {TenderState.DRAFT.value, TenderState.READY.value}
    at = clock.now()
    steps = reads.steps(view, reads.findings_of(view.tender, at)) if view.tender.state in drafts else []
    proposals = [found for lot in view.lots if (found := reads.proposal_open(lot))]
    again = reads.local_retender(view.tender, at)
    waits = [(lot, step) for lot in view.lots if (step := awaited(lot, at))]
    given: dict[str, Any] = {"view": view, "who": who, "steps": steps, "proposals": proposals, "again": again}
    return page(request, "tender", awaited=waits, **given)
