"""Exact chances: Poisson-binomial and hypergeometric tails, lattice convolution, Benjamini-Hochberg. Pure Python."""

import math
from collections.abc import Mapping, Sequence


def poisson_binomial(chances: Sequence[float]) -> list[float]:
    """The distribution of the number of successes of independent trials with these chances."""
    found = [1.0]
    for p in chances:
        if not 0 <= p <= 1:
            raise ValueError("a chance is from 0 to 1")
        longer = [0.0] * (len(found) + 1)
        for k, mass in enumerate(found):
            longer[k] += mass * (1 - p)
            longer[k + 1] += mass * p
        found = longer
    return found


def upper_tail(chances: Sequence[float], least: int) -> float:
    """The chance of ``least`` or more successes of independent trials.

    Whoever has got there stays there, so that nothing is taken away and long rows of trials cost no more than
    ``least`` steps each: small tails keep all their digits.
    """
    if least <= 0:
        return 1.0
    if least > len(chances):
        return 0.0
    below, there = [1.0] + [0.0] * (least - 1), 0.0
    for n, p in enumerate(chances):
        if not 0 <= p <= 1:
            raise ValueError("a chance is from 0 to 1")
        there += below[-1] * p
        for k in range(min(n + 1, least - 1), 0, -1):
            below[k] = below[k] * (1 - p) + below[k - 1] * p
        below[0] *= 1 - p
    return min(1.0, there)


def hypergeometric_tail(marked: int, others: int, drawn: int, least: int) -> float:
    """The chance that of ``drawn`` out of marked and others together ``least`` or more are marked."""
    whole = math.comb(marked + others, drawn)
    ways = sum(
        math.comb(marked, k) * math.comb(others, drawn - k)
        for k in range(max(least, drawn - others, 0), min(marked, drawn) + 1)
    )
    return ways / whole


def mixed_tail(mean: float, spread: float, least: int) -> float:
    """The chance that a count is ``least`` or more whose mean itself varies from one to another.

    Poisson, its mean a gamma variable with this ``mean`` and the variance ``spread`` times mean squared: the negative
    binomial. ValueError unless both are above 0.
    """
    if mean <= 0 or spread <= 0:
        raise ValueError("mean and spread are above 0")
    size = 1 / spread
    term = math.exp(size * math.log(size / (size + mean)))
    below = []
    for k in range(least):
        below.append(term)
        term *= (k + size) / (k + 1) * mean / (mean + size)
    return min(1.0, max(1 - math.fsum(below), term))


def binomial_limits(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The chances between which ``hits`` of ``trials`` leave the true one (Clopper and Pearson 1934), exact to 1e-9.

    ``level`` is the confidence. ValueError unless 0 <= hits <= trials and trials is above 0.
    """
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError("hits are from 0 to trials")
    side = (1 - level) / 2

    def tail(p: float, least: int) -> float:
        """The chance of ``least`` or more."""
        return math.fsum(
            math.exp(
                math.lgamma(trials + 1)
                - math.lgamma(k + 1)
                - math.lgamma(trials - k + 1)
                + k * math.log(p)
                + (trials - k) * math.log1p(-p)
            )
            for k in range(least, trials + 1)
        )

    def where(least: int, wanted: float) -> float:
        low, high = 0.0, 1.0
        while high - low > 1e-9:
            middle = (low + high) / 2
            low, high = (middle, high) if tail(middle, least) < wanted else (low, middle)
        return (low + high) / 2

    return where(hits, side) if hits else 0.0, where(hits + 1, 1 - side) if hits < trials else 1.0


def adjusted(chances: Mapping[str, float], tests: int = 0) -> dict[str, float]:
    """Benjamini-Hochberg: by name the smallest false discovery rate at which the test would be a discovery.

    ``tests`` is how many there were, where the chances of those not given are as good as 1.
    """
    ordered = sorted(chances.items(), key=lambda item: (item[1], item[0]))
    found: dict[str, float] = {}
    least = 1.0
    for rank in range(len(ordered), 0, -1):
        name, p = ordered[rank - 1]
        least = min(least, p * max(len(ordered), tests) / rank)
        found[name] = least
    return found


def sum_tail(choices: Sequence[Sequence[int]], least: int) -> float:
    """The chance that a sum of one number from each list, each alike and independent, is ``least`` or more.

    Exact, by convolution over whole numbers: permuting the numbers of each list among their holders gives one holder
    just this sum. Ways are counted in one long integer, a slot of ``width`` bits for each sum; the rest by the greatest
    slot adds the slots up.
    """
    low, total = sum(min(row) for row in choices), math.prod(len(row) for row in choices)
    width = total.bit_length() + 1
    ways = 1
    for row in choices:
        bottom = min(row)
        ways = sum(ways << (number - bottom) * width for number in row)
    above = (ways >> max(least - low, 0) * width) % ((1 << width) - 1)
    return above / total


def drawn_tail(urns: Sequence[tuple[Sequence[int], int]], least: int) -> float:
    """The chance that numbers drawn out of urns without putting back add up to ``least`` or more.

    Of each urn: the numbers in it, none below 0, and how many are drawn. Exact: with numbers 0 and 1 in one urn it is
    the hypergeometric tail. Ways are counted in one long integer, as in `sum_tail`.
    """
    total = math.prod(math.comb(len(numbers), drawn) for numbers, drawn in urns)
    width = total.bit_length() + 1
    ways = 1
    for numbers, drawn in urns:
        by_many = [1] + [0] * drawn
        for number in numbers:
            for many in range(drawn, 0, -1):
                by_many[many] += by_many[many - 1] << number * width
        ways *= by_many[drawn]
    above = (ways >> max(least, 0) * width) % ((1 << width) - 1)
    return above / total
