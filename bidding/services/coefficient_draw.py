"""抽取系数: found in the hall as the tender documents declared before anybody bid, so that a stranger repeats it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Figure
from bidding.rules.coefficients import LABEL, Drawn, coefficient_drawn
from bidding.selectors.chains import LotChain
from bidding.selectors.mandates import chairing, named_for
from bidding.services.hall_roll import READING, conducted
from bidding.states import FigureKind, HostSeat
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot
from trading.rules.coefficients import Draw, coefficient_declared


@transaction.atomic
def coefficient_draw(*, lot_id: UUID, actor: Actor, at: datetime) -> Figure:
    """Compute the declared coefficient from the closed set and the opened price envelopes; once, idempotent.

    RuleBroken ``no_coefficient`` where the documents declare none, or one drawn by hand; StateConflict ``not_yet``
    until the result of the price envelope stands in the log.
    """
    lot, _opening = conducted(lot_id, HostSeat.RECORDER, actor, at, READING)
    owner, named = lot.tender.project.owner_id, named_for(lot, HostSeat.RECORDER)
    require(policies.may_conduct(actor, owner, chairing(lot, actor, at), named))
    known = Figure.objects.filter(lot=lot, kind=FigureKind.COEFFICIENT.value).first()
    if known is not None:
        return known
    declared = coefficient_declared(lot.method)
    if declared is None or declared[0] is not Draw.DERIVED:
        message = _("The tender documents declare no coefficient that is computed from the opened bids.")
        raise RuleBroken("no_coefficient", "", [Finding("no_coefficient", message, field="kind")])
    drawn = _drawn(lot, declared[1])
    proof: dict[str, Any] = {
        "label": LABEL,
        "text": drawn.text,
        "digest": drawn.digest,
        "index": drawn.index,
        "of": len(declared[1]),
    }
    how = translated(
        "Computed from the closed set and the opened price envelopes, as the documents declared."
    )
    data = {"kind": FigureKind.COEFFICIENT.value, "value": Decimal(drawn.value), "how": how}
    entry = record_append(
        name="hall-figure", subject=lot.number, data={**data, "proof": proof}, actor=actor.key, at=at
    )
    return Figure.objects.create(lot=lot, proof=proof, entry=entry, at=at, **data)


def _drawn(lot: Lot, values: list[str]) -> Drawn:
    chain = LotChain(lot)
    results = [event for event in chain.of("result") if event.body["e"] == 0]
    if not results or chain.close is None:
        raise StateConflict("not_yet", _("The price envelope's result is not yet in the log."))
    return coefficient_drawn(
        policy=chain.policy_id,
        close=chain.close.ev,
        set_root=chain.close.body["set_root"],
        seeds=[(row["bid"], row["seed"]) for row in results[0].body["rows"] if row["seed"]],
        values=values,
    )
