"""What the log shows to every machine: checkpoint, tiles (C2SP tlog-tiles), proofs. Nothing of it names anybody."""

import re
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from kernel.errors import NotFound
from ledger import selectors
from ledger.models import Checkpoint
from ledger.tree import WIDTH

FOR_EVER = 365 * 24 * 3600
OCTETS = "application/octet-stream"
Answer = TypeVar("Answer", bound=HttpResponse)
NUMBER = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}")


@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The newest signed note, with the cosignatures that came so far."""
    latest = selectors.checkpoint_latest()
    if latest is None:
        raise NotFound("ledger_no_checkpoint_yet", _("The log has no checkpoint yet."))
    response = HttpResponse(latest.note, content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=1)
    return response


@require_GET
def tile_at(request: HttpRequest, level: str, number: str) -> HttpResponse:  # noqa: ARG001
    """Hashes of a full tile, or of its first W under ``.p/W``."""
    index, width = tile_place(number)
    return kept(HttpResponse(selectors.tile_published(int(level), index, width), content_type=OCTETS))


@require_GET
def entries(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001
    """The blinded leaves themselves, each behind its length in two bytes (tlog-tiles entry bundle)."""
    index, width = tile_place(number)
    selectors.tile_published(0, index, width)
    leaves = selectors.leaves_between(index * WIDTH, index * WIDTH + width)
    body = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
    return kept(HttpResponse(body, content_type=OCTETS))


@require_GET
def inclusion(request: HttpRequest) -> JsonResponse:
    """The path from leaf ``index`` to the root of ``size`` (default: the newest)."""
    index, size = asked(request, "index"), asked(request, "size", newest=True)
    head = selectors.checkpoint_at(size)
    path = [value.hex() for value in selectors.inclusion_proof(index, size)]
    body = {"index": index, "size": size, "root": bytes(head.root).hex(), "path": path}
    return kept(JsonResponse(body))


@require_GET
def consistency(request: HttpRequest) -> JsonResponse:
    """The proof that the tree of ``first`` leaves begins that of ``second`` (default: the newest)."""
    first, second = asked(request, "first"), asked(request, "second", newest=True)
    heads = [selectors.checkpoint_at(size) for size in (first, second)]
    path = [value.hex() for value in selectors.consistency_proof(first, second)]
    roots = [bytes(head.root).hex() for head in heads]
    return kept(JsonResponse({"first": first, "second": second, "roots": roots, "path": path}))


@require_GET
def statements(request: HttpRequest) -> JsonResponse:
    """The note of a checkpoint (``size``, default the newest) and every time statement about it."""
    found = selectors.checkpoint_at(asked(request, "size", newest=True))
    response = JsonResponse(described(found))
    patch_cache_control(response, public=True, max_age=1)
    return response


def described(found: Checkpoint) -> dict[str, object]:
    """A checkpoint as JSON: note, and each statement with its bounds in milliseconds."""
    rows = [
        {
            "source": row.source,
            "kind": row.kind,
            "lower_ms": row.lower_ms,
            "upper_ms": row.upper_ms,
            "token": bytes(row.token).hex(),
        }
        for row in selectors.statements_of(found)
    ]
    return {"size": found.size, "root": bytes(found.root).hex(), "note": found.note, "statements": rows}


def asked(request: HttpRequest, name: str, *, newest: bool = False) -> int:
    """A whole number of the query; without it the newest size, where that makes sense."""
    text = request.GET.get(name, "")
    latest = selectors.checkpoint_latest() if newest and not text else None
    if latest is not None:
        return latest.size
    if not re.fullmatch(r"[0-9]{1,16}", text, re.ASCII):
        raise NotFound("ledger_no_number", _("“%(name)s” must be a whole number."), name=name)
    return int(text)


def tile_place(number: str) -> tuple[int, int]:
    """(index, width) from the path of a tile: ``x001/x234/067`` or ``x001/x234/067.p/8``."""
    digits, partial, width = number.partition(".p/")
    count = int(width) if re.fullmatch(r"[1-9][0-9]{0,2}", width, re.ASCII) else 0 if partial else WIDTH
    canonical = NUMBER.fullmatch(digits) and not digits.startswith("x000/") and count
    if not canonical or (partial and count >= WIDTH):
        raise NotFound("ledger_no_tile", _("There is no such tile."))
    return int(digits.replace("x", "").replace("/", "")), count


def kept(response: Answer) -> Answer:
    """An answer that never changes."""
    patch_cache_control(response, public=True, immutable=True, max_age=FOR_EVER)
    return response
