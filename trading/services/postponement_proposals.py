"""延期 in two steps: the owner signs and proposes, the supervisor signs and by that puts it in force (A5)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Postponement, PostponementProposal
from trading.rules import Times
from trading.services.policy_body import postpone_body
from trading.services.postponement import postpone, require_movable
from trading.services.signing import require_signed
from trading.services.takers import supervisor_notify
from trading.states import PROPOSAL, ProposalAction, ProposalState

Signatures = Sequence[Mapping[str, Any]]


@transaction.atomic
def postponement_propose(
    *, lot_id: UUID, times: Times, reason: str, signatures: Signatures, actor: Actor, at: datetime
) -> PostponementProposal:
    """Sign new times as the owner and ask the supervisor to sign them; an earlier proposal is taken back.

    The rules are asked now, so that nobody signs what cannot stand, and again when the supervisor signs.
    """
    lot = selectors.lot_for_update(lot_id)
    tender = lot.tender
    require(policies.may_publish(actor, tender.project.owner_id))
    require_movable(lot, times, reason, at)
    body = postpone_body(lot, times, reason)
    signed = {"body": body, "signatures": list(signatures)}
    require_signed("postpone", signed, body=body, by=[tender.project.owner_id])
    for earlier in lot.proposals.filter(state=ProposalState.OFFERED.value):
        settle(earlier, ProposalAction.WITHDRAW, at)
    made = PostponementProposal.objects.create(
        lot=lot,
        body=body,
        signatures=list(signatures),
        reason=reason,
        close_at=times.close_at,
        by=actor.key,
        at=at,
    )
    record_append(
        name="postponement-proposed",
        subject=lot.number,
        data={"close_at": times.close_at, "reason": reason},
        actor=actor.key,
        at=at,
    )
    told = {"number": lot.number, "deadline_at": times.close_at, "reason": reason}
    supervisor_notify(tender=tender, event="postponement_to_sign", data=told, at=at)
    return made


@transaction.atomic
def postponement_sign(
    *, proposal_id: UUID, signatures: Signatures, actor: Actor, at: datetime
) -> Postponement:
    """Sign a proposed postponement as the supervisor; from this moment the new times are in force."""
    lot = selectors.lot_for_update(selectors.proposal_for_update(proposal_id).lot_id)
    proposal = selectors.proposal_for_update(proposal_id)
    require(policies.may_countersign(actor, lot.tender.project.supervisor_id))
    settle(proposal, ProposalAction.SIGN, at)
    if proposal.body["policy"] != lot.policy:
        raise StateConflict("policy_changed", _("The policy changed since the owner signed; propose again."))
    return postpone(
        lot=lot,
        times=body_times(proposal.body),
        reason=proposal.reason,
        signed={"body": proposal.body, "signatures": [*proposal.signatures, *signatures]},
        actor=actor,
        at=at,
    )


@transaction.atomic
def postponement_withdraw(*, proposal_id: UUID, actor: Actor, at: datetime) -> PostponementProposal:
    """Take a proposed postponement back before the supervisor has signed."""
    lot = selectors.lot_for_update(selectors.proposal_for_update(proposal_id).lot_id)
    proposal = selectors.proposal_for_update(proposal_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    settle(proposal, ProposalAction.WITHDRAW, at)
    record_append(name="postponement-proposal-withdrawn", subject=lot.number, data={}, actor=actor.key, at=at)
    return proposal


def settle(proposal: PostponementProposal, action: ProposalAction, at: datetime) -> None:
    """Take one step of the table and stamp it; the row is locked."""
    proposal.state = next_state(PROPOSAL, action, ProposalState(proposal.state)).value
    proposal.settled_at = at
    proposal.save(update_fields=["state", "settled_at"])


def body_times(body: Mapping[str, Any]) -> Times:
    """The times of a ``postpone`` body."""

    def moment(value: int) -> datetime:
        return datetime.fromtimestamp(value, UTC)

    factor = body["factor_until"]
    return Times(
        close_at=moment(body["close_at"]),
        open_at=tuple(moment(value) for value in body["open_at"]),
        factor_until=moment(factor) if factor is not None else None,
        check_until=moment(body["check_until"]),
        release_until=moment(body["release_until"]),
    )
