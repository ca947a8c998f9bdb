"""The command line: parses words, calls the protocol, prints. Exit 0 only if all holds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from protocol import bodies, canonical, cli_draw, dsse, verify
from protocol.cli_bids import check, seal, show_factor, withdraw
from protocol.cli_evaluate import evaluate
from protocol.cli_keys import answer_dryrun, declare_officer, keygen, open_shares, request_key, sign, unlock
from protocol.cli_line import OPTIONS, line
from protocol.cli_officer import officer
from protocol.errors import ProtocolError
from protocol.hashing import sha256
from protocol.words import LANGUAGES


def main(argv: list[str]) -> int:
    """Run one command; 0 if all holds, 1 if something does not, 2 for a wrong call, 3: told, not checked."""
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.command
    try:
        return command(args)
    except ProtocolError as error:
        where = f" [{error.obj}]" if error.obj else ""
        evidence = f" ({error.evidence})" if error.evidence else ""
        print(f"{error.message}{where}{evidence}", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m protocol", description="Seal, open and verify bids, draw experts; all offline."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, COMMANDS)
    draw = commands.add_parser("draw", help=cli_draw.__doc__, description=cli_draw.__doc__)
    _add(draw.add_subparsers(required=True, metavar="COMMAND"), DRAW)
    return parser


def _add(commands: argparse._SubParsersAction[argparse.ArgumentParser], table: _Table) -> None:
    for name, (command, given) in table.items():
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        sub.set_defaults(command=command)
        for flag, options in given.items():
            sub.add_argument(flag, **options)


def run_verify(args: argparse.Namespace) -> int:
    """Verify a bundle; prints the trust label first, then one line for each check."""
    receipts = [path.read_bytes() for path in args.receipt]
    report = verify.verify(args.bundle, args.anchors.read_bytes(), receipts)
    unwitnessed = "witnessed" in args.require and report.label.get("witnesses") in (None, "none")
    if args.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(report)
    if unwitnessed:
        print("no witness has signed, and --require witnessed was given", file=sys.stderr)
    return 0 if report.ok and not unwitnessed else 1


def _print(report: verify.Report) -> None:
    if report.label:
        names = ["time", "witnesses", "officers", *(["draws"] if report.label["draws"] != "none" else [])]
        parts = ", ".join(f"{name} {report.label[name]}" for name in names)
        same = (
            "; anchors of the same run: proves consistency, not independence"
            if report.label["origin"] == "same-run"
            else ""
        )
        trial = "; trial: one officer" if report.label["trial"] else ""
        print(parts + same + trial)
        if report.label["withheld"]:
            print(f"withheld in this edition: envelopes {', '.join(map(str, report.label['withheld']))}")
    for row in report.checks:
        place = "".join(f" [{part}]" for part in (row.obj, row.evidence) if part)
        print(f"{row.check:4} {row.status:8} {row.sentence}{place}")
    for note in report.notes:
        print(f"note: {note}")
    print("all checks hold" if report.ok else "NOT verified")


def inspect(args: argparse.Namespace) -> int:
    """Print a signed object, its id, and who signed it; says nothing about trust."""
    value = canonical.decode_loose(args.path.read_bytes(), 16 << 20)
    if args.json:
        print(json.dumps(value, ensure_ascii=False, indent=1))
        return 0
    body, signatures = value, []
    if isinstance(value, dict) and "body" in value and "signatures" in value:
        body, signatures = value["body"], value["signatures"]
        bodies.SIGNATURES(signatures, "signatures")
    for kind in bodies.FORMS:
        try:
            bodies.check_body(kind, body)
        except ProtocolError:
            continue
        print(f"{kind}, id {dsse.event_id(kind, body).hex()}")
        for signature in signatures:
            spki = dsse.verify_one(kind, canonical.encode(body), signature)
            print(f"signed by {sha256(spki).hex()} ({signature['alg']})")
    print(json.dumps(body, ensure_ascii=False, indent=1))
    return 0


_Given = dict[str, dict[str, Any]]
_WORD: dict[str, Any] = {"required": True}
_FILE: dict[str, Any] = {"type": Path}
_PATH, _SEAT = _FILE | _WORD, _WORD | {"type": int}
_FLAG: dict[str, Any] = {"action": "store_true"}
_PLACE: _Given = {"--tender": _WORD, "--lot": _WORD, "--seat": _SEAT}
_UNDER: _Given = {"--policy": _PATH | {"help": "the signed policy of the lot"}, "--anchors": _PATH}
_SEALED: _Given = {
    "--key": _PATH | {"help": "the bidder's signing key (PEM)"},
    "--chain": _FILE | {"help": "certificates of the key (PEM), leaf first"},
    "--org": _WORD | {"help": "the bidder's organisation code"},
    "--replaces": {"help": "event id of the bid this one replaces"},
    "--file": _WORD | {"action": "append", "metavar": "E=PATH"},
    "--out": _PATH,
}
_BARE: dict[str, Any] = _PATH | {"help": "the bidder's signing key (PEM)"}
_LINE: _Given = {
    "--fields": _FILE | {"help": "the file of fields of the page"},
    **{flag: {"metavar": name.upper()} for name, flag in OPTIONS.items()},
    "--out": _PATH,
}
_OFFICER: _Given = {
    "--url": {"help": "the platform's address"},
    "--draw": {"help": "the draw's id, as its page shows it"},
    "--pack": _FILE | {"help": "a saved pack, where there is no network"},
    "--seat": _SEAT,
    "--keys": _PATH | {"help": "the folder made by officer-key"},
    "--state": _PATH | {"help": "a folder of this program's own, never to be deleted"},
    "--anchors": _FILE,
    "--hours": {"default": "00:00-24:00", "help": "China time within which this acts, as 08:00-18:00"},
    "--every": {"type": float, "default": 20, "metavar": "SECONDS"},
    "--watch": _FLAG | {"help": "go on until the draw has ended"},
    "--once": _FLAG,
}
_STAGE: dict[str, Any] = _WORD | {"choices": ["publish", "eve"]}
_ALG: dict[str, Any] = {"choices": dsse.ALGORITHMS, "default": dsse.ED25519}
_ENVELOPE: dict[str, Any] = {"type": int, "choices": range(8), "default": 0}
_MORE: dict[str, Any] = {"action": "append", "default": []}
_Table = dict[str, tuple[Callable[[argparse.Namespace], int], _Given]]
COMMANDS: Final[_Table] = {
    "keygen": (keygen, {"--out": _PATH, "--alg": _ALG, "--officer": _FLAG}),
    "unlock": (unlock, {"backup": _FILE, "--out": _PATH}),
    "key-request": (request_key, {"--key": _PATH, "--org": _WORD, "--out": _PATH}),
    "officer-key": (declare_officer, _PLACE | {"--out": _PATH}),
    "dryrun": (
        answer_dryrun,
        _PLACE | {"--keys": _PATH, "--stage": _STAGE, "--challenge": _WORD, "--out": _PATH},
    ),
    "sign": (sign, {"path": _FILE, "--key": _PATH, "--out": _PATH, "--yes": _FLAG, "--json": _FLAG}),
    "line": (line, _LINE),
    "seal": (seal, _UNDER | _SEALED),
    "check": (check, {"path": _FILE} | _UNDER),
    "withdraw": (
        withdraw,
        _UNDER | {"--key": _BARE, "--bid": _WORD | {"help": "event id of the bid"}, "--out": _PATH},
    ),
    "factor": (show_factor, {"path": _FILE} | _UNDER | {"--key": _BARE, "--out": _PATH}),
    "open": (
        open_shares,
        {"--pack": _PATH, "--anchors": _PATH, "--keys": _PATH, "--seat": _SEAT}
        | {"--envelope": _ENVELOPE, "--out": _PATH},
    ),
    "officer": (officer, _OFFICER),
    "verify": (
        run_verify,
        {"bundle": _FILE, "--anchors": _PATH, "--receipt": _FILE | _MORE}
        | {"--require": _MORE | {"choices": ["witnessed"]}, "--json": _FLAG},
    ),
    "evaluate": (evaluate, {"method": _FILE, "input": _FILE, "--json": _FLAG}),
    "inspect": (inspect, {"path": _FILE, "--json": _FLAG}),
}
"""Each command: what it does (its docstring is the help), and what it is given."""
_POOL: dict[str, Any] = _FILE | {"metavar": "POOL.json"}
_COUNT: dict[str, Any] = {"type": int, "metavar": "COUNT", "nargs": "?"}
DRAW: Final[_Table] = {
    "plan": (cli_draw.plan, {"pool": _POOL, "--json": _FLAG}),
    "sample": (
        cli_draw.sample,
        {
            "pool": _POOL,
            "--seed": _WORD | {"metavar": "HEX"},
            "--label": {"default": "round/0"},
            "--json": _FLAG,
        },
    ),
    "replay": (
        cli_draw.replay,
        {"bundle": _FILE, "--anchors": _FILE, "--lang": {"choices": LANGUAGES, "default": "en"}},
    ),
    "rfc3797": (
        cli_draw.rfc3797,
        {
            "key": {"metavar": "KEY"},
            "pool": {"type": int, "metavar": "POOL"},
            "count": _COUNT,
            "--json": _FLAG,
        },
    ),
}
"""The commands under `draw`."""
