"""The bidder's commands: seal files, check a sealed folder or a receipt, withdraw, show the factors."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from protocol import bodies, canonical, dsse, opening, sealing, x509chain
from protocol.anchors import Anchors
from protocol.case import RECEIPT
from protocol.cli_files import fingerprint, read_policy, read_signed, write_new, write_signed
from protocol.errors import ProtocolError
from protocol.line import LIMIT, NotAnOpeningLine, read_line
from protocol.receipts import check_receipt
from protocol.stated import Stating

PIECE = 1 << 20
_SECRETS = bodies.rows(
    bodies.record(e=bodies.ENVELOPE, s=bodies.HASH, b=bodies.hexed(0, 32)), 1, key=lambda row: row["e"]
)


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


def _bidder(args: argparse.Namespace, held: Anchors) -> dsse.Signer:
    """The bidder's key, with its chain where it has one: refused unless it holds under the anchors where it begins."""
    pem = args.key.read_bytes()
    if args.chain:
        pem = dsse.Signer(dsse.Signer.load(pem).key).save() + args.chain.read_bytes()
    signer = dsse.Signer.load(pem)
    if args.chain and not signer.certs:
        raise ProtocolError("there is no certificate (PEM) in the chain", obj=str(args.chain))
    if signer.certs:
        leaf, roots = dsse.load_certificate(signer.certs[0]), map(bytes.fromhex, held.data["ca_roots"])
        begins = int(leaf.not_valid_before_utc.timestamp())
        named = x509chain.verify_chain(signer.certs, list(roots), begins).organisation
        if named != args.org:
            raise ProtocolError("the certificate is of another organisation than --org", obj=named)
        ends = leaf.not_valid_after_utc
        print(f"certificate valid until {ends:%Y-%m-%d %H:%M:%S} UTC: the bid must be in the log by then")
    return signer


def _read_out(path: Path, org: str) -> None:
    """Show what envelope 0 will have read out; refused unless it is an opening line of this bidder."""
    try:
        with path.open("rb") as file:
            line = read_line(file.read(LIMIT + 1))
    except NotAnOpeningLine as error:
        raise ProtocolError(
            f"envelope 0 is no opening line ({error.message}), nothing of it could be read out:"
            " write it with the command line",
            obj=str(path),
        ) from error
    if line.org != org:
        raise ProtocolError("the opening line is of another organisation than --org", obj=line.org)
    print(f"read out: {line.currency} {line.price:.2f} {line.price_words}, {line.tenderer}")


def seal(args: argparse.Namespace) -> int:
    """Seal files; writes manifest.json, one ciphertext per envelope, and secrets.json for the bidder alone."""
    policy, held = read_policy(args)
    signer = _bidder(args, held)
    named = _files(args.file, policy)
    _read_out(named[0], args.org)
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
    write_new(args.out / "secrets.json", canonical.encode(kept))
    print(f"bid {made.body['bid']}, event {dsse.event_id('bid', made.body).hex()}")
    print("Not submitted until you hold the receipt.")
    return 0


def withdraw(args: argparse.Namespace) -> int:
    """Sign the withdrawal of a bid, named by its event id as on the page; counts once it has its receipt."""
    policy, _ = read_policy(args)
    bodies.HASH(args.bid, "--bid")
    signer = dsse.Signer(dsse.Signer.load(args.key.read_bytes()).key)
    body = bodies.body("withdraw", policy=dsse.event_id("policy", policy).hex(), target=args.bid)
    write_signed(args.out, body, signer.sign("withdraw", body))
    print(f"withdraws bid {args.bid}, signed with key {fingerprint(signer.spki)}")
    print(f"Not withdrawn until you hold the receipt: hand in {args.out.name} on the page.")
    return 0


def show_factor(args: argparse.Namespace) -> int:
    """Sign the factors of a sealed folder, for the decryption phase: with them the officers can open the bid."""
    policy, _ = read_policy(args)
    policy_id = dsse.event_id("policy", policy).hex()
    manifest = read_signed(args.path / "manifest.json", "bid")["body"]
    if manifest["policy"] != policy_id:
        raise ProtocolError("this bid was sealed under another policy", obj=str(args.path))
    if policy["factor"] != "required":
        raise ProtocolError("this lot uses no factors: there is nothing to hand in", obj=str(args.policy))
    kept = canonical.decode(args.path.joinpath("secrets.json").read_bytes())
    _SECRETS(kept, "secrets.json")
    factors = [{"e": row["e"], "b": row["b"]} for row in kept]
    if not opening.factor_matches(policy, manifest, factors):
        raise ProtocolError("secrets.json is not of this bid", obj=str(args.path))
    signer = dsse.Signer(dsse.Signer.load(args.key.read_bytes()).key)
    body = bodies.body("factor", policy=policy_id, bid=dsse.event_id("bid", manifest).hex(), factors=factors)
    write_signed(args.out, body, signer.sign("factor", body))
    print(f"factors of bid {body['bid']}, signed with key {fingerprint(signer.spki)}")
    print(f"Hand in {args.out.name} in the decryption phase, not before.")
    return 0


def check(args: argparse.Namespace) -> int:
    """Check a receipt, or re-deal and decrypt a sealed folder from its secrets."""
    policy, held = read_policy(args)
    if args.path.is_file():
        receipt = canonical.decode_loose(args.path.read_bytes())
        RECEIPT(receipt, "receipt")
        check_receipt(
            receipt, Stating(policy, held), [row.get("spki", "") for row in held.parties("platform")]
        )
        print(f"receipt holds: event {receipt['body']['ev']}")
        return 0
    manifest = read_signed(args.path / "manifest.json", "bid")["body"]
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
