"""Where a sum goes whose bank line names no payer's account: one person shows a proof, another confirms it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import PayeeProof, Refund
from bidding.policies import returns as policies
from bidding.security_files import file_keep
from bidding.states.security import PROPOSAL, ProposalAction, ProposalState, RefundState
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append

BEFORE_A_LIST = [RefundState.DUE_BACK.value, RefundState.HELD.value, RefundState.BOUNCED.value]


@transaction.atomic
def payee_propose(
    *,
    refund_id: UUID,
    name: str,
    account: str,
    reason: str,
    file_name: str,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> PayeeProof:
    """Propose where a sum goes, with the proof (a bank's letter, a slip) and the reason, as the first of two people.

    Only for a line without a payer's account, or a refund that bounced: everything else goes where it came from.
    StateConflict ``payee_known`` otherwise, ``proposal_open`` while another proposal waits; RuleBroken
    ``payee_incomplete``.
    """
    require(policies.may_pay_back(actor))
    refund = _refund(refund_id)
    if refund.payee_account and refund.state != RefundState.BOUNCED.value:
        raise StateConflict(
            "payee_known", _("This sum goes back to the account that paid it, and nowhere else.")
        )
    if refund.state not in BEFORE_A_LIST:
        raise StateConflict("refund_not_due", _("One of these sums is not, or no longer, due."))
    if not (name.strip() and account.strip() and reason.strip()):
        raise RuleBroken("payee_incomplete", _("Name, account and reason are all needed."))
    if refund.payees.filter(state=ProposalState.PROPOSED.value).exists():
        raise StateConflict("proposal_open", _("A proposal for this waits for the second person."))
    assert actor.person is not None
    file = file_keep(file_name, content)
    proof = PayeeProof.objects.create(
        refund=refund,
        name=name.strip(),
        account=account.strip(),
        reason=reason.strip(),
        maker=actor.person,
        made_at=at,
        **file.fields(),
    )
    record_append(
        name="payee-proposed",
        subject=str(proof.pk),
        data={"refund": refund.pk, "account": proof.account, "sha256": file.sha256, "reason": proof.reason},
        actor=actor.key,
        at=at,
    )
    return proof


@transaction.atomic
def payee_decide(*, proof_id: UUID, confirm: bool, answer: str, actor: Actor, at: datetime) -> PayeeProof:
    """Confirm or refuse a payee as the second person; NotPermitted ``two_people`` for who proposed it."""
    require(policies.may_pay_back(actor))
    found = PayeeProof.objects.filter(pk=proof_id).values_list("refund", flat=True).first()
    if found is None:
        raise NotFound("payee_proof", _("There is no such proof of a payee."))
    refund = _refund(found)
    proof = PayeeProof.objects.select_for_update().get(pk=proof_id)
    if proof.maker == actor.person:
        raise NotPermitted("two_people", _("Another person than the one who proposed it must decide."))
    if not confirm and not answer.strip():
        raise RuleBroken("reason_missing", _("Say why it is refused."))
    action = ProposalAction.CONFIRM if confirm else ProposalAction.REFUSE
    proof.state = next_state(PROPOSAL, action, ProposalState(proof.state)).value
    proof.checker, proof.checked_at, proof.answer = actor.person, at, answer.strip()
    proof.entry = record_append(
        name="payee-confirmed" if confirm else "payee-refused",
        subject=str(proof.pk),
        data={"refund": refund.pk, "account": proof.account, "answer": proof.answer},
        actor=actor.key,
        at=at,
    )
    proof.save()
    if confirm:
        if refund.state not in BEFORE_A_LIST:
            raise StateConflict("refund_not_due", _("One of these sums is not, or no longer, due."))
        refund.payee_name, refund.payee_account = proof.name, proof.account
        refund.save(update_fields=["payee_name", "payee_account"])
    return proof


def _refund(refund_id: UUID) -> Refund:
    refund = Refund.objects.select_for_update().filter(pk=refund_id).first()
    if refund is None:
        raise NotFound("refund", _("There is no such refund."))
    return refund
