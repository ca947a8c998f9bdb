"""B13, B14: a bidder reads the result and objects to it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms import ObjectionForm
from bidding.selectors import own_result as reads
from bidding.views.answers import done, page
from kernel import clock
from trading.services.result_objections import result_objection_raise


@require_safe
@member
def result(request: HttpRequest, number: str) -> HttpResponse:
    """The publicity and its exact end, then one's own letter with scores and reasons, and what remedies are left."""
    return page(request, "own_result", page=reads.own_result(number, actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def object_(request: HttpRequest, number: str) -> HttpResponse:
    """Object to the result, to the last second of the publicity."""
    who, at = actor(request), clock.now()
    seen = reads.own_result(number, who, at)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given()}
        made = form.attempt(lambda: result_objection_raise(actor=who, at=at, **given))
        if made:
            sentence = _("Objection received, receipt %(code)s. Nothing is awarded before the reply.")
            return done(request, sentence % {"code": made.code}, "bidding:result", number)
    return page(request, "own_result_object", form, page=seen)
