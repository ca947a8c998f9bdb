"""The draws of a lot as a bundle tells them, read and held ready for the checks (docs/protocol.md, section 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from protocol import canonical, dsse
from protocol.case import Case
from protocol.draw import contributing, objects, releasing
from protocol.errors import BadContainer, BadSignature, NotCanonical, ProtocolError
from protocol.events import Event, parse_event
from protocol.hashing import sha256
from protocol.timerule import Clockwork

ROOM = "draw/"
PAPERS = "drawn/"
PAPER_LIMIT = 256 << 20


@dataclass
class Draws:
    """Everything a bundle holds of its lot's draws: the chain, and problems and plans by their hash."""

    case: Case
    chain: list[Event]
    papers: dict[str, bytes]
    notes: list[str] = field(default_factory=list)
    anchored: bool = True

    @cached_property
    def all(self) -> list[Draw]:
        """One draw for each header, by leaf."""
        return [Draw(self, event) for event in self.chain if event.kind == "draw-header"]

    def paper(self, digest: str) -> Any:
        """The problem or plan of this hash as a value; ProtocolError when the bundle has none."""
        if digest not in self.papers:
            raise ProtocolError("the bundle lacks a paper which the draw names", obj=f"{PAPERS}{digest}.json")
        return canonical.decode(self.papers[digest], PAPER_LIMIT)

    def fault(self, event: Event, header: Mapping[str, Any]) -> str:
        """Why the signatures of a draw event do not count, or "" (A9, A15)."""
        wanted, seen = objects.roles_of(event.kind, event.body), set()
        data = canonical.encode(event.body)
        moment = self.case.first_stated(event.leaf)
        try:
            for signature in event.signatures:
                spki = dsse.verify_one(event.kind, data, signature)
                seconds = None if moment is None else moment // 1000
                held = {role for role, _ in self.case.signers.roles_of(spki, signature, seconds)}
                if "officer" in wanted and seat_key(header, event.body["officer"]) == spki.hex():
                    held.add("officer")
                if not held & set(wanted) or not self.case.signers.holds(signature, seconds):
                    return f"a signature is by none of: {', '.join(wanted)}"
                seen |= held
        except BadSignature as error:
            return error.message
        missing = sorted(set(wanted) - seen)
        return f"not signed by: {', '.join(missing)}" if missing else ""


def seat_key(header: Mapping[str, Any], i: int) -> str:
    """The signing key (SPKI in hex) of an officer of the draw, or "" for a seat there is not."""
    return next((row["sig_key"] for row in header["officers"] if row["i"] == i), "")


def _named(result: Mapping[str, Any]) -> list[str]:
    return [*result["in"], *result["out"], *result["bad"]]


