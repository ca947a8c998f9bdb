"""What became of a named seat: the expert's own word, the gateway's, the clock's, or that he fell out of the panel.

A named seat is in no draw, so no event of a draw tells of it; the ledger has seat, code and hash, and nobody's name.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from experts.models import NamedAnswer, NamedSeat, PanelSeat
from experts.policies.draw import may_answer, may_settle
from experts.rules.answers import call_record, reason_findings
from experts.rules.packs import pool_pack
from experts.selectors.named import own_named
from experts.selectors.own_draws import own_expert
from experts.services.draw_events import subject_of
from experts.services.naming_decide import naming_locked
from experts.states.draw import SEAT, SeatAnswer, SeatCode
from experts.states.naming import NamingState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append

BY_EXPERT = frozenset({SeatAnswer.ACCEPT, SeatAnswer.DECLINE, SeatAnswer.RECUSE, SeatAnswer.EXCUSE})


@transaction.atomic
def named_answer(
    *,
    seat: str,
    answer: SeatAnswer,
    actor: Actor,
    at: datetime,
    receipt: str = "",
    reason: str = "",
) -> NamedAnswer:
    """Log what a named expert said: by his own login, if the seat is his, or to the gateway.

    ``reason`` is a code of the pack and needed of the expert himself unless he accepts. NotPermitted for everybody
    else's seat; StateConflict for another answer after the first, once the time is over or the members are called in.
    """
    row = named_locked(seat)
    own = not is_system(actor)
    mine = own_expert(actor) if own else None
    his = bool(mine and row in own_named(mine))
    require(may_answer(actor, mine.person_id if mine and his else None))
    if answer not in (BY_EXPERT if own else BY_EXPERT | {SeatAnswer.SILENCE}):
        raise RuleBroken("answer", _("Accept or decline."))
    known = row.answers.order_by("-at", "-id").first()
    if known is not None and known.code == SEAT[answer].target.value and row.code == known.code:
        return known
    if PanelSeat.objects.filter(named=row).exists():
        text = _(
            "The members have been called in. Tell the desk of the evaluation area that you cannot come."
        )
        raise StateConflict("called_in", text)
    if own and (findings := reason_findings(answer, reason, pool_pack())):
        raise RuleBroken("reason", findings[0].message, findings)
    return named_coded(row, answer, own=own, note=receipt or reason, reason=reason, at=at)


def named_locked(seat: str) -> NamedSeat:
    """The named seat, its naming locked; NotFound when nobody is named for it."""
    found = NamedSeat.objects.filter(seat=seat).values_list("naming_id", flat=True).first()
    if found is None:
        raise NotFound("seat", _("There is no such seat."))
    naming_locked(found)
    rows = NamedSeat.objects.select_related("naming__lot", "naming__draw__request", "naming__request")
    return rows.get(seat=seat)


def named_coded(
    row: NamedSeat, answer: SeatAnswer, *, own: bool, note: str, at: datetime, reason: str = ""
) -> NamedAnswer:
    """Give a named seat its code and log it. StateConflict unless the naming is agreed to, and after its time."""
    naming = row.naming
    if naming.state != NamingState.AGREED.value or naming.answer_until is None:
        raise StateConflict("naming_state", _("Nobody is asked for this seat."))
    if answer in {SeatAnswer.ACCEPT, SeatAnswer.DECLINE} and at >= naming.answer_until:
        raise StateConflict("answer_late", _("The time to answer is over."))
    code = next_state(SEAT, answer, SeatCode(row.code))
    record = call_record(row.seat, code.value, own=own, note=note, at=at)
    data = {"seat": row.seat, "code": code.value, "record": record, "own": own}
    entry = record_append(
        name="named-answer", subject=subject_of(naming.origin), data=data, actor="system", at=at
    )
    row.code = code.value
    row.save(update_fields=["code"])
    return NamedAnswer.objects.create(
        seat=row, code=code.value, record=record, own=own, reason=reason, note=note, entry=entry, at=at
    )


@transaction.atomic
def named_window_end(*, actor: Actor, at: datetime) -> int:
    """Once its window is over, every named seat without an answer has none in time and may be named anew; how many."""
    require(may_settle(actor))
    rows = NamedSeat.objects.filter(
        naming__state=NamingState.AGREED.value, naming__answer_until__lte=at, code=SeatCode.OPEN.value
    )
    silent = list(rows.order_by("seat").values_list("seat", flat=True))
    for seat in silent:
        named_coded(named_locked(seat), SeatAnswer.SILENCE, own=False, note="", at=at)
    return len(silent)
