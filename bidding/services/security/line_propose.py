"""Say, for a receipt the rules could not match, whose it is: one person proposes, with a reason; another decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankLine, MatchProposal, SubAccount
from bidding.policies import security as policies
from bidding.selectors.security.accounts import account_locked
from bidding.states.security import PAYMENT, LineKind, PaymentAction, PaymentState, ProposalState
from kernel.errors import NotFound, RuleBroken, StateConflict
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
    *, line_id: UUID, parts: Sequence[Part], reason: str, actor: Actor, at: datetime
) -> MatchProposal:
    """Propose that a receipt is the security of ``parts`` (several divide it); without parts, that it goes back.

    NotFound for no such receipt in force; StateConflict ``line_closed`` when it is matched, returned or forfeited and
    ``proposal_open`` when another proposal waits; RuleBroken ``reason_missing``, ``parts_do_not_sum``,
    ``part_unknown``, ``part_not_above_zero``, ``part_twice``.
    """
    require(policies.may_match(actor))
    line = receipt_locked(line_id)
    check_open(line)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why; the second person and the record need it."))
    check_parts(line, parts)
    if MatchProposal.objects.filter(line=line, state=ProposalState.PROPOSED.value).exists():
        raise StateConflict(
            "proposal_open", _("Another proposal for this payment waits for its second person.")
        )
    assert actor.person is not None
    listed = [{"sub_account": str(part.sub_account), "amount": str(part.amount)} for part in parts]
    proposal = MatchProposal(line=line, parts=listed, reason=reason.strip(), maker=actor.person, made_at=at)
    proposal.entry = record_append(
        name="match-proposed",
        subject=str(proposal.pk),
        data={"line": line.pk, "parts": listed, "reason": proposal.reason},
        actor=actor.key,
        at=at,
    )
    proposal.save(force_insert=True)
    return proposal


def receipt_locked(line_id: UUID) -> BankLine:
    """A receipt, after its account's row was locked: what an import changes is read only then."""
    line = BankLine.objects.filter(pk=line_id, kind=LineKind.RECEIPT.value).first()
    if line is None:
        raise NotFound("bank_line", _("There is no such payment."))
    account_locked(line.account_id)
    return BankLine.objects.select_related("account").get(pk=line_id)


def check_open(line: BankLine) -> None:
    """StateConflict unless a person may still say whose the receipt is."""
    if line.corrected_by_id is not None:
        raise StateConflict("line_corrected", _("The bank has corrected this line; look at the new one."))
    if PaymentState(line.state) not in OPEN:
        raise StateConflict("line_closed", _("This payment is decided; nothing is to be matched by hand."))


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
