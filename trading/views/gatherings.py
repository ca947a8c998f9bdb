"""O7 and O10: visits of the site, the notice in its media, the files of both, officers who are away."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import actor, binding, member
from kernel import clock
from trading.forms import AbsenceForm, MediaForm, MeetingForm
from trading.selectors import desk as reads
from trading.selectors.files import document_store
from trading.selectors.gatherings import absences_of, first_proof, media_rows
from trading.services import absence_record, absence_remove, media_prove, meeting_call
from trading.views.answers import done, download, inside, page


@require_http_methods(["GET", "POST"])
@binding
def meetings(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Invite every taker to a visit or a meeting; those called so far."""
    view, who = inside(request, tender_id)
    form = MeetingForm(request.POST or None)
    if form.is_valid():
        given = {"tender_id": tender_id, **form.cleaned_data}
        if form.attempt(lambda: meeting_call(actor=who, at=clock.now(), **given)):
            said = _("Published; each taker was told.")
            return done(request, said, "trading:meetings", tender_id)
    return page(request, "meetings", form, view=view, meetings=view.tender.meetings.order_by("starts_at"))


@require_http_methods(["GET", "POST"])
@member
def media(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """The media of the notice, each with its proof; the first publication."""
    view, who = inside(request, tender_id)
    form = MediaForm(request.POST or None, request.FILES or None, media=view.tender.media)
    if form.is_valid():
        given = {"tender_id": tender_id, **form.given()}
        if form.attempt(lambda: media_prove(actor=who, at=clock.now(), **given)):
            return done(request, _("Recorded."), "trading:media", tender_id)
    rows = media_rows(view.tender)
    return page(request, "media", form, view=view, rows=rows, first=first_proof(view.tender))


@require_GET
@member
def media_file(request: HttpRequest, tender_id: UUID, proof_id: UUID) -> HttpResponseBase:
    """The picture of a page in a medium, to be saved."""
    view, _who = inside(request, tender_id)
    row = reads.proof_of(view, proof_id)
    return download(document_store().pieces(row.sha256), name=row.name, size=row.size)


@require_GET
@member
def approval_file(request: HttpRequest, project_id: UUID, row: int) -> HttpResponseBase:
    """The paper of an approval, to be saved."""
    paper = reads.approval_of(reads.project_seen(project_id, actor(request)), row)
    return download(document_store().pieces(paper["file"]), name=paper["name"], size=int(paper["size"]))


@require_http_methods(["GET", "POST"])
@member
def absences(request: HttpRequest) -> HttpResponse:
    """The days on which an officer is away."""
    who = actor(request)
    form = AbsenceForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: absence_record(actor=who, at=clock.now(), **given)):
            return done(request, _("Recorded."), "trading:absences")
    return page(request, "absences", form, absences=absences_of(who, clock.now()))


@require_POST
@member
def absence_end(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Take an absence back."""
    absence_remove(absence_id=absence_id, actor=actor(request), at=clock.now())
    return done(request, _("Taken back."), "trading:absences")
