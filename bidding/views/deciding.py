"""O15-O17: the award drafted and signed, tendering again, re-check, written report, the stopped lot."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignedForm
from accounts.middleware import actor, binding
from bidding.forms.result import AgainForm, DecideForm, RecheckForm, StopForm
from bidding.selectors import result_pages as reads
from bidding.services import awarding
from bidding.views.answers import done, page
from bidding.views.result import OUTCOME, may
from kernel import clock
from trading.services import award_decide, candidates_fall, lot_stop, written_report
from trading.services.policy_body import cancelled_body


def choices(seen: reads.ResultPage) -> list[tuple[str, str]]:
    """The candidates that have not fallen out, in their order."""
    rows = [row for row in seen.candidates if not hasattr(row, "out")]
    return [(str(row.pk), f"{row.rank}. {row.bidder.name}") for row in rows]


@require_http_methods(["GET", "POST"])
@binding
def decide(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Owner or agency prepares the award: the candidate, and the record of a choice."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_draft")
    form = DecideForm(request.POST or None, request.FILES or None, candidates=choices(seen))
    if form.is_valid() and form.attempt(
        lambda: awarding.award_draft(lot_id=seen.lot.pk, actor=who, at=at, **form.given())
    ):
        return done(request, _("Drafted. The owner signs it with its own key."), OUTCOME, number, lot)
    return page(request, "result_decide", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def decide_sign(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Read letter and notice word for word, sign: winner and all others are told at once."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_sign")
    assert seen.report is not None
    assert seen.draft is not None
    seen.report.lot = seen.lot
    papers = award_decide.award_papers(seen.draft, seen.report, at)
    body = award_decide.award_body(seen.draft, seen.report, papers)
    panel = reads.signing_panel(seen.lot, "award", body)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid() and form.attempt(lambda: _award(seen, body, form, request)):
        return done(
            request, _("Awarded. Winner and all others were told in this minute."), OUTCOME, number, lot
        )
    return page(request, "result_decide_sign", form, page=seen, hall=seen.hall, papers=papers, signing=panel)


def _award(seen: reads.ResultPage, body: dict[str, Any], form: SignedForm, request: HttpRequest) -> object:
    signed = {"body": body, "signatures": form.cleaned_data["signatures"]}
    return awarding.award_decide(lot_id=seen.lot.pk, signed=signed, actor=actor(request), at=clock.now())


@require_http_methods(["GET", "POST"])
@binding
def again(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Tender again instead of taking the next in order (条例 55)."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_tender_again")
    form = AgainForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(
        lambda: candidates_fall.tender_again(lot_id=seen.lot.pk, actor=who, at=at)
    ):
        return done(
            request, _("The lot has ended without a winner; its notice is out."), OUTCOME, number, lot
        )
    return page(request, "result_again", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def recheck(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Ask the same panel to look at a candidate again; the award is locked until it answers."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_recheck")
    form = RecheckForm(request.POST or None, request.FILES or None, candidates=choices(seen))
    if form.is_valid() and form.attempt(
        lambda: candidates_fall.recheck_ask(lot_id=seen.lot.pk, actor=who, at=at, **form.given())
    ):
        return done(request, _("Asked. The award is locked until the panel answers."), OUTCOME, number, lot)
    return page(request, "result_recheck", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def written(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The written report: as it was sent, or as it would be sent now, to be signed."""
    who, at = actor(request), clock.now()
    seen = reads.result_page(number, lot, who, at)
    if seen.written is not None:
        return page(request, "result_written", page=seen, hall=seen.hall, content=seen.written.content)
    award = written_report.award_decided(may(seen, "may_report").lot)
    content = written_report.report_content(seen.lot, award)
    body = written_report.report_body(seen.lot, award, content)
    panel = reads.signing_panel(seen.lot, "written-report", body)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        signed = {"body": body, "signatures": form.cleaned_data["signatures"]}
        given: dict[str, Any] = {"lot_id": seen.lot.pk, "signed": signed, "actor": who, "at": at}
        if form.attempt(lambda: written_report.written_report_send(**given)):
            return done(request, _("Sent; the supervisor is told."), OUTCOME, number, lot)
    return page(request, "result_written", form, page=seen, hall=seen.hall, content=content, signing=panel)


@require_POST
@binding
def written_received(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The supervisor confirms that it has the written report."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "written")
    assert seen.written is not None
    written_report.written_report_receive(report_id=seen.written.pk, actor=who, at=at)
    return done(request, _("Receipt confirmed."), OUTCOME, number, lot)


@require_http_methods(["GET", "POST"])
@binding
def stop(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Tell the supervisor that the lot is to be stopped; once that is done, sign the end."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_stop")
    if seen.stop is not None:
        return sign_stop(request, seen)
    form = StopForm(request.POST or None, request.FILES or None)
    if form.is_valid() and form.attempt(
        lambda: lot_stop.lot_stop_propose(lot_id=seen.lot.pk, actor=who, at=at, **form.given())
    ):
        return done(
            request, _("The supervisor is told. Now sign the termination."), "bidding:hall-stop", number, lot
        )
    return page(request, "result_stop", form, page=seen, hall=seen.hall)


def sign_stop(request: HttpRequest, seen: reads.ResultPage) -> HttpResponse:
    """The second half: read the ground, sign, and the lot ends."""
    who, at, found = actor(request), clock.now(), seen.stop
    assert found is not None
    body = cancelled_body(seen.lot, found.reason)
    panel = reads.signing_panel(seen.lot, "cancelled", body)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        signed = {"body": body, "signatures": form.cleaned_data["signatures"]}
        given: dict[str, Any] = {"lot_id": seen.lot.pk, "signed": signed, "actor": who, "at": at}
        if form.attempt(lambda: lot_stop.lot_stop_sign(**given)):
            return done(
                request,
                _("The lot has ended; deposits go back with interest."),
                OUTCOME,
                seen.number,
                seen.no,
            )
    return page(request, "result_stop_sign", form, page=seen, hall=seen.hall, stop=found, signing=panel)


@require_POST
@binding
def stop_withdraw(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Take the proposed end back."""
    who, at = actor(request), clock.now()
    lot_stop.lot_stop_withdraw(lot_id=reads.result_page(number, lot, who, at).lot.pk, actor=who, at=at)
    return done(request, _("Taken back."), OUTCOME, number, lot)
