"""What an opening finds: accepted factors, good shares, verdicts (docs/protocol.md, sections 6.4 and 6.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol.errors import BadContent
from protocol.hashing import Hasher
from protocol.sealing import Sealed

Pieces = Callable[[], Iterable[bytes] | None]


@dataclass(frozen=True)
class Verdict:
    """What became of one envelope: the word, S and H(file) in hex where the result shows them."""

    word: str
    seed: str | None = None
    plain: str | None = None


@dataclass
class Release:
    """One officer's release of one envelope: shares by bid ev, "FAIL" where it did not open."""

    officer: int
    shares: dict[str, str]


@dataclass
class Shares:
    """Shares of one bid and envelope sorted out: good ones by officer, and officers proven wrong."""

    good: dict[int, bytes] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)


def factor_matches(
    policy: Mapping[str, Any], manifest: Mapping[str, Any], factors: Iterable[Mapping[str, Any]]
) -> bool:
    """Whether the factors (rows e, b) are one for every envelope of the bid, each matching its commitment (A13)."""
    given = {row["e"]: bytes.fromhex(row["b"]) for row in factors}
    return given.keys() == {row["e"] for row in manifest["envelopes"]} and all(
        Sealed.of(policy, manifest, e).factor_matches(b) for e, b in given.items()
    )


def sort_shares(sealed: Sealed, ev: str, releases: Iterable[Release]) -> Shares:
    """Good shares match c_i; a share given that does not is that officer's proven fault (A11)."""
    sorted_out = Shares()
    for release in releases:
        share = release.shares.get(ev)
        if share is None or share == "FAIL":
            continue
        value = bytes.fromhex(share)
        if sealed.share_matches(release.officer, value):
            sorted_out.good[release.officer] = value
        else:
            sorted_out.wrong.append(release.officer)
    return sorted_out


def ready(
    policy: Mapping[str, Any], ev: str, commits: Iterable[tuple[int, frozenset[str]]], *, decided: bool
) -> bool:
    """Whether this bid's share status is settled by commits (officer, FAILs) alone, so that shares may be shown."""
    n, t = len(policy["officers"]), policy["t"]
    votes = list(commits)
    fails = sum(ev in failed for _, failed in votes)
    return decided or len(votes) - fails >= t or fails >= n - t + 1


def judge(sealed: Sealed, shares: Shares, posted: bytes | None, factor: bytes, pieces: Pieces) -> Verdict:
    """The verdict on a bid of the set which was neither set aside nor lacks its factor.

    `posted` is S from a counting seed event; `factor` is B or empty; `pieces()` streams the ciphertext, or is None.
    """
    if posted is not None and sealed.seed_matches(posted):
        seed = posted
    elif len(shares.good) >= sealed.policy["t"]:
        seed = sealed.combine(shares.good)
    else:
        return Verdict("NOT_OPENABLE")
    if not sealed.honest(seed):
        return Verdict("BAD_DEALING")
    stream = pieces()
    if stream is None:
        return Verdict("PLATFORM_FAULT")
    hasher = Hasher()
    try:
        for piece in sealed.open(seed, factor, stream):
            hasher.update(piece)
    except BadContent:
        return Verdict("BAD_CONTENT", seed.hex())
    return Verdict("OPENED", seed.hex(), hasher.digest().hex())
