"""The command line: parses words, calls the protocol, prints. Exit 0 only if all holds."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from protocol import anchors as anchors_module
from protocol import backup, bodies, canonical, dsse, hpke, officer, sealing, verify, words
from protocol.case import RECEIPT
from protocol.errors import ProtocolError
from protocol.hashing import sha256
from protocol.receipts import check_receipt
from protocol.stated import Stating

PIECE = 1 << 20
_SECRETS = bodies.rows(
    bodies.record(e=bodies.ENVELOPE, s=bodies.HASH, b=bodies.hexed(0, 32)), 1, key=lambda row: row["e"]
)
_SIGNED = bodies.record(body=bodies.anything, signatures=bodies.SIGNATURES)


def main(argv: list[str]) -> int:
    """Run one command; 0 if all holds, 1 if something does not, 2 for a wrong call."""
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
        prog="python -m protocol", description="Seal, open and verify bids offline."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    sub = add("keygen", keygen, "Make a signing key (PEM), or with --officer also an opening key (hex).")
    sub.add_argument("--out", type=Path, required=True)
    sub.add_argument("--alg", choices=dsse.ALGORITHMS, default=dsse.ED25519)
    sub.add_argument("--officer", action="store_true")
    sub = add(
        "unlock", unlock, "Take the keys out of a backup file made in the browser; asks the passphrase."
    )
    sub.add_argument("backup", type=Path)
    sub.add_argument("--out", type=Path, required=True, help="a new folder, as keygen --officer makes it")
    sub = add("seal", seal, "Seal one file per envelope into DIR and sign the manifest.")
    sub.add_argument("--policy", type=Path, required=True, help="policy.json: the signed policy of the lot")
    sub.add_argument("--anchors", type=Path, required=True)
    sub.add_argument("--key", type=Path, required=True, help="the bidder's signing key (PEM)")
    sub.add_argument("--org", required=True, help="the bidder's organisation code")
    sub.add_argument("--replaces", help="event id of the bid this one replaces")
    sub.add_argument("--file", action="append", required=True, metavar="E=PATH")
    sub.add_argument("--out", type=Path, required=True)
    sub = add("check", check, "Check a sealed folder against its secrets, or a receipt.")
    sub.add_argument("path", type=Path, help="a folder made by seal, or a receipt")
    sub.add_argument("--policy", type=Path, required=True)
    sub.add_argument("--anchors", type=Path, required=True)
    sub = add("open", open_shares, "As an officer: make release-commit and release for one envelope.")
    sub.add_argument("--pack", type=Path, required=True, help="opening pack: policy, close and manifests")
    sub.add_argument("--anchors", type=Path, required=True)
    sub.add_argument("--keys", type=Path, required=True, help="folder made by keygen --officer")
    sub.add_argument("--seat", type=int, required=True)
    sub.add_argument("--envelope", type=int, choices=range(8), default=0)
    sub.add_argument("--out", type=Path, required=True)
    sub = add("verify", run_verify, "Verify a bundle against anchors.")
    sub.add_argument("bundle", type=Path)
    sub.add_argument("--anchors", type=Path, required=True)
    sub.add_argument("--receipt", type=Path, action="append", default=[])
    sub.add_argument("--require", choices=["witnessed"], action="append", default=[])
    sub.add_argument("--json", action="store_true")
    sub = add("inspect", inspect, "Show what a signed object or policy says, and its id.")
    sub.add_argument("path", type=Path)
    sub.add_argument("--json", action="store_true")
    return parser


def _write_new(path: Path, data: bytes) -> None:
    """Write a secret: only for its owner, never over an existing file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)


def _signed(path: Path, kind: str) -> dict[str, Any]:
    value: Any = canonical.decode_loose(path.read_bytes(), 16 << 20)
    _SIGNED(value, str(path))
    bodies.check_body(kind, value["body"])
    return dict(value)


