"""How each member stands to the report: signs, dissents in writing, or is silent and taken to agree (条例 53)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.rules.words import said
from bidding.services.signed_events import Signatures
from experts.models import Panel, Report, Stance
from experts.policies.panel import may_sit
from experts.policies.scoring import may_close
from experts.rules.packs import pool_pack
from experts.rules.sheets import text_hash
from experts.selectors.panels import own_seat
from experts.selectors.reports import report_signing, standing_missing
from experts.selectors.rests import stood_still
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_locked,
    panel_recorded,
    platform_event,
    seat_event,
    seated_required,
)
from experts.services.report_hand import report_hand
from experts.states.panel import PanelState
from experts.states.recall import StanceWord
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require

NOTE = 4000
SILENT = "条例53"
"""Why silence is noted: the member has neither signed nor said in writing why not."""


@transaction.atomic
def report_sign(
    *,
    panel_id: UUID,
    body: Mapping[str, Any],
    signatures: Signatures,
    note: str,
    actor: Actor,
    at: datetime,
) -> Stance:
    """Log the actor's signature, or his dissent with its text in ``note``, whose hash he has signed; once, for good.

    The last member's stance ends the evaluation and hands the report to the owner. RuleBroken when the text is not the
    one signed; the same stance again is the same one.
    """
    panel = panel_locked(panel_id)
    seat = own_seat(panel, actor)
    require(may_sit(actor, seat.person_id))
    report = report_signing(panel)
    known = Stance.objects.filter(report=report, seat=seat).select_related("entry").first()
    if known is not None:
        if known.stance == StanceWord.SILENT.value or known.entry.body != dict(body):
            raise StateConflict("signed", _("You have signed or dissented. That is not changed."))
        return known
    seated_required(seat)
    panel_in(panel, PanelState.SIGNING)
    stance = StanceWord(body.get("stance", "")) if body.get("stance") in ("agree", "dissent") else None
    text = said(note, NOTE, "note") if stance is StanceWord.DISSENT else ""
    if stance is None or body.get("report") != report.entry.ev:
        raise RuleBroken("other_report", _("This was signed for another report. Open the page again."))
    if body.get("note") != (text_hash(text) if text else None):
        raise RuleBroken("note", _("The text of the dissent is not the one that was signed. Sign it again."))
    entry = seat_event(seat, "report-sign", body, signatures, at=at)
    made = Stance.objects.create(report=report, seat=seat, stance=stance.value, note=text, at=at, entry=entry)
    data = {"report": report.entry.ev, "stance": stance.value}
    panel_recorded(panel, "panel-report-signed", data, key_of(seat), at, seat=seat.seat)
    _ended(panel, report, at)
    return made


@transaction.atomic
def report_silence(*, panel_id: UUID, actor: Actor, at: datetime) -> list[Stance]:
    """Note, once the time of the rule pack is over, who has neither signed nor dissented: taken to agree (条例 53).

    StateConflict ``not_yet`` before that time.
    """
    require(may_close(actor))
    panel = panel_locked(panel_id)
    panel_in(panel, PanelState.SIGNING)
    report = report_signing(panel)
    if at < silence_at(report):
        raise StateConflict("not_yet", _("Members still have time to sign or to dissent."))
    made = []
    for seat in standing_missing(report):
        entry = platform_event(
            panel, "report-silence", at=at, report=report.entry.ev, seat=seat.seat, reason=SILENT
        )
        made.append(
            Stance.objects.create(
                report=report, seat=seat, stance=StanceWord.SILENT.value, note=SILENT, at=at, entry=entry
            )
        )
    _ended(panel, report, at)
    return made


def silence_at(report: Report) -> datetime:
    """From when on silence is noted; the clock stands while the panel rests."""
    hours = timedelta(hours=pool_pack().number("report_silence_hours"))
    return report.at + hours + stood_still(report.panel, report.at)


def _ended(panel: Panel, report: Report, at: datetime) -> None:
    """Hand the report over once every seat of the panel stands."""
    if not standing_missing(report):
        report_hand(panel_id=panel.pk, actor=SYSTEM, at=at)
