"""Lots whose newest public bundle does not yet hold what has become of them."""

from collections.abc import Sequence

from django.db.models import Max, Q

from bidding.models import Bundle
from bidding.states import Edition
from experts.models import Panel
from experts.states.panel import PanelState
from ledger import selectors as ledger
from trading.models import Lot
from trading.states import LotState

_L = LotState
PUBLISHED = [
    one.value
    for one in (_L.AWAITING_AWARD, _L.AWARDED, _L.CONTRACTED, _L.UNSUCCESSFUL, _L.RETENDERED, _L.ARCHIVED)
]
"""States of a lot in which its evaluation is in the public bundle: the publicity is over, or there is no result."""


def bundles_due() -> list[Lot]:
    """Lots that were evaluated or cancelled after their opening, and no public bundle of which ends in their state."""
    evaluated = Panel.objects.filter(state=PanelState.ENDED.value, lot__state__in=PUBLISHED).values("lot")
    ended = Q(cancelled_at__isnull=True, pk__in=evaluated)
    stopped = Q(cancelled_at__isnull=False, opened_at__isnull=False)
    lots = list(Lot.objects.filter(ended | stopped).select_related("tender").order_by("pk"))
    found = _labels(lots)
    public = Bundle.objects.filter(edition=Edition.PUBLIC.value, lot__in=lots).exclude(rooms="")
    held = {(row.lot_id, f"+{row.rooms}") for row in public}
    return [
        lot
        for lot in lots
        if found[lot] and not any(pk == lot.pk and rooms.endswith(f"+{found[lot]}") for pk, rooms in held)
    ]


def _labels(lots: Sequence[Lot]) -> dict[Lot, str]:
    """How the rooms of each lot's bundle must end; "" where nothing is to be told yet."""
    signed = ledger.chain_lengths([lot.award_chain for lot in lots])
    panels = Panel.objects.filter(lot__in=lots).annotate(last=Max("reports__number"))
    reports = dict(panels.values_list("lot", "last"))
    found = {}
    for lot in lots:
        award = f"award-{signed[lot.award_chain]}" if lot.award_chain in signed else ""
        evaluation = "" if lot.cancelled_at else f"eval-{reports[lot.pk]}"
        found[lot] = "+".join(part for part in (evaluation, award) if part)
    return found