def _policy(args: argparse.Namespace) -> tuple[dict[str, Any], anchors_module.Anchors]:
    """The policy, after comparing T with the anchors (A9); prints T and who can open."""
    held = anchors_module.load(args.anchors.read_bytes())
    policy: dict[str, Any] = _signed(args.policy, "policy")["body"]
    policy_id = dsse.event_id("policy", policy)
    if held.policy_id(policy["tender"], policy["lot"]) != policy_id.hex():
        raise ProtocolError(
            "T is not the one of the anchors: do not use this policy", evidence=policy_id.hex()
        )
    print(f"T {policy_id.hex()}\n  {' '.join(words.short(policy_id, 'en'))}")
    for seat in policy["officers"]:
        print(
            f"  officer {seat['i']}: {seat['org']}, {seat['role']}, {sha256(bytes.fromhex(seat['sig_key'])).hex()[:16]}"
        )
    return policy, held


def keygen(args: argparse.Namespace) -> int:
    """Make keys; prints what others may know of them."""
    signer = dsse.Signer.generate(args.alg)
    if not args.officer:
        _write_new(args.out, signer.save())
        print(f"spki {signer.spki.hex()}")
        return 0
    args.out.mkdir(mode=0o700)
    secret = hpke.generate_key()
    _write_new(args.out / "sign.pem", signer.save())
    _write_new(args.out / "open.hex", secret.hex().encode())
    print(f"sig_key {signer.spki.hex()}\npk {hpke.public_key(secret).hex()}")
    return 0


def unlock(args: argparse.Namespace) -> int:
    """Open a browser's backup file, so that its keys work here: sign.pem, and open.hex of an officer."""
    asked = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else sys.stdin.readline()
    signer, secret = backup.unlock(args.backup.read_bytes(), backup.passphrase_read(asked))
    args.out.mkdir(mode=0o700)
    _write_new(args.out / "sign.pem", signer.save())
    print(f"sig_key {signer.spki.hex()}")
    if secret is not None:
        _write_new(args.out / "open.hex", secret.hex().encode())
        print(f"pk {hpke.public_key(secret).hex()}")
    return 0


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _to(sinks: dict[int, BinaryIO]) -> Callable[[int, bytes], None]:
    def write(e: int, data: bytes) -> None:
        sinks[e].write(data)

    return write


def _files(given: list[str], policy: dict[str, Any]) -> dict[int, Path]:
    """E=PATH, once for each envelope of the policy."""
    found: dict[int, Path] = {}
    known = {str(row["e"]): row["e"] for row in policy["envelopes"]}
    for item in given:
        e, _, path = item.partition("=")
        if e not in known or not path or known[e] in found:
            raise ProtocolError(
                f"--file must be E=PATH, once for each of envelopes {', '.join(known)}", obj=item
            )
        found[known[e]] = Path(path)
    if len(found) != len(known):
        missing = [e for e, number in known.items() if number not in found]
        raise ProtocolError(f"there is no --file for envelope {', '.join(missing)}", obj="--file")
    return found


def seal(args: argparse.Namespace) -> int:
    """Seal files; writes manifest.json, one ciphertext per envelope, and secrets.json for the bidder alone."""
    policy, _ = _policy(args)
    signer = dsse.Signer.load(args.key.read_bytes())
    named = _files(args.file, policy)
    opened = {e: path.open("rb") for e, path in named.items()}
    args.out.mkdir(mode=0o700)
    sinks = {e: (args.out / f"e{e}.bin").open("wb") for e in opened}
    try:
        made = sealing.seal_bid(
            policy=policy,
            org=args.org,
            signer=signer,
            files={e: (os.fstat(file.fileno()).st_size, _pieces(file)) for e, file in opened.items()},
            sink=_to(sinks),
            replaces=args.replaces,
            random=secrets.token_bytes,
            client="sunlit-cli/1",
        )
    finally:
        for file in (*opened.values(), *sinks.values()):
            file.close()
    manifest = {"body": made.body, "signatures": made.signatures}
    (args.out / "manifest.json").write_bytes(canonical.encode(manifest))
    kept = [{"e": secret.e, "s": secret.s.hex(), "b": secret.b.hex()} for secret in made.secrets]
    _write_new(args.out / "secrets.json", canonical.encode(kept))
    print(f"bid {made.body['bid']}, event {dsse.event_id('bid', made.body).hex()}")
    print("Not submitted until you hold the receipt.")
    return 0


