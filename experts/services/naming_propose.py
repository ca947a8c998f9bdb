"""The owner names experts for seats a draw left open, or for all instead of a draw (直接确定), where its trade lets it.

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
from experts.models import Draw, DrawRequest, Expert, NamedSeat, Naming
from experts.models.draws import Origin
from experts.policies.naming import may_confirm_naming, may_name
from experts.pool_keys import Called, PoolKey
from experts.rules.naming import SPECIAL, Named, NamingAsked, naming_findings
from experts.rules.packs import NamingRule
from experts.selectors.naming import (
    all_nameable,
    ground_of,
    nameable,
    open_seats,
    origin_get,
    tries_used,
)
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
    origin_id: UUID,
    asked: NamingAsked,
    second: UUID,
    actor: Actor,
    at: datetime,
    key: PoolKey,
    random: Entropy = secrets.token_bytes,
) -> Naming:
    """Propose, as the owner, experts for open seats; ``second`` confirms. Source: 法37(3), 条例46, 47; 87号令48.

    ``origin_id`` is a draw that ended short, or a confirmed request that asks for no draw (ground "special").
    RuleBroken for more than is open, without a ground of the law, or a second person who may not confirm. Somebody who
    may not sit bars the naming: it is kept as ``barred``, without who and why, since that would tell who was drawn.
    StateConflict unless the last draw of the lot ended short or none was ever asked for, while a naming waits, and once
    the tries are used up.
    """
    request_locked(origin_get(origin_id).asked.pk)
    origin = origin_get(origin_id)
    owner = origin.lot.tender.project.owner_id
    require(may_name(actor, owner))
    assert actor.person is not None
    rule, ground = _allowed(origin), ground_of(origin)
    findings = naming_findings(asked, rule, open_seats(origin), ground)
    findings += _second_findings(owner, second, actor, at)
    if findings:
        raise RuleBroken("naming", findings[0].message, findings, **findings[0].data)
    named = [(Expert.objects.filter(code=one.code.strip()).first(), one) for one in asked.named]
    free = all_nameable(origin, named, (actor.person, second), at, key)
    state = NamingState.PROPOSED if free else NamingState.BARRED
    data: dict[str, object] = {
        "ground": ground,
        "feature": asked.feature,
        "reason": tidy(asked.reason),
        "consent": asked.consent,
        "seats": len(named),
        "barred": not free,
    }
    naming = Naming(lot=origin.lot, ground=ground, feature=asked.feature, state=state.value)
    naming.draw = origin if isinstance(origin, Draw) else None
    naming.request = origin if isinstance(origin, DrawRequest) else None
    naming.reason, naming.consent = tidy(asked.reason), asked.consent
    naming.by_id, naming.second_id, naming.at = actor.person, second, at
    rows = _sealed(naming, named, key, random) if free else []
    data["hashes"] = sorted(row.seat for row in rows)
    naming.entry = record_append(
        name="naming-proposed", subject=subject_of(origin), data=data, actor=actor.key, at=at
    )
    naming.save()
    NamedSeat.objects.bulk_create(rows)
    if free:
        told = {"title": origin.lot.tender.title, "url": f"/draws/{origin.pk}/naming/"}
        notify(event="naming_to_confirm", to_person=second, data=told, at=at)
    return naming


def _allowed(origin: Origin) -> NamingRule:
    """The rule of the lot's trade; StateConflict while nobody may be named for it."""
    rule = nameable(origin)
    if rule is None:
        text = _(
            "Experts can be named only where the rules of the trade know it: after the last draw of the lot has ended "
            "because lots could not fill the panel, or where no draw of it was ever asked for."
        )
        raise StateConflict("naming_not_open", text)
    if Naming.objects.filter(lot=origin.lot, state__in=[one.value for one in PENDING]).exists():
        raise StateConflict(
            "naming_waits", _("A naming of this lot waits. It is decided or taken back first.")
        )
    if tries_used(origin.lot) < rule.tries:
        return rule
    text = _(
        "%(tries)s namings of this lot came to nothing, as many as there may be. Draw again or ask for a new panel."
    )
    if ground_of(origin) == SPECIAL:
        text = _(
            "%(tries)s namings of this lot came to nothing, as many as there may be. Take the request back, or where "
            "somebody has accepted already ask to name again."
        )
    raise StateConflict("naming_tries", text, tries=rule.tries)


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
