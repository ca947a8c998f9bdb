"""The thresholds of the analytics: set beforehand, dated, the same for everybody (experts/packs/analytics.toml)."""

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

from experts.rules.packs import PACKS_DIR, PackError
from protocol.hashing import sha256

FILE = "analytics.toml"


@dataclass(frozen=True)
class Thresholds:
    """What counts as a lead. ``fdr`` is the rate of false ones accepted in each family that tests.

    ``digest`` is the SHA-256 of the whole pack in hex, so that a number changed without a new version shows.
    ``fdr_worked`` is the rate at which affinity is worked, so that what is measured stays under ``fdr``.
    """

    id: str
    since: date
    digest: str
    fdr: float
    fdr_worked: float
    outlier_z: float
    agreement_w: float
    joint_samples: int
    deep_rounds: int
    fresh_days: int
    call_seconds: int
    late_hours: int
    strict_chance: float
    far_chance: float
    habit_spread: float
    least_draws: int
    least_seats: int
    least_members: int
    least_bidders: int
    least_tenders: int
    least_cells: int
    least_letters: int
    least_comments: int


def thresholds_read(text: str, name: str) -> Thresholds:
    """The thresholds in a TOML text; ``PackError`` names what is missing, unknown or out of bounds."""
    digest = sha256(text.encode()).hex()
    try:
        data = tomllib.loads(text)
        values: dict[str, Any] = {row["id"]: row["value"] for row in data["threshold"]}
        head = data["pack"]
        made = Thresholds(
            id=f"{head['id']}@{head['version']}", since=head["in_force_from"], digest=digest, **values
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise PackError(f"{name}: {error}") from error
    odd = [one.name for one in fields(made) if one.type is int and getattr(made, one.name) < 1]
    if (
        odd
        or not 0 < made.fdr_worked <= made.fdr < 1
        or not 0 <= made.agreement_w <= 1
        or made.outlier_z <= 0
        or not 0 < made.strict_chance < 1
        or not 0 < made.far_chance < 1
        or made.habit_spread <= 0
    ):
        raise PackError(f"{name}: {', '.join(odd) or 'a rate'} is out of bounds")
    return made


@cache
def thresholds() -> Thresholds:
    """Those of this installation."""
    return thresholds_read((PACKS_DIR / FILE).read_text(encoding="utf-8"), FILE)
