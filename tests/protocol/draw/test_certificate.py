"""A certificate that proves something else is refused: every level, flow and cut, changed one at a time."""

import dataclasses
import random
from fractions import Fraction

import pytest

from protocol.draw import certificate, plan, problem
from protocol.draw.certificate import Cut
from protocol.draw.crossing import Mixture
from protocol.draw.leximin import Table
from protocol.errors import ProtocolError
from tests.protocol.draw import pools

POOLS = [pools.middle(), pools.middle(2), *(pools.small(seed) for seed in range(40))]


def plans(listed, algorithm=plan.FLOW):
    for pool in listed:
        try:
            made = plan.plan(problem.of_value(pool))
        except problem.NoPanel:
            continue
        assert made.algorithm == algorithm
        yield made


def refused(made, **changes):
    try:
        plan.check(dataclasses.replace(made, **changes))
    except ProtocolError as error:
        return bool(error.message)
    return False


def refused_without_solver(made, levels=None, table=None, cuts=None):
    try:
        certificate.check(
            made.network,
            made.levels if levels is None else levels,
            table or made.table,
            made.cuts if cuts is None else cuts,
        )
    except ProtocolError as error:
        return error.check in {"flow", "levels", "cut"}
    return False


def test_an_honest_certificate_holds():
    for made in plans(POOLS):
        assert not refused(made)
        assert not refused_without_solver(made)


def test_every_changed_flow_is_refused():
    tried = 0
    for made in plans(POOLS):
        for at, value in enumerate(made.table.values):
            for other in (value + 1, value - 1, value + made.table.over, 0 if value else 7):
                values = (*made.table.values[:at], other, *made.table.values[at + 1 :])
                assert refused_without_solver(made, table=Table(made.table.over, values))
                tried += 1
        for over in (made.table.over + 1, made.table.over * 2, 0, -made.table.over):
            assert refused_without_solver(made, table=Table(over, made.table.values))
        for values in (made.table.values[:-1], (*made.table.values, 0)):
            assert refused_without_solver(made, table=Table(made.table.over, values))

    assert tried > 2000


def test_another_feasible_flow_is_refused():
    """Not LEXIMIN, though it keeps every rule: the panel of a seed, always."""
    tried = 0
    for made in plans(POOLS):
        if made.table.over == 1:
            continue
        net = made.network
        from protocol.draw import rounding
        from protocol.draw.stream import Stream

        whole = Table(1, tuple(rounding.rounded(net, made.table, Stream(b"", ""))))
        chances = certificate.probabilities(net, whole)
        levels = tuple(sorted(set(chances)))
        assert refused_without_solver(made, levels=levels, table=whole)
        for cuts in ((), tuple(Cut(0, cut.nodes) for cut in made.cuts)):
            assert refused_without_solver(made, levels=levels, table=whole, cuts=cuts)
        with pytest.raises(ValueError):
            certificate.prove(net, chances, whole)
        tried += 1

    assert tried > 10


def test_every_changed_level_is_refused():
    for made in plans(POOLS):
        for at, level in enumerate(made.levels):
            for other in (level + Fraction(1, 1000), level - Fraction(1, 1000), Fraction(2)):
                levels = (*made.levels[:at], other, *made.levels[at + 1 :])
                assert refused(made, levels=levels)
                assert refused_without_solver(made, levels=levels)
            assert refused(made, levels=made.levels[:at] + made.levels[at + 1 :])
        assert refused(made, levels=(*made.levels, Fraction(1, 7)))
        if len(made.levels) > 1:
            assert refused(made, levels=made.levels[::-1])


def test_a_cut_that_is_missing_or_of_another_level_is_refused():
    for made in plans(POOLS):
        for at, cut in enumerate(made.cuts):
            assert refused_without_solver(made, cuts=made.cuts[:at] + made.cuts[at + 1 :])
            for level in (cut.level + 1, cut.level - 1, len(made.levels)):
                changed = (*made.cuts[:at], Cut(level, cut.nodes), *made.cuts[at + 1 :])
                assert refused_without_solver(made, cuts=changed)
            for nodes in (cut.nodes[::-1], (*cut.nodes, 10**6), (-1, *cut.nodes), (cut.nodes[0], *cut.nodes)):
                changed = (*made.cuts[:at], Cut(cut.level, nodes), *made.cuts[at + 1 :])
                assert len(nodes) == 1 or refused_without_solver(made, cuts=changed)


