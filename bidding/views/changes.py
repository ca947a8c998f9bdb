"""Changes of a bidder after the opening: told by the bidder, read by owner, agency, witness and supervisor."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.changes import ChangeForm
from bidding.selectors import changes as reads
from bidding.services.change_tell import change_tell
from bidding.views.answers import done, download, page
from kernel import clock
from trading.selectors.files import document_store


@require_http_methods(["GET", "POST"])
@binding
def changes(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The notices this reader may see; a bidder of the set may tell one."""
    who, at = actor(request), clock.now()
    seen = reads.changes(number, lot, who, at)
    posted = request.method == "POST"
    form = ChangeForm(*((request.POST, request.FILES) if posted else ()))
    if form.is_valid():
        given = {**form.given(), "lot_id": seen.lot.pk}
        if form.attempt(lambda: change_tell(actor=who, at=at, **given)):
            sentence = _("Change received; qualification will be re-checked.")
            return done(request, sentence, "bidding:changes", number, lot)
    return page(request, "changes", form, seen=seen)


@require_safe
@member
def paper(request: HttpRequest, number: str, lot: int, change_id: UUID) -> StreamingHttpResponse:
    """The file of a notice, to keep, for whoever may read the notice."""
    row = reads.paper_of(number, lot, change_id, actor(request), clock.now())
    return download(document_store().pieces(row.sha256), name=row.name, size=row.size)
