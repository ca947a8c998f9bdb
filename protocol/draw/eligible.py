"""Who could be drawn: the committed pool, less those excluded by reason (V24; amendments A19, A24)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from protocol import bodies, merkle
from protocol.draw import pool
from protocol.draw.case import Draw
from protocol.draw.problem import Expert, Problem
from protocol.errors import ProtocolError

REASONS: Final = (
    "own-employer",
    "related",
    "recent",
    "supervisor-staff",
    "declared",
    "unavailable",
    "suspended",
    "ordered",
)
"""Why an expert of the pool is left out of one draw: 实施条例 45 and 46, 12号令 12, the expert's own calendar."""
EXCLUSIONS: Final = bodies.rows(
    bodies.record(eid=bodies.HASH, reason=bodies.one_of(*REASONS), evidence=bodies.HASH),
    key=lambda row: row["eid"],
)
_POOL = bodies.rows(bodies.anything)
_ZONE = timedelta(hours=8)


def day_of(moment: int) -> str:
    """The day of a moment (seconds) in China, as YYYY-MM-DD."""
    return (datetime.fromtimestamp(moment, tz=UTC) + _ZONE).strftime("%Y-%m-%d")


def opened(rows: Any, root: str) -> dict[str, dict[str, Any]]:
    """What the rows of a pool show, by eid; ProtocolError unless they are the whole tree under `root`."""
    _POOL(rows, "pool")
    found, leaves = {}, []
    for row in rows:
        leaf, shown = pool.record_leaf(row)
        leaves.append(leaf)
        found[str(shown.get("eid", ""))] = dict(shown)
    if list(found) != sorted(found) or len(found) != len(leaves):
        raise ProtocolError("the rows of the pool are not by eid, each once", obj="pool")
    if merkle.root(leaves).hex() != root:
        raise ProtocolError("the rows are not those of the pool committed to", obj="pool", evidence=root)
    return found


def experts(shown: dict[str, dict[str, Any]], asked: set[str], day: str, excluded: set[str]) -> list[Expert]:
    """The experts of a pool who may be drawn on a day for the specialties asked, by eid."""
    found = []
    for eid, row in shown.items():
        mine = tuple(sorted(asked.intersection(row["specialties"])))
        if mine and eid not in excluded and row["since"] <= day <= row["until"]:
            found.append(Expert(eid, mine, row["employer"], row["region"]))
    return found


def check(draw: Draw, posed: Problem) -> None:
    """Refuse (ProtocolError) a problem whose experts are not exactly the eligible ones of the header's pool."""
    header = draw.header
    rows = draw.draws.paper(header["pool"]["rows"])
    shown = opened(rows, header["pool"]["root"])
    exclusions = draw.draws.paper(header["exclusions"]["rows"])
    EXCLUSIONS(exclusions, "exclusions")
    if (len(shown), len(exclusions)) != (header["pool"]["count"], header["exclusions"]["count"]):
        raise ProtocolError("the header counts another pool or other exclusions", obj=draw.event.name)
    excluded = {row["eid"] for row in exclusions}
    wanted = experts(shown, set(posed.seats), day_of(header["close_at"]), excluded)
    given = [Expert(one.id, one.specialties, one.employer, one.region) for one in posed.experts]
    if given != wanted:
        odd = sorted({one.id for one in given} ^ {one.id for one in wanted}) or [one.id for one in given]
        raise ProtocolError(
            "those who could be drawn are not the eligible of the pool",
            obj=draw.event.name,
            evidence=odd[0] if odd else "",
        )
