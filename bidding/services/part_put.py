"""Store one part of an upload. The same part again is the same part; another one in its place is refused."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies, store
from bidding.models import Part, Upload
from bidding.models.uploads import part_key
from bidding.rules import door
from bidding.selectors import lots
from bidding.services.store_watch import store_watched
from bidding.services.upload_open import takes_bids
from bidding.states import UploadState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require

_DIGEST = re.compile(r"[0-9a-f]{64}")
HEAD = 16
"""Bytes by which a file that is not encrypted is known."""


def part_put(
    *,
    upload_id: UUID,
    envelope: int,
    number: int,
    sha256: str,
    pieces: Iterable[bytes | memoryview],
    actor: Actor,
    at: datetime,
) -> Part:
    """Store part ``number`` of ``envelope``, whose SHA-256 (hex) the client says beforehand.

    The bytes are in the store whole before the row exists, so that a server killed at any moment leaves at most
    bytes without a row. They are flushed when the bid is submitted, before they are read back: a power cut before
    that may cost a part, which submission then finds and has sent again; what got a receipt survives it.
    RuleBroken for a wrong digest, size, or content that is not encrypted; StateConflict once the upload is
    finished, or for another part under the same number; Unavailable when the store cannot take it, with an
    incident in the ledger. Storing a part is no act of law: it leaves no entry.
    """
    upload = lots.upload_of(upload_id, actor)
    require(policies.may_seal(actor, upload.organisation_id))
    terms = lots.terms(upload.lot)
    size = _expected(upload, envelope, number)
    if not _DIGEST.fullmatch(sha256):
        raise RuleBroken("part_damaged", _("The part did not arrive as it was sent; send it again."))
    known = Part.objects.filter(upload=upload, envelope=envelope, number=number).first()
    if known is not None:
        return _same(known, sha256)
    _takes_parts(upload)
    takes_bids(upload.lot, terms)
    with store_watched(at=at):
        digest, stored = _stored(part_key(str(upload.id), envelope, number), sha256, size, number, pieces)
    try:
        with transaction.atomic():
            held = Upload.objects.select_for_update().get(pk=upload.pk)
            _takes_parts(held)
            return Part.objects.create(
                upload=upload, envelope=envelope, number=number, sha256=digest, size=stored, stored_at=at
            )
    except IntegrityError:
        return _same(Part.objects.get(upload=upload, envelope=envelope, number=number), sha256)


def parts_held(*, upload_id: UUID, actor: Actor) -> dict[int, list[int]]:
    """The part numbers the store holds, by envelope: where an interrupted upload goes on."""
    upload = lots.upload_of(upload_id, actor)
    require(policies.may_seal(actor, upload.organisation_id))
    held: dict[int, list[int]] = {int(e): [] for e in upload.sizes}
    for part in upload.parts.order_by("envelope", "number"):
        held[part.envelope].append(part.number)
    return held


def _takes_parts(upload: Upload) -> None:
    if upload.state != UploadState.UPLOADING.value:
        raise StateConflict(
            "upload_finished", _("This upload is finished; open another one to replace the bid.")
        )


def _expected(upload: Upload, envelope: int, number: int) -> int:
    size = door.part_size(number, upload.sizes.get(str(envelope), 0)) if number >= 0 else 0
    if size == 0:
        raise RuleBroken("no_such_part", _("This upload has no such part."))
    return size


def _same(part: Part, sha256: str) -> Part:
    if part.sha256 != sha256:
        raise StateConflict("part_differs", _("Another part is already stored here; open another upload."))
    return part


def _stored(
    key: str, sha256: str, size: int, number: int, pieces: Iterable[bytes | memoryview]
) -> tuple[str, int]:
    """Write the bytes under ``key``, if they are found right."""
    found = store.default().put(key, _guarded(pieces, number, size), expected=(sha256, size), flush=False)
    if found != (sha256, size):
        raise RuleBroken("part_damaged", _("The part did not arrive as it was sent; send it again."))
    return found


def _guarded(pieces: Iterable[bytes | memoryview], number: int, size: int) -> Iterator[bytes | memoryview]:
    """The pieces, refused as soon as they are too many or begin like a file that is not encrypted."""
    head, seen = b"", 0
    for piece in pieces:
        if len(head) < HEAD:
            head += piece[: HEAD - len(head)]
            if (finding := door.unsealed(number, head)) is not None:
                raise RuleBroken(finding.code, finding.message, [finding], **finding.data)
        seen += len(piece)
        if seen > size:
            raise RuleBroken("part_damaged", _("The part did not arrive as it was sent; send it again."))
        yield piece
