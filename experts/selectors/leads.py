"""Rows of the leads: out of revealed draws and finished evaluations, lot by lot, experts under lead codes.

What goes in is what the log holds: the published plan of each round and who it drew, the members' sheets as shown.
Nothing of a lot goes in before its draw is opened to everybody. Names stay with the keeper of the pool: a lead names
an expert by a code that follows from the pool's key, which the keeper finds on the record and the expert is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from accounts.models import Person
from bidding.selectors.chains import LotChain
from experts.models import Draw
from experts.pool_keys import PoolKey
from experts.rules.analytics import (
    Around,
    CallRow,
    KeptDraw,
    OtherPoints,
    Report,
    ScoreRow,
    Thresholds,
    find_leads,
    joined,
    packed,
)
from experts.selectors.leads_around import Judged, around_rows, member_codes
from ledger import selectors as ledger
from ledger.models import Entry
from protocol import canonical
from protocol.evaluation import objective_points
from protocol.evaluation_method import Method
from protocol.evaluation_price import evaluated_price, price_scores
from protocol.hashing import sha256
from trading.models import Lot
from trading.selectors.methods import method_in

PERSON = 36
"""Letters of a person in the ledger; the platform's own name is shorter."""
REPORT, FACTS, PANEL, SHEET = "evaluation-report", "evaluation-facts", "panel", "score-sheet"


@dataclass(frozen=True)
class LotRows:
    """Everything one lot gives to the leads; ``digest`` is the hash of it all."""

    draws: Sequence[KeptDraw]
    calls: Sequence[CallRow]
    scores: Sequence[ScoreRow]
    others: Sequence[OtherPoints]
    around: Around
    digest: bytes


def lot_rows(lot: Lot, draws: Sequence[tuple[Draw, KeptDraw]], key: PoolKey, limits: Thresholds) -> LotRows:
    """The rows of one lot; ``draws`` are those opened to everybody, with what is kept of them."""
    kept = [one for _draw, one in draws]
    calls = list(call_rows([draw for draw, _kept in draws]))
    scores, others = list(score_rows(lot, member_codes(lot, key))), list(other_points(lot))
    around = around_rows(lot, draws, judged(lot), key, limits.late_hours)
    told = [[sha256(packed(one)).hex() for one in kept], repr((calls, scores, others, around))]
    return LotRows(kept, calls, scores, others, around, sha256(canonical.encode([lot.number, *told])))


def report_of(rows: Iterable[LotRows], limits: Thresholds) -> Report:
    """Every family of leads over the rows of some lots."""
    own = list(rows)
    rounds = {one.name: one for row in own for draw in row.draws for one in draw.rounds}
    return find_leads(
        draws=[row for one in rounds.values() for row in one.rows()],
        calls=[row for one in own for row in one.calls],
        scores=[row for one in own for row in one.scores],
        others=[row for one in own for row in one.others],
        joint=lambda name, asked: rounds[name].joint(asked),
        limits=limits,
        around=joined(one.around for one in own),
    )


def counts_of(rows: Iterable[LotRows]) -> dict[str, int]:
    """What was looked at: rounds of draws, evaluations, operators."""
    own = list(rows)
    return {
        "rounds": sum(len(draw.rounds) for row in own for draw in row.draws),
        "tenders": sum(bool(row.scores) for row in own),
        "operators": len({call.operator for row in own for call in row.calls}),
    }


def call_rows(draws: Sequence[Draw]) -> Iterator[CallRow]:
    """For each draw, who began it, how many seats it drew, and how many of them nobody took."""
    begun = {draw.pk: operator_of(draw) for draw in draws}
    known = Person.objects.filter(pk__in={who for who in begun.values() if who})
    names = {str(pk): name for pk, name in known.values_list("pk", "name")}
    for draw in draws:
        codes = [code for row in draw.rounds.all() for code in row.seats.values_list("code", flat=True)]
        who = begun[draw.pk]
        if who and codes:
            again = sum(code != "accepted" for code in codes)
            number, rounds = f"{draw.lot.number} {draw.serial}", draw.rounds.count()
            yield CallRow(number, names.get(who, who[:8]), len(codes), again, rounds)


