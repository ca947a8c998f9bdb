"""The letters by which the owner's own members stand: their digests, and the files for those who may open them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.selectors import memberships_at
from experts.models import (
    Draw,
    DrawnSeat,
    DrawRequest,
    MandateLook,
    OwnMandate,
    OwnMember,
    OwnSubstitution,
    Panel,
    PanelSeat,
)
from experts.policies.panel import may_name_own, may_read_looks, may_read_mandate
from experts.rules.packs import pool_pack
from experts.states.draw import BEFORE_COMMITS, DrawState, RequestState, SeatCode
from experts.states.panel import OUT
from kernel.errors import NotFound
from trading.models import Lot


def letters_standing(request: DrawRequest) -> dict[UUID, str]:
    """The SHA-256 of the letter each standing member was named by, by person; nobody named before letters were kept."""
    return {person: row.sha256 for person, row in _standing(request).items()}


def letters_gone(request: DrawRequest, wanted: Collection[UUID]) -> set[str]:
    """Every letter of this request that was given for somebody who is not among ``wanted``."""
    rows = OwnMandate.objects.filter(member__request=request).exclude(member__person__in=wanted)
    return set(rows.values_list("sha256", flat=True))


def _standing(request: DrawRequest) -> dict[UUID, OwnMandate]:
    rows = OwnMandate.objects.filter(member__request=request, member__left_at__isnull=True)
    return {row.member.person_id: row for row in rows.select_related("member").order_by("entry__seq")}


def mandate_of(seat: PanelSeat) -> OwnMandate | None:
    """The letter an own member sits by; None for one named before letters were kept, and for every expert."""
    if seat.kind != "owner":
        return None
    named = OwnMember.objects.filter(
        request__lot=seat.panel.lot_id, person=seat.person_id, left_at__isnull=True, at__lte=seat.added_at
    )
    member = named.order_by("-entry__seq").first()
    return member.mandates.order_by("-entry__seq").first() if member else None


@dataclass(frozen=True)
class MandateRow:
    """An own member by his seat, and his letter; None for one named before letters were kept.

    ``follows``: the seat he stepped in for, of a substitute.
    """

    seat: int
    mandate: OwnMandate | None
    follows: int | None = None


def mandates_of(panel: Panel) -> list[MandateRow]:
    """The own members of a panel by seat, those who fell out among them. No name stands here."""
    rows = panel.seats.filter(kind="owner").select_related("panel", "substitution__follows").order_by("seat")
    return [MandateRow(one.seat, mandate_of(one), followed_seat(one)) for one in rows]


def followed_seat(seat: PanelSeat) -> int | None:
    """The seat of the owner's member for whom a substitute stepped in; None for everybody else."""
    found = getattr(seat, "substitution", None)
    return int(found.follows.seat) if found else None


def substitute_words(seat: PanelSeat) -> str:
    """What stands beside a substitute who stepped in: whether he was named beforehand; "" beside everybody else."""
    follows = followed_seat(seat)
    if follows is None:
        return ""
    if hasattr(seat.substitution.member, "replacement"):
        text = gettext(
            "Steps in for seat %(seat)s; sent by the owner later, with the agreement of the supervisor"
        )
        return text % {"seat": follows}
    return gettext("Steps in for seat %(seat)s; named beforehand as a substitute of the owner") % {
        "seat": follows
    }


def stepped_in(lot: Lot) -> int:
    """How many substitutes named beforehand sit in the place of a member of the owner's own who fell out."""
    rows = OwnSubstitution.objects.filter(seat__panel__lot=lot, member__replacement__isnull=True)
    return rows.exclude(seat__state__in=[one.value for one in OUT]).count()


def mandate_looks(panel: Panel, actor: Actor) -> list[MandateLook] | None:
    """Who opened letters of this lot, the latest first; None for who may not read that."""
    if not may_read_looks(actor, panel.lot.tender.project.supervisor_id).allowed:
        return None
    rows = MandateLook.objects.filter(mandate__member__request__lot=panel.lot_id)
    return list(rows.select_related("mandate", "by", "organisation").order_by("-entry__seq", "-id"))


