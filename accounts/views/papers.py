"""The register of subjects (主体库): its papers, and the files as they were uploaded."""

from http import HTTPStatus
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import PaperForm, ReasonForm
from accounts.middleware import actor, member
from accounts.rules import paper_name
from accounts.rules.notices import BEIJING
from accounts.selectors import pages
from accounts.services import record_add, record_end
from accounts.views.answers import done, keep, page, store
from kernel import clock


@require_GET
@member
def papers(request: HttpRequest) -> HttpResponse:
    """All papers by kind, with how long each is still valid."""
    own = pages.own_organisation(actor(request))
    shelves = pages.papers(own.pk, clock.now().astimezone(BEIJING).date())
    return page(request, "papers", organisation=own, shelves=shelves)


@require_http_methods(["GET", "POST"])
@member
def paper_add(request: HttpRequest) -> HttpResponse:
    """Add a paper with its file."""
    who = actor(request)
    own = pages.own_organisation(who)
    form = PaperForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        upload, given = form.cleaned_data["file"], form.fields_given()
        stored, name = keep(upload), paper_name(upload.name)
        if form.attempt(
            lambda: record_add(
                organisation_id=own.pk, file=stored, file_name=name, actor=who, at=clock.now(), **given
            )
        ):
            return done(request, _("The paper is in the register."), "accounts:papers")
    return page(request, "paper_add", form)


@require_http_methods(["GET", "POST"])
@member
def paper_end(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """End a paper; it stays in the history."""
    who = actor(request)
    record = pages.paper_of(record_id, who)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(lambda: record_end(record_id=record_id, reason=reason, actor=who, at=clock.now())):
            return done(request, _("The paper is ended; it stays in the history."), "accounts:papers")
    return page(request, "paper_end", form, record=record)


@require_GET
@member
def stored_paper(request: HttpRequest, sha256: str) -> StreamingHttpResponse | FileResponse:
    """A stored file, always as a download and never as a page."""
    name, size = pages.stored_paper(sha256, actor(request))
    store().open(sha256).close()
    response = FileResponse(
        store().open(sha256), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response.status_code = HTTPStatus.OK
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if size is not None:
        response["Content-Length"] = str(size)
    return response
