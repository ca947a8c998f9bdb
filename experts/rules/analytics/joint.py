"""The chance that two people are drawn together, from the lottery the header committed to.

The committed rounding is drawn again with other seeds. People of one kind and class are alike in it, so that every two
who stand alike count towards the same chance: few panels tell much.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from protocol.draw import plan
from protocol.hashing import sha256

Members = Sequence[Sequence[Sequence[Sequence[str]]]]
"""People by class, employer and kind, as a plan groups them."""
Couple = tuple[str, str]
"""Two people by name, ascending."""
Place = tuple[int, int, int]
"""Class, employer in it, kind in that."""
Alike = tuple[tuple[int, int], tuple[int, int], bool]
"""Class and kind of one and of the other, ascending, and whether they are of one employer."""


def places(members: Members) -> dict[str, Place]:
    """Where everybody with a chance stands among the people of a plan."""
    return {
        who: (one, employer, kind)
        for one, employers in enumerate(members)
        for employer, kinds in enumerate(employers)
        for kind, people in enumerate(kinds)
        for who in people
    }


def alike(a: Place, b: Place) -> Alike:
    """What two people have in common with all others who stand to each other as they do."""
    first, second = sorted(((a[0], a[2]), (b[0], b[2])))
    return first, second, a[:2] == b[:2]


def how_many(members: Members, one: Alike) -> int:
    """How many couples stand to each other so."""
    (class_a, kind_a), (class_b, kind_b), together = one
    first = [len(kinds[kind_a]) for kinds in members[class_a]]
    second = [len(kinds[kind_b]) for kinds in members[class_b]]
    if (class_a, kind_a) == (class_b, kind_b):
        inside = sum(n * (n - 1) // 2 for n in first)
        return inside if together else sum(first) * (sum(first) - 1) // 2 - inside
    inside = sum(n * m for n, m in zip(first, second, strict=True)) if class_a == class_b else 0
    return inside if together else sum(first) * sum(second) - inside


def simulated(made: plan.Plan, seed: bytes, samples: int) -> Counter[Alike]:
    """How many couples of each sort ``samples`` panels hold, drawn with the committed rounding and other seeds.

    The same plan and seed give the same counts.
    """
    at = places(made.grouped.members)
    found: Counter[Alike] = Counter()
    for n in range(samples):
        seated = [one.id for one in plan.draw(made, sha256(seed, n.to_bytes(8, "big")), "leads/joint")]
        found.update(alike(at[a], at[b]) for a, b in combinations(seated, 2))
    return found


def chances_of(
    members: Members, found: Mapping[Alike, int], samples: int, asked: Collection[Couple]
) -> Mapping[Couple, float]:
    """The chance of each couple asked for to sit together, from the couples ``found`` in panels drawn again.

    One panel that holds such a couple is added, so that a chance is never nought and errs to the side of the honest.
    Whoever stands nowhere among the members sits with nobody.
    """
    if not asked:
        return {}
    at = places(members)
    wanted = {couple: alike(at[couple[0]], at[couple[1]]) for couple in asked if {*couple} <= at.keys()}
    many = {one: how_many(members, one) for one in set(wanted.values())}
    return {
        couple: min(1.0, (found.get(one, 0) + 1) / ((samples + 1) * many[one]))
        for couple, one in wanted.items()
    }
