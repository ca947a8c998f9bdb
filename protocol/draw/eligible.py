"""Who could be drawn: the committed pool, less those excluded by reason (V24; amendments A19, A24)."""

from __future__ import annotations

from collections.abc import Mapping
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
SHOWN: Final = ("eid", "employer", "region", "since", "specialties", "until")
"""The attributes which the pool of a draw shows; name, identity and group stay hidden."""
_POOL = bodies.rows(
    bodies.record(
        salt=bodies.HASH,
        attributes=bodies.record(
            **{
                name: bodies.record(salt=bodies.HASH, value=bodies.anything)
                if name in SHOWN
                else bodies.record(hash=bodies.HASH)
                for name in pool.ATTRIBUTES
            }
        ),
    )
)
_ZONE = timedelta(hours=8)


def day_of(moment: int) -> str:
    """The day of a moment (seconds) in China, as YYYY-MM-DD; ProtocolError beyond the year 9999."""
    try:
        return (datetime.fromtimestamp(moment, tz=UTC) + _ZONE).date().isoformat()
    except (OverflowError, ValueError, OSError) as error:
        raise ProtocolError("the day of the draw is beyond the year 9999", evidence=str(moment)) from error


def opened(rows: Any, root: str) -> dict[str, dict[str, Any]]:
    """What the rows of a pool show, by eid; ProtocolError unless they are the whole tree under `root`."""
    _POOL(rows, "pool")
    found, leaves = {}, []
    for row in rows:
        leaf, shown = pool.formed_leaf(row)
        leaves.append(leaf)
        bodies.HASH(shown["eid"], "pool.eid")
        found[str(shown["eid"])] = shown
    if list(found) != sorted(found) or len(found) != len(leaves):
        raise ProtocolError("the rows of the pool are not by eid, each once", obj="pool")
    if merkle.root(leaves).hex() != root:
        raise ProtocolError("the rows are not those of the pool committed to", obj="pool", evidence=root)
    return found


def experts(
    shown: Mapping[str, Mapping[str, Any]], asked: set[str], day: str, excluded: set[str]
) -> list[Expert]:
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
    asked = {name for name, count in posed.seats.items() if count}
    wanted = experts(shown, asked, day_of(header["close_at"]), excluded)
    given = [Expert(one.id, one.specialties, one.employer, one.region) for one in posed.experts]
    if given != wanted:
        odd = sorted({one.id for one in given} ^ {one.id for one in wanted}) or [one.id for one in given]
        raise ProtocolError(
            "those who could be drawn are not the eligible of the pool",
            obj=draw.event.name,
            evidence=odd[0] if odd else "",
        )
