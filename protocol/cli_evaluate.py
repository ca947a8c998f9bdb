"""The command line's part for evaluations: recompute scores and ranking from two files, and show the working."""

from __future__ import annotations

import argparse
import json
from typing import Any

from protocol import canonical
from protocol.evaluation import Result, input_digest, recompute
from protocol.evaluation_method import Method, bound_method, read_method


def evaluate(args: argparse.Namespace) -> int:
    """Recompute scores and ranking from a method and an input; 0 if every candidate has a place of its own."""
    read = args.method.read_bytes()
    method = bound_method(read) if b'"scheme"' in read else read_method(canonical.decode_loose(read))
    value = canonical.decode_loose(args.input.read_bytes(), 16 << 20)
    result = recompute(method, value)
    if args.json:
        made = {"inputs": input_digest(value), "digest": result.digest(), **result.as_json()}
        print(json.dumps(made, ensure_ascii=False, indent=1))
    else:
        _print(method, result)
    return 0 if result.status == "ranked" else 1


def _print(method: Method, result: Result) -> None:
    _steps("price score", result.base)
    for row in result.rows:
        print(f"bid {row['bid']}")
        _steps("  price", row["price"])
        for mark in row["marks"]:
            given = ", ".join(
                f"{who} {points}{'' if kept else ' (dropped)'}" for who, points, kept in mark["by"]
            )
            print(f"  marks {mark['id']}: {given}")
        for name, points in row["criteria"]:
            print(f"  score {name}: {points} of {method.nodes[name]['max']}")
        if row["total"] is not None:
            print(f"  total: {row['total']}")
    for tie in result.ties:
        named = f"{tie['rule']} {tie['of'] or ''}".strip()
        word = (
            "cannot be applied yet" if not tie["parts"] else " > ".join(" = ".join(p) for p in tie["parts"])
        )
        print(f"tie of {', '.join(tie['bids'])}: step {tie['step']}, {named}: {word}")
    for warning in result.warnings:
        about = f"bid {warning['bid']} {warning['criterion']}".strip()
        print(f"look again: member {warning['member']}, {about}: {warning['warning']}")
    for flag in result.flags:
        print(f"ask: bid {flag['bid']}: price {flag['flag']}")
    for bid in result.rejected:
        print(f"rejected: {bid}")
    for bid, place, number in result.ranking:
        print(f"{place:4} {bid} {number}{' candidate' if bid in result.candidates else ''}")
    if result.status == "tie":
        print("the declared rules leave a tie open: no candidates beyond those named")


def _steps(title: str, steps: list[Any]) -> None:
    if steps:
        print(f"{title}: " + "; ".join(f"{name} {number}" for name, number in steps))
