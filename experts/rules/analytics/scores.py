"""Score sheets of one tender after the other: outliers, who decided the winner alone, agreement, copied sheets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from experts.rules.analytics.draws import SEP, Tested, by_tender, ordered
from experts.rules.analytics.exact import adjusted, upper_tail
from experts.rules.analytics.robust import kendall_w, modified_z, residuals
from experts.rules.analytics.rows import Lead, OtherPoints, ScoreRow
from experts.rules.analytics.thresholds import Thresholds

Sheet = dict[str, dict[str, float]]
"""Shares of the most points by expert and bidder."""


def by_criterion(rows: Iterable[ScoreRow]) -> dict[str, Sheet]:
    """The marks of one tender by criterion, expert and bidder, as shares of the most points."""
    found: dict[str, Sheet] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        found[row.criterion][row.expert][row.bidder] = row.mark / row.maximum
    return {name: dict(sheet) for name, sheet in sorted(found.items())}


def whole(sheet: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether every expert marked the same bidders."""
    return len({frozenset(row) for row in sheet.values()}) == 1


def complete(rows: Iterable[ScoreRow]) -> bool:
    """Whether every expert of a tender marked the same bidders on the same criteria; else sums do not compare."""
    marked: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        marked[row.expert].add((row.bidder, row.criterion))
    return len({frozenset(places) for places in marked.values()}) == 1


def outliers(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Marks far from what expert and bidder together explain: |modified z| of the residual above the threshold."""
    looked, found = 0, []
    for tender, own in by_tender(rows):
        for criterion, sheet in by_criterion(own).items():
            if len(sheet) < limits.least_members or not whole(sheet):
                continue
            left = residuals(sheet)
            places = [(who, bidder) for who in sorted(left) for bidder in sorted(left[who])]
            if len(places) < limits.least_cells:
                continue
            looked += len(places)
            z = modified_z([left[who][bidder] for who, bidder in places])
            for (who, bidder), score in zip(places, z, strict=True):
                if abs(score) > limits.outlier_z:
                    evidence = {
                        "criterion": criterion,
                        "share": sheet[who][bidder],
                        "residual": left[who][bidder],
                    }
                    found.append(Lead("outlier", (who, bidder), tender, score, 0.0, None, None, evidence))
    return looked, ordered(found)


def flips(rows: Iterable[ScoreRow], others: Iterable[OtherPoints], limits: Thresholds) -> Tested:
    """Experts without whose sheet another bidder would have the most points: sums of mean marks and other points."""
    beside: dict[str, dict[str, float]] = defaultdict(dict)
    for row in others:
        beside[row.tender][row.bidder] = row.points
    looked, found = 0, []
    for tender, own in by_tender(rows):
        experts = sorted({row.expert for row in own})
        if len(experts) < limits.least_members:
            continue
        first = winner(own, beside[tender])
        for who in experts:
            looked += 1
            without = winner([row for row in own if row.expert != who], beside[tender])
            if len(first) == 1 and without != first:
                evidence = {"winner": sorted(first), "without": sorted(without)}
                found.append(Lead("flip", (who, *sorted(first)), tender, 1.0, 0.0, None, None, evidence))
    return looked, ordered(found)


def winner(rows: Iterable[ScoreRow], beside: Mapping[str, float]) -> frozenset[str]:
    """Who has the most points: the mean of each criterion's marks summed, with the other points."""
    marks: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        marks[row.bidder, row.criterion].append(row.mark)
    totals: dict[str, float] = defaultdict(float, beside)
    for (bidder, _criterion), given in marks.items():
        totals[bidder] += sum(given) / len(given)
    best = max(totals.values(), default=0.0)
    return frozenset(bidder for bidder, total in totals.items() if best - total < 1e-9)


def agreement(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Panels whose members rank the bidders in hardly any common order (Kendall's W below the threshold)."""
    looked, found = 0, []
    for tender, own in by_tender(rows):
        sums: Sheet = defaultdict(lambda: defaultdict(float))
        for row in own:
            sums[row.expert][row.bidder] += row.mark
        bidders = sorted({row.bidder for row in own})
        if len(sums) < limits.least_members or len(bidders) < limits.least_bidders or not complete(own):
            continue
        w = kendall_w([[sums[who][bidder] for bidder in bidders] for who in sorted(sums)])
        looked += 1
        if w is not None and w < limits.agreement_w:
            found.append(
                Lead("agreement", tuple(sorted(sums)), tender, w, 1.0, None, None, {"members": len(sums)})
            )
    return looked, ordered(found)


def copies(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Two sheets of one tender with more equal marks than the panel's own habits explain.

    The chance that two members agree on a mark is taken from all other pairs of that panel at that bidder and
    criterion (one agreement and one difference added, so that it is never 0 or 1); the tail is exact.
    """
    tails: dict[str, float] = {}
    told: dict[str, tuple[str, tuple[str, str], int, float, int]] = {}
    for tender, own in by_tender(rows):
        cells: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for row in own:
            cells[row.bidder, row.criterion][row.expert] = row.mark
        experts = sorted({row.expert for row in own})
        full = {place: marks for place, marks in cells.items() if len(marks) == len(experts)}
        if len(experts) < limits.least_members or len(full) < limits.least_cells:
            continue
        couples = list(combinations(experts, 2))
        alike = {place: {c: marks[c[0]] == marks[c[1]] for c in couples} for place, marks in full.items()}
        for couple in couples:
            chances = [
                (sum(same.values()) - same[couple] + 1) / (len(couples) - 1 + 2) for same in alike.values()
            ]
            equal = sum(same[couple] for same in alike.values())
            name = SEP.join((tender, *couple))
            tails[name] = upper_tail(chances, equal)
            told[name] = tender, couple, equal, sum(chances), len(chances)
    q = adjusted(tails)
    found = []
    for name, (tender, couple, equal, expected, cells_) in told.items():
        if q[name] <= limits.fdr:
            evidence = {"cells": cells_}
            found.append(Lead("copy", couple, tender, equal, expected, tails[name], q[name], evidence))
    return len(tails), ordered(found)
