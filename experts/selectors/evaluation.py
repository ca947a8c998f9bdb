"""An evaluation as it stands: method, facts in force, each member's sheet, rejections; and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext_noop as _

from bidding.selectors.chains import LotChain
from experts.models import Facts, Panel, PanelSeat, Sheet, TieVote
from experts.rules.evaluated import input_of, open_tie, tie_name, vote_decided
from experts.selectors.panels import seated
from experts.states.panel import MotionState, SheetState
from kernel.errors import RuleBroken, StateConflict
from ledger.models import Entry
from protocol.errors import ProtocolError
from protocol.evaluation import Result, recompute
from protocol.evaluation_method import Method, bound_method
from trading.models import Lot, LotPolicy

PANEL_VOTE = "panel-vote"


@dataclass(frozen=True)
class Evaluation:
    """What the report will be made of. ``sheets`` are by seat number: the last shown one, on these facts or older."""

    panel: Panel
    method: Method
    facts: Facts
    seats: Sequence[PanelSeat]
    sheets: Mapping[int, Sheet]
    rejections: Sequence[Entry]

    @property
    def rejected(self) -> list[str]:
        """The rejected bids (evs), ascending."""
        return sorted({entry.body["bid"] for entry in self.rejections})

    @property
    def bids(self) -> list[str]:
        """The bids (evs) still standing, ascending."""
        return [row["bid"] for row in self.facts.body["bids"] if row["bid"] not in self.rejected]

    @property
    def judged(self) -> bool:
        """Whether the members have anything to mark."""
        return bool(self.method.of_kind("judged")) and bool(self.bids)

    @property
    def waiting(self) -> list[PanelSeat]:
        """The members whose sheet on the facts in force is not shown yet."""
        if not self.judged:
            return []
        return [one for one in self.seats if not self._counts(one.seat)]

    def _counts(self, seat: int) -> bool:
        return seat in self.sheets and self.sheets[seat].facts_id == self.facts.pk

    @cached_property
    def chain(self) -> LotChain:
        """The lot's chain of the opening."""
        return LotChain(self.panel.lot)

    @cached_property
    def seeds(self) -> dict[str, Any]:
        """What the lots of ties are drawn from (ADR 31): the closed set and the opened seeds."""
        close, results = self.chain.close, [e.body for e in self.chain.of("result") if e.body["e"] == 0]
        if close is None or not results:
            raise StateConflict("not_opened", _("The opening of this lot has not ended."))
        return {
            "policy": self.chain.policy_id,
            "close": close.ev,
            "set_root": close.body["set_root"],
            "seeds": [[row["bid"], row["seed"]] for row in results[0]["rows"] if row["seed"]],
        }

    def value(self, votes: Sequence[Sequence[str]] = ()) -> dict[str, Any]:
        """The input of the recomputation."""
        counting = {seat: row.statement["body"] for seat, row in self.sheets.items()} if self.judged else {}
        return input_of(
            facts=self.facts.body,
            sheets=counting,
            rejected=self.rejected,
            votes=votes,
            ceiling=self.chain.policy["ceiling"],
            seeds=self.seeds,
        )

    def result(self, votes: Sequence[Sequence[str]] = ()) -> Result:
        """Scores, ranking, ties and candidates; StateConflict ``sheets_missing`` before every sheet is shown."""
        if self.waiting:
            raise StateConflict("sheets_missing", _("Not every member’s sheet is there yet."))
        try:
            return recompute(self.method, self.value(votes))
        except ProtocolError as error:
            raise RuleBroken(
                "recompute", _("The evaluation cannot be computed: %(reason)s"), reason=str(error)
            ) from error

    def voted(self) -> list[list[str]]:
        """The panel's votes on ties, each decided by more than half of the members, in the order they came up."""
        votes: list[list[str]] = []
        while tie := open_tie(self.result(votes)):
            order = tie_vote_of(self, tie["bids"]) if tie["rule"] == PANEL_VOTE else None
            if order is None:
                break
            votes.append(order)
        return votes


def tie_vote_of(evaluation: Evaluation, bids: Sequence[str]) -> list[str] | None:
    """The order the panel decided for these tied bids; None while more than half have not agreed on one."""
    seats = [one.pk for one in evaluation.seats]
    rows = TieVote.objects.filter(facts=evaluation.facts, tie=tie_name(bids), seat__in=seats)
    by_turn: dict[int, list[list[str]]] = {}
    for row in rows.order_by("turn", "id"):
        by_turn.setdefault(row.turn, []).append(row.order)
    return next((order for orders in by_turn.values() if (order := vote_decided(orders, len(seats)))), None)


def evaluation_of(panel: Panel) -> Evaluation:
    """The evaluation as it stands; StateConflict ``no_facts`` before the facts stand in the log."""
    facts = facts_in_force(panel)
    seats = seated(panel)
    shown = Sheet.objects.filter(seat__in=seats, state=SheetState.SHOWN.value).select_related("seat", "facts")
    moved = panel.motions.filter(state=MotionState.CONFIRMED.value, entry__isnull=False).select_related(
        "entry"
    )
    return Evaluation(
        panel=panel,
        method=method_of(panel.lot),
        facts=facts,
        seats=seats,
        sheets={row.seat.seat: row for row in shown.order_by("round")},
        rejections=[row.entry for row in moved if row.entry is not None],
    )


def facts_in_force(panel: Panel) -> Facts:
    """The last facts; StateConflict before there are any."""
    found = panel.facts.select_related("entry").order_by("-number").first()
    if found is None:
        raise StateConflict("no_facts", _("The facts of the bids are not in the log yet."))
    return found


def method_of(lot: Lot) -> Method:
    """The method in data which the lot's policy binds; StateConflict ``no_scheme`` where it is given in words alone."""
    row = LotPolicy.objects.only("method").get(lot=lot, t=lot.policy)
    try:
        return _method(row.method)
    except ProtocolError as error:
        raise StateConflict(
            "no_scheme", _("The method of this lot is given in words: nothing can be recomputed.")
        ) from error


@lru_cache(maxsize=32)
def _method(text: str) -> Method:
    """The method of this text, read once: a policy's method never changes."""
    return bound_method(text.encode())
