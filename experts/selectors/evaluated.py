"""The opened bids of a lot as its panel works on them: lines, prices, flags, motions that stand, facts agreed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_noop as _

from bidding.models import Bid, Figure
from bidding.rules.coefficients import coefficient_drawn
from bidding.selectors.chains import LotChain
from bidding.selectors.contents import Contents
from bidding.selectors.records import bid_facts
from bidding.states import FigureKind
from experts.models import FactItem, Panel, RejectionMotion, ReviewMark
from experts.rules.packs import ReviewItem, pool_pack
from experts.rules.review import review_items
from experts.selectors.competition import competition_of
from experts.selectors.panels import majority, seated
from experts.states.panel import AskedState, MotionState
from kernel.errors import Finding, NotFound, StateConflict
from protocol.evaluation_method import Method
from protocol.evaluation_price import price_flags
from protocol.line import NotAnOpeningLine, read_line
from trading.models import Lot
from trading.rules.coefficients import Draw, coefficient_declared


@dataclass(frozen=True)
class Opened:
    """One bid that is evaluated: ``line`` is what envelope 0 held, ``price`` what it says, if it says one."""

    bid: Bid
    line: str
    price: Decimal | None
    flags: Sequence[str]

    @property
    def ev(self) -> str:
        """The bid's event, by which the protocol names it."""
        return self.bid.ev


class Evaluation:
    """What one lot's panel works on, read once."""

    def __init__(self, lot: Lot) -> None:
        """Read the chain of the opening; the contents are opened when they are asked for."""
        self.lot = lot
        self.chain = LotChain(lot)
        self.contents = Contents(self.chain)

    @cached_property
    def results(self) -> dict[int, list[dict[str, Any]]]:
        """The rows of each envelope's result, by envelope."""
        return {event.body["e"]: event.body["rows"] for event in self.chain.of("result")}

    @cached_property
    def opened(self) -> list[Opened]:
        """The bids OPENED in e = 0 which nobody's attribution took out, by event (protocol 16.8, rule 3)."""
        gone = {event.body["bid"] for event in self.chain.of("attribution")}
        rows = sorted(self.results.get(0, ()), key=lambda row: str(row["bid"]))
        return [self._opened(row) for row in rows if row["verdict"] == "OPENED" and row["bid"] not in gone]

    def _opened(self, row: dict[str, Any]) -> Opened:
        content = b"".join(self.contents.file(row["bid"], 0, row["seed"]))
        line = content.decode("utf-8", errors="replace")
        try:
            price = read_line(content).price
        except NotAnOpeningLine:
            price = None
        said = bid_facts(self.contents, self.lot, row["bid"], self.results)
        return Opened(self.contents.bids[row["bid"]], line, price, said["flags"])

    def get(self, ev: str) -> Opened:
        """One of them by event; NotFound for any other bid."""
        for one in self.opened:
            if one.ev == ev:
                return one
        raise NotFound("bid", _("There is no such bid."))

    @cached_property
    def method(self) -> Method | None:
        """The method as data; None where the documents give it in words alone."""
        scheme = self.lot.method.get("scheme")
        return Method(scheme) if scheme else None

    @property
    def items(self) -> tuple[ReviewItem, ...]:
        """What every member looks at in every bid."""
        return review_items(self.lot.method, pool_pack())

    @property
    def ceiling(self) -> Decimal | None:
        """The ceiling as the policy in force binds it."""
        found = self.chain.policy["ceiling"]
        return Decimal(found) if found is not None else None

    def price_of(self, panel: Panel, one: Opened) -> Decimal | None:
        """The price that is evaluated: corrected where the panel has agreed on it, else the one read out."""
        agreed = agreed_items(panel).get((one.bid.pk, "price", ""))
        return Decimal(agreed.value) if agreed else one.price

    def method_flags(self, panel: Panel) -> dict[str, list[str]]:
        """What the method says to ask about, by bid: far below the mean or the ceiling, above the ceiling."""
        prices = {
            one.ev: Fraction(price) for one in self.opened if (price := self.price_of(panel, one)) is not None
        }
        if self.method is None or not prices:
            return {}
        found: dict[str, list[str]] = {}
        limit = Fraction(self.ceiling) if self.ceiling is not None else None
        for row in price_flags(self.method, prices, limit):
            found.setdefault(row["bid"], []).append(row["flag"])
        return found

    @property
    def coefficient(self) -> str | None:
        """The coefficient the method asks for: computed (ADR 31), or as it was drawn in the hall.

        StateConflict ``no_coefficient`` when it was to be drawn in the hall and was not.
        """
        declared = coefficient_declared(self.lot.method)
        if declared is None:
            return None
        values = [str(one) for one in self.lot.method["coefficient"]["values"]]
        if declared[0] is Draw.DERIVED:
            assert self.chain.close is not None
            seeds = [(row["bid"], row["seed"]) for row in self.results[0] if row["seed"]]
            root = self.chain.close.body["set_root"]
            return coefficient_drawn(
                policy=self.chain.policy_id,
                close=self.chain.close.ev,
                set_root=root,
                seeds=seeds,
                values=values,
            ).value
        figure = Figure.objects.filter(lot=self.lot, kind=FigureKind.COEFFICIENT.value).first()
        if figure is None:
            raise StateConflict(
                "no_coefficient",
                _("The coefficient was to be drawn in the hall, and none is recorded there."),
            )
        return next(text for text in values if Decimal(text) == figure.value)


