"""An officer's own place in a draw: what is done, what comes next, and what the device must know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.states import Role
from experts.models import Contribution, Draw, DrawCommit, DrawOfficer, DrawRelease, DrawSeatTaken
from experts.policies.draw import may_certify_draw_key, may_contribute, may_hold_draw_seat
from experts.selectors.draw_pack import ASKED, UNSIGNED
from experts.selectors.draws import DrawChain, contributors_of, draw_get, officer_get, round_now, round_until
from experts.selectors.exchanges import taken_of
from experts.states.draw import DrawState
from kernel.errors import NotPermitted
from kernel.policies import require
from protocol.draw import objects, releasing

CHECKS: Final = (
    ("continues", gettext_noop("The log continues the one this device saw before; nothing was taken out")),
    (
        "header",
        gettext_noop("The header is signed by supervisor and platform, and names your keys and t of n"),
    ),
    (
        "log",
        gettext_noop("The header stands in a checkpoint with witnesses; no event of the draw is left out"),
    ),
    ("set", gettext_noop("The time is over, by the time sources; every required contribution is there")),
    ("round", gettext_noop("What is asked is the one header of this round, and it stands in the log")),
    (
        "own",
        gettext_noop("This device has seen no other header, and has promised nothing else for this round"),
    ),
)
RUNNING: Final = frozenset(DrawState) - UNSIGNED - {DrawState.REVEALED, DrawState.SHORT, DrawState.COMPLETE}
ENDED: Final = frozenset({DrawState.COMPLETE, DrawState.SHORT, DrawState.REVEALED})


class Step(StrEnum):
    """What an officer does next."""

    ACCEPT = "accept"
    KEY = "key"
    CERTIFY = "certify"
    TRY = "try"
    READY = "ready"  # nothing to do before contributions are closed
    ACT = "act"
    PROMISED = "promised"
    BETWEEN = "between"  # this round is done; another may be asked
    DONE = "done"


@dataclass(frozen=True)
class OfficerPage:
    """The officer's page: ``data`` is what the scripts work with, nothing secret."""

    draw: Draw
    seat: DrawOfficer
    taken: DrawSeatTaken | None
    step: Step
    n: int
    may_change: bool
    until: datetime | None
    data: dict[str, Any]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """What the device checks before it commits, in words (A22)."""
        return [(code, _(words)) for code, words in CHECKS]

    @property
    def lot_name(self) -> str:
        """The name of the lot under which the keys of this draw are declared."""
        return objects.lot_of(self.draw.lot.code, self.draw.serial)


@dataclass(frozen=True)
class OwnSeat:
    """A line of the list of draws that need a person's key."""

    draw: Draw
    seat: DrawOfficer
    step: Step
    url: str

    @property
    def waits(self) -> bool:
        """Whether the officer has something to do now."""
        return self.step not in {Step.CERTIFY, Step.READY, Step.PROMISED, Step.BETWEEN, Step.DONE}


@dataclass(frozen=True)
class DrawWork:
    """What draws ask of a person and the organisation it acts for."""

    seats: Sequence[OwnSeat]
    certify: Sequence[DrawOfficer]
    contribute: Sequence[Draw]

    @property
    def waits(self) -> bool:
        """Whether anything has to be done now."""
        return bool(self.certify or self.contribute or any(one.waits for one in self.seats))


def officer_seat(draw_id: UUID, actor: Actor) -> DrawOfficer:
    """The seat of whoever asks; NotPermitted for everybody who holds none of this draw."""
    draw = draw_get(draw_id)
    row = draw.officers.filter(person=actor.person).first() if actor.person else None
    if row is None:
        raise NotPermitted("not_permitted", _("You hold no key of this draw."))
    require(may_hold_draw_seat(actor, row.person_id))
    return officer_get(draw, row.i)


def officer_page(draw_id: UUID, actor: Actor) -> OfficerPage:
    """The page of one's own seat."""
    seat = officer_seat(draw_id, actor)
    draw = draw_get(draw_id)
    taken = taken_of(seat)
    step = _step(draw, seat, taken)
    names = {
        "state": "draw-state",
        "commit": "draw-commit",
        "release": "draw-release",
        "page": "draw-officer",
    }
    urls = {name: reverse(f"experts:{view}", args=[draw.pk]) for name, view in names.items()}
    return OfficerPage(
        draw=draw,
        seat=seat,
        taken=taken,
        step=step,
        n=draw.officers.count(),
        may_change=DrawState(draw.state) is DrawState.BEGUN,
        until=round_until(draw, round_now(draw)) if DrawState(draw.state) in ASKED else None,
        data={
            **urls,
            "pack": f"/api/v1/experts/draws/{draw.pk}/officers/{seat.i}/pack",
            "anchors": reverse("portal-anchors", args=[draw.lot.policy]),
            "database": str(actor.person),
            "i": seat.i,
            "key": seat.sig_key,
            "t_d": draw.t_d,
            "ended": step is Step.DONE,
        },
    )


