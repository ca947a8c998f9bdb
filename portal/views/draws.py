"""The public record of a lot's drawing of experts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.selectors.draws import draw_record_page


@require_safe
def draw(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """How the panel of a lot was drawn, or that it was named, for everybody, once it is opened."""
    page = draw_record_page(number, lot)
    template = "portal/draw_named.html" if page.record.whole else "portal/draw.html"
    return render(request, template, {"page": page, "record": page.record})
