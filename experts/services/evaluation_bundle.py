"""The evaluation of a lot in its bundle, beside its draws: room ``eval/`` (V25), once a report is handed over."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models import Bundle
from bidding.selectors.evidence import Room, Trees
from bidding.services.bundle_export import bundle_export
from bidding.states import Edition
from experts.models import Panel
from experts.policies.scoring import may_close
from experts.selectors.draws import placed
from experts.selectors.panels import panel_get
from experts.selectors.reports import report_last
from experts.services.draw_bundle import draw_room
from experts.states.panel import PanelState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger import selectors as ledger

ROOM = "eval"


def evaluation_bundle(
    *, panel_id: UUID, edition: Edition, actor: Actor, at: datetime, trees: Trees | None = None
) -> Bundle:
    """The lot's bundle with its draws and its evaluation; made once for each report.

    StateConflict while the panel is at work, or while its last event is not yet stated.
    """
    require(may_close(actor))
    panel = panel_get(panel_id)
    rooms = [evaluation_room(panel)]
    if panel.draw_id is not None:
        rooms.insert(0, draw_room(panel.lot))
    return bundle_export(lot_id=panel.lot_id, edition=edition, actor=actor, at=at, trees=trees, rooms=rooms)


def evaluation_room(panel: Panel) -> Room:
    """The chain of a lot's evaluation, whole, as the report in force left it; StateConflict before that."""
    report = report_last(panel)
    if report is None or PanelState(panel.state) is not PanelState.ENDED:
        raise StateConflict("not_reported", _("The evaluation of this lot has not ended."))
    for stance in report.stances.select_related("entry"):
        placed(stance.entry)
    return Room(name=ROOM, label=f"eval-{report.number}", entries=list(ledger.chain_entries(panel.chain)))
