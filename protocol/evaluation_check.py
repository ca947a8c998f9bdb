"""V25: scores, ranking and candidates recomputed from the evaluation's chain alone (docs/protocol.md, section 16.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from protocol import canonical
from protocol.errors import ProtocolError
from protocol.evaluation import Result, V, input_digest, recompute
from protocol.evaluation_blind import check_labels
from protocol.evaluation_method import Method, bound_method
from protocol.evaluation_rank import drawn
from protocol.events import Event
from protocol.hashing import sha256


@dataclass(frozen=True)
class Opened:
    """What the opening gave: T, H of what envelope 0 held by bid (bids that are evaluated), place of the draw, end."""

    policy: str
    plains: Mapping[str, str]
    seeds: Mapping[str, Any]
    end: int
    ceiling: str | None


def _refuse(sentence: str, event: Event | str, evidence: str = "") -> NoReturn:
    name = event if isinstance(event, str) else event.name
    raise ProtocolError(sentence, check="V25", obj=name, evidence=evidence)


def check_evaluation(chain: Sequence[Event], opened: Opened, method: bytes, drawn_by: str = "") -> Result:
    """Recompute what the report in force says, and give the result; ProtocolError (V25) names what differs.

    `chain` are the events of the evaluation by leaf, their forms, signatures and places checked already; `drawn_by`
    names an event of a draw of the lot, if there is one.
    """
    for event in chain:
        if event.leaf < opened.end:
            _refuse("the evaluation begins before the opening has ended", event)
        if not event.withheld and event.body["policy"] != opened.policy:
            _refuse("an event of the evaluation is of another policy", event)
    panel, report, facts = (_in_force(chain, k) for k in ("panel", "evaluation-report", "evaluation-facts"))
    for event in chain[chain.index(report) + 1 :]:
        if event.kind not in ("report-sign", "report-silence"):
            _refuse("the panel went on after its report", event)
    _seats(chain)
    _sent([event for event in chain if event.kind == "panel"])
    _named(chain, drawn_by)
    if (report.body["panel"], report.body["facts"]) != (panel.ev, facts.ev):
        _refuse("the report is not of the panel and the facts in force", report)
    rules = bound_method(method)
    _facts(facts, opened, rules)
    rejections = _rejections(chain)
    valid = opened.plains.keys() - {event.body["bid"] for event in rejections}
    sheets = _sheets(chain, panel, report, facts) if valid and rules.of_kind("judged") else {}
    check_labels(chain, opened.plains, judged=bool(sheets))
    listed = {"sheets": [event.ev for event in sheets.values()], "rejections": [e.ev for e in rejections]}
    for name, evs in listed.items():
        if report.body[name] != sorted(set(evs)):
            _refuse(f"the report leaves out {name}, or lists what does not count", report)
    result = _recomputed(rules, facts, sheets, rejections, (report, opened))
    _stances(chain, panel, report)
    return result


def _in_force(chain: Sequence[Event], kind: str) -> Event:
    """The last of its kind; each names the one it replaces, so that none is left out of sight."""
    before, found = None, [event for event in chain if event.kind == kind]
    for event in found:
        if event.body["replaces"] != before:
            _refuse(f"a second {kind} which does not replace the first", event)
        before = event.ev
    if not found:
        _refuse(f"the evaluation has no {kind}", "eval")
    return found[-1]


def _seats(chain: Sequence[Event]) -> None:
    """A seat keeps its person and key for good, and no person or key has two seats (条例 48)."""
    held: dict[int, tuple[str, str]] = {}
    for event in chain:
        for row in event.body["members"] if event.kind == "panel" else ():
            mine = (row["person"], row["sig_key"])
            others = [set(pair) for seat, pair in held.items() if seat != row["seat"]]
            if held.setdefault(row["seat"], mine) != mine or any(set(mine) & pair for pair in others):
                _refuse("a seat changes hands, or somebody has two", event, str(row["seat"]))


def _sent(panels: Sequence[Event]) -> None:
    """Whom the owner sends after its first panel is a substitute, and it never sends more (法 37)."""
    sent = [
        [row for row in event.body["members"] if row["kind"] in ("owner", "substitute")] for event in panels
    ]
    first = {row["seat"] for row in sent[0] if row["kind"] == "owner"}
    for event, own in zip(panels, sent, strict=True):
        for row in own:
            if row["kind"] == "owner" and row["seat"] not in first:
                _refuse("a member of the owner's comes later and is no substitute", event, str(row["seat"]))
        if len(own) > len(sent[0]):
            _refuse("the owner sends more members than to its first panel", event)


def _named(chain: Sequence[Event], drawn_by: str) -> None:
    """A lot is drawn, or its experts are named on ground special: never both (条例 46, 47; 87号令 48)."""
    rows = [(event, row) for event in chain if event.kind == "panel" for row in event.body["members"]]
    if not any(row["kind"] == "special" for _event, row in rows):
        return
    if drawn_by:
        _refuse("experts are named on ground special beside a draw of the lot", drawn_by)
    for event, row in rows:
        if row["kind"] == "expert":
            _refuse("experts are named on ground special beside drawn ones", event, str(row["seat"]))


def _facts(facts: Event, opened: Opened, method: Method) -> None:
    if [row["bid"] for row in facts.body["bids"]] != sorted(opened.plains):
        _refuse("the facts are not of exactly the bids which were opened", facts)
    for row in facts.body["bids"]:
        line = row["line"].encode()
        if sha256(line).hex() != opened.plains[row["bid"]]:
            _refuse("the line is not what the bid's envelope 0 held", facts, row["bid"])
        try:
            read = canonical.decode(line)["price"]
        except (ProtocolError, KeyError, TypeError):
            read = None
        if row["correction"] == "" and read != row["price"]:
            _refuse("a price differs from the one read out, and no correction says why", facts, row["bid"])
    declared, value = method.data["coefficient"], facts.body["coefficient"]
    if declared and declared["draw"] == "derived" and value != drawn(opened.seeds, declared["values"]):
        _refuse("the coefficient is not the one the opened bids give", facts, str(value))


def _sheets(chain: Sequence[Event], panel: Event, report: Event, facts: Event) -> dict[int, Event]:
    """The last sheet of each seat of the panel in force, every one as locked, none shown before all had locked."""
    seats = [row["seat"] for row in panel.body["members"]]
    found: dict[int, Event] = {}
    locks: dict[tuple[int, int], Event] = {}
    present: list[int] = []
    for event in chain[: chain.index(report)]:
        if event.kind == "panel":
            present = [row["seat"] for row in event.body["members"]]
        if event.kind not in ("sheet-lock", "score-sheet"):
            continue
        seat, turn = event.body["seat"], event.body["round"]
        if event.kind == "sheet-lock":
            if (seat, turn) in locks or (turn > 1 and found.get(seat, event).body["round"] != turn - 1):
                _refuse("a sheet is locked twice, or a second look comes before the first", event)
            locks[seat, turn] = event
            continue
        if (seat, turn) not in locks or locks[seat, turn].body["hash"] != event.ev:
            _refuse("a sheet is not the one that was locked", event)
        if seat in found and found[seat].body["round"] >= turn:
            _refuse("a sheet is shown twice", event)
        if turn == 1 and any((other, 1) not in locks for other in present):
            _refuse("a sheet is shown before every member has locked", event)
        found[seat] = event
    for seat in seats:
        if seat not in found or (seat, found[seat].body["round"] + 1) in locks:
            _refuse("a member's sheet is missing", report, f"seat {seat}")
        if found[seat].body["facts"] != facts.ev:
            _refuse("a sheet was made on other facts", found[seat])
    return {seat: found[seat] for seat in seats}


def _rejections(chain: Sequence[Event]) -> list[Event]:
    """The rejections which stand: no rejection-void has taken them back (条例 48)."""
    found: dict[str, Event] = {}
    for event in chain:
        if event.kind == "rejection":
            found[event.ev] = event
        elif event.kind == "rejection-void" and found.pop(event.body["rejection"], None) is None:
            _refuse("a rejection is taken back which does not stand", event)
    return list(found.values())


def _recomputed(
    method: Method,
    facts: Event,
    sheets: Mapping[int, Event],
    rejections: Sequence[Event],
    pair: tuple[Event, Opened],
) -> Result:
    report, opened = pair
    value = {
        "v": V,
        "bids": [
            {k: row[k] for k in ("bid", "price", "quantities", "adjustments")} for row in facts.body["bids"]
        ],
        "sheets": [
            {
                "member": str(seat),
                "rows": event.body["rows"],
                "reasons": [[row["bid"], row["criterion"]] for row in event.body["reasons"]],
            }
            for seat, event in sheets.items()
        ],
        "rejected": [event.body["bid"] for event in rejections],
        "ceiling": opened.ceiling,
        "coefficient": facts.body["coefficient"],
        "votes": report.body["votes"],
        "seeds": opened.seeds,
    }
    result = recompute(method, value)
    ranking = [{"bid": bid, "rank": place, "value": number} for bid, place, number in result.ranking]
    said = report.body
    if said["inputs"] != input_digest(value):
        _refuse("the report was made of other inputs", report, input_digest(value))
    if said["ranking"] != ranking:
        _refuse("the ranking is not the one the sheets give", report)
    if said["candidates"] != result.candidates:
        _refuse("the candidates are not those of the ranking", report, ", ".join(result.candidates))
    if said["result"] != result.digest():
        _refuse("scores or working differ from what the sheets give", report, result.digest())
    if result.status == "tie":
        _refuse("the declared rules leave a tie open", report)
    return result


def _stances(chain: Sequence[Event], panel: Event, report: Event) -> None:
    """Every seat has signed, dissented, or is recorded as silent: once, after the report (条例 53)."""
    kinds = ("report-sign", "report-silence")
    said = [
        event.body["seat"] for event in chain if event.kind in kinds and event.body["report"] == report.ev
    ]
    if sorted(said) != [row["seat"] for row in panel.body["members"]]:
        _refuse("a member neither signs the report nor is recorded as silent, or does so twice", report)
