"""Checks V21 to V24 over the draws of a bundle (docs/protocol.md, sections 10 and 12; amendments A19 to A24).

Each check takes the draws and gives one line of evidence, or raises ProtocolError naming object and evidence. Without
a draw each says so: whether there should be one, the anchors say (V21).
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from protocol import bodies, canonical, checks_log, dsse
from protocol.draw import contributing, objects, panels, releasing
from protocol.draw.case import Draw, Draws
from protocol.errors import ProtocolError
from protocol.events import ZERO, Event, link_of

NONE = "no draw"
PARTIES = frozenset({"owner", "platform", "supervisor"})


def v21(draws: Draws) -> str:
    """The draw chain is whole; headers are the published ones; officers and contributors are whom the rules ask for."""
    _published(draws)
    if not draws.chain:
        return NONE
    _chain(draws)
    for draw in draws.all:
        _header(draw)
        _officers(draw)
        _contributors(draw)
    return f"{len(draws.all)} headers, {sum(len(draw.contributions) for draw in draws.all)} contributions"


def _published(draws: Draws) -> None:
    place = f"{draws.case.index['tender']}/{draws.case.index['lot']}/"
    known = {name: ev for name, ev in draws.case.anchors.data["draws"].items() if name.startswith(place)}
    found = {f"{place}{draw.header['serial']}": draw.id for draw in draws.all}
    for name in sorted(known.keys() | found.keys()):
        if name not in found:
            raise ProtocolError("the bundle leaves out a draw which the anchors name", obj=f"draws.{name}")
        if known.get(name) != found[name]:
            raise ProtocolError(
                "the header of a draw is not the one published", obj=f"draws.{name}", evidence=found[name]
            )


def _chain(draws: Draws) -> None:
    prev, seen = ZERO, set()
    for event in draws.chain:
        checks_log.included(draws.case, event)
        if event.link != link_of(event.k, prev):
            raise ProtocolError("the draw chain leaves out what was logged before this event", obj=event.name)
        prev = event.value
        if event.kind == "draw-header":
            seen.add(event.ev)
        elif event.body["header"] not in seen:
            raise ProtocolError("an event names a draw the chain does not hold before it", obj=event.name)
    for draw in draws.all:
        for event in (draw.event, *draw.signed()):
            if fault := draws.fault(event, draw.header):
                raise ProtocolError(fault, obj=event.name)
        for kind in ("draw-reveal", "draw-end"):
            if len(draw.of(kind)) > 1:
                raise ProtocolError("a draw is revealed or ended twice", obj=draw.name)


def _header(draw: Draw) -> None:
    header, case = draw.header, draw.case
    if (header["tender"], header["lot"]) != (case.index["tender"], case.index["lot"]):
        raise ProtocolError("a draw of another lot", obj=draw.event.name)
    policies = [event.ev for event in case.policies if event.leaf < draw.event.leaf]
    if header["policy"] not in policies:
        raise ProtocolError("the header names no policy of the chain before it", obj=draw.event.name)
    opened = case.first_leaf("release", 0)
    if header["when"] == "after-opening" and (opened is None or draw.event.leaf < opened):
        raise ProtocolError("the header says it was made after the opening, and was not", obj=draw.event.name)
    if header["when"] == "before-opening" and (header["open"] != "none" or header["exclusions"]["count"]):
        raise ProtocolError("a header before the opening tells who has bid", obj=draw.event.name)
    low, commit = draw.header["close_at"], draw.first("draw-commit")
    for event in draw.of("draw-postpone"):
        late = commit is not None and event.leaf > commit.leaf
        if late or event.body["close_at"] <= low:
            raise ProtocolError("a draw was postponed to an earlier time, or after commits", obj=event.name)
        low = event.body["close_at"]


def _officers(draw: Draw) -> None:
    """The rules of A9, for the officers of a draw."""
    header, case, officers = draw.header, draw.case, draw.header["officers"]
    n, t, minimum = len(officers), header["t"], case.anchors.data["min_t"]
    lot = objects.lot_of(header["lot"], header["serial"])
    for seat in officers:
        named = {key: seat[key] for key in ("i", "org", "name", "person", "role", "sig_key")}
        body = {**bodies.HEADER, "tender": header["tender"], "lot": lot, **named}
        spki = dsse.verify_one("officer-cert", canonical.encode(body), seat["cert"])
        stated = case.first_stated(draw.event.leaf)
        moment = None if stated is None else stated // 1000
        if ("officer-org", seat["org"]) not in case.signers.roles_of(spki, seat["cert"], moment):
            raise ProtocolError(
                "the anchors do not know who certifies this officer", obj=f"{draw.name}, officer {seat['i']}"
            )
        wanted = {
            "tender": header["tender"],
            "lot": lot,
            "i": seat["i"],
            "pk": seat["pk"],
            "sig_key": seat["sig_key"],
        }
        if not any(
            event.kind == "officer-key"
            and event.leaf < draw.event.leaf
            and {key: event.body[key] for key in wanted} == wanted
            for event in case.keys
        ):
            raise ProtocolError(
                "no officer-key event names this key before", obj=f"{draw.name}, officer {seat['i']}"
            )
    for member in ("person", "sig_key", "pk"):
        if len({seat[member] for seat in officers}) != n:
            raise ProtocolError("two officers are one person or share a key", obj=draw.name, evidence=member)
    if t < minimum:
        raise ProtocolError(
            "fewer officers than the anchors ask for", obj=draw.name, evidence=f"{t} < {minimum}"
        )
    if minimum == 1 and t == n == 1:
        return
    org, largest = Counter(seat["org"] for seat in officers).most_common(1)[0]
    if largest >= t or not (2 <= t < n and n >= 2 * t - 1):
        raise ProtocolError(
            "t of n is outside the rule, or one organisation holds t",
            obj=draw.name,
            evidence=f"{org}: {largest}, {t} of {n}",
        )


def _contributors(draw: Draw) -> None:
    """A20: supervisor, centre and tenderer, three organisations, each with a counting contribution for every round."""
    header, case = draw.header, draw.case
    required = header["required"]
    if {row["role"] for row in required} != PARTIES or len({row["org"] for row in required}) < len(PARTIES):
        raise ProtocolError(
            "not three organisations must contribute: owner, centre, supervisor", obj=draw.event.name
        )
    for row in required:
        if not any(
            party["org"] == row["org"] and party.get("spki") == row["spki"]
            for party in case.anchors.parties(row["role"])
        ):
            raise ProtocolError(
                "the anchors do not know a required contributor", obj=draw.event.name, evidence=row["org"]
            )
    _standing(draw, draw.event, draw.first("contribution"))
    if not draw.of("draw-commit"):
        return
    given = {body["org"] for body in draw.contributions.values()}
    for row in required:
        if row["org"] not in given:
            raise ProtocolError(
                "a required contribution is missing or late", obj=draw.name, evidence=row["org"]
            )
    if not case.clock.reached(draw.close_at, draw.event.leaf, draw.of("draw-commit")[0].leaf):
        raise ProtocolError(
            "officers committed before T_close of the draw", obj=draw.of("draw-commit")[0].name
        )


def _standing(draw: Draw, head: Event, first: Event | None) -> None:
    """The head of a round stands in a checkpoint (witnessed, where anchors ask) before anything answers it."""
    if first is None:
        return
    need = checks_log.quorum_of(draw.case)
    fit = [s for s in draw.case.stated if head.leaf < s.size <= first.leaf]
    if not any(len(s.orgs) >= need for s in fit):
        raise ProtocolError("nothing shows that this stood in the log before it was answered", obj=head.name)


def v22(draws: Draws) -> str:
    """Contributions leave only by blind FAILs or proof; the seed is that of the rest; results say so (A19, A21)."""
    rounds = 0
    for draw in draws.all:
        for event in draw.of("draw-result"):
            if event.body["j"] not in draw.rounds:
                raise ProtocolError("a result for a round that was never asked", obj=event.name)
        for j in draw.rounds:
            results = draw.of("draw-result", j)
            if len(results) > 1:
                raise ProtocolError("a second result for a round", obj=results[1].name)
            if not results:
                if draw.first("draw-end"):
                    raise ProtocolError(
                        "the draw ended with a round undecided", obj=f"{draw.name}, round {j}"
                    )
                continue
            if draw.gateway is None:
                raise ProtocolError("the gateway's key is not revealed", obj=draw.name)
            found, said, head = draw.outcome(j), results[0].body, draw.round_event(j)
            if head is None or said["round"] != head.ev:
                raise ProtocolError("a result names another header of its round", obj=results[0].name)
            if [said["in"], said["out"], said["bad"]] != [found.inside, found.out, found.bad]:
                raise ProtocolError(
                    "a result counts other contributions than the commits and shares give",
                    obj=results[0].name,
                )
            rounds += 1
    return f"{rounds} rounds" if draws.all else NONE


def v23(draws: Draws) -> str:
    """Commits and releases name one header of their round, logged before; releases are as committed (A22, A23)."""
    number = 0
    for draw in draws.all:
        _keyed(draw)
        for j in range(objects.MAX_ROUNDS + 1):
            heads = [draw.event] if j == 0 else draw.of("draw-round", j)
            if len(heads) > 1:
                raise ProtocolError("a second header for a round", obj=heads[1].name)
            commits, releases = draw.of("draw-commit", j), draw.of("draw-release", j)
            if not heads and (commits or releases):
                raise ProtocolError(
                    "officers answered a round that was never asked", obj=(commits + releases)[0].name
                )
            if heads:
                _round(draw, j, heads[0], commits, releases)
                number += len(releases)
    return f"{number} releases" if draws.all else NONE


def _keyed(draw: Draw) -> None:
    key = draw.gateway
    if key is not None and releasing.public(key) != draw.header["gateway"]:
        raise ProtocolError("the key revealed is not the gateway's", obj=draw.name)


def _round(draw: Draw, j: int, head: Event, commits: list[Event], releases: list[Event]) -> None:
    place = f"{draw.name}, round {j}"
    for event in (*commits, *releases):
        if (event.body["round"], event.body["leaf"]) != (head.ev, head.leaf):
            raise ProtocolError("an officer answered another header of the round", obj=event.name)
    for events in (commits, releases):
        seats = [event.body["officer"] for event in events]
        if len(set(seats)) != len(seats):
            raise ProtocolError("an officer answered a round twice", obj=place)
    _standing(draw, head, commits[0] if commits else None)
    if not releases:
        return
    votes, t = draw.votes(j, releases[0].leaf), draw.header["t"]
    if len(votes) < min(len(draw.header["officers"]), t + 1) and not any(
        event.body["code"] == "draw-commits" for event in draw.case.of("incident")
    ):
        raise ProtocolError("shares were handed over before enough officers had committed", obj=place)
    for ev in draw.contributions:
        if not contributing.settled(draw.header, ev, votes):
            raise ProtocolError(
                "shares were handed over while a contribution was unsettled", obj=place, evidence=ev
            )
    _as_promised(draw, commits, releases)


def _as_promised(draw: Draw, commits: list[Event], releases: list[Event]) -> None:
    promised = {event.body["officer"]: event for event in commits}
    for event in releases:
        commit = promised.get(event.body["officer"])
        if commit is None or commit.leaf > event.leaf:
            raise ProtocolError("a release without a commit before it", obj=event.name)
        if draw.gateway is None:
            continue
        within, shares = releasing.open_release(event.body, draw.gateway)
        if fault := releasing.release_fault(commit.body, within, shares, draw.contributions):
            raise ProtocolError(f"a release does not hold: {fault}", obj=event.name)


def v24(draws: Draws) -> str:
    """The panel is the one which eligibility, lottery and seeds give; a decided round is never drawn again (A23)."""
    for before, after in pairwise(draws.all):
        _serial(before, after)
    standing = panels.Standing()
    for draw in draws.all:
        panels.check(draw, standing)
    return f"{len(standing.accepted())} accepted" if draws.all else NONE


def _serial(before: Draw, after: Draw) -> None:
    header = after.header
    if header["serial"] != before.header["serial"] + 1 or header["prev"] != before.id:
        raise ProtocolError("a draw does not follow the one before it", obj=after.event.name)
    end = before.first("draw-end")
    if end is None or end.leaf > after.event.leaf:
        raise ProtocolError("a second draw while the first was not ended", obj=after.event.name)
    if header["pool"] != before.header["pool"]:
        raise ProtocolError("a later draw is from another pool", obj=after.event.name)
    if end.body["outcome"] == "complete":
        raise ProtocolError("a complete panel was drawn again", obj=after.event.name)


CHECKS: dict[str, Any] = {"V21": v21, "V22": v22, "V23": v23, "V24": v24}
