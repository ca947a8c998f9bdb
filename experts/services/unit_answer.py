"""回避声明: a member answers for each bidder whether he is tied to it, and signs the answers (条例 46, 法37)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from bidding.services.signed_events import Signatures
from experts.models import PanelSeat, UnitAnswer
from experts.policies.panel import may_sit
from experts.selectors.panels import DECLARATION_KIND, declaration_body, units
from experts.services.member_out import fallen_out
from experts.services.panel_events import key_of, member_moved, panel_recorded, seat_locked, seat_signed
from experts.states.panel import MemberAction, MemberState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require

Answers = Sequence[tuple[str, bool, str]]
"""Code of the unit, whether tied, how."""


@transaction.atomic
def unit_answer(
    *, seat_id: UUID, answers: Answers, signatures: Signatures, actor: Actor, at: datetime
) -> PanelSeat:
    """Take in the signed answers, one for every bidder; tied to any of them leads out of the panel.

    ``signatures`` is one, by the key of the seat, over ``declaration_body``. RuleBroken names each unit without an
    answer, and each tie without a word how; the same answers again change nothing.
    """
    seat = seat_locked(seat_id)
    require(may_sit(actor, seat.person_id))
    given = [(code, tied, tidy(reason)) for code, tied, reason in answers]
    if seat.state in (MemberState.CLEARED.value, MemberState.SEATED.value) and not any(
        t for _c, t, _r in given
    ):
        return seat
    if seat.state != MemberState.PRESENT.value:
        raise StateConflict("member_state", _("Sign in first; then answer for each bidder, once."))
    by_code = {one.code: one for one in units(seat.panel.lot)}
    if findings := _findings(given, by_code):
        raise RuleBroken("declaration", findings[0].message, findings, **findings[0].data)
    body = declaration_body(seat, given)
    seat_signed(seat, DECLARATION_KIND, body, signatures)
    ties = [code for code, tied, _reason in given if tied]
    data = {"body": body, "signature": dict(signatures[0])}
    entry = panel_recorded(seat.panel, "panel-declared", data, key_of(seat), at, seat=seat.seat)
    for code, tied, reason in sorted(given):
        UnitAnswer.objects.create(
            seat=seat, organisation=by_code[code], tied=tied, reason=reason, at=at, entry=entry
        )
    if ties:
        reason = "; ".join(f"{code}: {reason}" for code, tied, reason in sorted(given) if tied)
        return fallen_out(seat, MemberAction.RECUSE, reason, key_of(seat), at)
    member_moved(seat, MemberAction.CLEAR)
    seat.save(update_fields=["state"])
    seat.panel.offered = {}
    seat.panel.save(update_fields=["offered"])
    return seat


def _findings(given: Answers, by_code: Mapping[str, object]) -> list[Finding]:
    told = [code for code, _tied, _reason in given]
    found = []
    for code in sorted(set(by_code) - set(told)):
        text = _("Answer for every bidder; one is open: %(unit)s.")
        found.append(Finding("unit_open", text, "条例46", field=f"tied-{code}", data={"unit": code}))
    if len(told) != len(set(told)) or set(told) - set(by_code):
        found.append(
            Finding("unit_strange", _("Answer once for each bidder of this lot, and no other."), "条例46")
        )
    for code, tied, reason in given:
        if tied and not reason:
            text = _("Say in a few words how you are tied to it.")
            found.append(Finding("unit_reason", text, "条例46", field=f"reason-{code}"))
    return found
