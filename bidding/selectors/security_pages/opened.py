"""After the opening: each bidder's security for owner and supervisor, same payers (条例40(六)), holds, forfeitures.

Before the lines are read out the page answers the same to everybody, and after too few bids it does so for good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.states import Role
from bidding import security_files
from bidding.models import Bid, Opening
from bidding.models.security import Forfeiture, Hold
from bidding.policies.opened import may_follow_securities
from bidding.policies.security import may_read_payers
from bidding.selectors.changes import read_out
from bidding.selectors.hall import hall as hall_of
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.mandates import chairing
from bidding.selectors.security.after_opening import same_payers
from bidding.selectors.security.own import SHAPES, WORDS, Own, Standing, own
from bidding.selectors.security.readout import FLAGS, FORMS, secured
from bidding.selectors.security_pages.bidder import article_words, ground_word, received
from bidding.selectors.security_pages.bonds import bond
from bidding.selectors.security_pages.shapes import OpenedPage, OpenedSecurity, Word
from bidding.selectors.security_pages.words import PROPOSAL_SHAPES, word_of
from bidding.states.security import ProposalState
from kernel.errors import NotFound, NotPermitted
from kernel.policies import require
from trading.models import Lot
from trading.selectors import deposit_rules

KEPT = frozenset({Standing.MATCHED, Standing.OVER, Standing.HELD, Standing.DUE_BACK, Standing.GUARANTEED})
HOLD_GROUNDS: Mapping[str, str] = {
    "order": gettext_noop("order of the supervisor"),
    "complaint": gettext_noop("complaint being handled"),
    "objection": gettext_noop("an objection not answered yet"),
}
INNOCENT = (
    gettext_noop("A bank’s clearing account, through which a branch sends payments of many customers."),
    gettext_noop("The treasury of a group, where the rules let subsidiaries pay through it."),
    gettext_noop("The lead of a consortium that paid for its members."),
)


@dataclass(frozen=True)
class Finding:
    """One account that paid for several bidders: evidence, never a verdict."""

    names: list[str]
    account: str
    sentence: str
    innocent: list[str]


@dataclass(frozen=True)
class Held:
    """A hold with whom it concerns."""

    row: Hold
    who: str
    ground: str
    may_lift: bool


@dataclass(frozen=True)
class Kept:
    """A forfeiture as owner and supervisor read it."""

    row: Forfeiture
    ground: str
    state: Word
    mine: bool
    may_decide: bool


def opened_page(number: str, no: int, actor: Actor, at: datetime) -> OpenedPage:
    """The page for owner, its agency and the supervisor; NotPermitted for others, NotFound until it is read out."""
    lot = lot_in_hall(number, no)
    project = lot.tender.project
    owning = Role.OWNER in actor.roles and actor.organisation == project.owner_id
    supervising = Role.SUPERVISOR in actor.roles and actor.organisation == project.supervisor_id
    require(may_follow_securities(actor, project.owner_id, chairing(lot, actor, at), project.supervisor_id))
    if not read_out(lot):
        raise NotFound("not_read_out", gettext_noop("Security is shown once the lines have been read out."))
    found = [(organisation, own(lot, organisation.pk)) for organisation in bidders(lot)]
    kept = (
        Forfeiture.objects.filter(lot=lot)
        .select_related("organisation", "lot__tender__project")
        .order_by("made_at")
    )
    holds = Hold.objects.filter(lot=lot).select_related("organisation").order_by("at")
    return OpenedPage(
        lot=lot,
        hall=hall_of(number, no, at),
        title=lot.tender.title,
        number=number,
        no=no,
        rows=[_row(organisation, mine) for organisation, mine in found],
        findings=_findings(lot, actor),
        holds=[_held(row, actor) for row in holds] if supervising else [],
        forfeitures=[_kept(row, actor, at, owning=owning) for row in kept],
        grounds=_grounds(lot, at),
        supervising=supervising,
        owning=owning,
        bidders=[
            (str(organisation.pk), organisation.name)
            for organisation, mine in found
            if supervising or mine.standing in KEPT
        ],
    )


def supervised_page(number: str, no: int, actor: Actor, at: datetime) -> OpenedPage:
    """The page, for the supervisor alone."""
    return _only(opened_page(number, no, actor, at), "supervising")


def owned_page(number: str, no: int, actor: Actor, at: datetime) -> OpenedPage:
    """The page, for the owner alone."""
    return _only(opened_page(number, no, actor, at), "owning")


def _only(page: OpenedPage, mark: str) -> OpenedPage:
    if not getattr(page, mark):
        raise NotPermitted("not_yours", gettext_noop("This is another one's act."))
    return page


def bidders(lot: Lot) -> list[Organisation]:
    """The organisations of the closed set, in its order."""
    opening = Opening.objects.filter(lot=lot).select_related("close").first()
    events = [row["ev"] for row in opening.close.body["bids"]] if opening and opening.close else []
    rows = {
        bid.ev: bid.organisation for bid in Bid.objects.filter(ev__in=events).select_related("organisation")
    }
    return [rows[event] for event in events if event in rows]


def _row(organisation: Organisation, mine: Own) -> OpenedSecurity:
    """One bidder's security, as it was read out and as it stands now."""
    standing = mine.standing
    found = secured(mine.lot, organisation.pk)
    form = _(FORMS.get(found.form, found.form)) if found and found.form else ""
    return OpenedSecurity(
        organisation=organisation,
        name=organisation.name,
        code=organisation.code,
        form=form,
        amount=found.amount if found and found.form else None,
        currency=mine.lot.currency,
        state=Word(_(WORDS[standing]), SHAPES.get(standing, "wait")),
        flag=_(FLAGS[found.flag]) if found and found.flag else "",
        lines=[received(line) for line in mine.lines],
        bonds=[bond(row, mine.lot) for row in mine.guarantees],
    )


