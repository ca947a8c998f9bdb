"""The live stream of a hall, served by the one uvicorn process; a dropped line resumes where it stopped.

Each line of the hall's log is an event with its moment as id; ``Last-Event-ID`` has the missed ones sent again from
the database. ``version`` says that the page has changed, ``over`` that nothing more will. Whoever cannot keep a
stream open asks for the page's part every three seconds instead.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_GET

from bidding.selectors.hall import hall
from bidding.selectors.hall_shapes import Hall
from kernel import clock

BEAT: Final = 1.0
"""Seconds between two looks at the database, for all who watch the same hall in this process together."""
SILENCE: Final = 15
LONGEST: Final = 600
"""Seconds after which a stream ends; the browser comes back by itself, with the last id."""
LANGUAGES: Final = ("zh-hans", "en")
_seen: dict[tuple[str, int, str], tuple[float, Hall]] = {}
_locks: dict[tuple[str, int, str], asyncio.Lock] = {}


@require_GET
async def live(request: HttpRequest, number: str, lot: int) -> HttpResponseBase:
    """The stream; 204 where this process cannot hold it open, which tells a browser to ask instead."""
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    await look(number, lot, language)
    answer = StreamingHttpResponse(
        stream(number, lot, language, resume_after(request)), content_type="text/event-stream"
    )
    answer["Cache-Control"] = "no-cache"
    answer["X-Accel-Buffering"] = "no"
    return answer


def resume_after(request: HttpRequest) -> int | None:
    """The last id this browser has seen; None for a first visit, or for what is no id."""
    given = request.headers.get("Last-Event-ID", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 20 else None


async def look(number: str, lot: int, language: str) -> Hall:
    """The hall as it is now, read at most once a beat however many watch."""
    key = (number, lot, language)
    kept = _seen.get(key)
    if kept is None:
        _seen[key] = kept = (time.monotonic(), await sync_to_async(_read)(number, lot, language))
    async with _locks.setdefault(key, asyncio.Lock()):
        kept = _seen[key]
        if time.monotonic() - kept[0] >= BEAT:
            _seen[key] = kept = (time.monotonic(), await sync_to_async(_read)(number, lot, language))
    return kept[1]


def _read(number: str, lot: int, language: str) -> Hall:
    with translation.override(language):
        return hall(number, lot, clock.now())


async def stream(number: str, lot: int, language: str, after: int | None) -> AsyncIterator[str]:
    """Events until the hall is over or the stream is old; ``after`` is the last line known."""
    version, begun, spoken = "", time.monotonic(), time.monotonic()
    yield "retry: 3000\n\n"
    while time.monotonic() - begun < LONGEST:
        page = await look(number, lot, language)
        newest = max((line.mark for line in page.log), default=0)
        after = newest if after is None else after
        for message in events(page, after, version):
            spoken = time.monotonic()
            yield message
        after, version = max(after, newest), page.version
        if page.over:
            yield "event: over\ndata: over\n\n"
            return
        if time.monotonic() - spoken > SILENCE:
            spoken = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(BEAT)


def events(page: Hall, after: int, version: str) -> list[str]:
    """The lines after a mark, the oldest first, then the version if it is another one."""
    fresh = sorted((line for line in page.log if line.mark > after), key=lambda line: line.mark)
    found = [f"id: {line.mark}\nevent: line\ndata: {' '.join(line.text.split())}\n\n" for line in fresh]
    if page.version != version:
        found.append(f"event: version\ndata: {page.version}\n\n")
    return found
