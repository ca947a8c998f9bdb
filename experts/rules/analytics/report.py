"""All families of leads at once, with the number of tests of each: what was looked at stands beside what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experts.rules.analytics.affinity import affinities
from experts.rules.analytics.draws import Joint, frequency, operators, pairs
from experts.rules.analytics.ends import extremes
from experts.rules.analytics.exclusions import bent
from experts.rules.analytics.habits import depth, newcomers, purchasers
from experts.rules.analytics.process import copied, hasty, late_edits, late_exclusions, late_ties
from experts.rules.analytics.process_rows import Around
from experts.rules.analytics.rows import CallRow, DrawRow, Lead, OtherPoints, ScoreRow
from experts.rules.analytics.scores import agreement, copies, flips, outliers
from experts.rules.analytics.thresholds import Thresholds


@dataclass(frozen=True)
class Report:
    """Leads by family, how many tests or looks each family made, and the thresholds that were set beforehand."""

    leads: Mapping[str, Sequence[Lead]]
    tests: Mapping[str, int]
    limits: Thresholds


def find_leads(
    *,
    draws: Sequence[DrawRow],
    calls: Sequence[CallRow],
    scores: Sequence[ScoreRow],
    others: Sequence[OtherPoints],
    joint: Joint,
    limits: Thresholds,
    around: Around | None = None,
) -> Report:
    """Every family over the rows given. The same rows in any order give the same report."""
    around = around or Around()
    made = {
        "frequency": frequency(draws, limits),
        "pair": pairs(draws, limits, joint),
        "purchaser": purchasers(draws, limits),
        "newcomer": newcomers(draws, limits),
        "operator": operators(calls, limits),
        "depth": depth(calls, limits),
        "haste": hasty(around.answers, limits),
        "late-exclusion": late_exclusions(around.exclusions, limits),
        "exclusion": bent(around.barred, around.stood, scores, limits),
        "late-edit": late_edits(around.edits, limits),
        "late-tie": late_ties(around.ties, limits),
        "affinity": affinities(scores, limits),
        "extreme": extremes(scores, limits),
        "copy": copies(scores, limits),
        "comment": copied(around.comments, limits),
        "outlier": outliers(scores, limits),
        "flip": flips(scores, others, limits),
        "agreement": agreement(scores, limits),
    }
    return Report(
        {name: found for name, (_n, found) in made.items()},
        {name: n for name, (n, _found) in made.items()},
        limits,
    )
