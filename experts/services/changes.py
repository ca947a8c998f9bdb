"""One line more in an expert's history, and its digest in the ledger: every service of the pool ends here."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.services import notify
from experts.models import Expert, ExpertChange
from experts.rules.commitment import change_digest
from experts.selectors.records import facts_of
from experts.states import EXPERT, ChangeKind, ExpertAction, ExpertState
from kernel.errors import NotFound, RuleBroken
from kernel.transitions import next_state
from ledger.models import Entry
from ledger.services import record_append

SUBJECT = "expert-pool"
"""Of every ledger entry of the pool: who it is about is nobody's business, and the same subject counts nobody."""

HIMSELF = "expert"
"""How the ledger names an expert who acts for himself: none of them by an id that comes again."""

Entropy = Callable[[int], bytes]


def expert_locked(expert_id: UUID) -> Expert:
    """The expert's row, locked; ``NotFound`` when there is none."""
    found = Expert.objects.select_for_update().filter(pk=expert_id).first()
    if found is None:
        raise NotFound("expert", _("There is no such expert."))
    return found


def moved(expert: Expert, action: ExpertAction) -> ExpertState:
    """Put the expert into the state the action leads to (not yet saved); ``StateConflict`` when it leads nowhere."""
    state = next_state(EXPERT, action, ExpertState(expert.state))
    expert.state = state.value
    return state


def reasoned(text: str) -> str:
    """The reason, tidied; ``RuleBroken`` (``reason``) when it is empty."""
    found = tidy(text)
    if not found:
        raise RuleBroken("reason", _("Give the reason."))
    return found


def change_record(
    expert: Expert,
    kind: ChangeKind,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    ground: str = "",
    more: Mapping[str, object] | None = None,
    entry: Entry | None = None,
    random: Entropy = secrets.token_bytes,
    tell: bool = True,
) -> ExpertChange:
    """Write the line of an expert whose row the caller has locked, and its ledger entry.

    Of many lines at once ``entry`` is the one that holds them all.

    The entry says what kind of act it was and the salted digest of the line: no name, no number, nothing that is the
    same for two acts on one expert. The expert is told, by his login, that his record changed.
    """
    line = change_made(
        expert, kind, actor=actor, at=at, reason=reason, ground=ground, more=more, random=random
    )
    line.entry = entry or record_append(
        name=f"expert-{kind.value.replace('_', '-')}",
        subject=SUBJECT,
        data={"change": line.digest},
        actor=HIMSELF if actor.person is not None and actor.person == expert.person_id else actor.key,
        at=at,
    )
    line.save()
    if tell and expert.person_id is not None and actor.person != expert.person_id:
        notify(event="expert_record_changed", to_person=expert.person_id, data={}, at=at)
    return line


def change_made(
    expert: Expert,
    kind: ChangeKind,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    ground: str = "",
    more: Mapping[str, object] | None = None,
    random: Entropy = secrets.token_bytes,
) -> ExpertChange:
    """The line with its digest, not yet written and without its entry."""
    facts = {**facts_of(expert).body(), "state": expert.state, **(more or {})}
    salt = random(32)
    digest = change_digest(salt, kind=kind.value, ground=ground, reason=reason, facts=facts, at=at)
    return ExpertChange(
        expert=expert,
        kind=kind.value,
        ground=ground,
        reason=reason,
        facts=facts,
        salt=salt.hex(),
        digest=digest.hex(),
        by_id=actor.person,
        at=at,
    )
