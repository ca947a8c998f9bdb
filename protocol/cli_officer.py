"""The officer's watcher: commits and releases for one seat of a draw, after its own checks (A22, A25).

The one file of this package that opens connections and reads a clock. What it sends is written down before it is sent,
so that a process killed at any moment sends the same bytes again, once for each round, and never for a second head.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from protocol import anchors as anchors_module
from protocol import canonical, dsse
from protocol.cli_files import read_officer, write_new
from protocol.draw import objects, watching
from protocol.draw.releasing import release_pair
from protocol.errors import NotCanonical, ProtocolError

PACK_LIMIT = 64 << 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ENDED = "draw_ended"
CHINA_S = 8 * 3600


class _Refused(Exception):
    """The platform answers no: its code, and its words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def officer(args: argparse.Namespace) -> int:
    """Commit and release for one seat of a draw: one round of checks, or with --watch until the draw has ended.

    With --pack nothing is sent: what would be is written to --state, the release once a pack shows enough commits.
    """
    if args.pack:
        return _from_file(args)
    parts = urlsplit(args.url or "")
    if parts.scheme != "https" and (parts.scheme, parts.hostname in LOOPBACK) != ("http", True):
        raise ProtocolError("the address must begin with https://", obj="--url", evidence=args.url)
    within_hours(args.hours, 0)
    args.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    once, said = args.once or not args.watch, ""
    while True:
        try:
            words, ended = _round(args), False
        except _Refused as refused:
            words, ended = f"the platform answers: {refused}", refused.code == ENDED
        except (OSError, http.client.HTTPException) as error:
            words, ended = f"the platform cannot be reached ({error}); nothing is lost", False
        except ProtocolError as error:
            if once or error.obj == "--watch":
                raise
            words, ended = f"nothing is sent: {error.message} [{error.obj}] {error.evidence}", False
        if words != said:
            _say(words)
        said = words
        if ended or once:
            return 0
        time.sleep(args.every)


def _from_file(args: argparse.Namespace) -> int:
    given = _read(args.pack.read_bytes())
    if args.anchors is None:
        raise ProtocolError("without a network give the anchors", obj="--anchors")
    pack = watching.read_pack(given, _anchors(args, given["policy"]))
    args.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = _kept(args, pack)
    ready = pack.logged(kept["commit"]) and pack.releasable
    for name in ("commit", "release") if ready else ("commit",):
        path = args.state / f"draw-{name}.json"
        path.unlink(missing_ok=True)
        write_new(path, canonical.encode({part: kept[name][part] for part in ("body", "signatures")}), 0o644)
        _say(f"round {pack.j}: hand in {path}")
    return 0


def _round(args: argparse.Namespace) -> str:
    """Look once, and do what is to be done; what that was, in words."""
    base = f"{args.url.rstrip('/')}/api/v1/experts/draws/{args.draw}/officers/{args.seat}"
    given = _read(_asked(f"{base}/pack"))
    if args.watch and not args.once and not given["automated"]:
        raise ProtocolError("nobody declared that a program acts for this seat; use --once", obj="--watch")
    if not given["asked"]:
        return "no round is asked of the officers now"
    pack = watching.read_pack(given, _anchors(args, given["policy"]))
    if pack.j != given["j"]:
        return "the head of the round is not in the log yet"
    if not within_hours(args.hours, time.time()):
        return f"round {pack.j} waits: outside the announced hours {args.hours}"
    kept = _kept(args, pack)
    if not given["committed"]:
        _asked(f"{base}/commit", kept["commit"])
        fails = len(kept["commit"]["body"]["fails"])
        return f"round {pack.j}: committed, {len(kept['evs'])} contributions, {fails} of them do not open"
    if not given["released"] and pack.logged(kept["commit"]) and pack.releasable:
        _asked(f"{base}/release", kept["release"])
        return f"round {pack.j}: released, sealed to the gateway"
    waits = "released, nothing more to do" if given["released"] else "waiting for more"
    return f"round {pack.j}: {len(pack.commits)} commits in the log, {waits}"


