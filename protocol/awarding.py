"""Events of the chain (tender, lot, "award"): what the owner decides after the report (docs/protocol.md, 18).

Each is signed by the owner. ``content`` is the SHA-256 of the canonical JSON of what was published or handed over with
it, so that whoever holds the paper can tell that it is the one that was signed.
"""

from __future__ import annotations

from typing import Any, Final

from protocol import bodies
from protocol.bodies import HASH

GROUNDS: Final = ("first", "next", "choice")
"""Why this candidate: the first of the ranking, the next as others fell out (条例 55), the owner's choice."""
OUT_GROUNDS: Final = ("declined", "force-majeure", "no-bond", "unlawful")
"""Why a candidate can no longer be awarded the lot (条例 55): gives up, cannot perform, no bond, unlawful."""
FORMS: Final[dict[str, bodies.Form]] = {
    # 条例 54, 10号令 6: the candidates, shown from the report `report` (its ev) until the end that the notice states.
    "publicity": bodies.headed(policy=HASH, report=HASH, content=HASH),
    # 招标投标法 45, 条例 55: the winner's bid. `publicity` is null where no publicity is asked for.
    "award": bodies.headed(
        policy=HASH,
        report=HASH,
        publicity=bodies.maybe(HASH),
        bid=HASH,
        ground=bodies.one_of(*GROUNDS),
        content=HASH,
    ),
    # 条例 55: a candidate falls out. `evidence` is the paper's SHA-256, `content` that of the facts in words.
    "candidate-out": bodies.headed(
        policy=HASH, report=HASH, bid=HASH, ground=bodies.one_of(*OUT_GROUNDS), evidence=HASH, content=HASH
    ),
    # 招标投标法 47: the written report to the supervisor.
    "written-report": bodies.headed(policy=HASH, award=HASH, content=HASH),
}
ROOM: Final[dict[str, bodies.Form]] = {**FORMS, "cancelled": bodies.FORMS["cancelled"]}
"""What the chain holds: beside these, the end of a lot after its opening."""
SIGNERS: Final = dict.fromkeys(FORMS, ("owner",))


def body(kind: str, /, **members: Any) -> dict[str, Any]:
    """A new body of this kind with `v` and `suite`; NotCanonical when a member has not its form."""
    made = {**bodies.HEADER, **members}
    FORMS[kind](made, kind)
    return made
