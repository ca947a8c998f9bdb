"""Every family of leads on honest markets, and with one thing planted: how many are false, and whether it is found.

`python -m benchmarks.collusion_families [MARKETS [SEEDS]]`. Of each: the share of honest markets with any lead
(every one of them is false), its standard error, and the share of markets with a planted one in which it is found.
Affinity, copies and a stuffed draw have their own rates in benchmarks/collusion.py.

Draws: 40 rounds of one real plan (60 people in 20 units, five seats of two specialties, one of a unit), for four
owners; one person in ten is new. Planted: two who sit together in one round of five besides; somebody seated in one
round of two of one owner; newcomers likewise. Desks, callers, operators, members, owners: eight of each with 40 trials,
hits with a chance of 0.1, planted with 0.35. Sheets are those of benchmarks/collusion.py. Comments: half are phrases
out of 40, the others a member's own; planted, half of one member's are another's. Exclusions: 40 tenders
with panels of five out of 20 members; then five desks leave out 20 times each a member at random; planted, eight
members mark the best bidder down (by 2 sd), and one desk leaves out one of them each time that bidder wins. "With
tastes": every member honestly likes some bidders (0.5 sd), and who is left out does not vote on the winner.
"""

# ruff: noqa: FBT001 - every family is asked the same two things

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from statistics import mean, stdev

from benchmarks.collusion import BIDDERS, CRITERIA, MEMBERS, NOISE, TENDERS, sheets
from experts.rules.analytics import (
    AnswerRow,
    BarredRow,
    CallRow,
    CommentRow,
    EditRow,
    ExclusionRow,
    KeptRound,
    Lead,
    ScoreRow,
    StoodRow,
    TieRow,
    kept_round,
    thresholds,
)
from experts.rules.analytics.draws import operators, pairs
from experts.rules.analytics.ends import extremes
from experts.rules.analytics.exclusions import bent
from experts.rules.analytics.habits import depth, newcomers, purchasers
from experts.rules.analytics.process import copied, hasty, late_edits, late_exclusions, late_ties
from protocol.draw import plan
from protocol.draw.problem import Expert, Problem
from protocol.hashing import sha256

LIMITS = thresholds()
ROUNDS, OWNERS, SOMEBODY, TRIALS = 40, 4, 8, 40
POOL, STRICT = 20, 8
CHANCE, PLANTED = 0.1, 0.35
MARKETS, SEEDS = 60, "report"
Made = Callable[[random.Random, bool], Sequence[Lead]]


@cache
def lottery() -> tuple[plan.Plan, KeptRound]:
    """The one plan of all rounds, with its panels drawn again."""
    people = [Expert(f"e{n:02}", ("A",) if n % 3 else ("A", "B"), f"u{n // 3:02}", "r") for n in range(60)]
    made = plan.plan(Problem({"A": 3, "B": 2}, tuple(people), 1, {}))
    one = kept_round(
        made,
        {who.id: who.id for who in people},
        name="",
        owner="",
        seated=(),
        fresh=[who.id for who in people[::10]],
        samples=LIMITS.joint_samples,
    )
    return made, one


def rounds(dice: random.Random, planted: str) -> list[KeptRound]:
    """The rounds of one market; ``planted`` is a pair, somebody before an owner, newcomers, or nothing."""
    made, one = lottery()
    found = []
    for n in range(ROUNDS):
        owner = f"o{n % OWNERS}"
        seated = {seat.id for seat in plan.draw(made, sha256(dice.randbytes(32)), "market")}
        if planted == "pair" and dice.random() < 0.2:
            seated = {*sorted(seated)[2:], "e01", "e04"}
        if planted == "purchaser" and owner == "o0" and dice.random() < 0.5:
            seated = {*sorted(seated)[1:], "e01"}
        if planted == "newcomer" and owner == "o0" and dice.random() < 0.5:
            seated = {*sorted(seated)[1:], dice.choice(sorted(one.fresh))}
        found.append(replace(one, name=f"d{n:02}", owner=owner, seated=frozenset(seated)))
    return found


