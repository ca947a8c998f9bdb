"""Changes of a bidder after the opening: told by the bidder, read by owner, agency, witness and supervisor."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import actor, binding
from bidding.forms.changes import ChangeForm
from bidding.selectors import changes as reads
from bidding.services.change_tell import change_tell
from bidding.views.answers import done, page
from kernel import clock


@require_http_methods(["GET", "POST"])
@binding
def changes(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The notices this reader may see; a bidder of the set may tell one."""
    who, at = actor(request), clock.now()
    seen = reads.changes(number, lot, who, at)
    form = ChangeForm(request.POST or None)
    if form.is_valid():
        given = {**form.cleaned_data, "lot_id": seen.lot.pk}
        if form.attempt(lambda: change_tell(actor=who, at=at, **given)):
            sentence = _("Change received; qualification will be re-checked.")
            return done(request, sentence, "bidding:changes", number, lot)
    return page(request, "changes", form, seen=seen)
