"""Experts who favour a bidder over many tenders: residuals, exact permutation within tenders, shrunk estimates.

Pairs are found one after the other. A member who favours somebody moves what is left of the marks of everybody beside
him; so the least likely pair is taken out of the sheets before the others are tested again (`found_in_turn`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from experts.rules.analytics.draws import Tested, by_tender, ordered
from experts.rules.analytics.exact import sum_tail
from experts.rules.analytics.rows import Lead, ScoreRow
from experts.rules.analytics.scores import Sheet, complete
from experts.rules.analytics.thresholds import Thresholds

GRID = 400
"""Whole numbers between 0 and all points: residuals are rounded to it, so that sums can be counted exactly."""
Pair = tuple[str, str]
"""Expert and bidder."""


@dataclass(frozen=True)
class Affinity:
    """One pair over its tenders: the mean residual as a share of all points, its variance, and the exact tail."""

    expert: str
    bidder: str
    tenders: int
    mean: float
    variance: float
    p: float


def shares(rows: Iterable[ScoreRow]) -> dict[str, Sheet]:
    """By tender each expert's share of all points for each bidder, where the sheets of two or more are whole."""
    found: dict[str, Sheet] = {}
    for tender, own in by_tender(rows):
        given: Sheet = defaultdict(lambda: defaultdict(float))
        over = sum({row.criterion: row.maximum for row in own}.values())
        for row in sorted(own, key=lambda row: (row.expert, row.bidder, row.criterion)):
            given[row.expert][row.bidder] += row.mark / over
        if len(given) > 1 and complete(own):
            found[tender] = {who: dict(marks) for who, marks in given.items()}
    return found


def panel_residuals(sheet: Sheet) -> dict[str, dict[str, float]]:
    """Of one tender: what an expert gives a bidder above his own level, less the median of what the others do."""
    found = {}
    above = {who: _centred(marks) for who, marks in sheet.items()}
    for who, marks in above.items():
        rest = [own for name, own in above.items() if name != who]
        found[who] = _centred({b: value - median(own[b] for own in rest) for b, value in marks.items()})
    return found


def _centred(marks: Mapping[str, float]) -> dict[str, float]:
    level = sum(marks.values()) / len(marks)
    return {name: value - level for name, value in marks.items()}


def beside(sheet: Sheet, pair: Pair, apart: frozenset[Pair]) -> Sheet:
    """The part of a sheet in which a pair is tested: whole, and without any mark of the pairs ``apart``.

    Members who favour this very bidder are left out, and with the others each bidder one of them favours. What is left
    is a whole table again, so that its rows may still be exchanged among bidders.
    """
    _who, bidder = pair
    left = {name: marks for name, marks in sheet.items() if (name, bidder) not in apart}
    moved = {b for name, b in apart if name in left and b != bidder}
    return {name: {b: mark for b, mark in marks.items() if b not in moved} for name, marks in left.items()}


