"""The page of experts named for a lot: how many and why for owner and supervisor, whom only for those who decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.selectors import actor_of, memberships_at
from bidding.security_files import store
from experts.models import Draw, DrawRequest, Expert, Naming
from experts.models.draws import Origin
from experts.policies import naming as policies
from experts.pool_keys import PoolKey
from experts.rules.naming import SHORT, SPECIAL
from experts.rules.packs import NamingRule, pool_pack
from experts.selectors.draw_tables import NAMINGS
from experts.selectors.further import AGAIN, further_needed, rows_of
from experts.selectors.named import article_of, feature_word
from experts.selectors.naming import (
    ground_of,
    nameable,
    named_people,
    naming_get,
    open_seats,
    origin_get,
    tries_used,
)
from experts.selectors.pool import StateWord, chinese, specialty_words
from experts.states import ExpertState, label
from experts.states.draw import SeatCode
from experts.states.naming import PENDING, NamingState
from kernel.errors import NotFound
from kernel.policies import require

_PENDING = [one.value for one in PENDING]


@dataclass(frozen=True)
class NamingRow:
    """A naming: how many, on which ground, how it stands, the answers in numbers. ``names`` only for who may read.

    ``paper``: the written consent is stored, and the reader may open it.
    """

    naming: Naming
    state: StateWord
    feature: str
    seats: int
    answers: Sequence[tuple[str, int]]
    names: Sequence[tuple[str, str]] = ()
    paper: bool = False


@dataclass(frozen=True)
class NamingPage:
    """The page, for the owner's people and the supervisor's; ``pending`` is what is decided about now.

    ``draw`` is the one that left the seats open, None where no draw is asked for. ``further``: "asked" where to
    name again was asked for, "needed" where it may be, now that namings are used up.
    """

    origin: Origin
    draw: Draw | None
    rule: NamingRule | None
    article: str
    consent: str
    open: Sequence[tuple[str, str, int]]
    rows: Sequence[NamingRow]
    pending: NamingRow | None
    seconds: Sequence[tuple[str, str]]
    turn: str
    may_propose: bool
    may_confirm: bool
    may_withdraw: bool
    may_take: bool
    may_decide: bool
    further: str = ""

    @property
    def before(self) -> list[NamingRow]:
        """The namings that are decided, the latest first."""
        return [row for row in self.rows if row is not self.pending]


def naming_page(origin_id: UUID, actor: Actor, at: datetime, key: PoolKey) -> NamingPage:
    """How the naming of a lot stands. NotPermitted for everybody but this owner, this supervisor.

    Names are opened for the two people of the owner who named them, and for the one person of the supervisor who took
    the naming in hand; for nobody else of either.
    """
    origin = origin_get(origin_id)
    project = origin.lot.tender.project
    require(policies.may_read_naming(actor, project.owner_id, project.supervisor_id))
    rule, ground = nameable(origin), ground_of(origin)
    namings = Naming.objects.select_related("lot__tender__project", "by", "second", "reader").filter(
        lot=origin.lot
    )
    rows = [_row(one, actor, key) for one in namings.order_by("-at", "-id")]
    pending = next((row for row in rows if row.naming.state in _PENDING), None)
    owner = policies.may_name(actor, project.owner_id).allowed
    may = _may(origin, pending.naming if pending else None, actor)
    further = _further(origin)
    left = open_seats(origin) if rule else {}
    tries = rule is not None and (ground == SHORT or tries_used(origin.lot) < rule.tries)
    free = tries and pending is None and bool(left)
    return NamingPage(
        origin=origin,
        draw=origin if isinstance(origin, Draw) else None,
        rule=rule,
        article=article_of(origin.lot),
        consent=rule.paper(ground)[chinese()] if rule else "",
        open=[(code, specialty_words([code])[0], number) for code, number in left.items()],
        rows=rows,
        pending=pending,
        seconds=_seconds(project.owner_id, actor, at) if owner and free else [],
        turn=_(AGAIN) if further == "needed" else _turn(pending, ground, free=free),
        may_propose=owner and free,
        may_confirm=may["confirm"],
        may_withdraw=may["withdraw"],
        may_take=may["take"],
        may_decide=may["decide"],
        further=further,
    )


def _further(origin: Origin) -> str:
    """Whether to name again may be asked for now, or was."""
    if not isinstance(origin, DrawRequest):
        return ""
    if further_needed(origin):
        return "needed"
    return "asked" if rows_of(origin).exists() else ""


def naming_act(draw: Draw, actor: Actor) -> bool:
    """Whether the draw's page leads this reader to the naming: it may be, or is, and he is of owner or supervisor."""
    project = draw.lot.tender.project
    if not policies.may_read_naming(actor, project.owner_id, project.supervisor_id).allowed:
        return False
    named = Naming.objects.filter(draw=draw).exists()
    proposes = policies.may_name(actor, project.owner_id).allowed and nameable(draw) is not None
    return named or proposes