def agreed_items(panel: Panel) -> dict[tuple[Any, str, str], FactItem]:
    """The facts in force by bid, kind and name: of each the last item, if enough members stand behind it."""
    here = {one.pk for one in seated(panel)}
    found: dict[tuple[Any, str, str], FactItem] = {}
    for key, item in last_items(panel).items():
        behind = ({vote.seat_id for vote in item.votes.all()} | {item.seat_id}) & here
        enough = majority(panel, len(behind)) if item.kind == "price" else len(behind) > 1
        if enough:
            found[key] = item
    return found


def last_items(panel: Panel) -> dict[tuple[Any, str, str], FactItem]:
    """The last item entered for each bid, kind and name, agreed on or not."""
    rows = panel.fact_items.prefetch_related("votes").select_related("bid", "seat").order_by("entry__seq")
    return {(row.bid_id, row.kind, row.of): row for row in rows}


def carried(motion: RejectionMotion) -> int:
    """How many of the members in their seats now are for a motion: the votes of others count no more (条例 48)."""
    here = [one.pk for one in seated(motion.panel)]
    return motion.votes.filter(seat__in=here, agrees=True).count()


def standing_rejections(panel: Panel) -> list[RejectionMotion]:
    """The rejections in the log that nobody took back, by the bid's event."""
    rows = panel.motions.filter(state=MotionState.CONFIRMED.value).select_related("bid", "mover", "entry")
    return list(rows.order_by("bid__ev"))


def unmarked(panel: Panel, evaluation: Evaluation) -> dict[int, int]:
    """How many findings of the preliminary review each seated member still owes, by seat; who owes none is left out."""
    rejected = {one.bid_id for one in standing_rejections(panel)}
    bids = [one.bid.pk for one in evaluation.opened if one.bid.pk not in rejected]
    whole = len(bids) * len(evaluation.items)
    codes = [one.code for one in evaluation.items]
    found = {}
    for seat in seated(panel):
        done = ReviewMark.objects.filter(seat=seat, bid__in=bids, item__in=codes).count()
        if done < whole:
            found[seat.seat] = whole - done
    return found


def open_findings(panel: Panel, evaluation: Evaluation) -> list[Finding]:
    """What keeps the preliminary review open; each names what is to be done. For its page, too."""
    found = []
    if owed := unmarked(panel, evaluation):
        text = _("%(members)s members have not finished their findings.")
        found.append(Finding("review_owed", text, "12号令22", data={"members": len(owed)}))
    if panel.motions.filter(state=MotionState.MOVED.value).exists():
        found.append(Finding("motion_open", _("A motion to reject is being voted on."), "条例51"))
    if panel.questions.filter(state=AskedState.ASKED.value).exists():
        found.append(Finding("question_open", _("A bidder still has time to answer a question."), "条例52"))
    if any(not majority(panel, carried(one)) for one in standing_rejections(panel)):
        text = _("A rejection must be confirmed by the panel as it stands now, or taken back.")
        found.append(Finding("rejection_hangs", text, "条例48"))
    found += competition_of(panel, [one.ev for one in evaluation.opened]).findings
    agreed = agreed_items(panel)
    if set(last_items(panel)) - set(agreed):
        text = _("An entry waits for other members to confirm it.")
        found.append(Finding("fact_open", text, "12号令19"))
    return [*found, *_missing(panel, evaluation, agreed)]


def _missing(panel: Panel, evaluation: Evaluation, agreed: dict[Any, FactItem]) -> list[Finding]:
    rejected = {one.bid_id for one in standing_rejections(panel)}
    valid = [one for one in evaluation.opened if one.bid.pk not in rejected]
    found = []
    for one in valid:
        if evaluation.price_of(panel, one) is None:
            text = _("A bid says no price that can be read: enter it, or move to reject.")
            found.append(Finding("price_missing", text, "12号令19", data={"bid": one.ev[:12]}))
        for criterion in evaluation.method.of_kind("objective") if evaluation.method else ():
            if (one.bid.pk, "quantity", criterion) not in agreed:
                text = _("A quantity is missing: %(criterion)s of bid %(bid)s.")
                data = {"criterion": criterion, "bid": one.ev[:12]}
                found.append(Finding("quantity_missing", text, field=criterion, data=data))
    return found
