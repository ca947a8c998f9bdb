"""A draw told step by step in plain words, recomputed from its bundle (sentences: `replay.toml`)."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from protocol.draw import objects, panels, problem
from protocol.draw.case import Draw, Draws
from protocol.errors import ProtocolError


class Teller:
    """Says sentences of one language."""

    def __init__(self, language: str) -> None:
        text = resources.files("protocol.draw").joinpath("replay.toml").read_text("utf-8")
        self.sentences: dict[str, Any] = tomllib.loads(text)[language]
        self.held = True
        """Whether the last story could be told to its end."""

    def say(self, key: str, **filled: object) -> str:
        """One sentence."""
        return str(self.sentences[key]).format(**filled).strip()

    def counted(self, codes: Iterable[str]) -> str:
        """Codes in words, each with its number."""
        found = sorted(Counter(codes).items())
        return self.listed(f"{self.sentences['words'][code]} {number}" for code, number in found)

    def listed(self, items: Iterable[object]) -> str:
        """Items with commas."""
        return ", ".join(map(str, items)) or self.say("nobody")

    def tell(self, draws: Draws) -> Iterator[str]:
        """Every serial of a lot from its header to its end; what does not hold ends the story with its reason."""
        standing, self.held = panels.Standing(), True
        if not draws.anchored:
            yield self.say("unanchored")
        for draw in draws.all:
            try:
                before = set(standing.seats)
                panels.check(draw, standing)
                yield from self.prepared(draw)
                asked = draw.rounds if draw.of("draw-commit") or not draw.missing() else []
                for j in asked:
                    yield from self.round(draw, j, standing, before)
                yield from self.ended(draw)
            except ProtocolError as error:
                self.held = False
                yield self.say("wrong", what=f"{error.message} [{error.obj}] {error.evidence}")
                return
        yield self.say("sits", n=len(standing.accepted())) if draws.all else self.say("none")

    def prepared(self, draw: Draw) -> Iterator[str]:
        """Who asked for what, who could be drawn with which probability, who opens, what counts."""
        head, papers = draw.header, draw.draws
        posed = problem.of_value(papers.paper(head["problem"]))
        rules = self.say("cap", cap=posed.employer_cap) if posed.employer_cap else self.say("free")
        for region, (low, high) in sorted(posed.regions.items()):
            rules += " " + self.say("region", low=low, high=high, region=region)
        seats = self.listed(self.say("seat", n=n, specialty=name) for name, n in sorted(posed.seats.items()))
        yield self.say("header", serial=head["serial"], lot=head["lot"], seats=seats, rules=rules)
        if head["serial"] > 1:
            cause = self.sentences["words"][head["cause"]]
            yield self.say("after", before=head["serial"] - 1, cause=cause, kept=len(head["kept"]))
        out = papers.paper(head["exclusions"]["rows"])
        reasons = self.counted(row["reason"] for row in out)
        numbers = {"epoch": head["pool"]["epoch"], "count": head["pool"]["count"], "out": len(out)}
        yield self.say("pool", **numbers, reasons=reasons, able=len(posed.experts))
        made, levels = papers.paper(head["plan"]), Counter[int]()
        proof = made["certificate"]
        for kind in proof["kinds"]:
            levels[kind["level"]] += kind["heads"] * proof["classes"][kind["class"]]["employers"]
        for level, heads in sorted(levels.items()):
            yield self.say("level", level=made["levels"][level], heads=heads)
        who = self.listed(f"{row['i']} {row['org']}" for row in head["officers"])
        yield self.say("officers", t=head["t"], n=len(head["officers"]), who=who)
        orgs = [body["org"] for body in draw.contributions.values()]
        yield self.say("counts", n=len(orgs), who=self.listed(sorted(orgs)))
        names = {event.name for event in draw.of("contribution")}
        yield from (self.say("uncounted", what=one) for one in papers.notes if one.split(":")[0] in names)
        label = objects.attested(head, orgs)
        yield self.say(label if papers.anchored or label == "self-attested" else "unlabelled")

    def round(self, draw: Draw, j: int, standing: panels.Standing, before: set[bytes]) -> Iterator[str]:
        """One round: why it was asked, which officers acted, what was left out, who was drawn and what he said."""
        mine = {seat: found for seat, found in standing.rounds.items() if seat not in before}
        given_up = [standing.codes[seat] for seat, found in mine.items() if found < j]
        codes = self.counted(code for code in given_up if code != "accepted")
        yield self.say("asked", j=j, why=self.say("again", codes=codes) if j else self.say("first"))
        acts = {"commits": draw.of("draw-commit", j), "releases": draw.of("draw-release", j)}
        told = {name: self.listed(event.body["officer"] for event in events) for name, events in acts.items()}
        yield self.say("acts", **told)
        if not draw.of("draw-result", j):
            yield self.say("stalled")
            return
        found = draw.outcome(j)
        if gone := [draw.contributions[ev]["org"] for ev in (*found.out, *found.bad)]:
            yield self.say("left", out=self.listed(gone))
        yield self.say("seed", seed=found.seed.hex()) if found.seed else self.say("unseeded")
        people = {one.id: one for one in problem.of_value(draw.draws.paper(draw.header["problem"])).experts}
        for seat in sorted(seat for seat, of in mine.items() if of == j):
            one, code = standing.seats[seat], self.sentences["words"][standing.codes[seat]]
            named = {"specialty": one.specialty, "expert": one.id, "employer": people[one.id].employer}
            yield "  " + self.say("drawn", **named, region=people[one.id].region, code=code)

    def ended(self, draw: Draw) -> Iterator[str]:
        """How the serial ended, and who was missing."""
        end, serial = draw.first("draw-end"), draw.header["serial"]
        if end is None:
            yield self.say("running", serial=serial)
            return
        missing, who = "", end.body["missing"]
        if who and end.body["cause"] == "contributors":
            missing = self.say(
                "absent", who=self.listed(draw.header["required"][at - 1]["org"] for at in who)
            )
        elif who:
            missing = self.say("missing", who=self.listed(who))
        outcome = self.sentences["words"][end.body["cause"] or end.body["outcome"]]
        yield self.say("ended", serial=serial, outcome=outcome, missing=missing)
