"""What a member reads of his panel and of its bids: his own findings, and nobody's opinion before its time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from experts.models import (
    FactItem,
    Panel,
    PanelQuestion,
    PanelSeat,
    Passage,
    RejectionMotion,
    ReviewMark,
)
from experts.policies.panel import (
    may_confirm_panel,
    may_keep_door,
    may_offer_panel,
    may_read_bids,
)
from experts.rules.blind import blind_envelopes
from experts.selectors.blind import under_labels
from experts.selectors.competition import Competition, competition_of
from experts.selectors.evaluated import (
    Evaluation,
    Opened,
    agreed_items,
    carried,
    last_items,
    open_findings,
    standing_rejections,
)
from experts.selectors.mandates import substitute_words
from experts.selectors.named import named_words
from experts.selectors.own import as_expert
from experts.selectors.panels import expected, own_seat, panel_get, seated, unanswered
from experts.selectors.rests import Rested, away, resting, returned
from experts.states import label
from experts.states.panel import MemberState, MotionState, PanelState
from experts.states.rest import RestState
from kernel.errors import Finding, NotFound
from kernel.policies import require
from protocol.line import NotAnOpeningLine, read_line

BESIDE: Final = ("person", "named__naming", "substitution__follows", "substitution__member__replacement")
KINDS: Final = {
    PanelState.FORMING: "",
    PanelState.SEATED: "",
    PanelState.REVIEWING: "open",
    PanelState.SCORING: "open",
    PanelState.SHOWN: "open",
    PanelState.SIGNING: "open",
    PanelState.ENDED: "done",
}
TURNS: Final = {
    PanelState.FORMING: gettext_noop(
        "The members: sign in and answer for each bidder. Then owner and supervisor sign."
    ),
    PanelState.SEATED: gettext_noop("The members: elect the chair."),
    PanelState.REVIEWING: gettext_noop(
        "Every member: look at each bid. The chair ends the review when nothing is open."
    ),
    PanelState.SCORING: gettext_noop("Every member: mark the bids, alone."),
    PanelState.SHOWN: gettext_noop("The members: look at the deviations."),
    PanelState.SIGNING: gettext_noop("Every member: sign the report, or dissent in writing."),
    PanelState.ENDED: gettext_noop("Nobody on the panel. The report is with the owner."),
}
REST_TURNS: Final = {
    RestState.CALLED: gettext_noop("Desk and supervisor: seal room and papers."),
    RestState.SEALED: gettext_noop("Desk and supervisor: at the moment that was set, say how the seals are."),
    RestState.BROKEN: gettext_noop("The supervisor: decide whether the panel goes on."),
}
_FLAGS: Final = {
    "over_ceiling": gettext_noop("Is the price above the ceiling?"),
    "above-ceiling": gettext_noop("Is the price above the ceiling?"),
    "below-mean": gettext_noop("Is the price far below the others? Ask why it is not below cost."),
    "below-ceiling": gettext_noop("Is the price far below the ceiling? Ask why it is not below cost."),
    "not_a_line": gettext_noop("Envelope 0 is not a read-out form. What is offered?"),
    "words_differ": gettext_noop("Do figures and words say the same price?"),
}


@dataclass(frozen=True)
class Member:
    """A row of the list of members."""

    seat: PanelSeat
    word: str
    inside: bool
    mine: bool = False
    chairs: bool = False
    named: str = ""


@dataclass(frozen=True)
class BidRow:
    """A bid as a member finds it in the list: what he still owes it, whether it is rejected."""

    opened: Opened
    done: int
    of: int
    rejected: bool
    moved: bool
    questions: int
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class PanelPage:
    """A panel with who looks at it."""

    panel: Panel
    seat: PanelSeat | None
    state: str
    kind: str
    turn: str
    members: Sequence[Member]
    bids: Sequence[BidRow] = ()
    open: Sequence[Finding] = ()
    waits: int = 0
    competition: Competition | None = None
    asked: int = 0
    rest: Rested | None = None
    away: bool = False

    @property
    def blind(self) -> bool:
        """Whether the method has envelopes judged blind."""
        return bool(blind_envelopes(self.panel.lot.method))

    @property
    def may_state(self) -> bool:
        """Whether the reader is asked whether competition is enough (12号令 27)."""
        few = self.competition
        if few is None or self.seat is None or few.lacking or not (few.short and few.rule.panel_decides):
            return False
        return all(one.seat_id != self.seat.pk for one in few.votes)

    @property
    def is_chair(self) -> bool:
        """Whether the reader is the chair."""
        return self.seat is not None and self.panel.chair_id == self.seat.pk


def panel_page(panel_id: UUID, who: Actor, *, gate: Callable[[PanelSeat], None] = returned) -> PanelPage:
    """The member's own page; NotFound for everybody else, whether or not there is such a panel.

    With the gate ``anytime`` it says also that the panel rests, or that the reader is to sign in again; no more.
    """
    panel, seat = sitting(panel_id, who, gate=gate)
    rows, found, few = [], [], None
    if (gone := away(seat)) or resting(panel):
        return replace(page_of(panel, seat), members=(), away=gone)
    if PanelState(panel.state) is PanelState.REVIEWING and seat.state == MemberState.SEATED.value:
        evaluation = Evaluation(panel.lot)
        rows, found = _bids(panel, seat, evaluation), open_findings(panel, evaluation)
        few = competition_of(panel, [one.ev for one in evaluation.opened])
    return page_of(panel, seat, bids=rows, open=found, waits=len(unanswered(seat)), competition=few)


def sitting(
    panel_id: UUID, who: Actor, *, gate: Callable[[PanelSeat], None] = returned
) -> tuple[Panel, PanelSeat]:
    """The panel and the reader's own seat; NotFound for who has none, refused by ``gate`` while the panel rests."""
    try:
        panel = panel_get(panel_id)
    except NotFound:
        panel = None
    if panel is None:
        raise NotFound("panel", gettext_noop("There is no such panel."))
    mine = own_seat(panel, who, gate=gate)
    mine.panel = panel
    return panel, mine