def pair(dice: random.Random, planted: bool) -> list[Lead]:
    own = {one.name: one for one in rounds(dice, "pair" if planted else "")}
    rows = [row for one in own.values() for row in one.rows()]
    return pairs(rows, LIMITS, lambda name, asked: own[name].joint(asked))[1]


def purchaser(dice: random.Random, planted: bool) -> list[Lead]:
    own = rounds(dice, "purchaser" if planted else "")
    return purchasers([row for one in own for row in one.rows()], LIMITS)[1]


def newcomer(dice: random.Random, planted: bool) -> list[Lead]:
    own = rounds(dice, "newcomer" if planted else "")
    return newcomers([row for one in own for row in one.rows()], LIMITS)[1]


def hits(dice: random.Random, planted: bool) -> list[tuple[str, int, bool]]:
    """Somebody, the number of a trial, and whether it hit."""
    return [
        (f"s{who}", n, dice.random() < (PLANTED if planted and not who else CHANCE))
        for who in range(SOMEBODY)
        for n in range(TRIALS)
    ]


def operator(dice: random.Random, planted: bool) -> list[Lead]:
    rows = [CallRow(f"{who} {n}", who, 1, int(hit)) for who, n, hit in hits(dice, planted)]
    return operators(rows, LIMITS)[1]


def deep(dice: random.Random, planted: bool) -> list[Lead]:
    rows = [CallRow(f"{who} {n}", who, 5, 1, 3 if hit else 1) for who, n, hit in hits(dice, planted)]
    return depth(rows, LIMITS)[1]


def haste(dice: random.Random, planted: bool) -> list[Lead]:
    rows = [AnswerRow(f"d{n}", who, 5.0 if hit else 90.0, True) for who, n, hit in hits(dice, planted)]
    return hasty(rows, LIMITS)[1]


def late_exclusion(dice: random.Random, planted: bool) -> list[Lead]:
    rows = [ExclusionRow(f"d{n}", who, 2.0, 10 if hit else 0) for who, n, hit in hits(dice, planted)]
    return late_exclusions(rows, LIMITS)[1]


def late_edit(dice: random.Random, planted: bool) -> list[Lead]:
    return late_edits([EditRow(f"{who} {n}", who, int(hit)) for who, n, hit in hits(dice, planted)], LIMITS)[
        1
    ]


def late_tie(dice: random.Random, planted: bool) -> list[Lead]:
    return late_ties([TieRow(f"t{n}", who, hit) for who, n, hit in hits(dice, planted)], LIMITS)[1]


def extreme(dice: random.Random, planted: bool) -> list[Lead]:
    """Severity differs from member to member, as in every market; planted, a member gives full marks twice as often."""
    rows = sheets(dice, 0, "", "")
    if planted:
        rows = [replace(row, mark=10) if row.expert == "m0" and dice.random() < 0.05 else row for row in rows]
    return extremes(rows, LIMITS)[1]


def alike(dice: random.Random, planted: bool) -> list[Lead]:
    """The same members and bidders without any severity of their own: what independent marks would give."""
    quality = [dice.gauss(6.5, 0.7) for _bidder in range(BIDDERS)]
    rows = [
        ScoreRow(
            f"t{t:02}", f"m{m}", f"b{b}", f"c{c}", min(max(round(2 * dice.gauss(good, 1)) / 2, 0), 10), 10
        )
        for t in range(TENDERS)
        for m in range(MEMBERS)
        for b, good in enumerate(quality)
        for c in range(CRITERIA)
    ]
    if planted:
        rows = [replace(row, mark=10) if row.expert == "m0" and dice.random() < 0.05 else row for row in rows]
    return extremes(rows, LIMITS)[1]


def comment(dice: random.Random, planted: bool) -> list[Lead]:
    phrases = [f"common phrase number {n:02}" for n in range(40)]
    rows = []
    for t in range(TENDERS):
        for b in range(BIDDERS):
            told = [
                dice.choice(phrases) if dice.random() < 0.5 else f"own words {t} {b} of member {m}"
                for m in range(MEMBERS)
            ]
            if planted and not t and dice.random() < 0.5:
                told[0] = told[1] = f"words of one written by two {b}"
            rows += [CommentRow(f"t{t:02}", f"m{m}", f"b{b}", "c", text) for m, text in enumerate(told)]
    return copied(rows, LIMITS)[1]


