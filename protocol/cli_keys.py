"""Making keys, and signing with them what a page offers or an officer releases."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from protocol import anchors as anchors_module
from protocol import backup, bodies, canonical, dsse, hpke, officer, papers
from protocol.cli_files import fingerprint, read_officer, show_key, write_new, write_signed
from protocol.errors import ProtocolError


def keygen(args: argparse.Namespace) -> int:
    """Make a signing key (PEM), or with --officer a folder with an opening key, too; print what others may know."""
    signer = dsse.Signer.generate(args.alg)
    if not args.officer:
        write_new(args.out, signer.save())
        show_key("spki", signer.spki)
        return 0
    secret = hpke.generate_key()
    _folder(args.out, signer, secret)
    print(f"sig_key {signer.spki.hex()}\npk {hpke.public_key(secret).hex()}")
    return 0


def _folder(out: Path, signer: dsse.Signer, secret: bytes | None) -> None:
    """A new folder with the keys of one person, for nobody else to read."""
    out.mkdir(mode=0o700)
    write_new(out / "sign.pem", signer.save())
    if secret is not None:
        write_new(out / "open.hex", secret.hex().encode())


def unlock(args: argparse.Namespace) -> int:
    """Open a browser's backup file, so that its keys work here: sign.pem, and open.hex of an officer."""
    asked = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else sys.stdin.readline()
    signer, secret = backup.unlock(args.backup.read_bytes(), backup.passphrase_read(asked))
    _folder(args.out, signer, secret)
    print(f"sig_key {signer.spki.hex()}")
    if secret is not None:
        print(f"pk {hpke.public_key(secret).hex()}")
    return 0


def request_key(args: argparse.Namespace) -> int:
    """Sign the request to register a signing key: the proof that whoever asks holds it."""
    signer = dsse.Signer(dsse.Signer.load(args.key.read_bytes()).key)
    body = papers.key_request(args.org, signer.spki)
    write_signed(args.out, body, signer.sign(papers.KEY_REQUEST, body))
    show_key("spki", signer.spki)
    print(f"Hand in {args.out.name} on the page of keys; read the fingerprint to the registrar by telephone.")
    return 0


def declare_officer(args: argparse.Namespace) -> int:
    """Make an officer's two keys for one seat in a new folder, with the signed officer-key object."""
    signer, secret = dsse.Signer.generate(), hpke.generate_key()
    declared = officer.declare_key(args.tender, args.lot, args.seat, hpke.public_key(secret), signer)
    _folder(args.out, signer, secret)
    seat = {"tender": args.tender, "lot": args.lot, "i": args.seat}
    write_new(args.out / "seat.json", canonical.encode(seat))
    write_signed(args.out / "officer-key.json", declared["body"], declared["signatures"][0])
    print(f"officer {args.seat} of {args.tender}, lot {args.lot}")
    show_key("sig_key", signer.spki)
    print(f"pk {declared['body']['pk']}")
    print("Hand in officer-key.json; sign.pem and open.hex stay here: copy them to a second safe place.")
    return 0


def answer_dryrun(args: argparse.Namespace) -> int:
    """Answer the challenge of a dry run; nothing but such a challenge opens here (A10)."""
    signer, secret = read_officer(args.keys, args.tender, args.lot, args.seat)
    bodies.hexed(80)(args.challenge, "--challenge")
    sealed = bytes.fromhex(args.challenge)
    answered = officer.answer_object(args.tender, args.lot, args.seat, args.stage, sealed, secret, signer)
    write_signed(args.out, answered["body"], answered["signatures"][0])
    print(f"answered as officer {args.seat} of {args.tender}, lot {args.lot}: hand in {args.out.name}")
    return 0


def sign(args: argparse.Namespace) -> int:
    """Show every part of the file in words, ask, sign with the bare key, write the answer for the page."""
    parts = papers.read_asked(args.path.read_bytes())
    signer = dsse.Signer(dsse.Signer.load(args.key.read_bytes()).key)
    shown = sys.stderr if args.json else sys.stdout
    for part in parts:
        print(f"[{papers.plain(part['id'])}]", *papers.said(part), sep="\n", file=shown)
    print(f"signed with key {fingerprint(signer.spki)} ({signer.alg})", file=shown)
    if not args.yes:
        print("Type yes to sign: ", end="", flush=True, file=sys.stderr)
        if sys.stdin.readline().strip().lower() != "yes":
            raise ProtocolError("nothing was signed: the answer was not yes", obj=str(args.path))
    data = papers.answer(parts, signer)
    write_new(args.out, data, 0o644)
    print(data.decode() if args.json else f"signed: hand in {args.out.name} on the page it came from")
    return 0


def open_shares(args: argparse.Namespace) -> int:
    """Make an officer's commit and release after the checks a device can make of an opening pack (A12)."""
    held = anchors_module.load(args.anchors.read_bytes())
    pack = officer.read_pack(args.pack.read_bytes(), held, args.envelope)
    signer, secret = read_officer(args.keys, pack.policy["tender"], pack.policy["lot"], args.seat)
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
        write_new(state, close.encode())
    elif state.read_text("ascii") != close:
        raise ProtocolError("these keys have released this envelope for another close", obj=str(state))
