"""Sealing, rehearsing, importing, withdrawing, and one's own part in the opening: pages around browser modules.

The server gives plain values and receives ciphertext and signatures through ``bidding/api.py``; nothing that is
typed into these pages is ever sent to it in the clear. Whoever opens a page that binds proves who they are at once,
so that the button at its end need not wait for a password; ``bidding/api.py`` asks again when that is long ago.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import actor, member, proven
from bidding.selectors import sealing
from bidding.views.answers import page
from kernel import clock


@require_safe
@proven
def seal(request: HttpRequest, number: str) -> HttpResponse:
    """Fill in the opening line, choose files, seal, upload, fetch and check the receipt."""
    return page(request, "seal", page=sealing.seal_page(number, actor(request), clock.now()))


@require_safe
@member
def rehearse(request: HttpRequest, number: str) -> HttpResponse:
    """Seal a dummy to keys made in the page and open it at once."""
    return page(request, "rehearse", page=sealing.seal_page(number, actor(request), clock.now()))


@require_safe
@proven
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in a folder made by the offline tool."""
    return page(request, "import", page=sealing.seal_page(number, actor(request), clock.now()))


@require_safe
@proven
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw the bid that counts now."""
    return page(request, "withdraw", page=sealing.seal_page(number, actor(request), clock.now()))


@require_safe
@proven
def opening(request: HttpRequest, number: str) -> HttpResponse:
    """One's own part in the opening."""
    found = sealing.own_opening(number, actor(request), clock.now())
    return page(request, "opening", **found)
