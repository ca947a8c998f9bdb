"""Mutants of honest bundles, every one of which both verifiers must refuse.

`python -m tests.protocol.mutations --out DIR --count N` writes N of them, each in a folder with bundle.zip, anchors.json
and receipts, and DIR/list.json for `node tests/js/cli.mjs --batch`. Nothing here is random: the sample is by digest.

Four kinds: bytes and members changed while the index stays or is made anew; values changed inside JSON members, index
made anew; bodies changed and signed again by their own signers (relogged.py); papers of a draw changed before its header
named them. What the specification allows a bundle to leave out or to say otherwise is no mutation; NEUTRAL and LAST list
it with the reason.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protocol import canonical, container
from tests.protocol import changes, relogged
from tests.protocol.changes import pick, sample
from tests.protocol.drawn.world import DrawWorld
from tests.protocol.stories import Told
from tests.protocol.told import STORIES
from tests.protocol.world import World

NEUTRAL = [
    (r"checkpoints/.*", r".*/tokens/\d+ removed", "a token that k does not need may be left out (7.2)"),
    (
        r"receipt \d+",
        r"/signatures/0 twice",
        "the same signature twice verifies twice; receipts are not logged",
    ),
]
LAST = {
    "award": "the bundle may have been made before the last act of the owner (18.1)",
    "draw": "the bundle may have been made before the draw ended; its end says what the answers say (15.4)",
}
"""Chains whose last event a bundle may lack, and why; all before it are bound by the links."""
TEXT_LIMIT = 16 << 20


@dataclass(frozen=True)
class Mutant:
    """One mutant: its name, and what writes its bundle to a path; receipts are the honest ones if none are given.

    ``opened`` is the ev of a bid which must not be opened, where the bundle around it is honest.
    """

    name: str
    write: Callable[[Path], None]
    told: Told | Later
    receipts: tuple[bytes, ...] | None = None
    opened: str = ""

    def given(self) -> list[bytes]:
        """The receipts a reader holds."""
        return list(self.told.receipts if self.receipts is None else self.receipts)


class Base:
    """An honest bundle: what is told of it, its members, and the zip's bytes."""

    def __init__(self, name: str, folder: Path) -> None:
        tell = PLAYED.get(name) or (lambda: relogged.recorded(STORIES[name]))
        self.name, self.told = name, tell()
        self.world: World = self.told.world
        self.told.receipts = [canonical.encode(self.world.receipt(self.world.bids[0]))]
        path = folder / f"{name}.zip"
        self.members = self.world.members(self.told.edition)
        self.world.write(path, self.told.edition, self.members)
        self.zip = path.read_bytes()
        with container.Container(path) as opened:
            self.index = canonical.decode(opened.read("index.json", TEXT_LIMIT), TEXT_LIMIT)

    def mutant(self, label: str, write: Callable[[Path], None], receipts=None) -> Mutant:
        return Mutant(f"{self.name}: {label}", write, self.told, receipts)

    def with_members(self, label: str, members: Callable[[], dict[str, bytes]]) -> Mutant:
        """A mutant with other members and an index made anew."""
        return self.mutant(label, lambda path: self._write(path, members()))

    def _write(self, path: Path, members: dict[str, bytes]) -> None:
        self.world.write(path, self.told.edition, members)

    def with_bytes(self, label: str, data: Callable[[], bytes]) -> Mutant:
        """A mutant of the zip file itself."""
        return self.mutant(label, lambda path: path.write_bytes(data()) and None)

    def with_index(self, label: str, index: Callable[[], object]) -> Mutant:
        """A mutant with another index.json and the members as they are."""

        def write(path: Path) -> None:
            rows = [("index.json", canonical.encode(index())), *sorted(self.members.items())]
            container.write(path, rows)

        return self.mutant(label, write)


def drawn() -> Told:
    """A lot whose panel was drawn in two rounds, with an expert excluded."""
    return Told(relogged.RecordedDraw(DRAWN).play_draw((1, 0), excluded=("person 1",)))


def awarded() -> Told:
    """A lot that was evaluated and awarded to the first candidate, which gave up; the next was awarded and reported."""
    return Told(relogged.RecordedAward().reported().followed())


