"""What is published is enough: certificates are checked here from their JSON by docs/protocol.md, 14.3 and 14.5, alone."""

import copy
import json
from fractions import Fraction

import pytest

from protocol import canonical
from protocol.draw import plan, problem
from protocol.errors import ProtocolError
from tests.protocol.draw import pools, second


def network(pool, stated):
    """Arcs as (tail, head, lower, upper), the arcs of kinds by their place."""
    regions = pool["caps"].get("region", {})
    nodes = [("source",), *(("region", name) for name in sorted(regions))]
    nodes += [("class", at) for at in range(len(stated["classes"]))]
    nodes += [("kind", at) for at in range(len(stated["kinds"]))]
    seats = {name: n for name, n in sorted(pool["seats"].items()) if n}
    nodes += [*(("specialty", name) for name in seats), ("sink",)]
    place = {node: at for at, node in enumerate(nodes)}
    rows = [(0, place["region", name], *bounds) for name, bounds in sorted(regions.items())]
    for at, one in enumerate(stated["classes"]):
        rows.append(
            (place.get(("region", one["region"]), 0), place["class", at], 0, one["employers"] * one["cap"])
        )
    first, heads = (
        len(rows),
        [stated["classes"][k["class"]]["employers"] * k["heads"] for k in stated["kinds"]],
    )
    rows += [
        (place["class", kind["class"]], place["kind", at], 0, heads[at])
        for at, kind in enumerate(stated["kinds"])
    ]
    for at, kind in enumerate(stated["kinds"]):
        rows += [(place["kind", at], place["specialty", name], 0, heads[at]) for name in kind["specialties"]]
    rows += [(place["specialty", name], place["sink",], n, n) for name, n in seats.items()]
    rows.append((place["sink",], 0, sum(seats.values()), sum(seats.values())))
    return rows, range(first, first + len(heads))


def proves(pool, stated, levels):
    """Rules 1 to 3 of 14.5."""
    rows, kinds = network(pool, stated)
    over, flow = int(stated["denominator"]), [int(value) for value in stated["flow"]]
    assert len(flow) == len(rows)
    for (tail, head, low, high), value in zip(rows, flow, strict=True):
        assert over * low <= value <= over * high
        for node in {tail, head}:
            into = sum(v for (_, h, _, _), v in zip(rows, flow, strict=True) if h == node)
            out = sum(v for (t, _, _, _), v in zip(rows, flow, strict=True) if t == node)
            assert into == out
    chance = {at: Fraction(flow[at], over * rows[at][3]) for at in kinds}
    assert [chance[at] for at in kinds] == [levels[kind["level"]] for kind in stated["kinds"]]
    proved = {at for at in kinds if chance[at] == 1}
    for cut in stated["cuts"]:
        inside, level = set(cut["nodes"]), levels[cut["level"]]
        entering = [at for at, (tail, head, _, _) in enumerate(rows) if head in inside and tail not in inside]
        held = [at for at in entering if at in kinds]
        most = sum(high for tail, head, _, high in rows if tail in inside and head not in inside)
        most -= sum(rows[at][2] for at in entering if at not in kinds)
        assert most == sum(chance[at] * rows[at][3] for at in held)
        assert max(chance[at] for at in held) == level
        proved |= {at for at in held if chance[at] == level}
    assert proved == set(kinds)


def plans(rules, count=60):
    for seed in range(count):
        pool = pools.small(seed, rules)
        try:
            yield pool, plan.plan(problem.of_value(pool))
        except problem.NoPanel:
            continue


def test_a_stranger_can_check_the_certificate_from_its_json():
    for pool, made in [*plans(pools.NESTED), (pools.middle(), plan.plan(problem.of_value(pools.middle())))]:
        stated = json.loads(canonical.encode(made.certificate()))
        proves(pool, stated, made.levels)
        assert not any(one["id"] in json.dumps(stated) for one in pool["experts"]), "no names"


def test_a_stranger_rejects_a_flow_that_is_not_leximin():
    for pool, made in plans(pools.NESTED):
        stated = made.certificate()
        if len(stated["cuts"]) > 1:
            stated["cuts"].pop()
            with pytest.raises(AssertionError):
                proves(pool, stated, made.levels)


@pytest.mark.parametrize("rules", [pools.NESTED, pools.QUOTAS])
def test_a_certificate_read_back_is_the_plan(rules):
    for _, made in plans(rules):
        stated = json.loads(canonical.encode(made.certificate()))
        again = plan.of_certificate(made.problem, stated)

        plan.check(again)
        assert again == made
        assert plan.draw(again, b"seed", "round/0") == plan.draw(made, b"seed", "round/0")


@pytest.mark.parametrize("rules", [pools.NESTED, pools.QUOTAS])
def test_a_certificate_changed_anywhere_is_refused(rules):
    """Every number one more, every text another, every member and entry left out."""
    tried = 0
    for _, made in plans(rules, 25):
        for changed in changes(made.certificate()):
            with pytest.raises(ProtocolError):
                plan.check(plan.of_certificate(made.problem, changed))
            tried += 1

    assert tried > 300


def changes(stated):
    def walk(value, path):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            if path[:1] == ["cuts"] and (isinstance(part, int) or path[1:]) and key != "level":
                continue  # another set of nodes may prove it as well: test_certificate counts those
            if path[:1] == ["proofs"] and not path[1:]:
                continue  # what another proof says already can be left out
            yield [*path, key]
            if isinstance(part, dict | list):
                yield from walk(part, [*path, key])

    for path in walk(stated, []):
        if path == ["proofs"] or (path[0] == "proofs" and len(path) > 1):
            continue
        for how in ("more", "gone"):
            changed = copy.deepcopy(stated)
            at = changed
            for key in path[:-1]:
                at = at[key]
            part = at[path[-1]]
            if how == "gone":
                if path[0] == "cuts" and len(path) == 2:
                    continue  # a cut which others make up for
                del at[path[-1]]
            elif isinstance(part, int):
                at[path[-1]] = part + 1
            elif isinstance(part, str):
                at[path[-1]] = str(int(part) + 1) if part.isdecimal() else part + "x"
            else:
                continue
            yield changed


def test_a_second_implementation_draws_the_same_panels():
    """From the text: grouping, stream, rounding, persons, over 60 pools and three caps, with several seeds."""
    wide = [
        (pool, plan.plan(problem.of_value(pool)))
        for pool in (pools.middle(), pools.middle(2), pools.middle(3, 40))
    ]
    compared = 0
    for pool, made in [*plans(pools.NESTED), *wide]:
        stated = json.loads(canonical.encode(made.certificate()))
        rows, _ = network(pool, stated)
        for n in range(5):
            seed, label = bytes([n]) * 32, f"round/{n}"
            drawn = {seat.id: seat.specialty for seat in plan.draw(made, seed, label)}
            assert second.panel(pool, rows, stated, seed, label) == drawn
            compared += 1

    assert compared > 100