def check(args: argparse.Namespace) -> int:
    """Check a receipt, or re-deal and decrypt a sealed folder from its secrets."""
    policy, held = _policy(args)
    if args.path.is_file():
        receipt = canonical.decode_loose(args.path.read_bytes())
        RECEIPT(receipt, "receipt")
        check_receipt(
            receipt, Stating(policy, held), [row.get("spki", "") for row in held.parties("platform")]
        )
        print(f"receipt holds: event {receipt['body']['ev']}")
        return 0
    manifest = _signed(args.path / "manifest.json", "bid")["body"]
    secrets_kept = canonical.decode(args.path.joinpath("secrets.json").read_bytes())
    _SECRETS(secrets_kept, "secrets.json")
    for secret in secrets_kept:
        if secret["e"] >= len(manifest["envelopes"]):
            raise ProtocolError("the manifest has no such envelope", obj=f"envelope {secret['e']}")
        _check_envelope(policy, manifest, args.path, secret)
    print("every envelope opens as sealed")
    return 0


def _check_envelope(
    policy: dict[str, Any], manifest: dict[str, Any], folder: Path, secret: dict[str, Any]
) -> None:
    e, seed, factor = secret["e"], bytes.fromhex(secret["s"]), bytes.fromhex(secret["b"])
    sealed, tree = sealing.Sealed.of(policy, manifest, e), sealing.PartTree()
    with (folder / f"e{e}.bin").open("rb") as file:
        for piece in _pieces(file):
            tree.update(piece)
        file.seek(0)
        size = sum(len(piece) for piece in sealed.open(seed, factor, _pieces(file)))
    if (tree.root().hex(), tree.size) != (sealed.row["ct_root"], sealed.row["size"]):
        raise ProtocolError("the ciphertext is not the one of the manifest", obj=f"envelope {e}")
    if not sealed.honest(seed) or (factor and not sealed.factor_matches(factor)):
        raise ProtocolError("seed or factor is not the one of the manifest", obj=f"envelope {e}")
    print(f"envelope {e}: {size} bytes")


def open_shares(args: argparse.Namespace) -> int:
    """Make an officer's commit and release after the checks a device can make of an opening pack (A12)."""
    held = anchors_module.load(args.anchors.read_bytes())
    pack = officer.read_pack(args.pack.read_bytes(), held, args.envelope)
    signer = dsse.Signer.load((args.keys / "sign.pem").read_bytes())
    written = (args.keys / "open.hex").read_bytes().strip().decode("ascii", "replace")
    bodies.HASH(written, str(args.keys / "open.hex"))
    secret = bytes.fromhex(written)
    commit, release = officer.release_from_pack(pack, args.envelope, args.seat, secret, signer)
    _once(args.keys / f"released-{pack.policy_id}-e{args.envelope}", release["body"]["close"])
    args.out.mkdir(exist_ok=True)
    for name, value in (("release-commit.json", commit), ("release.json", release)):
        (args.out / name).write_bytes(canonical.encode(value))
    print(f"{len(pack.manifests)} bids, {len(commit['body']['fails'])} FAIL")
    print("Hand in release-commit.json now, release.json when asked.")
    return 0


def _once(state: Path, close: str) -> None:
    """Remember the release of an envelope: the same one may be made again, another never (A11)."""
    if not state.exists():
        _write_new(state, close.encode())
    elif state.read_text("ascii") != close:
        raise ProtocolError("these keys have released this envelope for another close", obj=str(state))


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
        parts = ", ".join(f"{name} {report.label[name]}" for name in ("time", "witnesses", "officers"))
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
