"""Write events to the record. They count from the moment the next cut gives them their place."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from ledger import store
from ledger.models import Entry
from ledger.states import OwnKind
from protocol import bodies, canonical, dsse, hashing, kinds
from protocol.errors import NotCanonical

Entropy = Callable[[int], bytes]
OWN_KINDS = frozenset(kind.value for kind in OwnKind)


@dataclass(frozen=True)
class NewEvent:
    """One protocol event to be written: what it says, who signed it, the chain it belongs to."""

    kind: str
    body: Mapping[str, Any]
    signatures: Sequence[Mapping[str, Any]]
    chain: str | None = None


@transaction.atomic
def record_append(
    *,
    name: str,
    subject: str,
    data: Mapping[str, object],
    actor: str,
    at: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> Entry:
    """Write an act of the platform's own domain (organisation registered, notice published …).

    The leaf covers name, subject, actor, second and the hash of ``data``; ``data`` itself is kept beside it.
    Decimals, dates, moments, UUIDs, enumerations and bytes in ``data`` become text, seconds or hex first.
    ``RuleBroken`` (``ledger_body``) when a value cannot be written canonically.
    """
    try:
        data_text = canonical.encode(plain(data)).decode("utf-8")
    except NotCanonical as error:
        raise malformed(error) from error
    body = {
        **bodies.HEADER,
        "name": name,
        "subject": subject,
        "actor": actor,
        "at": int(at.timestamp()),
        "data": hashing.sha256(data_text.encode("utf-8")).hex(),
    }
    entry = prepared(OwnKind.RECORD.value, body, [], None, at=at, entropy=entropy)
    entry.data_text = data_text
    return written([entry])[0]


def event_append(
    *,
    kind: str,
    body: Mapping[str, Any],
    signatures: Sequence[Mapping[str, Any]],
    chain: str | None,
    at: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> Entry:
    """Write a protocol event (docs/protocol.md, section 4) of ``chain``, or of none for key events.

    Idempotent: the same event with the same signatures is written once, and returned when it comes again;
    with other signatures it is another entry (only the first that verifies counts, A2).
    ``RuleBroken`` (``ledger_body``) when body or signatures have not the form of their kind.
    """
    new = NewEvent(kind, body, signatures, chain)
    return events_append(events=[new], at=at, entropy=entropy)[0]


@transaction.atomic
def events_append(
    *, events: Sequence[NewEvent], at: datetime, entropy: Entropy = secrets.token_bytes
) -> list[Entry]:
    """Write several events in this order, each as ``event_append`` does; all or none."""
    entries = [signed_entry(new, at=at, entropy=entropy) for new in events]
    known: dict[tuple[str, str, str], Entry] = {}
    store.lock_events([bytes.fromhex(entry.ev) for entry in entries])
    for found in store.entries_known([entry.ev for entry in entries]):
        known[identity(found)] = found
    fresh: list[Entry] = []
    for entry in entries:
        if known.setdefault(identity(entry), entry) is entry:
            fresh.append(entry)
    written(fresh)
    return [known[identity(entry)] for entry in entries]


def identity(entry: Entry) -> tuple[str, str, str]:
    """What makes two entries the same event by the same signers in the same chain."""
    return entry.ev, entry.signatures_text, entry.chain


def signed_entry(new: NewEvent, *, at: datetime, entropy: Entropy) -> Entry:
    """The entry of a protocol event whose form and chain are right."""
    if new.kind in OWN_KINDS:
        raise RuleBroken("ledger_kind", _("Events of this kind are made by the ledger itself."))
    if bool(new.chain) is (new.kind in bodies.OUTSIDE):
        raise RuleBroken("ledger_chain", _("An event of kind “%(kind)s” has the wrong chain."), kind=new.kind)
    try:
        signatures = [dict(signature) for signature in new.signatures]
        bodies.SIGNATURES(signatures, new.kind)
    except NotCanonical as error:
        raise malformed(error) from error
    return prepared(new.kind, dict(new.body), signatures, new.chain, at=at, entropy=entropy)


def prepared(
    kind: str,
    body: dict[str, Any],
    signatures: list[dict[str, Any]],
    chain: str | None,
    *,
    at: datetime,
    entropy: Entropy,
) -> Entry:
    """An entry not yet written, with fresh blinds."""
    try:
        kinds.check_body(kind, body)
        text = canonical.encode(body)
        signatures_text = canonical.encode(signatures).decode("utf-8")
        ev = hashing.sha256(dsse.pae(kind, text)).hex()
    except NotCanonical as error:
        raise malformed(error) from error
    # by position, in the order of the model's fields: half the time of keywords, and bulk appends are many
    return Entry(
        uuid4(),
        0,
        kind,
        text.decode("utf-8"),
        signatures_text,
        "",
        chain or "",
        ev,
        entropy(32),
        entropy(32),
        at,
        None,
        None,
        None,
    )


def written(entries: list[Entry]) -> list[Entry]:
    """Number the entries in their order of arrival and insert them."""
    if entries:
        for entry, number in zip(entries, store.arrival_numbers(len(entries)), strict=True):
            entry.seq = number
        store.entries_insert(entries)
    return entries


def malformed(error: NotCanonical) -> RuleBroken:
    """The refusal of something that cannot be written into the record."""
    return RuleBroken(
        "ledger_body", _("This cannot be written into the record: %(reason)s"), reason=str(error)
    )


def plain(value: object) -> object:
    """``value`` in the JSON profile: money and other decimals as text, moments as whole UTC seconds."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for types, written_as in WRITTEN_AS:
        if isinstance(value, types):
            return written_as(value)
    return value


WRITTEN_AS: tuple[tuple[tuple[type, ...], Callable[[Any], object]], ...] = (
    ((set, frozenset), lambda value: sorted(str(plain(item)) for item in value)),
    ((datetime,), lambda value: int(value.astimezone(UTC).timestamp())),
    ((date,), lambda value: value.isoformat()),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    ((Decimal, UUID), str),
)
