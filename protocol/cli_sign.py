"""Signing what a page offers: shown in words first, signed only after a yes."""

from __future__ import annotations

import argparse
import sys

from protocol import dsse, papers
from protocol.cli_files import write_new
from protocol.errors import ProtocolError
from protocol.hashing import sha256


def sign(args: argparse.Namespace) -> int:
    """Show every part of the file in words, ask, sign with the bare key, write the answer for the page."""
    parts = papers.read_asked(args.path.read_bytes())
    signer = dsse.Signer(dsse.Signer.load(args.key.read_bytes()).key)
    key = sha256(signer.spki).hex()[:16]
    shown = sys.stderr if args.json else sys.stdout
    for part in parts:
        print(f"[{papers.plain(part['id'])}]", *papers.said(part), sep="\n", file=shown)
    print(
        f"signed with key {' '.join(key[at : at + 4] for at in range(0, 16, 4))} ({signer.alg})", file=shown
    )
    if not args.yes:
        print("Type yes to sign: ", end="", flush=True, file=sys.stderr)
        if sys.stdin.readline().strip().lower() != "yes":
            raise ProtocolError("nothing was signed: the answer was not yes", obj=str(args.path))
    data = papers.answer(parts, signer)
    write_new(args.out, data, 0o644)
    print(data.decode() if args.json else f"signed: hand in {args.out.name} on the page it came from")
    return 0
