"""Checks V21 to V24 over the draws of a bundle (docs/protocol.md, sections 10 and 15; amendments A19 to A24).

Each check takes the draws and gives one line of evidence, or raises ProtocolError naming object and evidence. Without
a draw each says so: whether there should be one, the anchors say (V21).
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from protocol import bodies, canonical, checks_log, dsse
from protocol.draw import objects, panels, releasing
from protocol.draw.case import Draw, Draws
from protocol.errors import BadContent, ProtocolError
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
        end = draw.first("draw-end")
        for event in (*draw.signed(), *draw.of("contribution")):
            late = end is not None and event.leaf > end.leaf
            if late and event.kind not in ("draw-reveal", "draw-event"):
                raise ProtocolError("something was logged under a draw after its end", obj=event.name)


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
    for org in draw.missing():
        raise ProtocolError("a required contribution is missing or late", obj=draw.name, evidence=org)
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
        found = None
        for j in draw.rounds:
            results = draw.of("draw-result", j)
            if len(results) > 1:
                raise ProtocolError("a second result for a round", obj=results[1].name)
            if not results:
                _undecided(draw, j)
                found = None
                continue
            found, said, head = draw.outcome(j), results[0].body, draw.round_event(j)
            if head is None or said["round"] != head.ev:
                raise ProtocolError("a result names another header of its round", obj=results[0].name)
            if [said["in"], said["out"], said["bad"]] != [found.inside, found.out, found.bad]:
                raise ProtocolError(
                    "a result counts other contributions than the commits and shares give",
                    obj=results[0].name,
                )
            rounds += 1
        end = draw.first("draw-end")
        if end and found and end.body["missing"]:
            raise ProtocolError("somebody is blamed for a round that was decided", obj=end.name)
        if end and found and (end.body["cause"] == "contributors") != (found.seed is None):
            raise ProtocolError(
                "the end and the last round disagree on whether contributions sufficed", obj=end.name
            )
    return f"{rounds} rounds" if draws.all else NONE


def _undecided(draw: Draw, j: int) -> None:
    """A round without a result goes on, or it has ended since its officers' releases give none in time (A23, A25),
    or since somebody who must contribute had not by T_close (A20).
    """
    end, head, until = draw.first("draw-end"), draw.round_event(j), draw.round_end(j)
    if end is None:
        return
    if end.body["cause"] == "contributors":
        _uncontributed(draw, end)
        return
    if end.body["cause"] != "officers" or j != draw.rounds[-1] or head is None:
        raise ProtocolError("the draw ended with a round undecided", obj=f"{draw.name}, round {j}")
    for org in draw.missing():
        raise ProtocolError("officers are blamed who could not be asked", obj=end.name, evidence=org)
    if until is None or not draw.case.clock.reached(until, head.leaf, end.leaf):
        raise ProtocolError("the draw ended before the time of its officers was over", obj=end.name)
    opened = draw.opened(j)
    given = [event.body["officer"] for event in draw.of("draw-release", j)]
    if releasing.absent(draw.header, given, opened) != end.body["missing"]:
        raise ProtocolError("the end names other officers than those who did not release", obj=end.name)
    try:
        draw.outcome(j)
    except BadContent:
        return
    raise ProtocolError("the draw ended although t releases decide the round", obj=end.name)


def _uncontributed(draw: Draw, end: Event) -> None:
    """An end for want of a required contribution: T_close had passed, nobody was asked, and it names exactly these."""
    if draw.of("draw-commit") or draw.rounds != [0]:
        raise ProtocolError("contributors are blamed although officers were asked", obj=end.name)
    if not draw.case.clock.reached(draw.close_at, draw.event.leaf, end.leaf):
        raise ProtocolError("the draw ended before T_close for want of contributions", obj=end.name)
    absent = draw.absent()
    if not absent or end.body["missing"] != absent:
        raise ProtocolError(
            "the end names others than those who did not contribute",
            obj=end.name,
            evidence=", ".join(draw.missing()),
        )


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
    """The gateway's key: the one of the header, revealed at T_reveal and after the last release."""
    reveal, key = draw.first("draw-reveal"), draw.gateway
    if reveal is None or key is None:
        return
    if releasing.public(key) != draw.header["gateway"]:
        raise ProtocolError("the key revealed is not the gateway's", obj=draw.name)
    end = draw.first("draw-end")
    for kind in ("draw-commit", "draw-release", "draw-result", "draw-round", "draw-event"):
        if any(reveal.leaf < event.leaf and not (end and end.leaf < event.leaf) for event in draw.of(kind)):
            raise ProtocolError("the gateway's key was revealed while the draw went on", obj=reveal.name)
    if not draw.case.clock.reached(draw.reveal_at, draw.event.leaf, reveal.leaf):
        raise ProtocolError("the gateway's key was revealed before its time", obj=reveal.name)


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
    votes = draw.votes(j, releases[0].leaf)
    if not releasing.releasable(draw.header, votes, draw.contributions):
        raise ProtocolError("shares were handed over before enough commits settled what counts", obj=place)
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
    gone = (e.kind == "draw-event" and end.leaf < e.leaf < after.event.leaf for e in before.draws.chain)
    if end.body["outcome"] == "complete" and not any(gone):
        raise ProtocolError("a complete panel was drawn again", obj=after.event.name)
    if header["cause"] not in (end.body["cause"], "order"):
        raise ProtocolError("a later draw gives another cause than the end before it", obj=after.event.name)


CHECKS: dict[str, Any] = {"V21": v21, "V22": v22, "V23": v23, "V24": v24}
