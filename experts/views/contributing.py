"""Who contributes to a draw: one page, one button, the receipt of one's own."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, member, proven
from experts.forms.handed import SignedObjectForm
from experts.selectors.draw_contributor import contributor_pack, contributor_page
from experts.services.contribution_give import contribution_give
from experts.services.contribution_receipt import contribution_receipt
from experts.views.answers import kept, page
from kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
@proven
def contribute(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """The page; and what its button sends: one contribution, never replaced."""
    who, at = actor(request), clock.now()
    seen = contributor_page(draw_id, who, at)
    if request.method != "POST":
        return page(request, "draw_contribute", seen=seen)
    form = SignedObjectForm(request.POST, request.FILES)
    if form.is_valid() and form.attempt(
        lambda: contribution_give(draw_id=draw_id, actor=who, at=at, **form.cleaned_data)
    ):
        return JsonResponse({"done": True})
    return page(request, "draw_contribute", form, seen=seen)


@require_safe
@member
def pack(request: HttpRequest, draw_id: UUID) -> JsonResponse:
    """What the device checks before it contributes."""
    return JsonResponse(contributor_pack(draw_id, actor(request)), headers={"Cache-Control": "no-store"})


@require_safe
@member
def receipt(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """One's own receipt, byte for byte as it was signed; until it can be given, a refusal that says why."""
    who, at = actor(request), clock.now()
    contributor_page(draw_id, who, at)
    found = contribution_receipt(draw_id=draw_id, organisation=who.organisation, at=at)
    answer = kept(found.signed.encode("utf-8"), f"receipt-{found.code}.json", "application/json")
    answer["X-Receipt-Code"] = found.code
    return answer