def _findings(lot: Lot, actor: Actor) -> list[Finding]:
    """Accounts that paid for several bidders of the lot, with what may explain it; for who may read payers."""
    if not may_read_payers(actor).allowed:
        return []
    sentence = _("The deposits of these bidders came from one account.")
    innocent = [_(text) for text in INNOCENT]
    return [
        Finding(list(one.bidders), one.payer_account, sentence, innocent) for one in same_payers(lot, actor)
    ]


def _held(row: Hold, actor: Actor) -> Held:
    who = row.organisation.name if row.organisation else _("every bidder of this lot")
    ground = _(HOLD_GROUNDS.get(row.ground, row.ground))
    return Held(
        row,
        who,
        ground,
        may_lift=row.lifted_at is None and row.by is not None and Role.SUPERVISOR in actor.roles,
    )


def _kept(row: Forfeiture, actor: Actor, at: datetime, *, owning: bool) -> Kept:
    open_ = row.state == ProposalState.PROPOSED.value
    mine = open_ and row.maker == actor.person
    return Kept(
        row=row,
        ground=ground_word(row.lot, row.ground, at),
        state=word_of(ProposalState(row.state), PROPOSAL_SHAPES),
        mine=mine,
        may_decide=open_ and owning and not mine,
    )


def kept_of(page: OpenedPage, forfeiture_id: UUID, actor: Actor, at: datetime) -> Kept:
    """One forfeiture of this lot; NotFound for another."""
    row = (
        Forfeiture.objects.filter(pk=forfeiture_id, lot=page.lot)
        .select_related("organisation", "lot__tender__project")
        .first()
    )
    if row is None:
        raise NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
    return _kept(row, actor, at, owning=page.owning)


def _grounds(lot: Lot, at: datetime) -> list[tuple[str, str]]:
    """The grounds the rules in force know, each with its article."""
    rules = deposit_rules(lot, at).rules
    codes = [code.removeprefix("forfeit_") for code in rules if code.startswith("forfeit_")]
    where = {code: article_words(rules[f"forfeit_{code}"].article) for code in codes}
    return [(code, f"{ground_word(lot, code, at)} ({where[code]})") for code in codes]


def decision_pieces(kept: Kept) -> Iterator[bytes]:
    """The decision's bytes, in pieces."""
    return security_files.store().pieces(kept.row.file_sha256)
