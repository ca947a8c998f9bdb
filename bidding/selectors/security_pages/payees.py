"""A sum that cannot go back by itself: its bank line names no account, or the bank returned the order."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.actors import Actor
from bidding import security_files
from bidding.models.security import PayeeProof, Refund
from bidding.policies.returns import may_pay_back
from bidding.selectors.security_pages.desk import person_name
from bidding.selectors.security_pages.refunds import shown
from bidding.selectors.security_pages.shapes import DueBack
from bidding.states.security import ProposalState, RefundState
from kernel.errors import NotFound
from kernel.policies import require


@dataclass(frozen=True)
class PayeePage:
    """The sum, and what is proposed for it."""

    row: DueBack
    currency: str
    proof: PayeeProof | None
    maker: str
    mine: bool


def payee_page(refund_id: UUID, actor: Actor) -> PayeePage:
    """The page of one such sum; NotFound for every other."""
    refund = _refund(refund_id, actor)
    waits = refund.payees.filter(state=ProposalState.PROPOSED.value).first()
    return PayeePage(
        row=shown(refund),
        currency=refund.line.currency,
        proof=waits,
        maker=person_name(waits.maker) if waits else "",
        mine=waits is not None and waits.maker == actor.person,
    )


def proof_of(refund_id: UUID, actor: Actor) -> PayeeProof:
    """The proof that waits for its second person, or NotFound."""
    row = _refund(refund_id, actor).payees.filter(state=ProposalState.PROPOSED.value).first()
    if row is None:
        raise _unknown()
    return row


def pieces(row: PayeeProof) -> Iterator[bytes]:
    """Its bytes, in pieces."""
    return security_files.store().pieces(row.file_sha256)


def _refund(refund_id: UUID, actor: Actor) -> Refund:
    require(may_pay_back(actor))
    row = Refund.objects.filter(pk=refund_id).select_related("sub_account", "line").first()
    open_ = row is not None and (not row.payee_account or row.state == RefundState.BOUNCED.value)
    if row is None or not open_:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
