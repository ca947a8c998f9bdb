"""What the caller's desk reads: is somebody to be called, which one next; and, for who watches, calls in numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from experts.models import CallLook, CallTry, DrawAnswer, DrawCall
from experts.policies.draw import may_call, may_watch
from experts.selectors.draws import draw_get
from experts.states.calls import TryOutcome
from experts.states.draw import DrawState, SeatCode
from kernel.policies import require


@dataclass(frozen=True)
class ToCall:
    """One invitation as its caller sees it: whom, which number, the words, until when, and what was tried."""

    id: UUID
    name: str
    phone: str
    words: dict[str, object]
    until: datetime
    tries: Sequence[tuple[datetime, TryOutcome]]


@dataclass(frozen=True)
class Desk:
    """The caller's desk before a name is shown: whether somebody waits, never how many; and the caller's own calls."""

    waits: bool
    until: datetime | None
    made: list[CallTry]


@dataclass(frozen=True)
class CallsSeen:
    """Calls of a draw in numbers: answers experts gave by their own login, and what the gateway says it heard."""

    looks: int
    tries: dict[str, int]
    own: int
    told: int


def open_calls(at: datetime) -> QuerySet[DrawCall]:
    """Invitations inside their window and without an answer."""
    drawn = Q(
        seat__round__draw__state=DrawState.CALLING.value,
        seat__round__answer_until__gt=at,
        seat__code=SeatCode.OPEN.value,
    )
    named = Q(named__naming__answer_until__gt=at, named__code=SeatCode.OPEN.value)
    return DrawCall.objects.filter(drawn | named)


def call_of(call_id: UUID) -> DrawCall | None:
    """An invitation with its seat, drawn or named, and the draw behind it."""
    rows = DrawCall.objects.select_related(
        "seat__round__draw__lot", "named__naming__draw__lot", "named__naming__request__lot"
    )
    return rows.filter(pk=call_id).first()


def waiting_for(actor: Actor, at: datetime, claim: timedelta) -> UUID | None:
    """The next invitation for this caller: the one he holds until he has written down how the call ended.

    Else the fewest calls first, then the longest untouched; none that another holds.
    """
    mine = CallLook.objects.filter(by=actor.person, at__gt=at - claim).order_by("-at", "-id").first()
    if mine is not None and open_calls(at).filter(pk=mine.call_id).exists():
        made = CallTry.objects.filter(call=mine.call_id, by=actor.person, at__gte=mine.at)
        if not made.exists():
            return mine.call_id
    held = CallLook.objects.filter(at__gt=at - claim).exclude(by=actor.person)
    rows = open_calls(at).exclude(pk__in=held.values("call"))
    rows = rows.annotate(times=Count("tries", distinct=True), last=Max("looks__at"))
    first = sorted(rows, key=lambda row: (row.times, row.last is not None, row.last or at, str(row.pk)))
    return first[0].pk if first else None


def desk_of(actor: Actor, at: datetime, claim: timedelta) -> Desk:
    """The desk of a caller. NotPermitted for everybody else."""
    require(may_call(actor))
    waits = waiting_for(actor, at, claim) is not None
    ends = open_calls(at).annotate(ends=Coalesce("seat__round__answer_until", "named__naming__answer_until"))
    until = ends.order_by("ends").values_list("ends", flat=True).first()
    made = CallTry.objects.filter(by=actor.person).order_by("-at", "-id")[:20]
    return Desk(waits, until if waits else None, list(made))


def calls_seen(draw_id: UUID, actor: Actor) -> CallsSeen:
    """How the drawn of a draw were called, in numbers: a declined call is the gateway's word unless it is ``own``."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_watch(actor, project.owner_id, project.supervisor_id))
    tries = CallTry.objects.filter(call__seat__round__draw=draw).values_list("outcome", flat=True)
    answers = DrawAnswer.objects.filter(seat__round__draw=draw)
    return CallsSeen(
        looks=CallLook.objects.filter(call__seat__round__draw=draw).count(),
        tries=dict(sorted(Counter(tries).items())),
        own=answers.filter(own=True).count(),
        told=answers.filter(own=False).count(),
    )
