"""The second person's word on a proposal for a line: confirmed, it stands; refused, the line stays open."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankLine, CollectingAccount, MatchProposal
from bidding.policies import security as policies
from bidding.selectors.security.expected import expected_of
from bidding.services.security import books
from bidding.services.security.line_propose import Part, check_kind, check_open, check_parts, line_locked
from bidding.services.security.payers_tell import payers_tell
from bidding.services.security.read_back import line_settle
from bidding.services.security.receipts_decide import Changed, decide, moved, rebook
from bidding.states.security import (
    PAYMENT,
    PROPOSAL,
    BookAccount,
    LineKind,
    PaymentAction,
    PaymentState,
    ProposalAction,
    ProposalState,
)
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append


@transaction.atomic
def proposal_decide(
    *, proposal_id: UUID, confirm: bool, answer: str, actor: Actor, at: datetime
) -> MatchProposal:
    """Confirm or refuse a proposal; whoever made it may do neither. A refusal needs a reason.

    Confirmed parts make the receipt ``matched`` and its money the security of each; confirmed without parts it stays
    where it is and is due back to its payer; a confirmed kind moves the sum to the fees or the interest of the bank, or
    against the order it answers. Everything else on these sub-accounts is decided afresh. NotFound, NotPermitted
    ``same_person``, StateConflict when it was decided before or the line is open no more.
    """
    require(policies.may_match(actor))
    proposal = MatchProposal.objects.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound("proposal", _("There is no such proposal."))
    line = line_locked(proposal.line_id)
    proposal = MatchProposal.objects.select_for_update().get(pk=proposal_id)
    if actor.person == proposal.maker:
        raise NotPermitted("same_person", _("A second person decides; you made this proposal yourself."))
    action = ProposalAction.CONFIRM if confirm else ProposalAction.REFUSE
    proposal.state = next_state(PROPOSAL, action, ProposalState(proposal.state)).value
    if not confirm and not answer.strip():
        raise RuleBroken("reason_missing", _("Say why; the second person and the record need it."))
    proposal.checker, proposal.checked_at, proposal.answer = actor.person, at, answer.strip()
    if confirm:
        parts = [Part(UUID(part["sub_account"]), Decimal(part["amount"])) for part in proposal.parts]
        kind = LineKind(proposal.kind) if proposal.kind else None
        check_open(line)
        check_kind(line, kind, parts, proposal.order)
        check_parts(line, parts)
        proposal.save()
        if kind is None:
            _stand(line, parts, actor, at)
        else:
            _no_deposit(line, kind, proposal.order, actor, at)
    else:
        proposal.save()
    record_append(
        name="match-decided",
        subject=str(proposal.pk),
        data={"line": line.pk, "confirmed": confirm, "answer": proposal.answer, **_kind(proposal)},
        actor=actor.key,
        at=at,
    )
    return proposal


def _kind(proposal: MatchProposal) -> dict[str, str]:
    return {"kind": proposal.kind, "order": proposal.order} if proposal.kind else {}


def _no_deposit(line: BankLine, kind: LineKind, order: str, actor: Actor, at: datetime) -> None:
    """Book a line which is nobody's deposit; receipts a lost reversal had put in doubt are decided afresh."""
    line.reasons = ["by_people", *(reason for reason in line.reasons if reason != "by_people")]
    if kind is LineKind.TRANSFER:
        line.save(update_fields=["reasons"])
        if not line_settle(line=line, order=order, actor=actor, at=at):
            raise StateConflict("order_moved", _("This order has moved meanwhile; look at it again."))
        return
    owner = line.sub_account_id
    line.kind, line.state, line.sub_account_id = kind.value, "", None
    line.save(update_fields=["kind", "state", "reasons", "sub_account"])
    book = BookAccount.FEES if kind is LineKind.FEE else BookAccount.INTEREST
    held = books.holdings([line.pk])[line.pk]
    out = [
        books.Side(where, -amount, whose)
        for (where, whose), amount in held.items()
        if where is BookAccount.SUSPENSE
    ]
    act = books.Act(
        f"{kind.value}-by-people", (*out, books.Side(book, -line.amount)), line.booked_on, line.pk
    )
    books.post_many(account=line.account, acts=[act], actor=actor, at=at)
    _afresh(line.account, {owner} if owner else set(), [], actor, at)


def _stand(line: BankLine, parts: list[Part], actor: Actor, at: datetime) -> None:
    account = line.account
    owners = {part.sub_account for part in parts} | ({line.sub_account_id} if line.sub_account_id else set())
    told = []
    if parts:
        line.state = next_state(PAYMENT, PaymentAction.MATCH, PaymentState(line.state)).value
        line.sub_account_id = parts[0].sub_account
        expected = expected_of([line.sub_account_id])
        told.append(Changed(line, expected[line.sub_account_id]))
        _book(line, {(BookAccount.SECURITY, part.sub_account): part.amount for part in parts}, actor, at)
    line.reasons = ["by_people", *(reason for reason in line.reasons if reason != "by_people")]
    line.save(update_fields=["state", "reasons", "sub_account"])
    _afresh(account, owners, told, actor, at)


def _afresh(
    account: CollectingAccount, owners: set[UUID], told: list[Changed], actor: Actor, at: datetime
) -> None:
    """Decide these sub-accounts again by the rules, and tell their payers what has become of it."""
    changed = decide(account, owners)
    BankLine.objects.bulk_update([one.row for one in changed], ["state", "reasons"])
    rebook(account, [one.row for one in changed], actor, at)
    payers_tell([*told, *changed], at)


def _book(
    line: BankLine, to: Mapping[tuple[BookAccount, UUID | None], Decimal], actor: Actor, at: datetime
) -> None:
    act = moved(line, books.holdings([line.pk])[line.pk], to, at, "matched-by-people")
    if act is not None:
        books.post_many(account=line.account, acts=[act], actor=actor, at=at)
