"""A member at work on the bids: reading, finding, moving, voting, asking, entering what is evaluated."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import actor, binding, member
from bidding.security_files import store
from experts.forms import panel as forms
from experts.rules.packs import pool_pack
from experts.rules.review import ground_said
from experts.selectors import bid_files
from experts.selectors import panel_pages as reads
from experts.selectors.evaluated import Evaluation
from experts.services.fact_enter import fact_confirm, fact_enter
from experts.services.motion_make import motion_get, motion_make, motion_vote, quote_hash, rejection_void
from experts.services.panel_ask import panel_ask
from experts.services.review_mark import review_mark
from experts.views.answers import done, kept, page
from experts.views.signing import asked, sign_page
from kernel import clock
from protocol import evaluation_bodies

BID = "experts:panel-bid"


@require_safe
@member
def bid(request: HttpRequest, panel_id: UUID, ev: str) -> HttpResponse:
    """One bid: the read-out form, its files, flags as questions, findings, motions, questions, facts."""
    return again(request, panel_id, ev)


def again(request: HttpRequest, panel_id: UUID, ev: str, **refused: Any) -> HttpResponse:
    """The bid's page, with the form that was refused."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    evaluation = Evaluation(seen.page.panel.lot)
    words = request.GET.get("q", "")[:80]
    fresh: dict[str, Any] = {
        "review": forms.ReviewForm(items=seen.items, words=_texts(seen)),
        "fact": forms.FactForm(rows=seen.facts),
        "vote": forms.VoteForm(),
    }
    context = fresh | refused
    first = next(iter(refused.values()), None)
    files = bid_files.files_of(evaluation, ev)
    hits = bid_files.search(evaluation, ev, words)
    return page(
        request, "panel_bid", first, seen=seen.page, bid=seen, files=files, hits=hits, words=words, **context
    )


def _texts(seen: reads.BidPage) -> list[str]:
    chinese = (get_language() or "").startswith("zh")
    return [one.text_zh if chinese else one.text_en for one in seen.items]


