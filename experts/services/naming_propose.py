"""The owner names experts for seats which a draw left open (直接确定), where the pack of the trade lets it (法37).

Whom it names is sealed at once, as a drawn seat's invitation is; the ledger tells how many, and hashes under a key.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.selectors import actor_of
from accounts.services import notify
from experts.draw_keys import gateway_made
from experts.models import Draw, Expert, NamedSeat, Naming
from experts.policies.naming import may_confirm_naming, may_name
from experts.pool_keys import Called, PoolKey
from experts.rules.naming import SHORT, Named, NamingAsked, naming_findings
from experts.rules.packs import NamingRule
from experts.selectors.draws import draw_get
from experts.selectors.naming import all_nameable, nameable, open_seats
from experts.services.changes import Entropy
from experts.services.draw_events import subject_of
from experts.services.draw_request import request_locked
from experts.states.naming import PENDING, NamingState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def naming_propose(
    *,
    draw_id: UUID,
    asked: NamingAsked,
    second: UUID,
    actor: Actor,
    at: datetime,
    key: PoolKey,
    random: Entropy = secrets.token_bytes,
) -> Naming:
    """Propose, as the owner, experts of the pool for open seats; ``second`` confirms. Source: 法37(3), 条例46, 47.

    RuleBroken for more than is open, without a ground of the law, or a second person who may not confirm. Somebody who
    may not sit bars the naming: it is kept as ``barred``, without who and why, since that would tell who was drawn.
    StateConflict unless the last draw of the lot ended short, while a naming waits, and once the tries are used up.
    """
    draw = draw_get(draw_id)
    request_locked(draw.request_id)
    owner = draw.lot.tender.project.owner_id
    require(may_name(actor, owner))
    assert actor.person is not None
    rule = _allowed(draw)
    findings = naming_findings(asked, rule, open_seats(draw)) + _second_findings(owner, second, actor, at)
    if findings:
        raise RuleBroken("naming", findings[0].message, findings, **findings[0].data)
    named = [(Expert.objects.filter(code=one.code.strip()).first(), one) for one in asked.named]
    free = all_nameable(draw, named, (actor.person, second), at, key)
    state = NamingState.PROPOSED if free else NamingState.BARRED
    data: dict[str, object] = {
        "ground": SHORT,
        "feature": asked.feature,
        "reason": tidy(asked.reason),
        "consent": asked.consent,
        "seats": len(named),
        "barred": not free,
    }
    naming = Naming(draw=draw, lot=draw.lot, ground=SHORT, feature=asked.feature, state=state.value)
    naming.reason, naming.consent = tidy(asked.reason), asked.consent
    naming.by_id, naming.second_id, naming.at = actor.person, second, at
    rows = _sealed(naming, named, key, random) if free else []
    data["hashes"] = sorted(row.seat for row in rows)
    naming.entry = record_append(
        name="naming-proposed", subject=subject_of(draw), data=data, actor=actor.key, at=at
    )
    naming.save()
    NamedSeat.objects.bulk_create(rows)
    if free:
        told = {"title": draw.lot.tender.title, "url": f"/draws/{draw.pk}/naming/"}
        notify(event="naming_to_confirm", to_person=second, data=told, at=at)
    return naming


def _allowed(draw: Draw) -> NamingRule:
    """The rule of the lot's trade; StateConflict while nobody may be named for this draw."""
    rule = nameable(draw)
    if rule is None:
        text = _(
            "Experts can be named only where the rules of the trade know it, after the last draw of the lot has "
            "ended because lots could not fill the panel."
        )
        raise StateConflict("naming_not_open", text)
    if Naming.objects.filter(lot=draw.lot, state__in=[one.value for one in PENDING]).exists():
        raise StateConflict(
            "naming_waits", _("A naming of this lot waits. It is decided or taken back first.")
        )
    used = Naming.objects.filter(lot=draw.lot).exclude(state=NamingState.AGREED.value).count()
    if used >= rule.tries:
        text = _(
            "%(tries)s namings of this lot came to nothing, as many as there may be. Draw again or ask for a new panel."
        )
        raise StateConflict("naming_tries", text, tries=rule.tries)
    return rule


def _second_findings(owner: UUID, second: UUID, actor: Actor, at: datetime) -> list[Finding]:
    """That the second person is somebody else of the owner, who may confirm."""
    if second == actor.person:
        text = _("You propose this yourself. Choose another person of your organisation to confirm it.")
        return [Finding("naming_second", text, field="second")]
    if not may_confirm_naming(actor_of(second, owner, at), owner, second).allowed:
        text = _("Choose somebody of your organisation who may confirm binding acts.")
        return [Finding("naming_second", text, field="second")]
    return []


def _sealed(
    naming: Naming, named: Sequence[tuple[Expert | None, Named]], key: PoolKey, random: Entropy
) -> list[NamedSeat]:
    """A row for each of them: who, sealed to the pool's key and then to the key of this naming."""
    gateway, rows = gateway_made(naming.pk, random), []
    for expert, said in named:
        assert expert is not None
        mail = expert.person.email if expert.person else ""
        whom = Called(expert.name, key.open_phone(expert.phone_sealed), mail, str(expert.pk))
        sealed = gateway.seal_call(key.seal_call(whom, random(32)), random(32))
        rows.append(
            NamedSeat(
                naming=naming,
                seat=gateway.named_seat(expert.pk.bytes),
                specialty=said.specialty,
                sealed=sealed,
            )
        )
    return sorted(rows, key=lambda row: row.seat)