def test_a_cut_with_a_node_more_or_less_proves_the_same_or_is_refused():
    """Some other sets of nodes prove it as well. What is accepted must be true: its sum, by hand, is what the table holds."""
    rejected = accepted = 0
    for made in plans(POOLS):
        net = made.network
        chances = certificate.probabilities(net, made.table)
        for at, cut in enumerate(made.cuts):
            for node in range(len(net.names)):
                nodes = tuple(sorted(set(cut.nodes) ^ {node}))
                cuts = (*made.cuts[:at], Cut(cut.level, nodes), *made.cuts[at + 1 :])
                if refused_without_solver(made, cuts=cuts):
                    rejected += 1
                    continue
                accepted += 1
                assert by_hand(net, set(nodes)) == sum(
                    chance * net.high[arc]
                    for arc, chance in zip(net.kinds, chances, strict=True)
                    if net.arcs[arc][1] in nodes and net.arcs[arc][0] not in nodes
                )

    assert rejected > 10 * accepted


def by_hand(net, nodes):
    out = sum(net.high[at] for at, (tail, head) in enumerate(net.arcs) if tail in nodes and head not in nodes)
    into = sum(
        net.low[at]
        for at, (tail, head) in enumerate(net.arcs)
        if head in nodes and tail not in nodes and at not in net.kinds
    )
    return out - into


def test_other_people_than_those_of_the_problem_are_refused():
    made = next(plans([pools.middle()]))
    fewer = dataclasses.replace(made.problem, experts=made.problem.experts[1:])

    assert refused(made, problem=fewer)
    assert refused(made, chances=made.chances[::-1])
    assert refused(made, table=None)


def test_every_changed_mixture_is_refused():
    tried = 0
    for made in plans((pools.small(seed, pools.QUOTAS) for seed in range(30)), plan.PANELS):
        mixture = made.mixture
        assert not refused(made)
        assert refused(made, mixture=None)
        for changed in mutated(mixture):
            assert refused(made, mixture=changed), changed
            tried += 1

    assert tried > 200


def mutated(mixture):
    over, weights, panels, proofs = mixture.over, mixture.weights, mixture.panels, mixture.proofs
    dice = random.Random(1)
    yield Mixture(over + 1, weights, panels, proofs)
    yield Mixture(over, weights[:-1], panels[:-1], proofs)
    yield Mixture(over, weights, panels, ())
    yield Mixture(over, (), (), proofs)
    for at, panel in enumerate(panels):
        place = dice.randrange(len(panel))
        for step in (1, -1):
            other = (*panel[:place], panel[place] + step, *panel[place + 1 :])
            yield Mixture(over, weights, (*panels[:at], other, *panels[at + 1 :]), proofs)
        more = (*weights[:at], weights[at] + 1, *weights[at + 1 :])
        yield Mixture(over, more, panels, proofs)
    for at, proof in enumerate(proofs):
        rest = proofs[:at], proofs[at + 1 :]
        others = [one.weights for one in (*rest[0], *rest[1])]
        if not all(map(any, zip(*others, strict=True))):  # a proof of what others prove can be missing
            yield Mixture(over, weights, panels, (*rest[0], *rest[1]))
        for other in (
            proof._replace(level=proof.level + Fraction(1, 100)),
            proof._replace(most=proof.most + 1),
            proof._replace(most=proof.most - 1),
            proof._replace(weights=tuple(0 for _ in proof.weights)),
            proof._replace(weights=tuple(-one for one in proof.weights)),
            proof._replace(weights=proof.weights[:-1]),
        ):
            yield Mixture(over, weights, panels, (*rest[0], other, *rest[1]))
