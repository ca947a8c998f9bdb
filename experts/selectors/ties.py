"""The tie that waits for a vote of the panel, and which vote it is."""

from collections.abc import Sequence

from experts.models import TieVote
from experts.rules.evaluated import open_tie, tie_name
from experts.selectors.evaluation import PANEL_VOTE, Evaluation


def tie_waiting(evaluation: Evaluation) -> list[str] | None:
    """The tied bids (evs, ascending) on which the panel is to vote; None where no vote is called for."""
    if evaluation.waiting:
        return None
    tie = open_tie(evaluation.result(evaluation.voted()))
    return list(tie["bids"]) if tie and tie["rule"] == PANEL_VOTE else None


def turn_of(evaluation: Evaluation, tied: Sequence[str]) -> int:
    """The vote under way on these bids: the next one once every member has voted and no order has more than half."""
    rows = TieVote.objects.filter(
        facts=evaluation.facts, tie=tie_name(tied), seat__in=[one.pk for one in evaluation.seats]
    )
    turn = 1
    while rows.filter(turn=turn).count() == len(evaluation.seats):
        turn += 1
    return turn
