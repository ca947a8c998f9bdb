"""Contributions, commits and releases with all their randomness: tests/vectors/draw/client.json (docs/protocol.md, 15).

`python -m tests.protocol.draw.client_vectors` writes the file. Some contributions are dealt badly to an officer: junk
under a good commitment, a commitment to another share, an ephemeral key of low order. Those are FAILs.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from protocol import dsse, hpke
from protocol.draw import contributing, objects, releasing
from protocol.hashing import sha256

FILE = Path(__file__).parents[2] / "vectors" / "draw" / "client.json"
SHAPES = ((1, 1, 0, 0), (2, 3, 1, 1), (3, 5, 2, 0), (4, 7, 3, 3))
"""t, n, max_rounds and the round that is answered."""
PARTIES = ("owner", "platform", "supervisor")


class Pool:
    """Bytes that follow from a label, and the list of what was taken."""

    def __init__(self, label: str) -> None:
        self.label, self.taken = label, []

    def __call__(self, size: int) -> bytes:
        made = sha256(f"{self.label} {len(self.taken)}".encode())[:size]
        self.taken.append(made.hex())
        return made


def derived(label: str) -> bytes:
    """32 bytes of a label."""
    return sha256(f"draw client {label}".encode())


def key_of(label: str) -> dict[str, str]:
    """An Ed25519 key: its seed and SPKI."""
    seed = derived(label)
    return {"seed": seed.hex(), "spki": dsse.Signer.from_seed(seed).spki.hex()}


def signer_of(key: dict[str, str]) -> dsse.Signer:
    """The signer of a key of the vectors."""
    return dsse.Signer.from_seed(bytes.fromhex(key["seed"]))


def header_of(number: int, t: int, n: int, rounds: int) -> dict[str, Any]:
    """A header in its form; what it names elsewhere is not needed here."""
    officers = []
    for i in range(1, n + 1):
        signer = signer_of(key_of(f"{number} officer {i}"))
        named = {"i": i, "org": f"org{i}", "name": f"officer {i}", "person": derived(f"person {i}").hex()}
        pk = hpke.public_key(derived(f"{number} kem {i}")).hex()
        cert = signer.sign("officer-cert", {"v": "made for the vectors"})
        row = {**named, "role": "notary", "kem": "x25519", "pk": pk, "sig_key": signer.spki.hex()}
        officers.append({**row, "cert": cert})
    some = {name: derived(f"{number} {name}").hex() for name in ("policy", "problem", "plan", "root", "rows")}
    return objects.body(
        "draw-header",
        tender="draw-vectors-2026",
        lot=f"{number:02}",
        serial=1,
        prev=None,
        cause="",
        kept=[],
        policy=some["policy"],
        when="after-opening",
        pool={"epoch": 1, "root": some["root"], "count": 9, "rows": some["rows"]},
        exclusions={"rows": some["rows"], "count": 0},
        problem=some["problem"],
        plan=some["plan"],
        rulepack="cn-experts 2026-01",
        t=t,
        officers=officers,
        gateway=hpke.public_key(derived(f"{number} gateway")).hex(),
        required=[
            {"org": f"party-{role}", "role": role, "spki": key_of(f"{number} {role}")["spki"]}
            for role in PARTIES
        ],
        open="bidders",
        close_at=1_800_000_000,
        reveal_at=1_800_100_000,
        window_s=600,
        release_s=3600,
        max_rounds=rounds,
        beacon=None,
    )


def bent_of(body: dict[str, Any], j: int, role: str) -> dict[str, Any]:
    """The contribution of `role` as a bad dealer makes it; the owner's is left as it is."""
    made = copy.deepcopy(body)
    share = made["rounds"][j]["shares"][-1]
    if role == "platform":
        share["c"] = derived("another share").hex()
    elif role == "supervisor":
        share["enc"] = ("00" * 32) + share["enc"][64:]
        made["rounds"][j]["shares"][0]["enc"] = derived("junk").hex() + share["enc"][64:]
    return made


def case(number: int, shape: tuple[int, int, int, int]) -> dict[str, Any]:
    """One draw: what each party is given, and what it must make of it."""
    t, n, rounds, j = shape
    header = header_of(number, t, n, rounds)
    contributors, made, contributions = [], [], []
    for role in PARTIES:
        pool, signer = Pool(f"{number} {role}"), key_of(f"{number} {role}")
        given = {"header": header, "org": f"party-{role}", "signer": signer_of(signer), "client": "vectors/1"}
        signed = contributing.contribute(**given, random=pool)
        bent = bent_of(signed["body"], j, role)
        ev = dsse.event_id("contribution", bent).hex()
        made.append(signed)
        contributions.append((ev, bent))
        row = {
            "org": f"party-{role}",
            "signer": signer,
            "random": pool.taken,
            "client": "vectors/1",
            "ev": ev,
        }
        contributors.append(row | ({} if role == "owner" else {"bent": bent}))
    named = {"j": j, "round": derived(f"{number} head").hex(), "leaf": 40 + number}
    officers, releases = [], []
    for i in range(1, n + 1):
        pool, signer, sk = (
            Pool(f"{number} seal {i}"),
            key_of(f"{number} officer {i}"),
            derived(f"{number} kem {i}"),
        )
        commit, release = releasing.release_pair(
            header=header,
            round_=bytes.fromhex(named["round"]),
            leaf=named["leaf"],
            j=j,
            contributions=contributions,
            i=i,
            sk=sk,
            signer=signer_of(signer),
            random=pool,
        )
        officers.append({"i": i, "sk": sk.hex(), "signer": signer, "random": pool.taken[0]})
        releases.append({"commit": commit, "release": release})
    given = {"header": header, "contributors": contributors, "officers": officers, **named}
    return {**given, "made": {"contributions": made, "releases": releases}}


def cases() -> list[dict[str, Any]]:
    """All of them."""
    return [case(number, shape) for number, shape in enumerate(SHAPES, start=1)]


def write() -> None:
    """Write the file."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(cases(), indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    write()
