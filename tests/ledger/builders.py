"""Moments, events and cuts for the tests of the record."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.models import Checkpoint, Entry
from ledger.services import NewEvent, batch_cut, event_append, record_append
from ledger.timesources import TimeSource
from protocol import bodies

START = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)
CHAIN = "T-1/L-1/bid"


def moment(seconds: float = 0) -> datetime:
    """A moment after the start of the story."""
    return START + timedelta(seconds=seconds)


def milliseconds(seconds: float = 0) -> int:
    """The same as milliseconds since 1970."""
    return int(moment(seconds).timestamp() * 1000)


def signature() -> dict[str, Any]:
    """Something of the form of a signature; the record does not verify signatures, verifiers do."""
    return {"alg": "ed25519", "key": secrets.token_hex(44), "sig": secrets.token_hex(64)}


def new_event(chain: str = CHAIN) -> NewEvent:
    """A withdrawal nobody made."""
    body = bodies.body("withdraw", policy=secrets.token_hex(32), target=secrets.token_hex(32))
    return NewEvent("withdraw", body, [signature()], chain)


def appended(chain: str = CHAIN, seconds: float = 0) -> Entry:
    """An event waiting for its place."""
    new = new_event(chain)
    return event_append(
        kind=new.kind, body=new.body, signatures=new.signatures, chain=new.chain, at=moment(seconds)
    )


def recorded(seconds: float = 0, **data: object) -> Entry:
    """A record of the platform's own waiting for its place."""
    return record_append(name="test.act", subject="thing", data=data, actor="system", at=moment(seconds))


def cut(seconds: float = 0, sources: Sequence[TimeSource] = (), **options: Any) -> Checkpoint:
    """A cut of the log, by default without asking anybody for the time."""
    return batch_cut(at=moment(seconds), sources=sources, **options)