def _kept(args: argparse.Namespace, pack: watching.Pack) -> dict[str, Any]:
    """Commit and release for this round: those written down before, or made now and written down first (A22)."""
    header, t_d = pack.header, objects.header_id(pack.header).hex()
    lot = objects.lot_of(header["lot"], header["serial"])
    signer, secret = read_officer(args.keys, header["tender"], lot, args.seat)
    path = args.state / f"{header['tender']}-{lot}-{args.seat}.json"
    state: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"header": t_d, "rounds": {}}
    if state["header"] != t_d:
        raise ProtocolError("there is a second header of this draw", obj=str(path), evidence=t_d)
    kept: dict[str, Any] | None = state["rounds"].get(str(pack.j))
    if kept is None:
        commit, release = release_pair(
            header=header,
            round_=bytes.fromhex(pack.head.ev),
            leaf=pack.head.leaf,
            j=pack.j,
            contributions=pack.contributions.items(),
            i=args.seat,
            sk=secret,
            signer=signer,
            random=secrets.token_bytes,
        )
        kept = {"commit": commit, "release": release, "evs": sorted(pack.contributions)}
        state["rounds"][str(pack.j)] = kept
        _keep(path, state)
    if (kept["commit"]["body"]["round"], kept["commit"]["body"]["leaf"]) != (pack.head.ev, pack.head.leaf):
        raise ProtocolError("there is a second head of this round", evidence=pack.head.ev)
    if kept["evs"] != sorted(pack.contributions):
        raise ProtocolError("other contributions are shown than when this was committed")
    return kept


def _read(data: bytes) -> dict[str, Any]:
    """A pack, with what the platform says of itself in it: this decides when to act, never what is signed."""
    try:
        value = json.loads(data)
        told = {name: value[name] for name in ("automated", "events", "checkpoints", "policy")}
        told |= {name: value["round"][name] for name in ("asked", "j")}
        return told | {name: value["own"][name] for name in ("committed", "released")}
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("this is not a pack of a draw", obj="pack") from error


def _anchors(args: argparse.Namespace, policy: dict[str, Any]) -> anchors_module.Anchors:
    """The officer's own anchors; without any those of the platform, fetched once and kept ever after."""
    path = args.anchors or args.state / "anchors.json"
    if not path.exists() and not args.anchors:
        digest = dsse.event_id("policy", policy).hex()
        write_new(path, _asked(f"{args.url.rstrip('/')}/t/{digest}/anchors.json"))
        _say(f"anchors fetched from the platform itself into {path}: compare them with those you trust")
    return anchors_module.load(path.read_bytes())


def _keep(path: Path, state: dict[str, Any]) -> None:
    """Write the state: after a crash it is the old or the new one, and it is on the disk before anything is sent."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, canonical.encode(state))
    _synced(fresh, os.O_RDWR)
    fresh.replace(path)
    with suppress(PermissionError):  # Windows does not open a folder, and needs no word about it
        _synced(path.parent, os.O_RDONLY)


def _synced(path: Path, mode: int) -> None:
    descriptor = os.open(path, mode)
    os.fsync(descriptor)
    os.close(descriptor)


def _asked(address: str, signed: dict[str, Any] | None = None) -> bytes:
    """The platform's answer; _Refused with its words when it says no."""
    data = None if signed is None else canonical.encode(signed)
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, kind)  # noqa: S310 - http and https alone pass `officer`
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return bytes(answer.read(PACK_LIMIT))
    except urllib.error.HTTPError as error:
        told = error.read(1 << 16)
        try:
            problem = json.loads(told)
            raise _Refused(str(problem["code"]), str(problem.get("detail") or problem["title"])) from error
        except (ValueError, KeyError, TypeError):
            raise _Refused(str(error.code), str(error.reason)) from error


def _say(words: str) -> None:
    print(
        f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(time.time() + CHINA_S))} {words}",
        flush=True,
    )


def within_hours(hours: str, seconds: float) -> bool:
    """Whether a moment lies within `08:00-18:00` of China's day; NotCanonical for another form of hours."""
    try:
        first, last = (int(part[:2]) * 60 + int(part[3:]) for part in hours.split("-"))
    except ValueError as error:
        raise NotCanonical("hours are as 08:00-18:00", obj="--hours", evidence=hours[:40]) from error
    if len(hours) != 11 or not 0 <= first < last <= 24 * 60:
        raise NotCanonical("hours are as 08:00-18:00", obj="--hours", evidence=hours[:40])
    return first <= (int(seconds) + CHINA_S) % 86_400 // 60 < last
