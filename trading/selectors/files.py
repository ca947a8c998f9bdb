"""Which files a lot's policy binds: ``docs.json``, its root, ``method.json`` (docs/protocol.md 4.1, 7.2)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.files import ContentStore
from kernel.errors import NotFound
from protocol import canonical, hashing, merkle
from trading.models import Addendum, Attachment, Lot, LotPolicy, TenderDocument

FileRow = dict[str, object]


def document_store() -> ContentStore:
    """Where tender documents lie."""
    return ContentStore(Path(settings.STORE_DIR) / "documents")


def document_published(document_id: UUID) -> TenderDocument:
    """A published document, replaced ones included: what stood once stays readable. ``NotFound`` for drafts."""
    row = (
        TenderDocument.objects.filter(pk=document_id, published_at__isnull=False)
        .select_related("tender")
        .first()
    )
    if row is None:
        raise NotFound("not_published", _("There is no such thing, or none you may know of."))
    return row


def document_pieces(document: TenderDocument | Attachment) -> Iterator[bytes]:
    """The bytes of a document, in pieces."""
    return document_store().pieces(document.sha256)


def documents_current(lot: Lot) -> QuerySet[TenderDocument]:
    """The documents of a lot and those of the whole tender, in force now, by name.

    Files of an addendum count once it is published.
    """
    rows = TenderDocument.objects.filter(tender=lot.tender_id, withdrawn_at__isnull=True)
    published = Q(addendum__isnull=True) | Q(published_at__isnull=False)
    return rows.filter(published, Q(lot__isnull=True) | Q(lot=lot)).order_by("name")


def files_listed(lot: Lot, addendum: Addendum | None = None) -> list[FileRow]:
    """The rows of ``docs.json``, strictly by name; with ``addendum`` as they will be once it is published."""
    rows = {row.name: row for row in documents_current(lot)}
    if addendum is not None:
        pending = addendum.documents.filter(Q(lot__isnull=True) | Q(lot=lot))
        rows |= {row.name: row for row in pending}
    return [{"name": name, "size": rows[name].size, "sha256": rows[name].sha256} for name in sorted(rows)]


def docs_root(files: Sequence[FileRow]) -> str:
    """Merkle tree hash (RFC 6962) over the canonical rows of ``docs.json``, in their order, as hex."""
    leaves = [merkle.leaf_hash(canonical.encode(row)) for row in files]
    return merkle.root(leaves).hex()


def method_text(lot: Lot) -> str:
    """The evaluation method as the bytes the policy binds: canonical JSON."""
    return canonical.encode({"lot": lot.code, "method": lot.method}).decode()


def method_hash(text: str) -> str:
    """SHA-256 of ``method.json``, as hex."""
    return hashing.sha256(text.encode()).hex()


def policy_in_force(lot: Lot) -> LotPolicy | None:
    """The policy row whose T the lot names; None before publication."""
    return lot.policies.filter(t=lot.policy).first() if lot.policy else None


def docs_json(policy: LotPolicy) -> bytes:
    """The bundle member ``docs.json`` of a policy."""
    return canonical.encode({"files": policy.files})


def method_json(policy: LotPolicy) -> bytes:
    """The bundle member ``method.json`` of a policy."""
    return policy.method.encode()