class Draw:
    """One serial: a header and what follows under it."""

    def __init__(self, draws: Draws, header: Event) -> None:
        """Keep the header and its place among the draws; nothing is checked yet."""
        self.draws, self.case = draws, draws.case
        self.event, self.header, self.id = header, header.body, header.ev

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"draw {self.header['serial']}"

    def of(self, kind: str, j: int | None = None) -> list[Event]:
        """Events of a kind under this header (of round `j`), by leaf."""
        return [
            event
            for event in self.draws.chain
            if event.kind == kind and event.body["header"] == self.id and (j is None or event.body["j"] == j)
        ]

    def signed(self) -> Iterator[Event]:
        """Every event under this header that somebody named by `objects.ROLES` must have signed."""
        for kind in objects.ROLES:
            if kind != "draw-header":
                yield from self.of(kind)

    def first(self, kind: str) -> Event | None:
        """The first event of a kind."""
        return next(iter(self.of(kind)), None)

    @property
    def close_at(self) -> int:
        """T_close in force, in seconds: that of the last postponement, or of the header."""
        moved = self.of("draw-postpone")
        return int(moved[-1].body["close_at"] if moved else self.header["close_at"])

    @property
    def reveal_at(self) -> int:
        """T_reveal, in seconds; a postponement beyond it moves it along."""
        return max(self.close_at, int(self.header["reveal_at"]))

    def round_end(self, j: int) -> int | None:
        """When its officers' time is over: release_s after T_close, or after its head is stated (None until it is)."""
        head = self.round_event(j)
        stated = None if head is None else self.case.first_stated(head.leaf)
        begin = self.close_at if j == 0 else stated and -(-stated // 1000)
        return None if begin is None else int(begin + self.header["release_s"])

    def missing(self) -> list[str]:
        """Required organisations without a contribution that counts."""
        given = {body["org"] for body in self.contributions.values()}
        return [row["org"] for row in self.header["required"] if row["org"] not in given]

    def absent(self) -> list[int]:
        """Their places in `required`, from 1: whom an end names that has no contributions to be drawn with."""
        return objects.places(self.header, self.missing())

    @cached_property
    def contributions(self) -> dict[str, Mapping[str, Any]]:
        """Bodies by ev: of each organisation the first that is valid and on time.

        Without anchors nobody knows when they came and who signed: those which the results name, or all.
        """
        if not self.draws.anchored:
            said = {ev for event in self.of("draw-result") for ev in _named(event.body)}
            return {e.ev: e.body for e in self.of("contribution") if e.ev in said or not said}
        return self.counted(self.case.clock, self.draws.notes)

    def counted(self, clock: Clockwork, notes: list[str]) -> dict[str, Mapping[str, Any]]:
        """The contributions that count by these statements about time; ``notes`` say why the others do not."""
        limit = clock.n(self.close_at)
        found: dict[str, Mapping[str, Any]] = {}
        for event in self.of("contribution"):
            if event.body["org"] in {body["org"] for body in found.values()}:
                continue
            if fault := "it is late" if event.leaf >= limit else self.contribution_fault(event):
                notes.append(f"{event.name}: a contribution that does not count, {fault}")
            else:
                found[event.ev] = event.body
        return found

    def contribution_fault(self, event: Event) -> str:
        """Why a contribution does not count, or ""."""
        body = event.body
        try:
            keys = [dsse.verify_one(event.kind, canonical.encode(body), row) for row in event.signatures]
        except BadSignature as error:
            return error.message
        moment = self.case.first_stated(event.leaf)
        seconds = None if moment is None else moment // 1000
        if not all(self.case.signers.holds(row, seconds) for row in event.signatures):
            return "a certificate of it does not hold"
        required = {row["org"]: row["spki"] for row in self.header["required"]}
        signature = event.signatures[0]
        if body["org"] in required:
            if keys[0].hex() != required[body["org"]]:
                return "it is not signed with the key the header names"
        elif not self._bidder(body["org"]):
            return "it is of nobody who may contribute"
        elif self.case.signers.organisation_of(keys[0], signature, event.leaf) != body["org"]:
            return "it is not signed by its organisation"
        return contributing.contribution_fault(self.header, body, keys[0])

    def _bidder(self, org: str) -> bool:
        bidders = {self.case.manifests[ev]["org"] for ev in self.case.claimed}
        return bool(self.header["open"] == "bidders" and org in bidders)

    def round_event(self, j: int) -> Event | None:
        """The object that heads round `j`: the header itself, or its draw-round."""
        return self.event if j == 0 else next(iter(self.of("draw-round", j)), None)

    @cached_property
    def rounds(self) -> list[int]:
        """The rounds that have a head, from 0."""
        return sorted({0, *(event.body["j"] for event in self.of("draw-round"))})

    def votes(self, j: int, before: int | None = None) -> list[frozenset[str]]:
        """The FAILs of each commit of a round (logged before a leaf)."""
        commits = self.of("draw-commit", j)
        return [frozenset(event.body["fails"]) for event in commits if before is None or event.leaf < before]

    @cached_property
    def gateway(self) -> bytes | None:
        """The gateway's secret key, once revealed."""
        event = self.first("draw-reveal")
        return bytes.fromhex(event.body["gateway"]) if event else None

    def opened(self, j: int) -> releasing.Opened:
        """The releases of a round read with the gateway's key; ProtocolError when it is not there, or opens one not."""
        key = self.gateway
        if key is None:
            raise ProtocolError("the gateway's key is not revealed", obj=f"{self.name}, round {j}")
        opened = {
            event.body["officer"]: releasing.open_release(event.body, key)[1]
            for event in self.of("draw-release", j)
        }
        return releasing.read(self.header, j, self.contributions, opened)

    def outcome(self, j: int) -> releasing.Outcome:
        """What the releases of a round give, recomputed; ProtocolError when they give nothing yet."""
        head, sorted_out = self.round_event(j), self.opened(j)
        if head is None:
            raise ProtocolError("the round is not there", obj=f"{self.name}, round {j}")
        for i, ev in sorted_out.wrong:
            self.draws.notes.append(f"{self.name}: officer {i} gave a wrong share of contribution {ev[:16]}")
        first = min((event.leaf for event in self.of("draw-release", j)), default=None)
        votes = self.votes(j, first)
        return releasing.outcome(
            self.header, bytes.fromhex(head.ev), j, self.contributions, votes, sorted_out
        )


def read_draws(case: Case, members: Mapping[str, bytes]) -> Draws:
    """The draw rooms of a bundle (section 7.2); NotCanonical or BadContainer names what is wrong with them."""
    names = sorted(name for name in members if name.startswith(ROOM))
    chain, papers = [], {}
    for position, name in enumerate(names):
        if name != f"{ROOM}{position:06d}.json":
            raise BadContainer(f"{name}: members of {ROOM} are not numbered from 000000", obj=name)
        chain.append(parse_event(name, members[name], objects.FORMS))
    for name in sorted(set(members) - set(names)):
        digest = sha256(members[name]).hex()
        if name != f"{PAPERS}{digest}.json":
            raise BadContainer(f"{name}: not named by its hash", obj=name)
        papers[digest] = members[name]
    if not objects.strictly_rising([event.leaf for event in chain]):
        raise NotCanonical("draw events are not by rising leaf", obj=ROOM)
    return Draws(case, chain, papers)
