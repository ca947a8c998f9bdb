"""The lottery of experts on the command line: what it would be, the panel of a seed, and the IETF's selection."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction

from protocol.draw import plan as plans
from protocol.draw import problem as problems
from protocol.draw import rfc3797 as ietf
from protocol.draw.crossing import fraction
from protocol.errors import ProtocolError


def plan(args: argparse.Namespace) -> int:
    """Print every expert's exact probability, the levels and their proof; or why there is no panel (exit code 1)."""
    try:
        made = plans.plan(problems.read(args.pool.read_bytes()))
    except problems.NoPanel as none:
        return _no_panel(none, as_json=args.json)
    plans.check(made)
    chances = {name: fraction(chance) for name, chance in made.probabilities().items()}
    levels = [fraction(level) for level in made.levels]
    proof = made.certificate()
    if args.json:
        told = {"probabilities": chances, "levels": levels, "certificate": proof}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return 0
    width = max(map(len, chances), default=0)
    for name, chance in chances.items():
        print(f"{name:{width}}  {chance}")
    print("levels, each as high as can be once those before it are:")
    for number, level in enumerate(made.levels):
        print(f"{number + 1}  {levels[number]}  {_percent(level)}  {_heads(made, level)} experts")
    cuts = "cuts" if made.mixture is None else "proofs"
    print(f"certificate {made.algorithm}: {cuts} {len(proof[cuts])}, checked (--json prints it)")
    return 0


def _no_panel(none: problems.NoPanel, *, as_json: bool) -> int:
    """The reason: a sentence on the error output, or as JSON by language."""
    if as_json:
        print(json.dumps({"no_panel": none.reasons}, ensure_ascii=False, indent=1))
        return 1
    raise none


def _percent(level: Fraction) -> str:
    return f"{float(100 * level):.4g} %"


def _heads(made: plans.Plan, level: Fraction) -> int:
    kinds = made.grouped.shape.kinds()
    return sum(heads for (_, heads, _), one in zip(kinds, made.chances, strict=True) if one == level)


def sample(args: argparse.Namespace) -> int:
    """Print the panel which a seed and a label give: one line for each seat, by specialty."""
    try:
        seed = bytes.fromhex(args.seed)
    except ValueError:
        raise ProtocolError("the seed must be hexadecimal", obj="--seed", evidence=args.seed[:80]) from None
    if not seed:
        raise ProtocolError("the seed is empty", obj="--seed")
    try:
        made = plans.plan(problems.read(args.pool.read_bytes()))
    except problems.NoPanel as none:
        return _no_panel(none, as_json=args.json)
    panel = plans.draw(made, seed, args.label)
    if args.json:
        print(json.dumps({"panel": [seat._asdict() for seat in panel]}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(f"{seat.specialty}  {seat.id}" for seat in panel))
    return 0


def rfc3797(args: argparse.Namespace) -> int:
    """Print whom RFC 3797 selects, in its order: COUNT (by default all) of POOL members, by a key like 9319./2.5.8./"""
    count = args.pool if args.count is None else args.count
    chosen = ietf.select(args.key, args.pool, count)
    print(json.dumps({"selected": chosen}) if args.json else " ".join(map(str, chosen)))
    return 0
