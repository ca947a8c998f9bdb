"""The page of one draw for who may watch it: steps with times, who has acted by office, seats by answer; no expert."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from experts.models import Contribution, Draw, DrawCommit, DrawRelease, DrawRound
from experts.policies import draw as policies
from experts.selectors.draw_label import SELF, label_of
from experts.selectors.draw_pack import UNSIGNED
from experts.selectors.draw_pages import may_follow, stands_still
from experts.selectors.draw_stalled import WAITING, stall_due
from experts.selectors.draw_tables import CAUSES, CONTRIBUTORS
from experts.selectors.draw_words import answer_word, draw_word, said, trust_words, turn_of
from experts.selectors.draws import DrawChain, draw_get
from experts.selectors.exchanges import changes_of, pending_of
from experts.selectors.naming import naming_stands
from experts.selectors.naming_page import known_here, naming_act
from experts.selectors.pool import StateWord
from experts.states.draw import DrawState
from kernel.policies import require
from ledger import sources
from ledger.models import Incident
from protocol.hashing import sha256

_D = DrawState
ROUNDS = frozenset({_D.DRAWN, _D.CALLING, _D.ANSWERED})
ENDED = frozenset({_D.COMPLETE, _D.SHORT, _D.REVEALED})


@dataclass(frozen=True)
class Step:
    """One step of the strip."""

    word: str
    kind: str
    at: datetime | None = None


@dataclass(frozen=True)
class ContributorLine:
    """Who must contribute, whether it has, and whether its time is over."""

    name: str
    office: str
    given: bool
    late: bool


@dataclass(frozen=True)
class OfficerLine:
    """An officer by number and body; what it has done in the round that is asked. Never a share, never a name."""

    i: int
    organisation: str
    role: str
    registered: bool
    proven: bool
    automated: bool
    committed: bool
    released: bool
    late: bool


@dataclass(frozen=True)
class RoundLine:
    """A round: how many seats it drew, and how many of them have which answer."""

    j: int
    asked_at: datetime
    drawn: bool
    seats: int
    answers: Sequence[tuple[str, int]]
    called_at: datetime | None
    answer_until: datetime | None


@dataclass(frozen=True)
class DrawPage:
    """The draw as its page shows it; equal pages are equal values, so that a version can be compared."""

    draw: Draw
    state: StateWord
    turn: str
    cause: str
    steps: Sequence[Step]
    until: datetime | None
    until_word: str
    contributors: Sequence[ContributorLine]
    bidders: int | None
    officers: Sequence[OfficerLine]
    rounds: Sequence[RoundLine]
    incidents: Sequence[tuple[datetime, str]]
    trust: str
    alone: bool
    acts: Sequence[str]
    short: str
    named: bool

    @property
    def version(self) -> str:
        """Changes with what is shown."""
        rows = (self.contributors, self.officers, self.rounds, self.steps)
        lines = [[astuple(one) for one in row] for row in rows]
        seen = (self.state.word, self.turn, self.until, self.bidders, self.incidents, self.acts, lines)
        return sha256(repr(seen).encode()).hex()

    @property
    def over(self) -> bool:
        """Nothing more will change."""
        return self.draw.state == DrawState.REVEALED.value


def draw_page(draw_id: UUID, actor: Actor, at: datetime) -> DrawPage:
    """How a draw stands. NotPermitted for whoever may not watch it."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(policies.may_watch(actor, project.owner_id, project.supervisor_id))
    rounds = list(draw.rounds.select_related("head").order_by("j"))
    given = set(Contribution.objects.filter(draw=draw).values_list("org", flat=True))
    required = {row["org"] for row in draw.header.get("required", [])}
    until, word = _until(draw, rounds)
    still = stands_still(draw, at)
    return DrawPage(
        draw=draw,
        state=draw_word(draw),
        turn=turn_of(draw.request, draw),
        cause=said(CAUSES, draw.cause),
        steps=_steps(draw, rounds),
        until=until,
        until_word=word,
        contributors=_contributors(draw, given, late=still and DrawState(draw.state) is _D.OPEN),
        bidders=len(given - required) if draw.header.get("open") == "bidders" else None,
        officers=_officers(
            draw, rounds[-1] if rounds else None, late=still and DrawState(draw.state) in WAITING
        ),
        rounds=[_round(row) for row in rounds],
        incidents=_incidents(draw),
        trust=trust_words(draw.header, given or None) if draw.header else "",
        alone=label_of(draw) == SELF,
        acts=_acts(draw, actor, still=still),
        short=_short(draw),
        named=known_here(draw),
    )


def _short(draw: Draw) -> str:
    """Why the last serial of a lot ended short, in words; "" where it did not, or another serial took its place."""
    end = draw.end_entry.body if draw.end_entry else {}
    if end.get("outcome") != "short" or Draw.objects.filter(lot=draw.lot_id, serial__gt=draw.serial).exists():
        return ""
    return said(CAUSES, end["cause"])


