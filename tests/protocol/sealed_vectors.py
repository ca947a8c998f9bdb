"""Forty sealed bids with all their randomness: tests/vectors/sealed (docs/protocol.md, section 12).

`python -m tests.protocol.sealed_vectors` writes policies.json and python.json; `… --js` lets
tests/js/seal_vectors.mjs seal other bids under the same policies and keeps what it gives as javascript.json.
Contents are described, not stored: byte i of a file is (i * i + 3 * i + number of the bid) mod 251.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from protocol import dsse, hpke, sealing
from protocol.hashing import sha256
from tests.protocol.world import World

FOLDER = Path(__file__).parent.parent / "vectors" / "sealed"
SEALER = Path(__file__).parent.parent / "js" / "seal_vectors.mjs"
SEATS = ((1, 1), (2, 3), (3, 5), (4, 7))
KEPT = 4200
"""Ciphertexts up to this size are kept whole, others as digests."""
SECOND_PART = sealing.PART_SIZE - 512 * 16
"""Plaintext bytes of the first part; one more begins a second."""
SHAPES: tuple[tuple[int, ...], ...] = (
    (0,),
    (1,),
    (100, 4087),
    (4087,),
    (4088,),
    (4089,),
    (8, 83, 91),
    (16_375,),
    (16_376,),
    (16_377,),
    (16_384, 0),
    (32_760,),
    (32_761,),
    (5_000,),
    (65_528,),
    (65_536, 1),
    (100_000,),
    (1, 2, 3, 4),
    (262_144,),
    (SECOND_PART + 1,),
)
"""Sizes of the files of each bid, by envelope."""


@dataclass(frozen=True)
class Case:
    """One bid to be sealed: under which policy, by which seed, files of which sizes."""

    number: int
    maker: str
    t: int
    n: int
    factor: str
    sizes: tuple[int, ...]

    @property
    def policy_name(self) -> str:
        return f"{self.t}-of-{self.n} {self.factor} {len(self.sizes)}"

    def world(self) -> World:
        """The keys and the policy."""
        world = World("sealed vectors", t=self.t, n=self.n, factor=self.factor, envelopes=len(self.sizes))
        world.policy = world.policy_body()
        return world

    def signer(self) -> dsse.Signer:
        return dsse.Signer.from_seed(sha256(f"bidder {self.maker} {self.number}".encode()))

    def file(self, e: int) -> bytes:
        """The file of an envelope: the rule of the module's heading, shifted by the envelope."""
        size, shift = self.sizes[e], self.number + e
        period = bytes((i * i + 3 * i + shift) % 251 for i in range(251))
        return (period * (size // 251 + 1))[:size]


def cases(maker: str) -> list[Case]:
    """Twenty bids of `maker`."""
    shift = 0 if maker == "python" else 1
    return [
        Case(
            number,
            maker,
            *SEATS[(number + shift) % 4],
            ("none", "required")[(number + shift) // 2 % 2],
            sizes,
        )
        for number, sizes in enumerate(SHAPES)
    ]


class Stream:
    """A recorded generator: block n of a case is the digest of its name and n."""

    def __init__(self, case: Case) -> None:
        self._label, self.given = f"{case.maker} {case.number}", []

    def __call__(self, size: int) -> bytes:
        block = sha256(f"{self._label} {len(self.given)}".encode())[:size]
        self.given.append(block.hex())
        return block


def seal(case: Case) -> tuple[dict, dict[int, bytes]]:
    """What Python seals: the vector, and the ciphertexts."""
    stream, signer, out = Stream(case), case.signer(), {e: bytearray() for e in range(len(case.sizes))}
    made = sealing.seal_bid(
        policy=case.world().policy,
        org=f"bidder-{case.number}",
        signer=signer,
        files={e: (size, [case.file(e)]) for e, size in enumerate(case.sizes)},
        sink=lambda e, data: out[e].extend(data),
        replaces=None,
        random=stream,
        client="vectors/1",
    )
    contents = {e: bytes(data) for e, data in out.items()}
    rows = [
        {"e": secret.e, "s": secret.s.hex(), "b": secret.b.hex(), **content_row(contents[secret.e])}
        for secret in made.secrets
    ]
    vector = head(case) | {
        "random": stream.given,
        "signer": signer.spki.hex(),
        "body": made.body,
        "signatures": made.signatures,
        "envelopes": rows,
    }
    return vector, contents


def head(case: Case) -> dict:
    """What names a vector."""
    return {"number": case.number, "policy": case.policy_name, "sizes": list(case.sizes)}


def content_row(data: bytes) -> dict:
    """Digest of a ciphertext, and the whole of a small one."""
    return {"sha256": sha256(data).hex(), "content": data.hex() if len(data) <= KEPT else None}


def for_javascript(case: Case) -> dict:
    """The same bid as the browser's sealer takes it (tests/js/seal_vectors.mjs)."""
    policy, stream = case.world().policy, Stream(case)
    nonce = stream(16).hex()
    envelopes = []
    for e in range(len(case.sizes)):
        fresh = stream(32).hex()
        factor = stream(32).hex() if case.factor == "required" else None
        envelopes.append({"e": e, "fresh": fresh, "factor": factor, "file": case.file(e).hex()})
    return {
        "policy": dsse.event_id("policy", policy).hex(),
        "signer": sha256(case.signer().spki).hex(),
        "nonce": nonce,
        "t": case.t,
        "pad_floor": policy["pad_floor"],
        "officers": [seat["pk"] for seat in policy["officers"]],
        "envelopes": envelopes,
    }


def sealed_by_javascript(chosen: list[Case], folder: Path) -> list[dict]:
    """What Node gives for these bids."""
    given = folder / "input.json"
    given.write_text(json.dumps([for_javascript(case) for case in chosen]))
    command = [str(shutil.which("node")), str(SEALER), str(given)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)


def kept(case: Case, output: dict) -> dict:
    """The vector kept of what JavaScript gave: every row of its manifest, S, and the ciphertext or its digest."""
    rows = [
        {"e": row["manifest"]["e"], "s": row["seed"], "manifest": row["manifest"]}
        | content_row(bytes.fromhex(row["content"]))
        for row in output["envelopes"]
    ]
    return head(case) | {"bid": output["bid"], "envelopes": rows}


def opened(case: Case, manifest_row: dict, bid: str, e: int, content: bytes) -> bytes:
    """The file as t officers open it, from their keys, the manifest's row and the ciphertext; factor from the stream."""
    world = case.world()
    policy_id = dsse.event_id("policy", world.policy)
    where = sealing.context(policy_id, bytes.fromhex(bid), e)
    sealed = sealing.Sealed(world.policy, where, manifest_row)
    shares = {}
    for seat in world.seats[-case.t :]:
        info = b"sealedbid/v1 share" + where + bytes([seat["i"]])
        shares[seat["i"]] = hpke.open_base(
            seat["sk"], info, bytes.fromhex(manifest_row["shares"][seat["i"] - 1]["enc"])
        )
    if not all(sealed.share_matches(i, share) for i, share in shares.items()):
        raise AssertionError("a share misses its commitment")
    seed = sealed.combine(shares)
    if not sealed.honest(seed):
        raise AssertionError("the dealing is not honest")
    factor = for_javascript(case)["envelopes"][e]["factor"]
    return b"".join(sealed.open(seed, bytes.fromhex(factor or ""), [content]))


def policies() -> Iterator[tuple[str, dict]]:
    """Every policy under which something is sealed, by name."""
    for case in (*cases("python"), *cases("javascript")):
        yield case.policy_name, case.world().policy


def write(name: str, value: object) -> None:
    """Write one file of vectors."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    if "--js" in sys.argv:
        made = sealed_by_javascript(cases("javascript"), Path(sys.argv[-1]))
        write("javascript.json", [kept(*row) for row in zip(cases("javascript"), made, strict=True)])
    else:
        write("policies.json", dict(policies()))
        write("python.json", [seal(case)[0] for case in cases("python")])
