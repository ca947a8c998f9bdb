"""The desk of the evaluation area, owner and supervisor who sign the panel, the bidder who is asked."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.forms import SignedForm
from accounts.middleware import actor, binding, member
from accounts.rules.offline import signing_one
from accounts.selectors import active_spkis
from bidding.security_files import KeptFile, file_keep
from experts.forms import panel as forms
from experts.selectors import panel_desk_pages as reads
from experts.selectors.panels import panel_body, seat_get
from experts.services.member_out import member_miss, member_replace
from experts.services.member_sign_in import passage_log
from experts.services.panel_ask import panel_answer
from experts.services.panel_seat import panel_offer, panel_seat
from experts.views.answers import done, page
from experts.views.signing import asked
from kernel import clock
from kernel.errors import NotFound
from protocol import evaluation_bodies

DOOR = "experts:panel-door"


@require_safe
@member
def door(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Who is there, who came and went."""
    seen = reads.door_page(panel_id, actor(request))
    return page(request, "panel_door", seen=seen.page, door=seen)


@require_http_methods(["GET", "POST"])
@binding
def at_door(request: HttpRequest, seat_id: UUID, act: str) -> HttpResponse:
    """Note an entry or exit, that somebody did not come, or cannot go on."""
    who, at = actor(request), clock.now()
    seat = seat_get(seat_id)
    seen = reads.door_page(seat.panel_id, who).page
    acts: dict[str, tuple[Any, Any]] = {
        "passage": (forms.PassageForm, passage_log),
        "miss": (forms.ReasonForm, member_miss),
        "out": (forms.OutForm, member_replace),
    }
    if act not in acts:
        raise NotFound("act", _("There is no such page."))
    made, run = acts[act]
    form = made(request.POST or None)
    if form.is_valid() and form.attempt(lambda: run(seat_id=seat_id, actor=who, at=at, **form.cleaned_data)):
        return done(request, _("Noted."), DOOR, seat.panel_id)
    return page(request, "panel_act", form, seen=seen, act=f"door_{act}", about=seat)


@require_safe
@member
def process(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """How far the panel is, for owner and supervisor; what they sign."""
    return _signing(request, panel_id)


@require_POST
@binding
def seal(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Sign the panel: the owner offers, the supervisor signs beside."""
    who = actor(request)
    seen = reads.process_page(panel_id, who)
    form = SignedForm(request.POST)
    given: dict[str, Any] = {"panel_id": panel_id, "actor": who, "at": clock.now()}
    if form.is_valid():
        given["signatures"] = form.cleaned_data["signatures"]
        more = {"reason": request.POST.get("reason", "")} if seen.offers else {}
        run: Any = panel_offer if seen.offers else panel_seat
        if form.attempt(lambda: run(**given, **more)):
            return done(request, _("Signed."), "experts:panel-process", panel_id)
    return _signing(request, panel_id, form)


def _signing(request: HttpRequest, panel_id: UUID, form: SignedForm | None = None) -> HttpResponse:
    who = actor(request)
    seen = reads.process_page(panel_id, who)
    panel = seen.page.panel
    reason = request.GET.get("reason", request.POST.get("reason", ""))[:500].strip()
    signing = _to_sign(seen, reason, who)
    asks = panel.seated_id is not None and seen.offers and not reason
    return page(
        request,
        "panel_process",
        form or SignedForm(signing=signing),
        seen=seen.page,
        process=seen,
        signing=signing,
        reason=reason,
        asks_reason=asks,
        reason_form=forms.OfferForm(),
    )


def _to_sign(seen: reads.ProcessPage, reason: str, who: Actor) -> dict[str, Any] | None:
    """What is signed; None while something is missing: nobody may have come yet, and that is no panel."""
    if seen.missing:
        return None
    panel = seen.page.panel
    body = panel.offered["body"] if seen.signs and not seen.offers else panel_body(panel, reason)
    return signing_one("panel", body, active_spkis(who.organisation) if who.organisation else frozenset())


@require_http_methods(["GET", "POST"])
@binding
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The bidder reads the question, writes, reads what it signs, signs."""
    who, at = actor(request), clock.now()
    seen = reads.asked_page(question_id, who, at)
    form = forms.AnswerForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (files := _files(form)) is not None:
        body = _answer_body(seen, form.cleaned_data["text"].replace("\r\n", "\n"), files)
        if asked(form):
            return _answer_sign(request, form, seen, body, files, who)
        given: dict[str, Any] = {"question_id": question_id, "body": body, "files": files, "actor": who}
        signatures = form.cleaned_data["signatures"]
        if form.attempt(lambda: panel_answer(signatures=signatures, at=at, **given)):
            return done(
                request, _("Answered. The panel reads it now."), "experts:panel-question", question_id
            )
    return page(request, "panel_question", form, asked=seen)


def _answer_sign(
    request: HttpRequest,
    form: forms.AnswerForm,
    seen: reads.AskedPage,
    body: dict[str, Any],
    files: list[KeptFile],
    who: Actor,
) -> HttpResponse:
    carried = [("text", form.cleaned_data["text"]), ("kept", _carried(files))]
    spkis = sorted(active_spkis(who.organisation)) if who.organisation else []
    signing = {"kind": "clarification-answer", "body": body, "spkis": spkis}
    shown = [(_("Answer"), form.cleaned_data["text"]), *((_("File"), one.name) for one in files)]
    return page(request, "panel_answer_sign", asked=seen, signing=signing, hidden=carried, shown=shown)


def _files(form: forms.AnswerForm) -> list[KeptFile] | None:
    """What was sent now, or was kept in the first step; None where it is refused."""
    upload, kept = form.cleaned_data["file"], form.cleaned_data["kept"]
    if upload:
        made = form.attempt(lambda: file_keep(upload.name, upload.read()))
        return [made] if made else None
    if not kept:
        return []
    digest, size, name = kept.split(" ", 2)
    return [KeptFile(digest, name, int(size), f"security/{digest}")]


def _carried(files: list[KeptFile]) -> str:
    return f"{files[0].sha256} {files[0].size} {files[0].name}" if files else ""


def _answer_body(seen: reads.AskedPage, text: str, files: list[KeptFile]) -> dict[str, Any]:
    question = seen.question
    return evaluation_bodies.body(
        "clarification-answer",
        policy=question.panel.lot.policy,
        question=question.entry.ev,
        bid=question.bid.ev,
        e=question.envelope,
        text=text,
        files=[one.sha256 for one in files],
    )
