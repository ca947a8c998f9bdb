"""After the opening: what owner, agency and supervisor see of award, contract and validity, and a bidder of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.rules.articles import article_shown
from accounts.states import MandatePower, Role
from bidding.models.security import Guarantee, ValidityAnswer
from bidding.policies.opened import may_follow_securities
from bidding.selectors import validity
from bidding.selectors.hall import hall as hall_of
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.mandates import chairing
from bidding.selectors.result_pages import ResultPage, result_page
from kernel.errors import NotFound
from kernel.policies import require
from trading import policies as trading_policies
from trading.models import Award, Contract, Lot, ValidityExtension
from trading.rules.counting import local_day, start_of
from trading.selectors import agencies, calendar, deposit_rules, project_flags, valid_until
from trading.selectors.awarding import award_standing
from trading.selectors.public import lot_by_number
from trading.states import LOT, LotAction, LotState

AFTER_AWARD = ("losers_told", "written_report", "contract", "deposit_back_award")
AFTER_CONTRACT = ("deposit_back_contract",)
OUTSIDE = LOT[LotAction.AWARD_OUTSIDE].sources
EXTENDABLE = frozenset({LotState.EVALUATING, LotState.REPORTED, LotState.PUBLICITY, LotState.AWAITING_AWARD})


@dataclass(frozen=True)
class Clock:
    """A time the law sets from here on, with its article and, once it runs, its last moment."""

    text: str
    article: str
    until: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """The last request to extend the validity, and each bidder's answer as far as it is given."""

    row: ValidityExtension
    answers: Sequence[tuple[str, ValidityAnswer | None]]


@dataclass(frozen=True)
class OutcomePage:
    """What became of a lot, and what its owner can record next."""

    lot: Lot
    hall: Any
    number: str
    no: int
    valid_until: datetime
    award: Award | None
    contract: Contract | None
    asked: Asked | None
    clocks: Sequence[Clock]
    owning: bool
    recording: bool
    may_award: bool
    may_contract: bool
    may_extend: bool
    bidders: list[tuple[str, str]]
    short: Sequence[tuple[str, Guarantee]]
    result: ResultPage


def outcome_page(number: str, no: int, actor: Actor, at: datetime) -> OutcomePage:
    """The page for owner, agency and supervisor; NotFound until the lot is opened."""
    lot = lot_in_hall(number, no)
    project = lot.tender.project
    require(may_follow_securities(actor, project.owner_id, chairing(lot, actor, at), project.supervisor_id))
    opened = validity.bidders_opened(lot)
    if lot.opened_at is None:
        raise NotFound("not_opened", _("This lot has not been opened; there is nothing to record yet."))
    state = LotState(lot.state)
    bodies = agencies(project, lot.tender.reference, MandatePower.CHAIR, at)
    recording = trading_policies.may_record_outcome(actor, project.owner_id, bodies).allowed
    owning = Role.OWNER in actor.roles and actor.organisation == project.owner_id
    award = award_standing(lot)
    names = dict(Organisation.objects.filter(pk__in=opened).values_list("pk", "name"))
    gone = validity.refusers(lot)
    until = valid_until(lot)
    return OutcomePage(
        lot=lot,
        hall=hall_of(number, no, at),
        number=number,
        no=no,
        valid_until=until,
        award=award,
        contract=Contract.objects.filter(lot=lot).first(),
        asked=_asked(lot, names),
        clocks=_clocks(lot, award, at),
        owning=owning,
        recording=recording,
        may_award=recording and state in OUTSIDE,
        may_contract=recording and state is LotState.AWARDED,
        may_extend=owning and state in EXTENDABLE and at < until,
        result=result_page(number, no, actor, at),
        short=[(names[pk], row) for pk, row in validity.short_guarantees(lot).items() if pk in names],
        bidders=[
            (str(pk), name) for pk, name in sorted(names.items(), key=lambda one: one[1]) if pk not in gone
        ],
    )


def unanswered(page: OutcomePage) -> list[tuple[str, str]]:
    """Bidders who have not answered the last request, for a letter to be entered."""
    given = {name for name, answer in page.asked.answers if answer} if page.asked else set()
    return [(pk, name) for pk, name in page.bidders if name not in given]


def _asked(lot: Lot, names: dict[UUID, str]) -> Asked | None:
    row = validity.last_asked(lot)
    if row is None:
        return None
    return Asked(
        row,
        [(name, validity.answer_of(row, pk)) for pk, name in sorted(names.items(), key=lambda one: one[1])],
    )


def _clocks(lot: Lot, award: Award | None, at: datetime) -> list[Clock]:
    """The times that run from award notice and contract, by the rules of this tender's publication."""
    contract = Contract.objects.filter(lot=lot).first()
    known = deposit_rules(lot, at).rules
    flags = project_flags(lot.tender.project)
    zh = (get_language() or "zh-hans").startswith("zh")
    since = dict.fromkeys(AFTER_AWARD, start_of(award.notified_on) if award else None)
    since |= dict.fromkeys(AFTER_CONTRACT, start_of(contract.signed_on) if contract else None)
    found = []
    for name, begin in since.items():
        rule = known.get(name)
        if rule is None or not set(rule.applies_if) <= flags:
            continue
        until = rule.count(begin, calendar()).moment if begin and rule.value else None
        text = rule.text_zh if zh else rule.text_en
        found.append(Clock(text, article_shown(rule.article, chinese=zh), until))
    return found


@dataclass(frozen=True)
class ValidityPage:
    """A bidder's own page: what is asked of it, what it answered, and whether its guarantee lasts."""

    lot: Lot
    row: ValidityExtension
    answer: ValidityAnswer | None
    short: Sequence[Guarantee]
    open: bool


def validity_page(number: str, actor: Actor, at: datetime) -> ValidityPage:
    """The request of a lot to one of its bidders; NotFound for everybody else and while nothing is asked."""
    lot = lot_by_number(number)
    mine = Role.BIDDER in actor.roles and actor.organisation in validity.bidders_opened(lot)
    row = validity.last_asked(lot) if mine else None
    if row is None or actor.organisation is None:
        raise NotFound("not_here", _("There is no such thing, or none you may know of."))
    answer = validity.answer_of(row, actor.organisation)
    given = Guarantee.objects.filter(
        lot=lot, organisation=actor.organisation, state__in=validity.OPEN_GUARANTEES
    )
    last = local_day(row.extended_until)
    short = list(given.filter(valid_until__lt=last).order_by("valid_until"))
    if given.filter(valid_until__gte=last).exists():
        short = []
    return ValidityPage(lot, row, answer, short, answer is None and at < row.valid_until)