def left_out(dice: random.Random, planted: bool, tastes: float = 0.0) -> list[Lead]:
    """Desks and whom they left out, once all sheets are in; see the head of this file."""
    quality = {f"b{b}": dice.gauss(6.5, 0.7) for b in range(BIDDERS)}
    if planted:
        quality["b0"] = max(quality.values()) + 0.5
    likes = {(f"m{m}", b): dice.gauss(0, NOISE * tastes) for m in range(POOL) for b in quality}
    likes |= {(f"m{m}", "b0"): -2 * NOISE for m in range(STRICT) if planted}
    rows = []
    for t in range(2 * TENDERS):
        for m in dice.sample(range(POOL), MEMBERS):
            for b, good in quality.items():
                share = dice.gauss(good + likes[f"m{m}", b] / CRITERIA**0.5, NOISE / CRITERIA**0.5)
                rows.append(
                    ScoreRow(f"t{t:02}", f"m{m}", b, "c", min(max(round(share * 12) / 12, 0), 10), 10)
                )
    barred = []
    for n in range(100):
        desk, out = f"desk{n % 5}", f"m{dice.randrange(POOL)}"
        panel = dice.sample([f"m{m}" for m in range(POOL) if f"m{m}" != out], MEMBERS)
        votes = {
            b: sum(dice.gauss(good + likes[m, b] / CRITERIA**0.5, NOISE / CRITERIA**0.5) for m in panel)
            for b, good in quality.items()
        }
        winner = max(votes, key=votes.__getitem__)
        if planted and n % 5 == 0 and winner == "b0":
            out = f"m{dice.randrange(STRICT)}"
        barred.append(BarredRow(f"d{n:03}", desk, out, winner, 1000.0 + n))
    stood = [StoodRow(f"t{t:02}", float(t)) for t in range(2 * TENDERS)]
    return bent(barred, stood, rows, LIMITS)[1]


def tasteful(dice: random.Random, planted: bool) -> list[Lead]:
    return left_out(dice, planted, 0.5)


FAMILIES: dict[str, tuple[Made, tuple[str, ...]]] = {
    "pair": (pair, ("e01", "e04")),
    "purchaser": (purchaser, ("e01", "o0")),
    "newcomer": (newcomer, ("o0",)),
    "operator": (operator, ("s0",)),
    "depth": (deep, ("s0",)),
    "haste": (haste, ("s0",)),
    "late-exclusion": (late_exclusion, ("s0",)),
    "late-edit": (late_edit, ("s0",)),
    "late-tie": (late_tie, ("s0",)),
    "extreme": (extreme, ("m0",)),
    "extreme, nobody severe": (alike, ("m0",)),
    "comment": (comment, ("m0", "m1")),
    "exclusion": (left_out, ("desk0",)),
    "exclusion, with tastes": (tasteful, ("desk0",)),
}


def measures(markets: int = MARKETS, seeds: str = SEEDS) -> dict[str, float]:
    """Every number, by its words."""
    found: dict[str, float] = {}
    for name, (made, whom) in FAMILIES.items():
        false = [float(bool(made(random.Random(f"{seeds} {name} {n}"), False))) for n in range(markets)]
        right = [
            any(lead.subjects == whom for lead in made(random.Random(f"{seeds} {name} planted {n}"), True))
            for n in range(markets)
        ]
        found |= {
            f"leads: {name}, honest markets with a lead": mean(false),
            f"leads: {name}, honest markets with a lead, standard error": stdev(false) / markets**0.5,
            f"leads: {name}, power": mean(right),
        }
    return found


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else MARKETS
    json.dump(measures(given, sys.argv[2] if len(sys.argv) > 2 else SEEDS), sys.stdout, indent=1)
