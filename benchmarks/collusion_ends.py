"""Marks at the ends of a scale where members differ in more than benchmarks/collusion.py says: is the rate held there.

`python -m benchmarks.collusion_ends [MARKETS [SEEDS]]`. Of each kind of market: the share of honest ones with a lead
(every one is false), its standard error, and how often a member is found who gives full marks at random to one mark of
twenty besides. Method and thresholds were chosen on "tune", "tune2" and "tune3"; reported is "report2".

As in benchmarks/collusion.py: 20 tenders, the same 5 members, 6 bidders, 6 criteria in steps of a twentieth. What
differs by kind: the sd of members' severity (0.7 points), of the log of their noise, of what they honestly like in a
bidder and of their mood in a tender; how many there are, out of whom each panel is drawn; the scales.
"Rounding up": each gives full marks from some tenths of a point below already, by half-normal habits of 0.7 points.
"""

from __future__ import annotations

import json
import math
import random
import sys
from dataclasses import dataclass
from statistics import mean, stdev

from experts.rules.analytics import Lead, ScoreRow, thresholds
from experts.rules.analytics.ends import extremes

PLANTED = 0.05
MARKETS, SEEDS = 300, "report2"


@dataclass(frozen=True)
class Kind:
    """How members of a market differ, and what they mark; points are those of a scale of ten."""

    severity: float = 0.7
    spread: float = 0.0
    taste: float = 0.0
    mood: float = 0.0
    rounding: float = 0.0
    pool: int = 5
    panel: int = 5
    tenders: int = 20
    bidders: int = 6
    scales: tuple[int, ...] = (10,) * 6


KINDS = {
    "severity 0.7": Kind(),
    "no severity": Kind(severity=0),
    "severity 1.2": Kind(severity=1.2),
    "spreads differ by a quarter": Kind(spread=0.25),
    "tastes 0.5 and moods 0.4": Kind(taste=0.5, mood=0.4),
    "panels of 3": Kind(pool=3, panel=3),
    "panels out of 20": Kind(pool=20, tenders=40, spread=0.2, taste=0.3, mood=0.3),
    "one criterion": Kind(scales=(10,)),
    "scales of 30 to 2": Kind(scales=(30, 20, 10, 5, 3, 2)),
    "6 tenders": Kind(tenders=6, bidders=4, scales=(10,) * 4),
    "rounding up": Kind(rounding=0.7),
}


def market(dice: random.Random, kind: Kind, planted: float = 0.0) -> list[ScoreRow]:
    """The marks of one market; the member m0 gives full marks besides with the chance ``planted``."""
    quality = [dice.gauss(0, 0.7) for _bidder in range(kind.bidders)]
    members = range(kind.pool)
    severity = [dice.gauss(0, kind.severity) for _m in members]
    noise = [math.exp(dice.gauss(0, kind.spread)) for _m in members]
    tastes = [[dice.gauss(0, kind.taste) for _bidder in quality] for _m in members]
    rounding = [abs(dice.gauss(0, kind.rounding)) for _m in members]
    rows = []
    for t in range(kind.tenders):
        form = [good + dice.gauss(0, 0.4) for good in quality]
        for m in sorted(dice.sample(members, kind.panel)):
            level = 6.5 + severity[m] + dice.gauss(0, kind.mood)
            for b, good in enumerate(form):
                for c, points in enumerate(kind.scales):
                    wanted = level + good + tastes[m][b] + noise[m] * dice.gauss(0, 1)
                    step = 0.5 if points >= 10 else 5 / points
                    mark = min(max(round(wanted / step) * step, 0), 10)
                    if wanted > 10 - rounding[m] or (m == 0 and dice.random() < planted):
                        mark = 10
                    rows.append(ScoreRow(f"t{t:02}", f"m{m}", f"b{b}", f"c{c}", mark * points / 10, points))
    return rows


def measures(markets: int = MARKETS, seeds: str = SEEDS) -> dict[str, float]:
    """Every number, by its words."""
    found: dict[str, float] = {}
    for name, kind in KINDS.items():
        leads = [leads_of(f"{seeds} {name} {n}", kind) for n in range(markets)]
        false = [float(bool(one)) for one in leads]
        right = [
            any(lead.subjects == ("m0",) for lead in leads_of(f"{seeds} {name} planted {n}", kind, PLANTED))
            for n in range(markets)
        ]
        found |= {
            f"leads: ends, {name}, honest markets with a lead": mean(false),
            f"leads: ends, {name}, honest markets with a lead, standard error": stdev(false) / markets**0.5,
            f"leads: ends, {name}, power": mean(right),
        }
    return found


def leads_of(seed: str, kind: Kind, planted: float = 0.0) -> list[Lead]:
    """The leads of one market."""
    return list(extremes(market(random.Random(seed), kind, planted), thresholds())[1])


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else MARKETS
    json.dump(measures(given, sys.argv[2] if len(sys.argv) > 2 else SEEDS), sys.stdout, indent=1)
