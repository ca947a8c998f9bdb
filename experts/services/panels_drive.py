"""What the clock does for panels: called in once their draw is open; who fell out frees his seat; questions end."""

from datetime import datetime

from django.db.models import Q

from accounts.actors import SYSTEM
from experts.models import Draw, NamedSeat, Panel, PanelSeat
from experts.pool_keys import PoolKey
from experts.selectors.named import named_due
from experts.services.acceptances_end import acceptances_end
from experts.services.panel_ask import questions_expire
from experts.services.panel_form import panel_form
from experts.states.draw import DrawState, SeatCode
from experts.states.panel import OUT as FALLEN
from experts.states.panel import AskedState, PanelState
from kernel.errors import DomainError

OUT = sorted(one.value for one in FALLEN)


def panels_drive(*, at: datetime, key: PoolKey) -> list[str]:
    """Take every step that is due at ``at``; the codes of what was refused. Idempotent.

    A forming panel is asked again each time: a login that was linked since, or a later draw, brings further members.
    """
    refused: list[str] = []
    gone_on = Panel.objects.exclude(state=PanelState.FORMING.value).values("lot")
    opened = Draw.objects.filter(state=DrawState.REVEALED.value).exclude(lot__in=gone_on)
    named = named_due(at).exclude(lot__in=gone_on)
    for lot_id in sorted({*opened.values_list("lot", flat=True), *named.values_list("lot", flat=True)}):
        try:
            panel_form(lot_id=lot_id, actor=SYSTEM, at=at, key=key)
        except DomainError as refusal:
            refused.append(refusal.code)
    accepted = SeatCode.ACCEPTED.value
    kept = PanelSeat.objects.filter(Q(drawn__code=accepted) | Q(named__code=accepted), state__in=OUT)
    owing = Panel.objects.filter(seats__in=kept).distinct()
    for panel_id in owing.values_list("pk", flat=True):
        acceptances_end(panel_id=panel_id, actor=SYSTEM, at=at)
    late = Panel.objects.filter(questions__state=AskedState.ASKED.value, questions__until__lte=at).distinct()
    for panel_id in late.values_list("pk", flat=True):
        questions_expire(panel_id=panel_id, actor=SYSTEM, at=at)
    return refused


def panels_wait() -> bool:
    """Whether anything of this can be due."""
    return Draw.objects.filter(state=DrawState.REVEALED.value).exists() or NamedSeat.objects.exists()
