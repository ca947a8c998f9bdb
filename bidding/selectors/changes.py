"""主体变更 after the opening (条38): what a bidder told of itself, with the history of its names.

Before the lines are read the page says the same to everybody, whoever bids: it would tell who is in the set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import OrganisationChange, OrganisationName
from accounts.policies import may_read_changes
from accounts.states import ChangeKind, Role, label
from bidding.models import Bid, ChangePaper, Opening
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.mandates import chairing
from bidding.states import OpeningState
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import Lot

READ_OUT = frozenset({OpeningState.REVEALED.value, OpeningState.RECORDED.value})


@dataclass(frozen=True)
class Change:
    """One notice of a change, with every name the organisation has had."""

    row: OrganisationChange
    kind: str
    names: Sequence[OrganisationName]
    paper: ChangePaper | None


@dataclass(frozen=True)
class Changes:
    """The page: the lot, what the reader may see of the notices, and whether the reader may tell one."""

    lot: Lot
    title: str
    rows: Sequence[Change]
    may_tell: bool


def changes(number: str, no: int, actor: Actor, at: datetime) -> Changes:
    """A bidder's own notices, or all of them for owner, agency, witness and supervisor; NotPermitted for others."""
    lot = lot_in_hall(number, no)
    rows = OrganisationChange.objects.filter(topic=lot.number).select_related("organisation")
    bids = Role.BIDDER in actor.roles and read_out(lot) and opened_bid(lot, actor) is not None
    if bids:
        rows = rows.filter(organisation=actor.organisation)
    elif Role.BIDDER in actor.roles and not read_out(lot):
        raise NotFound("not_read_out", gettext_noop("Changes are told once the lines have been read out."))
    else:
        project = lot.tender.project
        named = (project.owner_id, project.supervisor_id, *chairing(lot, actor, at))
        require(may_read_changes(actor, [party for party in named if party is not None]))
        if not read_out(lot):
            raise NotFound(
                "not_read_out", gettext_noop("Changes are told once the lines have been read out.")
            )
    found = list(rows.order_by("-told_at"))
    history = OrganisationName.objects.filter(organisation__in={row.organisation_id for row in found})
    names = list(history.order_by("valid_from"))
    papers = {paper.change_id: paper for paper in ChangePaper.objects.filter(change__in=found)}
    listed = [
        Change(
            row,
            _(label(ChangeKind(row.kind))),
            [name for name in names if name.organisation_id == row.organisation_id],
            papers.get(row.pk),
        )
        for row in found
    ]
    return Changes(lot, lot.tender.title, listed, may_tell=bids)


def paper_of(number: str, no: int, change_id: UUID, actor: Actor, at: datetime) -> ChangePaper:
    """The file of a notice for whoever may read that notice; NotFound otherwise."""
    for change in changes(number, no, actor, at).rows:
        if change.row.pk == change_id and change.paper is not None:
            return change.paper
    raise NotFound("change_paper", gettext_noop("There is no such file, or none you may read."))


def read_out(lot: Lot) -> bool:
    """Whether the lines of this lot have been read out."""
    return Opening.objects.filter(lot=lot, state__in=READ_OUT).exists()


def opened_bid(lot: Lot, actor: Actor) -> Bid | None:
    """The actor's own bid of the closed set, whatever became of it when the set was opened."""
    opening = Opening.objects.filter(lot=lot).select_related("close").first()
    closed = [row["ev"] for row in opening.close.body["bids"]] if opening and opening.close else []
    return Bid.objects.filter(lot=lot, organisation=actor.organisation, ev__in=closed).first()