def progress(draw_id: UUID, actor: Actor) -> dict[str, Any]:
    """How the round and this officer stand: what the page waits for, without the proofs of a pack."""
    seat = officer_seat(draw_id, actor)
    draw = draw_get(draw_id)
    state = DrawState(draw.state)
    if state in UNSIGNED or state in ENDED or draw.header_entry is None:
        return {"state": state.value, "asked": False, "ended": state in ENDED}
    now, asked = round_now(draw), state in ASKED
    chain = DrawChain(draw) if asked else None
    votes = chain.votes(now.j) if chain else []
    own = DrawCommit.objects.filter(round=now, officer=seat.i)
    return {
        "state": state.value,
        "ended": False,
        "j": now.j,
        "head": now.head.ev,
        "asked": asked,
        "committed": own.exists(),
        "logged": own.filter(entry__leaf_index__isnull=False).exists(),
        "released": DrawRelease.objects.filter(round=now, officer=seat.i).exists(),
        "enough": bool(chain and releasing.releasable(chain.header, votes, chain.counting)),
    }


def key_to_certify(draw_id: UUID, i: int, actor: Actor) -> tuple[DrawOfficer, str]:
    """A seat and the signing key its officer has handed in, for the organisation that certifies; "" without one."""
    seat = officer_get(draw_get(draw_id), i)
    require(may_certify_draw_key(actor, seat.organisation_id))
    taken = taken_of(seat)
    body = taken.asked.get("signed", {}).get("body", {}) if taken else {}
    return seat, str(body.get("sig_key", ""))


def draw_work(actor: Actor, at: datetime) -> DrawWork:
    """Everything draws ask of whoever looks, what waits first."""
    rows = DrawOfficer.objects.filter(person=actor.person).select_related("draw__lot__tender", "organisation")
    open_rows = rows.exclude(draw__state__in=[one.value for one in ENDED]) if actor.person else rows.none()
    seats = (
        [_own_seat(row) for row in open_rows.order_by("-invited_at")] if Role.OFFICER in actor.roles else []
    )
    return DrawWork(
        seats=sorted(seats, key=lambda one: not one.waits),
        certify=_to_certify(actor),
        contribute=_contributions_due(actor, at),
    )


def _to_certify(actor: Actor) -> list[DrawOfficer]:
    rows = DrawOfficer.objects.filter(taken__asked_at__isnull=False, organisation=actor.organisation)
    if actor.organisation is None or not may_certify_draw_key(actor, actor.organisation).allowed:
        return []
    return list(rows.select_related("draw__lot__tender").order_by("taken__asked_at"))


def _contributions_due(actor: Actor, at: datetime) -> list[Draw]:
    """Draws to which the organisation may still contribute and has not."""
    rows = Draw.objects.filter(state=DrawState.OPEN.value, close_at__gt=at)
    found = []
    for draw in rows.select_related("lot__tender__project").order_by("close_at"):
        codes = contributors_of(draw)
        own = {code for code, pk in codes.items() if pk == actor.organisation}
        allowed = may_contribute(actor, frozenset(codes.values())).allowed and actor.organisation is not None
        if allowed and own and not Contribution.objects.filter(draw=draw, org__in=own).exists():
            found.append(draw)
    return found


def _own_seat(row: DrawOfficer) -> OwnSeat:
    taken = taken_of(row)
    step = _step(row.draw, row, taken)
    return OwnSeat(row.draw, row, step, reverse("experts:draw-officer", args=[row.draw_id]))


def _step(draw: Draw, seat: DrawOfficer, taken: DrawSeatTaken | None) -> Step:
    state = DrawState(draw.state)
    if state in ENDED:
        return Step.DONE
    if state in UNSIGNED:
        return _making(state, seat, taken)
    if state is DrawState.OPEN:
        return Step.READY
    now = round_now(draw)
    if DrawRelease.objects.filter(round=now, officer=seat.i).exists() or state not in ASKED:
        return Step.BETWEEN
    committed = DrawCommit.objects.filter(round=now, officer=seat.i).exists()
    return Step.PROMISED if committed else Step.ACT


def _making(state: DrawState, seat: DrawOfficer, taken: DrawSeatTaken | None) -> Step:
    """Before the header is signed."""
    if taken is not None and taken.asked:
        return Step.CERTIFY
    if seat.sig_key:
        return Step.READY if seat.proven_at else Step.TRY
    if state is not DrawState.BEGUN:
        return Step.DONE
    return Step.KEY if taken is not None else Step.ACCEPT
