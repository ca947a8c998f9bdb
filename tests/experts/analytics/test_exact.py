"""Chances against enumeration: every outcome counted, no formula believed."""

from fractions import Fraction
from itertools import combinations, permutations, product
from math import isclose

import pytest

from experts.rules.analytics.exact import (
    adjusted,
    binomial_limits,
    drawn_tail,
    hypergeometric_tail,
    poisson_binomial,
    sum_tail,
    upper_tail,
)
from experts.rules.analytics.robust import kendall_w, modified_z, ranks, residuals

CHANCES = (0.1, 0.25, 0.5, 0.03, 0.9)


def enumerated(chances, least):
    total = Fraction(0)
    for outcome in product((0, 1), repeat=len(chances)):
        if sum(outcome) >= least:
            mass = Fraction(1)
            for p, hit in zip(chances, outcome, strict=True):
                mass *= Fraction(str(p)) if hit else 1 - Fraction(str(p))
            total += mass
    return float(total)


@pytest.mark.parametrize("least", range(7))
def test_the_number_of_draws_of_somebody_has_exact_tails(least):
    assert isclose(upper_tail(CHANCES, least), enumerated(CHANCES, least), rel_tol=1e-12, abs_tol=1e-15)


def test_a_distribution_sums_to_one_and_knows_certainty():
    assert isclose(sum(poisson_binomial(CHANCES)), 1)
    assert poisson_binomial([1.0, 0.0]) == [0.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="chance"):
        poisson_binomial([1.2])


@pytest.mark.parametrize("least", range(5))
def test_seats_drawn_again_have_exact_tails(least):
    """Four seats of one operator among nine, three of all drawn again."""
    ways = [sum(seat < 4 for seat in again) >= least for again in combinations(range(9), 3)]

    assert isclose(hypergeometric_tail(4, 5, 3, least), sum(ways) / len(ways), abs_tol=1e-15)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0, 0.308497), (5, 10, 0.187086, 0.812914), (10, 10, 0.691503, 1), (1, 20, 0.001265, 0.248733)],
)
def test_limits_of_a_share_are_those_of_clopper_and_pearson(hits, trials, low, high):
    """Values of published tables; where nothing or all was hit, by hand: 1 - 0.025^(1/10)."""
    assert binomial_limits(hits, trials) == pytest.approx((low, high), abs=1e-6)


def test_limits_need_trials():
    for wrong in ((1, 0), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="trials"):
            binomial_limits(*wrong)


def test_a_sum_over_tenders_has_the_tail_of_all_permutations():
    """One number of each tender's list, each alike: the same as permuting the bidders of one expert."""
    lists = [[-3, 0, 5], [1, 1, -2, 4], [0, 7]]
    sums = [sum(one) for one in product(*lists)]
    permuted = [sum(row[0] for row in rows) for rows in product(*(list(permutations(row)) for row in lists))]

    for least in range(-8, 20):
        want = sum(s >= least for s in sums) / len(sums)
        assert isclose(sum_tail(lists, least), want, abs_tol=1e-12)
        assert isclose(want, sum(s >= least for s in permuted) / len(permuted))


def test_false_discoveries_are_controlled_as_benjamini_and_hochberg_say():
    """Their own example of 1995: fifteen tests, four discoveries at five per cent."""
    chances = (
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    )
    q = adjusted({f"{n:02}": p for n, p in enumerate(chances)})

    assert [name for name, value in sorted(q.items()) if value <= 0.05] == ["00", "01", "02", "03"]


def test_tests_not_listed_count_all_the_same():
    few = adjusted({"a": 0.001, "b": 0.02}, tests=50)

    assert few == {"a": 0.05, "b": 0.5}


def test_an_additive_table_leaves_nothing_and_an_outlier_stays():
    table = {f"e{i}": {f"b{j}": i * 2.0 + j * 3.0 for j in range(4)} for i in range(5)}
    assert all(abs(value) < 1e-9 for row in residuals(table).values() for value in row.values())

    table["e2"]["b1"] += 9
    left = residuals(table)
    assert isclose(left["e2"]["b1"], 9)
    assert sum(abs(value) > 1e-9 for row in left.values() for value in row.values()) == 1


def test_modified_z_by_hand_and_where_half_are_equal():
    assert modified_z([1, 2, 3, 4, 100])[4] == pytest.approx(0.6745 * 97 / 1)
    assert modified_z([5, 5, 5, 5]) == [0, 0, 0, 0]
    assert modified_z([0, 0, 0, 0, 10])[4] == pytest.approx(0.7979 * 10 / 2)


def test_kendalls_w_of_books_examples():
    assert kendall_w([[1, 2, 3, 4]] * 3) == 1
    assert kendall_w([[1, 2, 3], [2, 3, 1], [3, 1, 2]]) == 0
    assert kendall_w([[1, 1, 1], [2, 2, 2]]) is None
    assert ranks([10, 20, 20, 30]) == [1, 2.5, 2.5, 4]
    # three judges, two of them with ties: 12 S / (m² (n³ - n) - m Σ(t³ - t)), S = 18.5
    assert kendall_w([[1, 2, 3, 4], [1, 2, 2, 3], [2, 1, 3, 3]]) == pytest.approx(
        12 * sum((x - 7.5) ** 2 for x in (4, 5.5, 9, 11.5)) / (9 * 60 - 3 * 12)
    )


@pytest.mark.parametrize("least", range(12))
def test_numbers_drawn_out_of_urns_have_exact_tails(least):
    """Against every way of drawing; more drawn than half of an urn, and an urn of noughts, among them."""
    urns = [([0, 1, 3, 3], 3), ([2, 5], 1), ([0, 0], 1)]
    ways = [sum(map(sum, one)) for one in product(*(combinations(numbers, n) for numbers, n in urns))]

    assert isclose(drawn_tail(urns, least), sum(s >= least for s in ways) / len(ways), abs_tol=1e-15)


def test_one_urn_of_ones_and_noughts_is_the_hypergeometric_tail():
    assert isclose(drawn_tail([([1] * 3 + [0] * 6, 4)], 2), hypergeometric_tail(4, 5, 3, 2))
    assert drawn_tail([], 0) == 1
