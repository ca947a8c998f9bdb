"""Whom somebody leaves out of draws, weighed by what they gave the later winner in earlier tenders.

Who enters exclusions can bend a panel without drawing anybody: by keeping away the members who marked a bidder down.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from experts.rules.analytics.affinity import GRID, panel_residuals, shares
from experts.rules.analytics.draws import Tested, ordered
from experts.rules.analytics.exact import adjusted, drawn_tail, sum_tail
from experts.rules.analytics.process_rows import BarredRow, StoodRow
from experts.rules.analytics.rows import Lead, ScoreRow
from experts.rules.analytics.thresholds import Thresholds

MET = 3
"""Earlier tenders in which the expert must have marked the later winner: of fewer no exchange is unlikely enough."""
STEPS = 20
"""How finely it is told how low a bidder was put."""
Residuals = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By expert and tender what was given to each bidder above the panel."""


def bent(
    barred: Iterable[BarredRow], stood: Iterable[StoodRow], scores: Iterable[ScoreRow], limits: Thresholds
) -> Tested:
    """Who leaves out experts that had marked the later winner down, further than all others who leave somebody out.

    A trial is an expert left out and the bidder who came first, once for each who left him out. It counts by how low
    his marks, those of tenders judged before the header, put that bidder: the share of all exchanges of his bidders in
    each tender that would have put it higher, in steps of a twentieth. One desk's trials are measured against those of
    all desks before the same winner (exact, without putting back), and not against chance: without a member who likes
    somebody else, the bidder he does not like comes first more often, whoever left him out and why.
    """
    trials = _trials(barred, stood, scores, limits)
    urns: dict[str, list[int]] = defaultdict(list)
    for (_by, _who, winner), low in trials.items():
        urns[winner].append(low)
    made = Counter(by for by, *_ in trials)
    able = [by for by in sorted(made) if limits.least_draws <= made[by] < len(trials)]
    tails, seen, expected = {}, {}, {}
    for by in able:
        own = Counter(winner for name, _who, winner in trials if name == by)
        seen[by] = sum(low for (name, *_), low in trials.items() if name == by)
        expected[by] = sum(many * sum(urns[winner]) / len(urns[winner]) for winner, many in own.items())
        tails[by] = drawn_tail(
            [(sorted(urns[winner]), many) for winner, many in sorted(own.items())], seen[by]
        )
    q = adjusted(tails)
    strict = round(STEPS * (1 - limits.strict_chance))
    found = []
    for by in able:
        if q[by] <= limits.fdr:
            hits = [
                (who, winner) for (name, who, winner), low in trials.items() if name == by and low >= strict
            ]
            evidence = {"left": made[by], "strict": sorted(f"{who} {winner}" for who, winner in hits)}
            numbers = (seen[by] / STEPS / made[by], expected[by] / STEPS / made[by])
            found.append(Lead("exclusion", (by,), "", *numbers, tails[by], q[by], evidence))
    return len(tails), ordered(found)


def _trials(
    barred: Iterable[BarredRow], stood: Iterable[StoodRow], scores: Iterable[ScoreRow], limits: Thresholds
) -> dict[tuple[str, str, str], int]:
    """How low each expert left out had put the later winner (0 to `STEPS`), by who left him out: once for each."""
    rows = sorted(barred, key=lambda row: (row.at, row.draw, row.expert))
    when = {row.tender: row.at for row in stood}
    given = _given({row.expert for row in rows}, scores, limits)
    found: dict[tuple[str, str, str], int] = {}
    for row in rows:
        name = row.by, row.expert, row.winner
        met = [
            own
            for tender, own in given.get(row.expert, {}).items()
            if row.winner in own and when.get(tender, row.at) < row.at
        ]
        if name not in found and len(met) >= MET:
            lists = [[-round(value * GRID) for value in own.values()] for own in met]
            least = -sum(round(own[row.winner] * GRID) for own in met)
            found[name] = round(STEPS * (1 - sum_tail(lists, least)))
    return found


def _given(people: set[str], scores: Iterable[ScoreRow], limits: Thresholds) -> Residuals:
    found: dict[str, dict[str, Mapping[str, float]]] = defaultdict(dict)
    for tender, sheet in shares(scores).items():
        if sat := sorted(people & sheet.keys()):
            left = panel_residuals(sheet)
            for who in sat:
                if len(left[who]) >= limits.least_bidders:
                    found[who][tender] = left[who]
    return found