def known_here(draw: Draw) -> bool:
    """Whether the rules of this lot's trade know naming: the third way on the page of a draw that ended short."""
    return pool_pack().naming_rule(draw.lot.tender.project.trade) is not None


def _may(origin: Origin, pending: Naming | None, actor: Actor) -> dict[str, bool]:
    """What this reader does about the naming that is decided about now."""
    found = dict.fromkeys(("confirm", "withdraw", "take", "decide"), False)
    if pending is None:
        return found
    project, knowing = origin.lot.tender.project, frozenset({pending.by_id, pending.second_id})
    state = NamingState(pending.state)
    takes = policies.may_take_naming(actor, project.supervisor_id, pending.reader_id, knowing).allowed
    return {
        "confirm": state is NamingState.PROPOSED
        and policies.may_confirm_naming(actor, project.owner_id, pending.second_id).allowed,
        "withdraw": policies.may_withdraw_naming(actor, project.owner_id, knowing).allowed,
        "take": state is NamingState.CONFIRMED and takes and pending.reader_id is None,
        "decide": state is NamingState.CONFIRMED and takes and pending.reader_id is not None,
    }


def _row(naming: Naming, actor: Actor, key: PoolKey) -> NamingRow:
    reads = _reads(naming, actor)
    codes = list(naming.seats.values_list("code", flat=True))
    asked = naming.state == NamingState.AGREED.value
    state = NamingState(naming.state)
    return NamingRow(
        naming=naming,
        state=StateWord(_(label(state)), NAMINGS[state]),
        feature=feature_word(naming.feature),
        seats=len(codes),
        answers=[(_(label(SeatCode(code))), codes.count(code)) for code in sorted(set(codes))]
        if asked
        else [],
        names=_names(naming, key) if reads and codes else (),
        paper=reads and _stored(naming),
    )


def _reads(naming: Naming, actor: Actor) -> bool:
    """Whether this person reads whom the naming names."""
    project, knowing = naming.lot.tender.project, frozenset({naming.by_id, naming.second_id})
    return policies.may_read_named(
        actor, project.owner_id, project.supervisor_id, knowing, naming.reader_id
    ).allowed


def _stored(naming: Naming) -> bool:
    """Whether the written consent is here: a naming may have the digest of a paper alone."""
    return bool(naming.consent) and store().exists(naming.consent)


def consent_read(origin_id: UUID, naming_id: UUID, actor: Actor) -> str:
    """The digest of a written consent for who opens it: whoever reads whom the naming names, for it may name them.

    NotFound for everybody else, for a naming of another draw, and where no paper is stored.
    """
    naming = naming_get(naming_id)
    if (
        not _reads(naming, actor)
        or origin_id not in (naming.draw_id, naming.request_id)
        or not _stored(naming)
    ):
        raise NotFound("consent", gettext_noop("There is no such file."))
    return naming.consent


def _names(naming: Naming, key: PoolKey) -> list[tuple[str, str]]:
    """Names with their specialties; beside somebody outside the pool, that he is."""
    people = named_people(naming, key)
    outside = {
        str(pk)
        for pk in Expert.objects.filter(
            pk__in=[whom.expert for _row, whom in people], state=ExpertState.OUTSIDE.value
        ).values_list("pk", flat=True)
    }
    found = []
    for row, whom in people:
        [word] = specialty_words([row.specialty])
        note = _("outside the pool, for this lot alone")
        found.append((whom.name, f"{word} · {note}" if whom.expert in outside else word))
    return found


def _turn(pending: NamingRow | None, ground: str, *, free: bool) -> str:
    if pending is not None:
        confirmed = pending.naming.state == NamingState.CONFIRMED.value
        return _("the supervisor") if confirmed else _("the second person of the owner")
    if not free:
        return _("nobody")
    named = _("the owner: name the experts")
    return named if ground == SPECIAL else _("the owner, who may name experts or ask for another draw")


def _seconds(owner: UUID, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """The other people of the owner who may confirm."""
    rows = memberships_at(at).filter(organisation=owner).exclude(person=actor.person).select_related("person")
    found = {
        (str(row.person_id), row.person.name)
        for row in rows
        if policies.may_confirm_naming(actor_of(row.person_id, owner, at), owner, row.person_id).allowed
    }
    return sorted(found, key=lambda pair: pair[1])
