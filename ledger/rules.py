"""The arithmetic of the log (docs/protocol.md, section 5): values in, values out, no rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ledger.states import GENESIS, OwnKind
from protocol import bodies, dsse, events, hashing

STEP = 8
"""The tree grows by a multiple of this, so that its size does not count events (A8)."""
NO_SIGNATURES = "[]"


def growth(count: int) -> int:
    """How many leaves a checkpoint adds for this many events: the next multiple of 8, at least 8."""
    return max(STEP, -(-count // STEP) * STEP)


def signatures_hash(signatures_text: str) -> bytes:
    """SHA-256 of the canonical signatures (``sigs`` of docs/protocol.md 4.3 and 5.1)."""
    return hashing.sha256(signatures_text.encode("utf-8"))


NO_SIGNATURES_HASH = signatures_hash(NO_SIGNATURES)


def chained_leaf(*, r: bytes, k: bytes, prev: bytes, ev: bytes, sigs: bytes) -> tuple[bytes, bytes]:
    """(link, leaf) of an event after the leaf ``prev`` of its chain (5.1); ``GENESIS`` for none."""
    link = events.link_of(k, prev)
    return link, events.leaf_of(r, link, ev, sigs)


@dataclass(frozen=True)
class Opening:
    """Everything that opens one leaf; ``prev`` is the leaf before it in its chain."""

    index: int
    kind: str
    body: dict[str, object]
    signatures: list[dict[str, object]]
    ev: bytes
    r: bytes
    k: bytes
    prev: bytes
    leaf: bytes


def pad_body(day: date) -> dict[str, object]:
    """The body of every pad of one UTC day; where it stands is in the leaf index, not in the body."""
    return {**bodies.HEADER, "day": day.isoformat()}


def pad_event(day: date) -> bytes:
    """The event id shared by the pads of one UTC day."""
    return dsse.event_id(OwnKind.PAD.value, pad_body(day))


def pad_leaf(secret: bytes, ev: bytes, index: int) -> bytes:
    """The leaf of the pad at ``index`` (5.1); ``ev`` is ``pad_event`` of its day."""
    r, k = events.pad_blinds(secret, index)
    return chained_leaf(r=r, k=k, prev=GENESIS, ev=ev, sigs=NO_SIGNATURES_HASH)[1]


def pad_opening(secret: bytes, day: date, index: int) -> Opening:
    """The pad at ``index`` with everything that opens it."""
    r, k = events.pad_blinds(secret, index)
    ev = pad_event(day)
    body = pad_body(day)
    return Opening(index, OwnKind.PAD.value, body, [], ev, r, k, GENESIS, pad_leaf(secret, ev, index))


def utc_day(at: datetime) -> date:
    """The UTC day of a moment: the day whose secret makes the pads of a checkpoint signed then."""
    return at.astimezone(UTC).date()


def bounds(kind: str, time_ms: int, resolution_ms: int, accuracy_ms: int) -> tuple[int, int]:
    """(lower, upper) in milliseconds of a statement of this time (5.3, A3).

    ``resolution_ms`` is 1000 for whole seconds, else one unit of the last digit; for a witness always 1000.
    """
    unit = 1000 if kind == "witness" else resolution_ms
    return time_ms - accuracy_ms, time_ms + unit + accuracy_ms


def kth_largest(sizes: Iterable[int], k: int) -> int:
    """N: the k-th largest of the sizes the sources state, 0 when there are fewer than k (5.3)."""
    ordered = sorted(sizes, reverse=True)
    return ordered[k - 1] if 0 < k <= len(ordered) else 0


def beat_due(last: datetime | None, at: datetime, interval: timedelta) -> bool:
    """Whether a beat of the fixed grid of ``interval`` lies in (last, at].

    The grid, not the arrival of events, decides when the log is cut: otherwise the number of checkpoints
    would count what their size hides.
    """
    if last is None:
        return True
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return (at - epoch) // interval > (last - epoch) // interval
