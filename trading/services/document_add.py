"""招标文件: store a file under its content address and list it with the tender."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.files import StoredFile
from kernel.errors import RuleBroken, StateConflict
from ledger.services import record_append
from trading import selectors
from trading.models import DOCUMENT_KINDS, Addendum, Lot, Tender, TenderDocument
from trading.rules.numbers import is_safe_filename
from trading.services.bill_keep import bill_bytes, bill_keep, bill_read, is_read
from trading.services.tender_draft import may_draft
from trading.states import AddendumState, TenderState

MAX_SIZE = 1 << 30
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".ofd": "application/ofd",
    ".xml": "application/xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".dwg": "image/vnd.dwg",
    ".dxf": "image/vnd.dxf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
"""What a tender document may be, by its ending; anything that runs in a browser is not among them."""

MAGIC = {".pdf": b"%PDF-", ".zip": b"PK", ".xlsx": b"PK", ".docx": b"PK", ".ofd": b"PK", ".png": b"\x89PNG"}


@transaction.atomic
def document_add(
    *,
    tender_id: UUID,
    kind: str,
    name: str,
    content: bytes | Iterable[bytes],
    actor: Actor,
    at: datetime,
    lot_id: UUID | None = None,
    addendum_id: UUID | None = None,
) -> TenderDocument:
    """Add a file to a draft tender, or to a drafted addendum of a published one.

    The same name again is the next version; the old one stays stored and listed as replaced. ``RuleBroken``
    for a name with a path in it, an unknown type, a file whose first bytes are of another type, or one too large,
    and for a bill of quantities that cannot be read, with each fault by its place; then nothing is stored.
    """
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    lot = tender.lots.get(pk=lot_id) if lot_id else None
    addendum = drafted_addendum(tender, addendum_id)
    name = unicodedata.normalize("NFC", name)
    suffix = check_name(kind, name)
    bill = None
    if is_read(kind, suffix):
        content = bill_bytes(content)
        bill = bill_read(suffix, content) if content else None
    stored = keep(content, suffix)
    row = replace(tender, lot, addendum, name, at)
    row.kind, row.media_type = kind, MEDIA_TYPES[suffix]
    row.size, row.sha256 = stored.size, stored.sha256
    row.save()
    if bill is not None:
        bill_keep(row, bill)
    record_append(
        name="document-added",
        subject=tender.reference,
        data={
            "name": name,
            "kind": kind,
            "size": stored.size,
            "sha256": stored.sha256,
            "version": row.version,
        },
        actor=actor.key,
        at=at,
    )
    return row


def drafted_addendum(tender: Tender, addendum_id: UUID | None) -> Addendum | None:
    """The addendum the file is for; None for a draft tender. Published documents change by addendum only."""
    if addendum_id is None:
        if tender.state != TenderState.DRAFT.value:
            raise StateConflict("tender_not_draft", _("Published documents change by an addendum only."))
        return None
    addendum = selectors.addendum_for_update(addendum_id)
    if addendum.tender_id != tender.pk or addendum.state != AddendumState.DRAFT.value:
        raise StateConflict("addendum_not_draft", _("This addendum is no longer a draft."))
    return addendum


def check_name(kind: str, name: str) -> str:
    """The file's ending; ``RuleBroken`` when kind, name or ending are not allowed."""
    if kind not in DOCUMENT_KINDS:
        raise RuleBroken("document_kind", _("There is no such kind of document."))
    if not is_safe_filename(name):
        raise RuleBroken("document_name", _("This file name cannot be used."))
    suffix = Path(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise RuleBroken("document_type", _("Files of type %(type)s are not taken."), type=suffix or "?")
    return suffix


def keep(content: bytes | Iterable[bytes], suffix: str) -> StoredFile:
    """Store the bytes; refuse an empty file and one whose beginning is of another type."""
    pieces = iter([content] if isinstance(content, bytes) else content)
    first = next(pieces, b"")
    check_head(first, suffix)

    def whole() -> Iterable[bytes]:
        yield first
        yield from pieces

    return selectors.document_store().put(whole(), limit=MAX_SIZE)


def check_head(first: bytes, suffix: str) -> None:
    """``RuleBroken`` for an empty file and one whose beginning is of another type."""
    if not first:
        raise RuleBroken("document_empty", _("The file is empty."))
    if not first.startswith(MAGIC.get(suffix, b"")):
        raise RuleBroken("document_mismatch", _("The file is not what its name says."))


def replace(
    tender: Tender, lot: Lot | None, addendum: Addendum | None, name: str, at: datetime
) -> TenderDocument:
    """A new row for ``name``; in a draft the version before it is marked as replaced."""
    rows = tender.documents.filter(name=name)
    version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
    if addendum is None:
        rows.filter(withdrawn_at__isnull=True).update(withdrawn_at=at)
    else:
        rows.filter(addendum=addendum).delete()
    return TenderDocument(tender=tender, lot=lot, addendum=addendum, name=name, version=version, added_at=at)