def _steps(draw: Draw, rounds: Sequence[DrawRound]) -> list[Step]:
    state, last = DrawState(draw.state), rounds[-1] if rounds else None
    signed = draw.header_entry.at if draw.header_entry else None
    revealed = draw.reveal_entry.at if draw.reveal_entry else None
    called = last.called_at if last else None
    order = [
        (frozenset({_D.BEGUN}), _("Officers’ keys"), draw.begun_at),
        (frozenset({_D.PREPARED}), _("Header signed"), signed),
        (frozenset({_D.OPEN}), _("Contributions"), draw.close_at if signed else None),
        (
            frozenset({_D.CLOSED, _D.COMMITTING}),
            _("Officers act"),
            last.head.at if last and last.j else None,
        ),
        (frozenset({_D.DRAWN, _D.CALLING, _D.ANSWERED}), _("Experts are asked"), called),
        (frozenset({_D.COMPLETE, _D.SHORT}), _("Panel"), draw.end_entry.at if draw.end_entry else None),
        (frozenset({_D.REVEALED}), _("Opened to everybody"), revealed),
    ]
    now = next(place for place, (states, _word, _at) in enumerate(order) if state in states)
    return [
        Step(word, "done" if place < now or draw.reveal_entry_id else "now" if place == now else "", moment)
        for place, (_states, word, moment) in enumerate(order)
    ]


def _until(draw: Draw, rounds: Sequence[DrawRound]) -> tuple[datetime | None, str]:
    state = DrawState(draw.state)
    if state is DrawState.PREPARED:
        return draw.close_at, _("The supervisor signs before")
    if state is DrawState.OPEN:
        return draw.close_at, _("Contributions until")
    if state is DrawState.CALLING and rounds:
        return rounds[-1].answer_until, _("The experts answer until")
    if state in WAITING and rounds:
        return stall_due(DrawChain(draw), rounds[-1]), _("Officers have time until")
    if state in ROUNDS or state in ENDED - {DrawState.REVEALED}:
        return draw.reveal_at, _("Opened to everybody at")
    return None, ""


def _contributors(draw: Draw, given: set[str], *, late: bool) -> list[ContributorLine]:
    required = draw.header.get("required", [])
    names = dict(
        Organisation.objects.filter(code__in=[row["org"] for row in required]).values_list("code", "name")
    )
    own = sources.log_org()
    return [
        ContributorLine(
            name=names.get(row["org"], _("the platform") if row["org"] == own else row["org"]),
            office=said(CONTRIBUTORS, row["role"]),
            given=row["org"] in given,
            late=late and row["org"] not in given,
        )
        for row in required
    ]


def _officers(draw: Draw, now: DrawRound | None, *, late: bool) -> list[OfficerLine]:
    committed = set(DrawCommit.objects.filter(round=now).values_list("officer", flat=True)) if now else set()
    released = set(DrawRelease.objects.filter(round=now).values_list("officer", flat=True)) if now else set()
    return [
        OfficerLine(
            i=row.i,
            organisation=row.organisation.name,
            role=row.role,
            registered=row.key_entry_id is not None,
            proven=row.proven_at is not None,
            automated=row.automated,
            committed=row.i in committed,
            released=row.i in released,
            late=late and row.i not in released,
        )
        for row in draw.officers.select_related("organisation").order_by("i")
    ]


def _round(row: DrawRound) -> RoundLine:
    codes = Counter(row.seats.values_list("code", flat=True))
    return RoundLine(
        j=row.j,
        asked_at=row.head.at,
        drawn=row.result_id is not None,
        seats=codes.total(),
        answers=[(answer_word(code), n) for code, n in sorted(codes.items())],
        called_at=row.called_at,
        answer_until=row.answer_until,
    )


def _incidents(draw: Draw) -> list[tuple[datetime, str]]:
    """What everybody may know that went otherwise: a further serial with its cause, T_close moved with its reason."""
    found = []
    if draw.serial > 1:
        text = _("This is serial %(serial)s of the lot: %(cause)s.")
        found.append((draw.begun_at, text % {"serial": draw.serial, "cause": said(CAUSES, draw.cause)}))
    for one in changes_of(draw):
        text = _("Officer %(i)s was changed, from %(before)s to %(after)s: %(cause)s. %(reason)s")
        found.append((one.at, text % asdict(one)))
    if draw.t_d:
        for event in DrawChain(draw).of("draw-postpone"):
            text = _("The close of contributions was moved to a later time: %(reason)s")
            found.append((event.entry.at, text % {"reason": event.body["reason"]}))
    subject = f"{draw.lot.number}/draw/{draw.serial}"
    rows = Incident.objects.filter(source=subject).exclude(code="second-draw").order_by("at")
    return found + [(row.at, row.note or row.code) for row in rows]


def _acts(draw: Draw, actor: Actor, *, still: bool) -> tuple[str, ...]:
    """What this reader does next, by the code of its page."""
    project, state = draw.lot.tender.project, DrawState(draw.state)
    found = []
    if policies.may_operate(actor).allowed:
        if state is DrawState.BEGUN:
            found += ["officers", "prepare"]
        if state is DrawState.PREPARED:
            found += ["prepare"]
        if state in UNSIGNED and draw.officers.exists():
            found += ["exchange"]
        later = Draw.objects.filter(lot=draw.lot_id, serial__gt=draw.serial).exists()
        if may_follow(draw) and not later and not naming_stands(draw.lot):
            found += ["begin"]
    if policies.may_sign_header(actor, project.supervisor_id).allowed:
        if state is DrawState.PREPARED:
            found += ["sign"]
        if state in UNSIGNED and pending_of(draw):
            found += ["agree"]
        if state is DrawState.OPEN:
            found += ["postpone", "contribute"]
    if state is DrawState.OPEN and policies.may_ask(actor, project.owner_id).allowed:
        found += ["contribute"]
    ends = (
        policies.may_operate(actor).allowed or policies.may_sign_header(actor, project.supervisor_id).allowed
    )
    if ends and still:
        found += ["stalled"]
    return (*dict.fromkeys(found), *(["naming"] if naming_act(draw, actor) else []))
