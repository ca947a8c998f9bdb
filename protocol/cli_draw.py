"""The lottery of experts on the command line: what it would be, a seed's panel, a draw told in words, the IETF's."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from protocol import anchors as anchors_module
from protocol import container
from protocol.case import read_case
from protocol.draw import case as draw_case
from protocol.draw import plan as plans
from protocol.draw import problem as problems
from protocol.draw import rfc3797 as ietf
from protocol.draw.checks import CHECKS
from protocol.draw.crossing import fraction
from protocol.draw.replay import Teller
from protocol.errors import ProtocolError

UNCHECKED = 3
"""Exit code of what could be told and not checked."""


def plan(args: argparse.Namespace) -> int:
    """Print every expert's exact probability, the levels and their proof; or why there is no panel (exit code 1)."""
    try:
        made = plans.plan(problems.read(args.pool.read_bytes()))
    except problems.NoPanel as none:
        raise _said(none, as_json=args.json) from None
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


def _said(none: problems.NoPanel, *, as_json: bool) -> problems.NoPanel:
    """The reason, which the error output gets as a sentence; as JSON also by language."""
    if as_json:
        print(json.dumps({"no_panel": none.reasons}, ensure_ascii=False, indent=1))
    return none


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
        raise _said(none, as_json=args.json) from None
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


def replay(args: argparse.Namespace) -> int:
    """Tell the draws of a bundle (a zip, or a folder it was unpacked to) step by step in words, and make V21 to V24.

    Without anchors the story is told and nothing is checked: it says so, and the exit code is 3 (1 if it breaks off).
    """
    given = args.anchors is not None
    held = anchors_module.load(args.anchors.read_bytes()) if given else anchors_module.none()
    with TemporaryDirectory() as folder:
        path = args.bundle
        if path.is_dir():
            names = sorted(str(one.relative_to(path).as_posix()) for one in path.rglob("*") if one.is_file())
            names.sort(key="index.json".__ne__)
            path = Path(folder) / "bundle.zip"
            container.write(path, [(name, args.bundle / name) for name in names])
        with container.Container(path) as opened:
            rooms = (draw_case.ROOM, draw_case.PAPERS)
            case, others = read_case(opened, held, [], apart=rooms)
            draws = draw_case.read_draws(case, others)
            case.elsewhere, draws.anchored = draws.chain, given
            teller, ok = Teller(args.lang), True
            print("\n".join(teller.tell(draws)))
            if not given:
                print("\n".join(teller.say(key) for key in ("recomputed", "unchecked")[not teller.held :]))
                return UNCHECKED if teller.held else 1
            for number, check in CHECKS.items():
                try:
                    print(f"{number} {teller.say('holds')}: {check(draws)}")
                except ProtocolError as error:
                    ok = False
                    print(f"{number} {teller.say('fails')}: {error.message} [{error.obj}] {error.evidence}")
    return 0 if ok else 1