class Met:
    """The residuals of every tender, and in which tenders each pair met; ``drop`` takes a pair out of all of them."""

    def __init__(self, rows: Iterable[ScoreRow], limits: Thresholds) -> None:
        self.limits = limits
        self.sheets = shares(rows)
        self.apart: frozenset[Pair] = frozenset()
        self.left = {tender: panel_residuals(sheet) for tender, sheet in self.sheets.items()}
        tenders: dict[Pair, list[str]] = defaultdict(list)
        for tender, sheet in self.sheets.items():
            for pair in self.pairs_of(sheet):
                tenders[pair].append(tender)
        self.tenders = {pair: own for pair, own in tenders.items() if len(own) >= limits.least_tenders}
        self.tested = {pair: self.measure(pair) for pair in sorted(self.tenders)}

    def pairs_of(self, sheet: Sheet) -> Iterator[Pair]:
        """The pairs a sheet can say something about."""
        for who, marks in sheet.items():
            if len(marks) >= self.limits.least_bidders:
                yield from ((who, bidder) for bidder in marks)

    def row(self, tender: str, pair: Pair) -> dict[str, float] | None:
        """The residuals of a pair's expert in one tender; None where too little is left of its sheet."""
        sheet = self.sheets[tender]
        if not any(bidder in sheet.get(who, ()) for who, bidder in self.apart):
            return self.left[tender][pair[0]]
        part = beside(sheet, pair, self.apart)
        if len(part) < 2 or len(part[pair[0]]) < self.limits.least_bidders:
            return None
        return panel_residuals(part)[pair[0]]

    def measure(self, pair: Pair) -> Affinity:
        """A pair over its tenders.

        Under honesty an expert's residuals in one tender may be exchanged among its bidders: a pair's sum is then one
        number of each tender's list, each as likely as the others. The tail of that sum is exact on the grid.
        """
        who, bidder = pair
        held = [row for tender in self.tenders[pair] if (row := self.row(tender, pair))]
        if len(held) < self.limits.least_tenders:
            return Affinity(who, bidder, len(held), 0.0, 0.0, 1.0)
        own, lists = [row[bidder] for row in held], [list(row.values()) for row in held]
        grid = [[round(value * GRID) for value in values] for values in lists]
        variance = sum(_variance(values) for values in lists) / len(own) ** 2
        tail = sum_tail(grid, sum(round(left * GRID) for left in own))
        return Affinity(who, bidder, len(own), sum(own) / len(own), variance, tail)

    def drop(self, pair: Pair) -> None:
        """Leave a pair's marks out, and measure again who sat in its tenders."""
        self.apart |= {pair}
        del self.tested[pair]
        sat = {
            other
            for sheet in self.sheets.values()
            if pair[1] in sheet.get(pair[0], ())
            for other in self.pairs_of(sheet)
        }
        for other in sat & self.tested.keys():
            self.tested[other] = self.measure(other)


def measured(rows: Iterable[ScoreRow], limits: Thresholds) -> list[Affinity]:
    """Every pair that met in enough tenders, nothing taken out."""
    return list(Met(rows, limits).tested.values())


def found_in_turn(met: Met) -> list[tuple[Affinity, float]]:
    """The pairs chance does not explain, each with its q, the least likely first.

    The constants of Benjamini and Hochberg, taken from below: the k-th pair is found while its chance is at most k
    times the rate over the number of all tests at first. Found, its marks are left out and all others tested again, so
    that nobody is a lead because of who sat beside him. The first that is not found ends it.
    """
    tests, worst = len(met.tested), 0.0
    found: list[tuple[Affinity, float]] = []
    while met.tested:
        least = min(met.tested.values(), key=lambda one: (one.p, one.expert, one.bidder))
        worst = max(worst, least.p * tests / (len(found) + 1))
        if worst > met.limits.fdr_worked:
            break
        found.append((least, worst))
        met.drop((least.expert, least.bidder))
    return found


def _variance(values: list[float]) -> float:
    middle = sum(values) / len(values)
    return sum((value - middle) ** 2 for value in values) / len(values)


def shrunk(pairs: Iterable[Affinity]) -> Mapping[Pair, float]:
    """Empirical Bayes: each mean drawn towards zero by what the spread of all means says is chance."""
    rows = list(pairs)
    if not rows:
        return {}
    between = max(sum(row.mean**2 - row.variance for row in rows) / len(rows), 0.0)
    return {
        (row.expert, row.bidder): row.mean * between / (between + row.variance)
        if between + row.variance
        else 0.0
        for row in rows
    }


def affinities(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Pairs whose favour chance does not explain, after all pairs that met often enough."""
    met = Met(rows, limits)
    tests, estimates = len(met.tested), shrunk(met.tested.values())
    found = []
    for row, q in found_in_turn(met):
        evidence = {"tenders": row.tenders, "shrunk": estimates[row.expert, row.bidder]}
        subjects = (row.expert, row.bidder)
        found.append(Lead("affinity", subjects, "", row.mean, 0.0, row.p, q, evidence))
    return tests, ordered(found)
