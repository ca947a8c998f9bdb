"""What the opening tells the lot in ``trading``: one line each, so that the stages are seen in one place."""

from datetime import datetime
from typing import Any

from accounts.actors import SYSTEM
from bidding.rules.record_notice import record_notice
from trading.models import Lot
from trading.services import lot_progress


def closed(lot: Lot, *, at: datetime) -> None:
    """The deadline has passed: no more bids."""
    lot_progress.lot_mark_closed(lot_id=lot.pk, actor=SYSTEM, at=at)


def opening_started(lot: Lot, *, at: datetime) -> None:
    """The set is closed and large enough; the opening begins."""
    lot_progress.lot_mark_opening(lot_id=lot.pk, actor=SYSTEM, at=at)


def failed(lot: Lot, *, reason: str, at: datetime) -> None:
    """流标: log the ``failed`` event, which ends the chain, and publish the notice without names or number."""
    lot_progress.lot_fail(lot_id=lot.pk, reason=reason, actor=SYSTEM, at=at)


def paused(lot: Lot, *, reason: str, at: datetime) -> None:
    """The opening is interrupted."""
    lot_progress.lot_mark_paused(lot_id=lot.pk, reason=reason, actor=SYSTEM, at=at)


def resumed(lot: Lot, *, at: datetime) -> None:
    """The interrupted opening goes on."""
    lot_progress.lot_mark_continued(lot_id=lot.pk, actor=SYSTEM, at=at)


def opened(lot: Lot, facts: dict[str, Any], *, at: datetime) -> None:
    """The opening has ended; its record is published as a notice."""
    lot_progress.lot_mark_opened(lot_id=lot.pk, content=record_notice(facts), actor=SYSTEM, at=at)
