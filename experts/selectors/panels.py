"""A panel as it stands: its rows, who is on it, which units it answers for, what its next signature is over."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from experts.models import DrawRequest, Panel, PanelSeat, UnitAnswer
from experts.policies.panel import may_sit
from experts.rules.naming import SPECIAL
from experts.rules.packs import pool_pack
from experts.selectors.draws import bidders_of
from experts.selectors.rests import returned
from experts.states.draw import RequestState
from experts.states.panel import OUT, MemberState
from kernel.errors import NotFound
from protocol import bodies, evaluation_bodies, hashing
from trading.models import Lot

KEY_KIND: Final = "panel-key"
DECLARATION_KIND: Final = "panel-declaration"
SUBSTITUTE: Final = "substitute"
_OUT: Final = [one.value for one in OUT]
_SITTING: Final = [MemberState.CLEARED.value, MemberState.SEATED.value]


def panel_get(panel_id: UUID) -> Panel:
    """The panel with its lot; NotFound when there is none."""
    found = Panel.objects.select_related("lot__tender__project", "seated", "chair", "draw__request").filter(
        pk=panel_id
    )
    if not (rows := list(found)):
        raise NotFound("panel", _("There is no such panel."))
    return rows[0]


def panel_of(lot: Lot) -> Panel | None:
    """The panel of a lot, if it was called together."""
    found = Panel.objects.filter(lot=lot).values_list("pk", flat=True).first()
    return panel_get(found) if found else None


def seat_get(seat_id: UUID) -> PanelSeat:
    """A member's seat; NotFound when there is none."""
    found = PanelSeat.objects.select_related("panel__lot__tender__project", "person").filter(pk=seat_id)
    if not (rows := list(found)):
        raise NotFound("seat", _("There is no such seat."))
    return rows[0]


def own_seat(panel: Panel, actor: Actor, *, gate: Callable[[PanelSeat], None] = returned) -> PanelSeat:
    """The seat of whoever asks; NotFound for everybody else, whether or not there is such a panel.

    ``gate`` refuses a member of a panel that rests (``selectors.rests``); only what a rest leaves open gives another.
    """
    found = panel.seats.select_related("person").filter(person=actor.person).first() if actor.person else None
    if found is None or not may_sit(actor, found.person_id).allowed:
        raise NotFound("panel", _("There is no such panel."))
    gate(found)
    return found


def request_of(lot: Lot) -> DrawRequest:
    """What the owner asked for; NotFound when nothing is asked for and confirmed."""
    found = DrawRequest.objects.filter(lot=lot, state=RequestState.CONFIRMED.value).first()
    if found is None:
        raise NotFound("request", _("No panel of this lot is asked for."))
    return found


def expected(panel: Panel) -> int:
    """How many members the owner asked for, drawn and own."""
    request = request_of(panel.lot)
    return sum(int(n) for n in request.seats.values()) + int(request.own_members)


def size_of(lot: Lot) -> tuple[int, str]:
    """How many members a panel of this lot has at least, and the article that says so (法37; 87号令 47)."""
    return pool_pack().least(lot.tender.project.trade, lot.estimate or lot.ceiling)


def members(panel: Panel) -> list[PanelSeat]:
    """Everybody who has not fallen out, by seat."""
    return list(panel.seats.exclude(state__in=_OUT).order_by("seat"))


def seated(panel: Panel) -> list[PanelSeat]:
    """The members in their seats, by seat: only theirs are opinions of the panel."""
    return list(panel.seats.filter(state=MemberState.SEATED.value).order_by("seat"))


def majority(panel: Panel, votes: int) -> bool:
    """Whether so many votes are more than half of the members in their seats."""
    return votes * 2 > len(seated(panel))


def units(lot: Lot) -> list[Organisation]:
    """The bidders of the closed set, by name: for each, every member answers whether he is tied to it (条例 46)."""
    return list(Organisation.objects.filter(code__in=bidders_of(lot)).order_by("name", "code"))


def unanswered(seat: PanelSeat) -> list[Organisation]:
    """The units this member has not answered for."""
    given = set(UnitAnswer.objects.filter(seat=seat).values_list("organisation_id", flat=True))
    return [one for one in units(seat.panel.lot) if one.pk not in given]


def panel_body(panel: Panel, reason: str = "") -> dict[str, Any]:
    """The ``panel`` event as owner and supervisor sign it: seats, kinds, references and keys, never a name.

    Who was named where nothing was drawn is of kind "special", who stepped in for a member of the owner's own is
    "substitute": that stands in what is signed.
    """
    rows = (
        panel.seats.select_related("named__naming", "substitution")
        .filter(state__in=_SITTING)
        .order_by("seat")
    )
    return evaluation_bodies.body(
        "panel",
        policy=panel.lot.policy,
        replaces=panel.seated.ev if panel.seated else None,
        members=[
            {"seat": one.seat, "kind": _kind(one), "person": one.ref, "sig_key": one.sig_key} for one in rows
        ],
        reason=reason,
    )


def _kind(seat: PanelSeat) -> str:
    if hasattr(seat, "substitution"):
        return SUBSTITUTE
    return SPECIAL if seat.named is not None and seat.named.naming.ground == SPECIAL else seat.kind


def key_body(seat: PanelSeat, spki: str) -> dict[str, Any]:
    """What a member's new key signs to show that the device holds it: for this panel and seat alone."""
    return {**bodies.HEADER, "panel": str(seat.panel_id), "seat": seat.seat, "spki": spki}


def declaration_body(seat: PanelSeat, answers: Sequence[tuple[str, bool, str]]) -> dict[str, Any]:
    """回避声明: what a member signs, one answer per unit: its code, whether tied, and how (条例 46)."""
    rows = [{"unit": code, "tied": tied, "reason": reason} for code, tied, reason in sorted(answers)]
    return {**bodies.HEADER, "panel": str(seat.panel_id), "seat": seat.seat, "answers": rows}


def reference_of(person: UUID, salt: str) -> str:
    """How the log knows a member: a salted hash of his account; the salt is kept with the seat."""
    return hashing.tagged("panel person", bytes.fromhex(salt), person.bytes).hex()
