"""Say what a line is that no rule could place: one person proposes, with a reason; another decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankLine, MatchProposal, Refund, SubAccount
from bidding.policies import security as policies
from bidding.selectors.security.accounts import account_locked
from bidding.selectors.security.books import holdings
from bidding.states.security import (
    NO_DEPOSIT,
    OPEN_KINDS,
    PAYMENT,
    BookAccount,
    LineKind,
    PaymentAction,
    PaymentState,
    ProposalState,
    RefundState,
)
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append

OPEN = PAYMENT[PaymentAction.MATCH].sources


@dataclass(frozen=True)
class Part:
    """So much of a receipt for this sub-account (by id)."""

    sub_account: UUID
    amount: Decimal


@transaction.atomic
def line_propose(
    *,
    line_id: UUID,
    parts: Sequence[Part],
    reason: str,
    actor: Actor,
    at: datetime,
    kind: LineKind | None = None,
    order: str = "",
) -> MatchProposal:
    """Propose that a receipt is the security of ``parts`` (several divide it); without parts, that it goes back.

    With ``kind`` it is no deposit: FEE or INTEREST of the bank, in either direction, or TRANSFER, the bank's answer to
    the order of ours with the end-to-end id ``order``. NotFound for no such line; StateConflict ``line_closed`` when
    it has its place already and ``proposal_open`` when another proposal waits; RuleBroken ``reason_missing``,
    ``parts_do_not_sum``, ``part_unknown``, ``part_not_above_zero``, ``part_twice``, ``line_kind`` (not this kind for
    this line), ``order_unknown``, ``order_differs``.
    """
    require(policies.may_match(actor))
    line = line_locked(line_id)
    check_open(line)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why; the second person and the record need it."))
    order = order.strip() if kind is LineKind.TRANSFER else ""
    check_kind(line, kind, parts, order)
    check_parts(line, parts)
    if MatchProposal.objects.filter(line=line, state=ProposalState.PROPOSED.value).exists():
        raise StateConflict(
            "proposal_open", _("Another proposal for this payment waits for its second person.")
        )
    assert actor.person is not None
    listed = [{"sub_account": str(part.sub_account), "amount": str(part.amount)} for part in parts]
    proposal = MatchProposal(
        line=line,
        parts=listed,
        kind=kind.value if kind else "",
        order=order,
        reason=reason.strip(),
        maker=actor.person,
        made_at=at,
    )
    data = {"line": line.pk, "parts": listed, "reason": proposal.reason}
    proposal.entry = record_append(
        name="match-proposed",
        subject=str(proposal.pk),
        data={**data, "kind": proposal.kind, "order": order} if kind else data,
        actor=actor.key,
        at=at,
    )
    proposal.save(force_insert=True)
    return proposal


def line_locked(line_id: UUID) -> BankLine:
    """A line, after its account's row was locked: what an import changes is read only then."""
    line = BankLine.objects.filter(pk=line_id).first()
    if line is None:
        raise NotFound("bank_line", _("There is no such payment."))
    account_locked(line.account_id)
    return BankLine.objects.select_related("account").get(pk=line_id)


def check_open(line: BankLine) -> None:
    """StateConflict unless a person may still say what the line is: an open receipt, or a line nobody knows."""
    if line.corrected_by_id is not None:
        raise StateConflict("line_corrected", _("The bank has corrected this line; look at the new one."))
    kind = LineKind(line.kind)
    receipt = kind is LineKind.RECEIPT and PaymentState(line.state) in OPEN
    if not receipt and not (kind in OPEN_KINDS and in_suspense(line)):
        raise StateConflict("line_closed", _("This payment is decided; nothing is to be matched by hand."))


def in_suspense(line: BankLine) -> bool:
    """Whether all the money of a line stands in suspense, and nothing of it has gone anywhere."""
    held = holdings([line.pk]).get(line.pk, {})
    sums = [amount for (book, _owner), amount in held.items() if book is BookAccount.SUSPENSE]
    return bool(line.amount) and sum(sums, Decimal(0)) == -line.amount and len(held) == len(sums) + 1


def check_kind(line: BankLine, kind: LineKind | None, parts: Sequence[Part], order: str) -> None:
    """RuleBroken unless the line can be of this kind (None: a deposit, which only a receipt is)."""
    receipt = line.kind == LineKind.RECEIPT.value
    if kind is None and receipt:
        return
    if kind not in NO_DEPOSIT or parts:
        raise RuleBroken(
            "line_kind", _("This line is no deposit: say whether it is a fee, interest or an order.")
        )
    if receipt and (line.sub_account_id is not None or not in_suspense(line)):
        raise RuleBroken(
            "line_kind",
            _("This sum names a sub-account or is on its way back; it is a deposit or goes back."),
        )
    if kind is LineKind.TRANSFER:
        _check_order(line, order)


def _check_order(line: BankLine, order: str) -> None:
    refund = Refund.objects.filter(end_to_end_id=order, line__account=line.account).first()
    if refund is None:
        raise _refused(
            "order", "order_unknown", _("There is no order with this end-to-end id in this account.")
        )
    wanted = RefundState.PAYING if line.amount < 0 else RefundState.RETURNED
    if refund.state != wanted.value or abs(line.amount) != refund.principal + refund.interest:
        raise _refused(
            "order",
            "order_differs",
            _(
                "This order is not with the bank, or is of another sum; a line is the answer to one order, exactly."
            ),
        )


def _refused(field: str, code: str, message: str) -> RuleBroken:
    return RuleBroken(code, message, [Finding(code, message, field=field)])


def check_parts(line: BankLine, parts: Sequence[Part]) -> None:
    """RuleBroken unless the parts are above zero, of known sub-accounts of this account, each once, and sum up."""
    if not parts:
        return
    if any(part.amount <= 0 for part in parts):
        raise RuleBroken("part_not_above_zero", _("Every part is above zero."))
    wanted = {part.sub_account for part in parts}
    if len(wanted) != len(parts):
        raise RuleBroken("part_twice", _("A sub-account is named once."))
    if SubAccount.objects.filter(account=line.account, pk__in=wanted).count() != len(wanted):
        raise RuleBroken("part_unknown", _("There is no such sub-account in this account."))
    total = sum((part.amount for part in parts), Decimal(0))
    if total != line.amount:
        raise RuleBroken(
            "parts_do_not_sum",
            _("The parts make %(total)s, the payment is %(amount)s."),
            total=total,
            amount=line.amount,
        )
