"""开标设置: the times of a lot's opening, how many officers, who hosts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.selectors import mandate_in_force
from accounts.states import MandatePower
from kernel.errors import Finding, RuleBroken
from ledger.services import record_append
from trading import selectors
from trading.models import Lot, OpeningSetup
from trading.rules import Times
from trading.services.tender_draft import may_draft, require_draft


@dataclass(frozen=True)
class OpeningFields:
    """The plan of an opening. ``times.open_at`` has one moment per name in ``envelopes``."""

    times: Times
    t: int
    envelopes: Sequence[str] = ("opening form",)
    factor: str = "none"
    remedy: str = ""
    commit_s: int = 600
    min_bids: int = 3
    max_size: int = 1 << 30
    pad_floor: int = 4096
    hall: str = ""
    objection_minutes: int = 10
    confirm_minutes: int = 10
    chair: UUID | None = None
    reader: UUID | None = None
    recorder: UUID | None = None


@transaction.atomic
def opening_setup_set(*, lot_id: UUID, fields: OpeningFields, actor: Actor, at: datetime) -> OpeningSetup:
    """Set up, or change, the opening of a lot of a draft. The law's rules are asked at publication."""
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    require_draft(lot.tender)
    times = fields.times
    if not times.in_order() or len(times.open_at) != len(fields.envelopes):
        raise RuleBroken("opening_times", _("The times of the opening are not in order."))
    if (fields.factor == "required") != (times.factor_until is not None):
        raise RuleBroken(
            "factor_until", _("The end of the factor phase is set exactly when a factor is required.")
        )
    _require_may_chair(lot, fields.chair, at)
    setup, _made = OpeningSetup.objects.update_or_create(
        lot=lot,
        defaults={
            **times_fields(times, fields.envelopes),
            "factor": fields.factor,
            "remedy": fields.remedy,
            "commit_s": fields.commit_s,
            "t": fields.t,
            "min_bids": fields.min_bids,
            "max_size": fields.max_size,
            "pad_floor": fields.pad_floor,
            "hall": fields.hall,
            "objection_minutes": fields.objection_minutes,
            "confirm_minutes": fields.confirm_minutes,
            "chair_id": fields.chair or lot.tender.project.owner_id,
            "reader_id": fields.reader,
            "recorder_id": fields.recorder,
        },
    )
    record_append(
        name="opening-set-up",
        subject=f"{lot.tender.reference}/{lot.code}",
        data={"close_at": times.close_at, "t": fields.t},
        actor=actor.key,
        at=at,
    )
    return setup


def _require_may_chair(lot: Lot, chair: UUID | None, at: datetime) -> None:
    """Refuse as chair whoever could not open the chair's seat: neither the owner nor its agency with that power."""
    project = lot.tender.project
    if chair in {None, project.owner_id}:
        return
    tender = str(lot.tender_id)
    if not mandate_in_force(
        owner=project.owner_id, agency=chair, tender=tender, power=MandatePower.CHAIR, at=at
    ):
        message = _(
            "Name the owner, or an agency whose mandate for this tender has the power to chair. Add that power to the "
            "mandate first, or choose the owner."
        )
        raise RuleBroken("chair_power", "", [Finding("chair_power", message, "法35", field="chair")])


def times_fields(times: Times, envelopes: Sequence[str]) -> dict[str, object]:
    """The columns of a set-up that hold ``times``."""
    return {
        "close_at": times.close_at,
        "envelopes": [
            {"name": name, "open_at": moment.isoformat()}
            for name, moment in zip(envelopes, times.open_at, strict=True)
        ],
        "factor_until": times.factor_until,
        "check_until": times.check_until,
        "release_until": times.release_until,
    }