@dataclass(frozen=True)
class OwnMembers:
    """The owner's page of its own members: who may be named, who is and by which letter, how many were asked for.

    ``substitutes`` are those who step in, in order, at most ``most``; ``letters`` have their place there, or None.
    ``open``: they can still be named.
    """

    request: DrawRequest
    people: Sequence[tuple[str, str]]
    named: Sequence[str]
    substitutes: Sequence[str]
    letters: Sequence[tuple[str, int | None, OwnMandate | None]]
    most: int
    open: bool


def own_members_of(request_id: UUID, actor: Actor, at: datetime) -> OwnMembers:
    """Whom the owner can name: people of its organisation here; NotFound for everybody else."""
    found = DrawRequest.objects.select_related("lot__tender__project").filter(pk=request_id).first()
    if found is None or not may_name_own(actor, found.lot.tender.project.owner_id).allowed:
        raise NotFound("draw_request", _("There is no such request for a panel."))
    rows = memberships_at(at).filter(organisation=found.lot.tender.project.owner_id).select_related("person")
    people = sorted({(str(row.person_id), row.person.name) for row in rows}, key=lambda pair: pair[1])
    named = OwnMember.objects.filter(request=found, left_at__isnull=True, replacement__isnull=True)
    named = named.select_related("person")
    letters = _standing(found)
    rows_ = sorted(named.order_by("at", "id"), key=lambda one: one.rank or 0)
    return OwnMembers(
        found,
        people,
        [str(one.person_id) for one in rows_ if one.rank is None],
        [str(one.person_id) for one in rows_ if one.rank is not None],
        [(one.person.name, one.rank, letters.get(one.person_id)) for one in rows_],
        pool_pack().number("own_substitutes") if found.own_members else 0,
        naming_open(found),
    )


def naming_open(request: DrawRequest) -> bool:
    """Whether own members can still be named (法37): while nobody can see whom they would sit with.

    So before officers are asked to commit in a draw of this request; before experts who accepted in an earlier draw of
    the lot, and whom this one keeps, are opened to everybody; and before the members are called in. An earlier request
    that was taken back, whose draw ended short and is not opened, closes nothing.
    """
    if request.state == RequestState.WITHDRAWN.value or Panel.objects.filter(lot=request.lot_id).exists():
        return False
    before = [one.value for one in BEFORE_COMMITS]
    if Draw.objects.filter(request=request).exclude(state__in=before).exists():
        return False
    kept = DrawnSeat.objects.filter(round__draw__lot=request.lot_id, code=SeatCode.ACCEPTED.value)
    return not kept.filter(round__draw__state=DrawState.REVEALED.value).exists()


def own_request(lot: Lot) -> DrawRequest | None:
    """The request whose own members and substitutes are called in: the latest of the lot that has named any.

    Where a request was made anew for as many, and nobody can be named for it any more, those named before sit.
    """
    rows = DrawRequest.objects.filter(lot=lot, own__isnull=False, own__left_at__isnull=True)
    live = DrawRequest.objects.filter(lot=lot).exclude(state=RequestState.WITHDRAWN.value).first()
    if live is not None:
        rows = rows.filter(own_members=live.own_members)
    return rows.order_by("-asked_at", "-id").first()


def mandate_read(mandate_id: UUID, actor: Actor) -> OwnMandate:
    """A letter for who may open it; NotFound for everybody else, who does not learn whether there is one."""
    rows = OwnMandate.objects.select_related("member__request__lot__tender__project")
    found = rows.filter(pk=mandate_id).first()
    if found is not None:
        project = found.member.request.lot.tender.project
        if may_read_mandate(actor, project.owner_id, project.supervisor_id).allowed:
            return found
    raise NotFound("mandate", _("There is no such letter."))
