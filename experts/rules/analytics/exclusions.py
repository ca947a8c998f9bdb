"""Whom somebody leaves out of draws, weighed by what they gave the later winner in earlier tenders.

Who enters exclusions can bend a panel without drawing anybody: by keeping away the members who marked a bidder down.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from experts.rules.analytics.affinity import GRID, panel_residuals, shares
from experts.rules.analytics.draws import Tested, ordered
from experts.rules.analytics.exact import adjusted, hypergeometric_tail, sum_tail
from experts.rules.analytics.process_rows import BarredRow, StoodRow
from experts.rules.analytics.rows import Lead, ScoreRow
from experts.rules.analytics.thresholds import Thresholds

MET = 3
"""Earlier tenders in which the expert must have marked the later winner: of fewer no exchange is unlikely enough."""
Residuals = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By expert and tender what was given to each bidder above the panel."""


def bent(
    barred: Iterable[BarredRow], stood: Iterable[StoodRow], scores: Iterable[ScoreRow], limits: Thresholds
) -> Tested:
    """Who leaves out experts that had marked the later winner down, more often than all others who leave somebody out.

    A trial is an expert left out and the bidder who came first, once for each who left him out. It hits when his
    marks, those of tenders judged before the header, gave that bidder so little that exchanging his bidders in each
    tender has a chance of at most ``strict_chance`` to give as little. Hits are measured against the others' (exact,
    hypergeometric) and not against that chance: without a member who likes somebody else, the bidder he does not like
    comes first more often, whoever left him out and why.
    """
    trials = _trials(barred, stood, scores, limits)
    made, hits = Counter(by for by, *_ in trials), Counter(by for (by, *_), hit in trials.items() if hit)
    whole, strict = len(trials), sum(hits.values())
    able = [by for by in sorted(made) if limits.least_draws <= made[by] < whole]
    tails = {by: hypergeometric_tail(made[by], whole - made[by], strict, hits[by]) for by in able}
    q = adjusted(tails)
    found = []
    for by in able:
        if q[by] <= limits.fdr:
            own = {(who, winner) for (name, who, winner), hit in trials.items() if name == by and hit}
            evidence = {"left": made[by], "strict": sorted(f"{who} {winner}" for who, winner in own)}
            expected = strict * made[by] / whole
            found.append(Lead("exclusion", (by,), "", hits[by], expected, tails[by], q[by], evidence))
    return len(tails), ordered(found)


def _trials(
    barred: Iterable[BarredRow], stood: Iterable[StoodRow], scores: Iterable[ScoreRow], limits: Thresholds
) -> dict[tuple[str, str, str], bool]:
    """Whether each expert left out had marked the later winner down, by who left him out: the first time counts."""
    rows = sorted(barred, key=lambda row: (row.at, row.draw, row.expert))
    when = {row.tender: row.at for row in stood}
    given = _given({row.expert for row in rows}, scores, limits)
    found: dict[tuple[str, str, str], bool] = {}
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
            found[name] = sum_tail(lists, least) <= limits.strict_chance
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
