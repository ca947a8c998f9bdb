"""What a finished draw means for the leads, worked out once: chances, who sat, panels drawn again. It never changes.

Bytes are canonical JSON, packed; who keeps them seals them, for they say under which code people stood together.
"""

import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from experts.rules.analytics.joint import Alike, Couple, chances_of, simulated
from experts.rules.analytics.rows import DrawRow
from protocol import canonical
from protocol.draw import panels, plan
from protocol.hashing import sha256

LIMIT = 256 * 1024 * 1024
"""Most bytes of one draw, unpacked."""
Members = tuple[tuple[tuple[tuple[str, ...], ...], ...], ...]
"""Lead codes by class, employer and kind."""


@dataclass(frozen=True)
class KeptRound:
    """A decided round: lead codes where they stood in its plan, their chance, who sat, who was new in the pool.

    ``chances`` go by class and kind; ``found`` counts the couples of ``samples`` panels drawn again.
    """

    name: str
    owner: str
    members: Members
    chances: tuple[tuple[Fraction, ...], ...]
    seated: frozenset[str]
    fresh: frozenset[str]
    samples: int
    found: Mapping[Alike, int]

    def rows(self) -> Iterator[DrawRow]:
        """Everybody with a chance: the probability of the plan, and whether it happened."""
        for employers, chances in zip(self.members, self.chances, strict=True):
            for kinds in employers:
                for people, chance in zip(kinds, chances, strict=True):
                    p = float(chance)
                    for who in people if p else ():
                        yield DrawRow(self.name, who, p, who in self.seated, self.owner, who in self.fresh)

    def joint(self, asked: Collection[Couple]) -> Mapping[Couple, float]:
        """The chance of each couple asked for to sit together; none for who had no chance at all."""
        return chances_of(self.members, self.found, self.samples, asked)


@dataclass(frozen=True)
class LeftOut:
    """What one entry of the desk did: by how many per cent it raised a chance at most, and whom it left out (codes).

    ``raised`` is None where that was not asked or cannot be computed.
    """

    raised: int | None
    codes: tuple[str, ...]


@dataclass(frozen=True)
class KeptDraw:
    """All decided rounds of one draw, and what was entered to be left out of it, by the ledger's entry."""

    rounds: tuple[KeptRound, ...]
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)


def kept_round(
    made: plan.Plan,
    codes: Mapping[str, str],
    *,
    name: str,
    owner: str,
    seated: Collection[str],
    fresh: Collection[str],
    samples: int,
) -> KeptRound:
    """A decided round out of its plan. ``codes`` are lead codes by eid; ``seated`` and ``fresh`` are eids.

    Panels are drawn again with the committed rounding, from the hash of the plan: the same plan gives the same counts.
    """
    by_kind = iter(made.chances)
    chances = tuple(tuple(next(by_kind) for _kind in one.kinds) for one in made.grouped.shape.classes)
    members = tuple(
        tuple(tuple(tuple(codes.get(eid, eid[:10]) for eid in kind) for kind in kinds) for kinds in employers)
        for employers in made.grouped.members
    )
    found = simulated(made, sha256(panels.stated(made)), samples)
    named = [frozenset(codes.get(eid, eid[:10]) for eid in people) for people in (seated, fresh)]
    return KeptRound(name, owner, members, chances, named[0], named[1], samples, found)


def packed(draw: KeptDraw) -> bytes:
    """A draw as bytes: the same draw gives the same bytes."""
    rounds = [
        {
            "name": one.name,
            "owner": one.owner,
            "members": [_told(employers) for employers in one.members],
            "chances": [" ".join(str(p) for p in kinds) for kinds in one.chances],
            "seated": sorted(one.seated),
            "fresh": sorted(one.fresh),
            "samples": one.samples,
            "found": " ".join(f"{a}.{b}.{c}.{d}.{same:d}.{n}" for ((a, b), (c, d), same), n in _sorted(one)),
        }
        for one in draw.rounds
    ]
    left_out = [[name, one.raised, list(one.codes)] for name, one in sorted(draw.left_out.items())]
    return zlib.compress(canonical.encode({"rounds": rounds, "left_out": left_out}))


def unpacked(data: bytes) -> KeptDraw:
    """The draw again."""
    value = canonical.decode(zlib.decompressobj().decompress(data, LIMIT), LIMIT)
    rounds = tuple(
        KeptRound(
            one["name"],
            one["owner"],
            tuple(_read(employers) for employers in one["members"]),
            tuple(tuple(Fraction(p) for p in kinds.split()) for kinds in one["chances"]),
            frozenset(one["seated"]),
            frozenset(one["fresh"]),
            one["samples"],
            Counter(dict(_counted(couples) for couples in one["found"].split())),
        )
        for one in value["rounds"]
    )
    return KeptDraw(rounds, {name: LeftOut(up, tuple(codes)) for name, up, codes in value["left_out"]})


def _sorted(one: KeptRound) -> list[tuple[Alike, int]]:
    return sorted(one.found.items())


def _counted(couples: str) -> tuple[Alike, int]:
    a, b, c, d, same, n = map(int, couples.split("."))
    return ((a, b), (c, d), bool(same)), n


def _told(employers: tuple[tuple[tuple[str, ...], ...], ...]) -> str:
    """The codes of one class: a blank between people, a comma between kinds, a stroke between employers."""
    return "|".join(",".join(" ".join(people) for people in kinds) for kinds in employers)


def _read(told: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(tuple(tuple(people.split()) for people in kinds.split(",")) for kinds in told.split("|"))
