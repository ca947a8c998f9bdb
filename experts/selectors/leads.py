"""Leads for who supervises or audits: rows out of revealed draws and finished evaluations, experts under lead codes.

What goes in is what the log holds: the published plan of each round and who it drew, the members' sheets as shown.
Nothing of a lot goes in before its draw is opened to everybody. Names stay with the keeper of the pool: a lead names
an expert by a code that follows from the pool's key, which the keeper finds on the record and the expert is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from accounts.actors import Actor
from accounts.models import Person
from accounts.states import Role
from bidding.selectors.chains import LotChain
from experts.models import Draw, Epoch
from experts.policies import may_read_leads
from experts.pool_keys import PoolKey
from experts.rules.analytics import CallRow, DrawRow, OtherPoints, Report, ScoreRow, find_leads, thresholds
from experts.rules.analytics.draws import Joint
from experts.rules.analytics.joint import joint_chances
from experts.selectors.draws import opened_seat, paper, posed, revealed
from experts.selectors.leads_around import around_rows, member_codes
from kernel.policies import require
from ledger import selectors as ledger
from ledger.models import Entry
from protocol import canonical
from protocol.draw import case, panels, plan, pool
from protocol.evaluation import objective_points
from protocol.evaluation_method import Method
from protocol.evaluation_price import evaluated_price, price_scores
from protocol.hashing import sha256
from trading.models import Lot
from trading.rules.counting import local_day
from trading.selectors.methods import method_in

BESIDE = ("lot__tender__project__owner", "epoch", "request", "header_entry")
PERSON = 36
"""Letters of a person in the ledger; the platform's own name is shorter."""
REPORT, FACTS, PANEL, SHEET = "evaluation-report", "evaluation-facts", "panel", "score-sheet"


@dataclass(frozen=True)
class LeadsPage:
    """The report with what it was made from: how many rounds, tenders and operators."""

    report: Report
    rounds: int
    tenders: int
    operators: int


def leads_page(actor: Actor, key: PoolKey) -> LeadsPage:
    """Every lead in the lots the actor supervises, or in all of them for an auditor."""
    require(may_read_leads(actor))
    lots = list(lots_seen(actor))
    draws = list(revealed(lots).select_related(*BESIDE))
    played, limits = list(played_rounds(draws, key)), thresholds()
    rows, calls = list(draw_rows(played)), list(call_rows(draws))
    scores = [row for lot in lots for row in score_rows(lot, member_codes(lot, key))]
    judged = [lot for lot in lots if evaluation(lot)]
    others = [row for lot in lots for row in other_points(lot)]
    report = find_leads(
        draws=rows,
        calls=calls,
        scores=scores,
        others=others,
        joint=joint_of(played, limits.joint_samples),
        limits=limits,
        around=around_rows(draws, judged, key, limits.late_hours),
    )
    return LeadsPage(
        report,
        len({row.draw for row in rows}),
        len({row.tender for row in scores}),
        len({row.operator for row in calls}),
    )


def lots_seen(actor: Actor) -> Iterable[Lot]:
    """The lots whose leads somebody may see: of the projects it supervises; an auditor's are all."""
    rows = Lot.objects.exclude(policy="").select_related("tender__project").order_by("pk")
    if Role.AUDITOR in actor.roles:
        return rows
    return rows.filter(tender__project__supervisor=actor.organisation)


@dataclass(frozen=True)
class Played:
    """A decided round: its plan, who was drawn, and the lead code of everybody, by eid."""

    name: str
    made: plan.Plan
    codes: Mapping[str, str]
    seated: frozenset[str]
    owner: str
    fresh: frozenset[str]


def played_rounds(draws: Sequence[Draw], key: PoolKey) -> Iterator[Played]:
    """Every decided round, its plan as the header committed to it."""
    for _lot, serials in groupby(draws, key=lambda draw: draw.lot_id):
        standing = panels.Standing()
        for draw in serials:
            codes = lead_codes(draw.header["pool"]["epoch"], key)
            problem_, fresh = posed(draw), fresh_in(draw, key)
            owner = draw.lot.tender.project.owner.code
            for row in draw.rounds.select_related("head").order_by("j"):
                seats = list(row.seats.order_by("seat"))
                if row.result_id is None or not seats:
                    continue
                stated = canonical.decode(paper(draw, row.head.body["plan"]), case.PAPER_LIMIT)
                made = plan.of_certificate(panels.next_round(problem_, standing), stated["certificate"])
                opened = {bytes.fromhex(seat.seat): opened_seat(seat, draw) for seat in seats}
                name = f"{draw.lot.number} {draw.serial}/{row.j}"
                seated = frozenset(one.id for one in opened.values())
                yield Played(name, made, codes, seated, owner, fresh)
                standing.seats |= opened
                standing.codes |= {bytes.fromhex(seat.seat): seat.code for seat in seats}


def draw_rows(played: Iterable[Played]) -> Iterator[DrawRow]:
    """Every expert of the problem in every decided round: the probability of its plan, and whether it was drawn."""
    for one in played:
        for eid, p in one.made.probabilities().items():
            code, drawn = one.codes.get(eid, eid[:10]), eid in one.seated
            yield DrawRow(one.name, code, float(p), drawn, one.owner, eid in one.fresh)


def joint_of(played: Iterable[Played], samples: int) -> Joint:
    """What chance the plans gave couples of lead codes to sit together; the seed is the plan's own hash."""
    by_name = {one.name: one for one in played}

    def joint(name: str, asked: frozenset[tuple[str, str]]) -> Mapping[tuple[str, str], float]:
        one = by_name[name]
        named = {one.codes.get(eid, eid[:10]): eid for eid in one.made.probabilities()}
        couples = {(named[a], named[b]): (a, b) for a, b in asked}
        chances = joint_chances(one.made, sha256(panels.stated(one.made)), samples, couples)
        return {couples[couple]: chance for couple, chance in chances.items()}

    return joint


def lead_codes(epoch: int, key: PoolKey) -> dict[str, str]:
    """The lead code of everybody in an epoch, by eid."""
    row = Epoch.objects.get(number=epoch)
    secret = key.epoch(bytes.fromhex(row.nonce))
    people = row.members.values_list("expert_id", flat=True)
    return {pool.eid(secret, pk.bytes).hex(): key.lead_code(pk.bytes) for pk in people}


def fresh_in(draw: Draw, key: PoolKey) -> frozenset[str]:
    """The eids of those who at the beginning of a draw had been drawable for no more days than the pack says."""
    epoch = Epoch.objects.get(number=draw.header["pool"]["epoch"])
    secret = key.epoch(bytes.fromhex(epoch.nonce))
    first = (local_day(draw.begun_at) - timedelta(days=thresholds().fresh_days)).isoformat()
    came = epoch.members.filter(attributes__since__gt=first).values_list("expert_id", flat=True)
    return frozenset(pool.eid(secret, pk.bytes).hex() for pk in came)


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