def flip(data: bytes, at: int, mask: int) -> bytes:
    """One byte changed."""
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def member_bytes(base: Base) -> Iterator[Mutant]:
    """Bytes of every member changed, cut, grown, emptied, given another's content; members missing."""
    names = sorted(base.members)
    for name in names:
        data = base.members[name]
        for n in range(8):
            at, mask = pick(f"{base.name}{name}{n}", len(data)), 1 << pick(f"{name}{n}", 7)
            yield base.with_members(
                f"{name} byte {at} mask {mask}",
                lambda name=name, data=data, at=at, mask=mask: base.members | {name: flip(data, at, mask)},
            )
        for label, new in (
            ("a byte less", data[:-1]),
            ("half", data[: len(data) // 2]),
            ("empty", b""),
            ("a byte more", data + b"\0"),
            ("a line more", data + b"\n"),
        ):
            yield base.with_members(f"{name} {label}", lambda name=name, new=new: base.members | {name: new})
        if not neutral(name, "removed") and not _last(names, name):
            yield base.with_members(f"{name} removed", lambda name=name: _without(base, name))
        other = names[(names.index(name) + 1) % len(names)]
        if other.split("/")[0] == name.split("/")[0] and base.members[other] != data:
            yield base.with_members(
                f"{name} and {other} swapped",
                lambda name=name, other=other: (
                    base.members | {name: base.members[other], other: base.members[name]}
                ),
            )


def _last(names: list[str], name: str) -> bool:
    """Whether this is the last event of a chain that may lack it."""
    room = name.split("/", maxsplit=1)[0]
    return room in LAST and name == max(other for other in names if other.startswith(room + "/"))


def _without(base: Base, name: str) -> dict[str, bytes]:
    """Members without one; those of a numbered room move up."""
    members = {key: data for key, data in base.members.items() if key != name}
    room = name.split("/", maxsplit=1)[0]
    if room not in ("chain", "keys", "checkpoints", "draw", "eval", "award"):
        return members
    numbered = [members.pop(key) for key in sorted(members) if key.startswith(room + "/")]
    return members | {f"{room}/{n:06d}.json": data for n, data in enumerate(numbered)}


def zip_bytes(base: Base) -> Iterator[Mutant]:
    """Header bits; bytes of members under the old index and CRC; the file cut, grown, with something before it."""
    for label, at, mask in changes.header_flips(base.zip):
        yield base.with_bytes(label, lambda at=at, mask=mask: flip(base.zip, at, mask))
    for n in range(60):
        at = pick(f"{base.name} zip {n}", len(base.zip) // 2)
        if base.zip[max(0, at - 60) : at + 60].find(b"PK") < 0:
            yield base.with_bytes(f"zip byte {at}", lambda at=at: flip(base.zip, at, 16))
    for n in (1, 21, 22, 400, len(base.zip) // 2, len(base.zip) - 1):
        yield base.with_bytes(f"{n} bytes cut off", lambda n=n: base.zip[:-n])
    yield base.with_bytes("a byte before", lambda: b"\0" + base.zip)
    yield base.with_bytes("a byte behind", lambda: base.zip + b"\0")


def values(base: Base) -> Iterator[Mutant]:
    """Every value of every JSON member changed, index made anew; then the index itself."""
    for name in sorted(base.members):
        named_by_hash = name.startswith("drawn/")  # any change is another name; `papers` changes them before
        if name.endswith(".json") and name != "method.json" and not named_by_hash:
            value = canonical.decode(base.members[name], TEXT_LIMIT)
            for label, keys, what in changes.json_changes(value):
                if not neutral(name, label):
                    yield base.with_members(
                        f"{name} {label}",
                        lambda name=name, value=value, keys=keys, what=what: (
                            base.members | {name: _loose(changes.changed(value, keys, what))}
                        ),
                    )
    for label, keys, what in changes.json_changes(base.index):
        yield base.with_index(
            f"index.json {label}", lambda keys=keys, what=what: changes.changed(base.index, keys, what)
        )
    for at, receipt in enumerate(base.told.receipts):
        for label, keys, what in changes.json_changes(json.loads(receipt)):
            if neutral(f"receipt {at}", label):
                continue
            yield base.mutant(
                f"receipt {at} {label}",
                lambda path: path.write_bytes(base.zip) and None,
                (_loose(changes.changed(json.loads(receipt), keys, what)),),
            )


def neutral(name: str, label: str) -> bool:
    """Whether the specification lets a bundle say this otherwise."""
    return any(re.fullmatch(where, name) and re.fullmatch(what, label) for where, what, _ in NEUTRAL)


def _loose(value: object) -> bytes:
    """Sorted and tight, even where the value is outside the profile."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed_again(base: Base) -> Iterator[Mutant]:
    """Bodies changed and signed again by those who signed before; the leaf stays, or everything is logged anew."""
    for position, event in enumerate(base.world.events):
        signers = relogged.signers_of(base.world, event)
        for label, keys, what in changes.json_changes(event["body"]):
            if relogged.neutral(event["kind"], label):
                continue
            name = f"{event['kind']} {position} {label}"

            def body(event=event, keys=keys, what=what):
                return changes.changed(event["body"], keys, what)

            yield base.with_members(
                f"{name}, signed again",
                lambda event=event, body=body, signers=signers: relogged.resigned(
                    base.world, event, body(), signers
                ),
            )
            yield base.with_members(
                f"{name}, logged again",
                lambda position=position, body=body, signers=signers: relogged.logged_again(
                    base.world, position, body(), signers
                ),
            )


PAPERS = ("pool", "exclusions", "problem", "plan", "plan of round 1")
NEUTRAL_PAPERS = {
    "exclusions": r".*/(evidence|reason) .*",  # why somebody is out is for those who read the papers to judge
    "problem": r"(?!/experts).*|.* (with a member more|turned round)",  # other rules; what is ignored; no order
    "plan": r"/certificate/cuts.*",  # other cuts may prove the same: tests/js/test_lottery_node.py looks at them
    "plan of round 1": r"/certificate/cuts.*",
}


class Forger(DrawWorld):
    """A platform which commits to one bent paper and goes on with it as if it were the right one."""

    def bend(self, place: int, keys: tuple, what: tuple) -> Forger:
        """Bend the paper made at this place in the order of `PAPERS`."""
        self.bent, self.made = (place, keys, what), 0
        return self

    def paper(self, data: bytes) -> str:
        """Keep a paper, bent if it is the one; its hash."""
        place, keys, what = self.bent
        self.made += 1
        if self.made - 1 == place:
            data = _loose(changes.changed(canonical.decode(data, TEXT_LIMIT), keys, what))
        return super().paper(data)


@cache
def opened_forger() -> Forger:
    """Its lot opened, and nothing drawn yet: what no paper of a draw can change."""
    return Forger(DRAWN).play(3)


def papers(base: Base) -> Iterator[Mutant]:
    """Each paper of a draw changed before anybody signed, so that signatures, names and seeds all fit it."""
    if base.name != DRAWN:
        return
    head = base.world.draw["body"]
    rounds = [event["body"] for event in base.world.events if event["kind"] == "draw-round"]
    named = [
        head["pool"]["rows"],
        head["exclusions"]["rows"],
        head["problem"],
        head["plan"],
        rounds[0]["plan"],
    ]
    for place, (what, digest) in enumerate(zip(PAPERS, named, strict=True)):
        value = canonical.decode(base.members[f"drawn/{digest}.json"], TEXT_LIMIT)
        for label, keys, change in changes.json_changes(value):
            if not re.fullmatch(NEUTRAL_PAPERS.get(what, ""), label):
                yield forged(f"{what} {label}", place, keys, change)


def forged(label: str, place: int, keys: tuple, change: tuple) -> Mutant:
    """One mutant of a paper; the world is played when it is written, for its anchors know the forged header."""

    def told() -> Told:
        world = opened_forger().copy().bend(place, keys, change)
        return Told(world.play_draw((1, 0), excluded=("person 1",)))

    later = Later(told)
    return Mutant(f"{DRAWN}: {label}", later.write, later)


class Later:
    """A `Told` which is told when it is asked for."""

    def __init__(self, tell: Callable[[], Told]) -> None:
        self._tell = cache(tell)
        self.receipts: list[bytes] = []

    def anchors_bytes(self) -> bytes:
        """The anchors of what is told."""
        return self._tell().anchors_bytes()

    def write(self, path: Path) -> None:
        """The bundle of what is told."""
        self._tell().write(path)


DRAWN, AWARDED = "drawn", "awarded"
PLAYED: dict[str, Callable[[], Told]] = {DRAWN: drawn, AWARDED: awarded}
FAMILIES = (member_bytes, zip_bytes, values, signed_again)
BASES = ("honest-with-factor", "honest-two-envelopes", DRAWN, AWARDED)


def mutants(folder: Path, each: int | None = None) -> Iterator[Mutant]:
    """All mutants of the bases, or `each` of every family."""
    for name in BASES:
        base = Base(name, folder)
        for family in (*FAMILIES, papers) if name == DRAWN else FAMILIES:
            found = list(family(base))
            yield from found if each is None else sample(found, each, lambda mutant: mutant.name)


def write_all(folder: Path, count: int) -> None:
    """Write `count` mutants and list.json."""
    each = -(-count // (len(BASES) * len(FAMILIES)))
    rows = []
    bases = Path(tempfile.mkdtemp(prefix="bases"))
    for number, mutant in enumerate(mutants(bases, each)):
        place = folder / f"{number:05d}"
        place.mkdir(parents=True, exist_ok=True)
        mutant.write(place / "bundle.zip")
        (place / "anchors.json").write_bytes(mutant.told.anchors_bytes())
        for at, receipt in enumerate(mutant.given(), start=1):
            (place / f"receipt-{at}.json").write_bytes(receipt)
        receipts = [f"{place.name}/{path.name}" for path in sorted(place.glob("receipt-*.json"))]
        rows.append(
            {
                "name": mutant.name,
                "bundle": f"{place.name}/bundle.zip",
                "anchors": f"{place.name}/anchors.json",
                "receipts": receipts,
            }
        )
    shutil.rmtree(bases)
    (folder / "list.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write mutants of honest bundles.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    write_all(options.out, options.count)