def operator_of(draw: Draw) -> str:
    """The person who began a draw, as the ledger holds it; empty for the platform."""
    subject = f"{draw.lot.number}/draw/{draw.serial}"
    for entry in Entry.objects.filter(kind="record", at=draw.begun_at):
        if entry.body["name"] == "draw-begun" and entry.body["subject"] == subject:
            who = str(entry.body["actor"]).partition("@")[0]
            return who if len(who) == PERSON else ""
    return ""


def evaluation(lot: Lot) -> dict[str, list[Entry]]:
    """The events of a lot's evaluation by kind; empty before its report stands in the log."""
    found: dict[str, list[Entry]] = {}
    for entry in ledger.chain_entries(f"{lot.tender_id}/{lot.code}/eval"):
        found.setdefault(entry.kind, []).append(entry)
    return found if REPORT in found else {}


def judged(lot: Lot) -> Judged | None:
    """When the report of a lot stood, and who it puts first; None before it stands."""
    events = evaluation(lot)
    if not events:
        return None
    report, bidders = events[REPORT][-1], bidders_by_bid(lot)
    first = [row["bid"] for row in report.body["ranking"] if row["rank"] == 1]
    return Judged(report.at.timestamp(), bidders.get(first[0], "") if len(first) == 1 else "")


def score_rows(lot: Lot, codes: Mapping[int, str] | None = None) -> Iterator[ScoreRow]:
    """The last sheet of every seat, mark by mark, on the bids that were not rejected.

    ``codes`` are lead codes by seat: the log's reference of a member is another one in every lot.
    """
    events, method = evaluation(lot), method_in(lot.method)
    if not events or method is None:
        return
    members = events[PANEL][-1].body["members"]
    people = {row["seat"]: row["person"][:10] for row in members} | dict(codes or {})
    seats = {row["seat"] for row in members}
    last = {entry.body["seat"]: entry.body for entry in events.get(SHEET, []) if entry.body["seat"] in seats}
    bidders, out = bidders_by_bid(lot), rejected(events)
    for seat, body in sorted(last.items()):
        for row in body["rows"]:
            for criterion, mark in row["marks"] if row["bid"] not in out else ():
                most = float(method.most(criterion))
                bidder = bidders.get(row["bid"], row["bid"][:10])
                yield ScoreRow(lot.number, people[seat], bidder, criterion, float(mark), most)


def other_points(lot: Lot) -> Iterator[OtherPoints]:
    """What the price gives each bid that was not rejected, by the method's own arithmetic."""
    events, method = evaluation(lot), method_in(lot.method)
    if not events or method is None or method.lowest:
        return
    facts, out, bidders = events[FACTS][-1].body, rejected(events), bidders_by_bid(lot)
    valid = {row["bid"]: row for row in facts["bids"] if row["bid"] not in out}
    for bid, points in points_beside(method, valid, lot, facts["coefficient"]).items():
        yield OtherPoints(lot.number, bidders.get(bid, bid[:10]), points)


def points_beside(
    method: Method, valid: Mapping[str, Mapping[str, Any]], lot: Lot, coefficient: str | None
) -> dict[str, float]:
    """Price and objective points by bid."""
    prices = {bid: evaluated_price(method, row)[0] for bid, row in valid.items()}
    ceiling = Fraction(lot.ceiling) if lot.ceiling is not None else None
    drawn = Fraction(coefficient) if coefficient is not None else None
    _base, scored = price_scores(method, prices, ceiling, drawn)
    score = method.stages["score"]
    return {
        bid: float(
            scored[bid][0]
            + sum(score(objective_points(method.nodes[name]["formula"], q)) for name, q in row["quantities"])
        )
        for bid, row in valid.items()
    }


def rejected(events: Mapping[str, Sequence[Entry]]) -> frozenset[str]:
    """The bids the panel rejected."""
    return frozenset(entry.body["bid"] for entry in events.get("rejection", ()))


def bidders_by_bid(lot: Lot) -> dict[str, str]:
    """The organisation code behind each bid of a lot."""
    return {event.ev: str(event.body["org"]) for event in LotChain(lot).of("bid")}