@require_safe
@member
def compare(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The read-out forms of all bids side by side, with what the machine asks about."""
    who = _who(request, panel_id)
    panel, _seat = reads.reading(panel_id, who)
    evaluation = Evaluation(panel.lot)
    columns = [(one, reads.line_fields(one)) for one in evaluation.opened]
    names = [name for name, _value in columns[0][1]] if columns else []
    rows = [(name, [dict(cells).get(name, "") for _one, cells in columns]) for name in names]
    flags = evaluation.method_flags(panel)
    asked_ = [reads.flag_words([*one.flags, *flags.get(one.ev, ())]) for one, _cells in columns]
    seen = reads.panel_page(panel_id, who)
    return page(request, "panel_compare", seen=seen, columns=columns, rows=rows, flags=asked_)


@require_safe
@member
def file(request: HttpRequest, panel_id: UUID, ev: str, e: int, n: int) -> HttpResponse:
    """A file of a bid, to keep; never shown in the browser, whatever it contains."""
    panel, _seat = reads.reading(panel_id, _who(request, panel_id))
    name, data = bid_files.open_bytes(Evaluation(panel.lot), ev, e, n)
    return kept(data, f"bid-{e}-{n}.{name.rsplit('.', 1)[-1][:5]}", "application/octet-stream")


@require_safe
@member
def read(request: HttpRequest, panel_id: UUID, ev: str, e: int, n: int) -> HttpResponse:
    """The text of a PDF, page by page, each page with an address of its own."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    name, data = bid_files.open_bytes(Evaluation(seen.page.panel.lot), ev, e, n)
    pages = list(bid_files.pages_of(data)) if name.lower().endswith(".pdf") else []
    return page(request, "panel_read", seen=seen.page, bid=seen, title=name, pages=pages, e=e, n=n)


@require_safe
@member
def answer_file(request: HttpRequest, panel_id: UUID, ev: str, question_id: UUID, n: int) -> HttpResponse:
    """What a bidder enclosed with an answer, to keep."""
    name, digest = reads.answer_file(panel_id, ev, question_id, n, _who(request, panel_id))
    return kept(store().read(digest), f"answer-{n}.{name.rsplit('.', 1)[-1][:5]}", "application/octet-stream")


@require_POST
@binding
def review(request: HttpRequest, panel_id: UUID, ev: str) -> HttpResponse:
    """Keep my findings."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    form = forms.ReviewForm(request.POST, items=seen.items, words=_texts(seen))
    if form.is_valid():
        given = _given(seen.page, who, bid=ev, findings=form.findings())
        if form.attempt(lambda: review_mark(**given)):
            return done(
                request, _("Your findings are kept; nobody else sees them."), "experts:panel", panel_id
            )
    return again(request, panel_id, ev, review=form)


@require_http_methods(["GET", "POST"])
@binding
def reject(request: HttpRequest, panel_id: UUID, ev: str) -> HttpResponse:
    """Move to reject a bid: write, read, sign."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    form = forms.MotionForm(request.POST or None)
    if form.is_valid():
        data = dict(form.cleaned_data)
        signatures, quote = data.pop("signatures"), data.pop("quote").replace("\r\n", "\n")
        told = {name: value.replace("\r\n", "\n") for name, value in data.items()}
        rule = pool_pack().competition_rule(seen.page.panel.lot.tender.project.trade)
        told["ground"], article = ground_said(told["ground"], rule)
        body = _body(seen, "rejection", article=article, quote=quote_hash(quote), **told)
        if asked(form):
            return sign_page(request, form, seen.page, "rejection", body)
        given = _given(seen.page, who, body=body, quote=quote, signatures=signatures)
        if form.attempt(lambda: motion_make(**given)):
            return done(request, _("Moved. The other members vote on it."), BID, panel_id, ev)
    return page(request, "panel_act", form, seen=seen.page, bid=seen, act="reject")


@require_POST
@binding
def vote(request: HttpRequest, panel_id: UUID, ev: str, motion_id: UUID) -> HttpResponse:
    """Vote on a motion."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    form = forms.VoteForm(request.POST)
    if form.is_valid():
        given = _given(seen.page, who, motion_id=motion_id, note=form.cleaned_data["note"])
        agrees = form.cleaned_data["agrees"] == "yes"
        if form.attempt(lambda: motion_vote(agrees=agrees, **given)):
            return done(request, _("Your vote is recorded."), BID, panel_id, ev)
    return again(request, panel_id, ev, vote=form)


@require_http_methods(["GET", "POST"])
@binding
def take_back(request: HttpRequest, panel_id: UUID, ev: str, motion_id: UUID) -> HttpResponse:
    """Take a rejection back, as the chair, which the panel no longer carries."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    motion = motion_get(seen.page.panel, motion_id)
    form = forms.TakeBackForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"].replace("\r\n", "\n")
        body = _body(seen, "rejection-void", rejection=motion.entry.ev if motion.entry else "", reason=reason)
        if asked(form):
            return sign_page(request, form, seen.page, "rejection-void", body)
        given = _given(seen.page, who, motion_id=motion_id, body=body)
        if form.attempt(lambda: rejection_void(signatures=form.cleaned_data["signatures"], **given)):
            return done(request, _("Taken back. The bid is evaluated."), BID, panel_id, ev)
    return page(request, "panel_act", form, seen=seen.page, bid=seen, act="take_back")


@require_http_methods(["GET", "POST"])
@binding
def ask(request: HttpRequest, panel_id: UUID, ev: str) -> HttpResponse:
    """Ask the bidder: write, read, sign."""
    who, at = _who(request, panel_id), clock.now()
    seen = reads.bid_page(panel_id, ev, who)
    form = forms.AskForm(request.POST or None, envelopes=seen.envelopes)
    if form.is_valid():
        data = form.cleaned_data
        until = data["until"] or int((at + timedelta(minutes=data["minutes"] + 10)).timestamp())
        text = data["text"].replace("\r\n", "\n")
        body = _body(seen, "clarification-question", e=data["e"], text=text, until=until)
        if asked(form):
            return sign_page(request, form, seen.page, "clarification-question", body, until=until)
        given = _given(seen.page, who, kind=data["kind"], body=body, signatures=data["signatures"])
        if form.attempt(lambda: panel_ask(**given)):
            return done(request, _("Asked. Only this bidder was told."), BID, panel_id, ev)
    return page(request, "panel_act", form, seen=seen.page, bid=seen, act="ask")


@require_POST
@binding
def fact(request: HttpRequest, panel_id: UUID, ev: str) -> HttpResponse:
    """Enter a quantity, an adjustment, a corrected price."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    form = forms.FactForm(request.POST, rows=seen.facts)
    if form.is_valid():
        given = _given(seen.page, who, bid=ev, **form.given())
        if form.attempt(lambda: fact_enter(**given)):
            return done(request, _("Entered. Another member confirms it."), BID, panel_id, ev)
    return again(request, panel_id, ev, fact=form)


@require_POST
@binding
def confirm(request: HttpRequest, panel_id: UUID, ev: str, item_id: UUID) -> HttpResponse:
    """Confirm what another member entered."""
    who = _who(request, panel_id)
    seen = reads.bid_page(panel_id, ev, who)
    fact_confirm(**_given(seen.page, who, item_id=item_id))
    return done(request, _("Confirmed."), BID, panel_id, ev)


def _who(request: HttpRequest, panel_id: UUID) -> Actor:
    return reads.reader(actor(request), panel_id)


def _given(seen: reads.PanelPage, who: Actor, **more: Any) -> dict[str, Any]:
    assert seen.seat is not None
    return {"seat_id": seen.seat.pk, "actor": who, "at": clock.now(), **more}


def _body(seen: reads.BidPage, kind: str, **members: Any) -> dict[str, Any]:
    """The event as this member signs it."""
    page_ = seen.page
    assert page_.seat is not None
    where = {} if kind == "rejection-void" else {"bid": seen.opened.ev}
    policy = page_.panel.lot.policy
    return evaluation_bodies.body(kind, policy=policy, seat=page_.seat.seat, **where, **members)
