"""The public hall: the page, and the part of it that is fetched again while it runs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import actor
from bidding.selectors.hall import hall as seen
from bidding.selectors.hall_shapes import Hall
from bidding.selectors.seats import doors
from kernel import clock


@require_safe
def hall(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The hall of a lot, the same for everyone; with links to the own place for who has one."""
    at = clock.now()
    page = seen(number, lot, at)
    context = {"hall": page, "doors": doors(number, lot, actor(request), at)}
    return render(request, "bidding/hall.html", context)


@require_safe
def hall_part(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """What changes while the opening runs; 304 as long as nothing has."""
    page = seen(number, lot, clock.now())
    answer = unchanged(request, page) or render(request, "bidding/hall_part.html", {"hall": page})
    answer["ETag"] = tag(page)
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def wall(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The hall for the wall: to be read at ten metres, without anything to press."""
    return render(request, "bidding/wall.html", {"hall": seen(number, lot, clock.now())})


@require_safe
def wall_part(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """What changes on the wall; 304 as long as nothing has."""
    page = seen(number, lot, clock.now())
    answer = unchanged(request, page) or render(request, "bidding/wall_part.html", {"hall": page})
    answer["ETag"] = tag(page)
    answer["Cache-Control"] = "no-cache"
    return answer


def tag(page: Hall) -> str:
    """The entity tag of what is shown."""
    return f'"{page.version}"'


def unchanged(request: HttpRequest, page: Hall) -> HttpResponse | None:
    """The answer to who has this version already."""
    return HttpResponse(status=304) if request.headers.get("If-None-Match") == tag(page) else None