def reading(panel_id: UUID, who: Actor) -> tuple[Panel, PanelSeat]:
    """The same, for who may read the bids: a member in his seat."""
    panel, seat = sitting(panel_id, who)
    require(may_read_bids(who, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    return panel, seat


def _beside(panel: Panel, seat: PanelSeat) -> str:
    """What stands beside a member: that he was named and not drawn, or for whom he steps in."""
    if seat.named:
        return named_words(panel.lot, seat.named.naming.ground, seat.named.naming.feature)
    return substitute_words(seat)


def page_of(panel: Panel, seat: PanelSeat | None, **more: Any) -> PanelPage:
    """The panel with who looks at it: states, whose turn, members as rows."""
    state, rest = PanelState(panel.state), resting(panel)
    rows = [
        Member(
            one,
            _(label(MemberState(one.state))),
            _inside(one),
            mine=seat is not None and one.pk == seat.pk,
            chairs=one.pk == panel.chair_id,
            named=_beside(panel, one),
        )
        for one in panel.seats.select_related(*BESIDE).order_by("seat")
    ]
    return PanelPage(
        panel,
        seat,
        _(label(rest.state if rest else state)),
        "wait" if rest else KINDS[state],
        _(REST_TURNS[rest.state] if rest else TURNS[state]),
        rows,
        asked=expected(panel),
        rest=rest,
        **more,
    )


def _inside(seat: PanelSeat) -> bool:
    last = Passage.objects.filter(seat=seat).order_by("-at", "-id").first()
    return last is not None and last.way == "in"


def _bids(panel: Panel, seat: PanelSeat, evaluation: Evaluation) -> list[BidRow]:
    rejected = {one.bid_id for one in standing_rejections(panel)}
    moved = set(panel.motions.filter(state=MotionState.MOVED.value).values_list("bid_id", flat=True))
    more = evaluation.method_flags(panel)
    rows = []
    for one in evaluation.opened:
        marks = ReviewMark.objects.filter(seat=seat, bid=one.bid).count()
        asked = panel.questions.filter(bid=one.bid).exclude(envelope__in=under_labels(panel)).count()
        flags = flag_words([*one.flags, *more.get(one.ev, ())])
        rows.append(
            BidRow(
                one,
                marks,
                len(evaluation.items),
                one.bid.pk in rejected,
                one.bid.pk in moved,
                asked,
                flags,
            )
        )
    return rows


def flag_words(codes: Sequence[str]) -> list[str]:
    """What the machine found, as questions: it rejects nobody."""
    return list(dict.fromkeys(_(_FLAGS[code]) if code in _FLAGS else code for code in codes))


@dataclass(frozen=True)
class ItemRow:
    """An item of the review with the reader's own finding."""

    code: str
    stage: str
    text_en: str
    text_zh: str
    mark: ReviewMark | None


@dataclass(frozen=True)
class MotionRow:
    """A motion on a bid, the votes so far, and whether the reader has voted."""

    motion: RejectionMotion
    word: str
    for_it: int
    of: int
    against: Sequence[str]
    voted: bool
    hangs: bool


@dataclass(frozen=True)
class FactRow:
    """What is to be agreed on of a bid: the last entry, and whether the reader can confirm it."""

    kind: str
    of: str
    name: str
    item: FactItem | None
    agreed: bool
    mine: bool
    before: Sequence[FactItem] = ()


@dataclass(frozen=True)
class BidPage:
    """A bid as a member works on it."""

    page: PanelPage
    opened: Opened
    fields: Sequence[tuple[str, str]]
    flags: Sequence[str]
    items: Sequence[ItemRow]
    motions: Sequence[MotionRow]
    questions: Sequence[PanelQuestion]
    facts: Sequence[FactRow]
    files: Sequence[Any] = field(default_factory=list)
    price: Any = None
    may_work: bool = False
    envelopes: Sequence[int] = ()


def bid_page(panel_id: UUID, ev: str, who: Actor) -> BidPage:
    """One bid with the reader's own findings, the panel's motions, questions and facts."""
    panel, seat = reading(panel_id, who)
    evaluation = Evaluation(panel.lot)
    one = evaluation.get(ev)
    marks = {row.item: row for row in ReviewMark.objects.filter(seat=seat, bid=one.bid)}
    items = [
        ItemRow(it.code, it.stage, it.text_en, it.text_zh, marks.get(it.code)) for it in evaluation.items
    ]
    told = panel.questions.filter(bid=one.bid).exclude(envelope__in=under_labels(panel))
    rows = told.select_related("answer", "seat").order_by("at")
    return BidPage(
        page_of(panel, seat),
        one,
        line_fields(one),
        flag_words([*one.flags, *evaluation.method_flags(panel).get(ev, ())]),
        items,
        [
            _motion(row, seat)
            for row in panel.motions.filter(bid=one.bid).select_related("bid", "mover", "entry")
        ],
        list(rows),
        _facts(panel, seat, evaluation, one),
        price=evaluation.price_of(panel, one),
        may_work=panel.state == PanelState.REVIEWING.value,
        envelopes=[e for e in sorted(evaluation.results) if e not in blind_envelopes(panel.lot.method)],
    )


def answer_file(panel_id: UUID, ev: str, question_id: UUID, n: int, who: Actor) -> tuple[str, str]:
    """Name and hash of a file enclosed with an answer about this bid, for a member in his seat."""
    panel, _seat = reading(panel_id, who)
    rows = PanelQuestion.objects.exclude(envelope__in=under_labels(panel))
    found = rows.filter(pk=question_id, panel=panel, bid__ev=ev, answer__isnull=False).first()
    files = found.answer.files if found else []
    if n >= len(files):
        raise NotFound("file", gettext_noop("There is no such file."))
    return str(files[n]["name"]), str(files[n]["sha256"])


def line_fields(one: Opened) -> list[tuple[str, str]]:
    """The read-out form as it was written, member by member."""
    try:
        line = read_line(one.line.encode())
    except NotAnOpeningLine:
        return [(_("As written"), one.line)]
    return [
        (_("Tenderer"), line.tenderer),
        (_("Price in figures"), f"{line.price:,.2f} {line.currency}"),
        (_("Price in words"), line.price_words),
        (_("Duration, days"), str(line.duration_days or "")),
        (_("Quality"), line.quality),
        (_("Project manager"), line.manager),
        (_("Validity, days"), str(line.validity_days)),
        (_("Remarks"), line.notes),
    ]


def _motion(motion: RejectionMotion, seat: PanelSeat) -> MotionRow:
    here = [one.pk for one in seated(motion.panel)]
    votes = list(motion.votes.filter(seat__in=here))
    for_it = sum(one.agrees for one in votes)
    return MotionRow(
        motion,
        _(label(MotionState(motion.state))),
        for_it,
        len(here),
        [one.note for one in votes if not one.agrees],
        any(one.seat_id == seat.pk for one in votes),
        motion.state == MotionState.CONFIRMED.value and carried(motion) * 2 <= len(here),
    )


def _facts(panel: Panel, seat: PanelSeat, evaluation: Evaluation, one: Opened) -> list[FactRow]:
    method = evaluation.method
    if method is None:
        return []
    last, agreed = last_items(panel), agreed_items(panel)
    entered = list(panel.fact_items.filter(bid=one.bid).order_by("entry__seq"))
    wanted = [("price", "")]
    wanted += [("quantity", name) for name in method.of_kind("objective")]
    wanted += [("adjustment", name) for name in sorted(method.adjustments)]
    rows = []
    for kind, of in wanted:
        item = last.get((one.bid.pk, kind, of))
        mine = item is not None and (
            item.seat_id == seat.pk or any(vote.seat_id == seat.pk for vote in item.votes.all())
        )
        name = method.nodes[of]["name"] if kind == "quantity" else ""
        name = method.adjustments[of]["name"] if kind == "adjustment" else name
        before = (
            [row for row in entered if (row.kind, row.of) == (kind, of) and row.pk != item.pk] if item else ()
        )
        rows.append(FactRow(kind, of, name, item, (one.bid.pk, kind, of) in agreed, mine, before))
    return rows


@dataclass(frozen=True)
class Listed:
    """A panel in a list, and where the reader goes from there."""

    panel: Panel
    state: str
    kind: str
    as_member: bool
    at_door: bool
    signs: bool


def my_panels(who: Actor) -> list[Listed]:
    """Every panel the reader has something to do with: sits on it, keeps its door, signs or watches it."""
    mine = (
        set(PanelSeat.objects.filter(person=who.person).values_list("panel_id", flat=True))
        if who.person
        else set()
    )
    found = []
    for row in Panel.objects.select_related("lot__tender__project").order_by("-formed_at"):
        project = row.lot.tender.project
        sits = row.pk in mine
        signs = (
            may_offer_panel(who, project.owner_id).allowed
            or may_confirm_panel(who, project.supervisor_id).allowed
        )
        door = may_keep_door(who).allowed
        if sits or signs or door:
            state = PanelState(row.state)
            found.append(Listed(row, _(label(state)), KINDS[state], sits, door, signs))
    return found


def reader(who: Actor, panel_id: UUID) -> Actor:
    """The reader as a member: an expert by his record, unless he sits as a member of the owner's."""
    own = (
        PanelSeat.objects.filter(panel=panel_id, person=who.person, kind="owner").exists()
        if who.person
        else False
    )
    return who if own else as_expert(who)
