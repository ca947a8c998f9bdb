"""Refunds at the finance desk: what is due, and the lists, by sub-account and end-to-end id alone.

Neither the cause nor the hour is shown: both would tell from which tender a sum comes, and so how many paid for it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from bidding.models.security import CollectingAccount, Refund, RefundList
from bidding.policies.security import may_read_money
from bidding.selectors.security_pages.desk import person_name
from bidding.selectors.security_pages.shapes import DueBack, ListPage, Word
from bidding.selectors.security_pages.words import PROPOSAL_SHAPES, REFUND_SHAPES, word_of
from bidding.states.security import ProposalState, RefundState
from kernel.errors import NotFound
from kernel.policies import require

OPEN = (RefundState.DUE_BACK.value, RefundState.BOUNCED.value, RefundState.HELD.value)
CHOOSE = frozenset({RefundState.DUE_BACK.value, RefundState.BOUNCED.value})
NEWEST = 60


@dataclass(frozen=True)
class Group:
    """What is due from one collecting account."""

    account: CollectingAccount
    rows: list[DueBack]

    @property
    def any(self) -> bool:
        """Whether a list can be made."""
        return any(row.choose for row in self.rows)


def due(actor: Actor, at: datetime) -> list[Group]:
    """What is due back, by collecting account, the next deadline first."""
    require(may_read_money(actor))
    rows = Refund.objects.filter(state__in=OPEN).select_related("sub_account", "line__account")
    groups: dict[UUID, Group] = {}
    for row in rows.order_by("due_at", "end_to_end_id"):
        account = row.line.account
        groups.setdefault(account.pk, Group(account, [])).rows.append(shown(row, at))
    return sorted(groups.values(), key=lambda group: group.account.code)


def shown(row: Refund, at: datetime | None = None) -> DueBack:
    """A sum due back as the desk sees it."""
    return DueBack(
        id=row.pk,
        sub_account=row.sub_account.number if row.sub_account else row.line.payee_account,
        end_to_end_id=row.end_to_end_id,
        principal=row.principal,
        interest=row.interest,
        due_at=row.due_at,
        state=word_of(RefundState(row.state), REFUND_SHAPES),
        over=at is not None and row.due_at < at,
        choose=row.state in CHOOSE and bool(row.payee_account),
        unknown=not row.payee_account or row.state == RefundState.BOUNCED.value,
    )


def lists(actor: Actor) -> list[ListPage]:
    """Every list, the newest first."""
    require(may_read_money(actor))
    return [
        _page(row, actor)
        for row in RefundList.objects.select_related("account").order_by("-made_at")[:NEWEST]
    ]


def list_page(list_id: UUID, actor: Actor) -> ListPage:
    """One list with its orders; NotFound for none."""
    require(may_read_money(actor))
    row = RefundList.objects.select_related("account").filter(pk=list_id).first()
    if row is None:
        raise NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
    return _page(row, actor)


def _page(row: RefundList, actor: Actor) -> ListPage:
    rows = [
        shown(refund)
        for refund in row.refunds.select_related("sub_account", "line").order_by("end_to_end_id")
    ]
    open_ = row.state == ProposalState.PROPOSED.value
    return ListPage(
        row=row,
        rows=rows,
        total=sum((one.total for one in rows), Decimal(0)),
        state=_state(row),
        maker=person_name(row.maker),
        checker=person_name(row.checker),
        mine=open_ and row.maker == actor.person,
        may_decide=open_ and row.maker != actor.person,
        may_send=row.state == ProposalState.CONFIRMED.value,
    )


def _state(row: RefundList) -> Word:
    """The list's own state, then what the bank did with it."""
    if row.sent_at is None:
        return word_of(ProposalState(row.state), PROPOSAL_SHAPES)
    states = set(row.refunds.values_list("state", flat=True))
    if RefundState.BOUNCED.value in states:
        return Word(_("In part refused by the bank"), "fail")
    if states <= {RefundState.RETURNED.value}:
        return Word(_("Paid, as the statement says"), "done")
    return Word(_("With the bank"), "soon")


def file_name(row: RefundList, wanted: str) -> str:
    """The name under which the bank's file is kept."""
    return f"{row.code}.{'csv' if wanted == 'csv' else 'xml'}"
