"""What became of a lot in its bundle, beside its draws: rooms ``eval/`` (V25) and ``award/`` (V26)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models import Bundle
from bidding.selectors.evidence import Room, Trees
from bidding.services.bundle_export import bundle_export
from bidding.states import Edition
from experts.models import Panel, Report
from experts.policies.scoring import may_close
from experts.selectors.draws import placed, revealed
from experts.selectors.reports import report_handed, report_last
from experts.services.draw_bundle import draw_room
from experts.states.panel import PanelState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger import selectors as ledger
from ledger.models import Entry
from trading.models import Lot

ROOM, AWARD = "eval", "award"


def evaluation_bundle(
    *, lot_id: UUID, edition: Edition, actor: Actor, at: datetime, trees: Trees | None = None
) -> Bundle:
    """The lot's bundle with draws, evaluation and what the owner has signed since; made once for each state of these.

    Of a lot that was cancelled after its opening: what the owner signed, and the evaluation only if something but the
    end was signed on it. StateConflict while the panel is at work, or while the last event is not yet stated.
    """
    require(may_close(actor))
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    panel = Panel.objects.filter(lot=lot).first()
    signed = list(ledger.chain_entries(lot.award_chain))
    rooms = stopped_rooms(lot, panel, signed) if lot.cancelled_at else ended_rooms(lot, panel)
    if signed:
        rooms.append(Room(name=AWARD, label=f"award-{len(signed)}", entries=signed))
    return bundle_export(lot_id=lot_id, edition=edition, actor=actor, at=at, trees=trees, rooms=rooms)


def ended_rooms(lot: Lot, panel: Panel | None) -> list[Room]:
    """Draws and evaluation as the report in force left them; StateConflict ``not_reported`` before that."""
    report = report_last(panel) if panel else None
    if panel is None or report is None or PanelState(panel.state) is not PanelState.ENDED:
        raise _not_reported()
    return [*([draw_room(lot)] if panel.draw_id is not None else []), evaluation_room(panel, report)]


def stopped_rooms(lot: Lot, panel: Panel | None, signed: Sequence[Entry]) -> list[Room]:
    """Draws that everybody may read, and the evaluation up to the last report that was handed over, if anything but the
    end was signed on it; StateConflict ``not_signed`` while the end has no place in the log.
    """
    if not signed or signed[-1].kind != "cancelled":
        raise StateConflict("not_signed", _("The end of this lot is not yet in the log."))
    rooms = [draw_room(lot)] if revealed([lot]).exists() else []
    if len(signed) > 1:
        rooms.append(evaluation_room(*_handed(panel)))
    return rooms


def _handed(panel: Panel | None) -> tuple[Panel, Report]:
    report = report_handed(panel) if panel else None
    if panel is None or report is None:
        raise _not_reported()
    return panel, report


def _not_reported() -> StateConflict:
    return StateConflict("not_reported", _("The evaluation of this lot has not ended."))


def evaluation_room(panel: Panel, report: Report) -> Room:
    """The chain of a lot's evaluation up to the last voice on this report, whole."""
    last = max(placed(stance.entry) for stance in report.stances.select_related("entry"))
    entries = list(ledger.chain_entries(panel.chain).filter(leaf_index__lte=last))
    return Room(name=ROOM, label=f"eval-{report.number}", entries=entries)
