"""A supervisor decides about a lead, in words: to look into it, or to close it. Nothing follows from that by itself."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.rules import tidy
from experts.models import LeadStep
from experts.policies import may_decide_lead
from experts.selectors.lead_steps import lead_seen
from experts.states.leads import LEAD, LeadAction
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol import canonical, hashing

MOST = 1000
SOMEBODY = "supervisor"
"""How the ledger names whoever decides."""


@transaction.atomic
def lead_decide(
    *,
    lead: str,
    evidence: str,
    action: LeadAction,
    reason: str,
    actor: Actor,
    at: datetime,
) -> LeadStep:
    """Take up or close a lead on the ``evidence`` (hash) that was looked at, with words of at most 1000 characters.

    Leads are those of the newest run: NotFound for one that is none of the actor's, StateConflict
    ``evidence_changed`` when its numbers are others by now. The ledger holds hashes of lead, evidence,
    pack and words, and names nobody.
    """
    require(may_decide_lead(actor))
    assert actor.person is not None
    assert actor.organisation is not None
    Organisation.objects.select_for_update().get(pk=actor.organisation)
    page, standing = lead_seen(lead, actor)
    if standing.evidence != evidence:
        raise StateConflict(
            "evidence_changed", _("The evidence has changed meanwhile. Look at it again, then decide.")
        )
    own = LeadStep.objects.filter(organisation=actor.organisation, lead=lead)
    state = next_state(LEAD, action, standing.state)
    said = tidy(reason)
    if not 0 < len(said) <= MOST:
        message = _("Say in words why, in at most 1000 characters.")
        raise RuleBroken("reason", message, [Finding("reason", message, field="reason")])
    assert page.run is not None
    pack, number = page.run.pack, own.count() + 1
    data = {"lead": lead, "evidence": evidence, "pack": pack, "number": number}
    data["reason"] = hashing.sha256(canonical.encode([lead, number, said])).hex()
    entry = record_append(name=f"lead-{state.value}", subject="leads", data=data, actor=SOMEBODY, at=at)
    return LeadStep.objects.create(
        organisation_id=actor.organisation,
        lead=lead,
        number=number,
        evidence=evidence,
        pack=pack,
        state=state.value,
        reason=said,
        by_id=actor.person,
        at=at,
        entry=entry,
    )
