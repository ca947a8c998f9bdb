"""The owner asks to name again for a panel named whole that has come apart: two of its people, then the supervisor.

What nothing else leads on from is asked with a cause; as a further serial of a draw it is an incident everybody reads.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.services import notify
from experts.models import FurtherNaming
from experts.policies.draw import may_confirm_request
from experts.policies.naming import may_name, may_take_naming, may_withdraw_naming
from experts.pool_keys import PoolKey
from experts.rules.naming import REASON, further_findings
from experts.selectors.further import further_get, further_needed, knowing_of, names_in, rows_of
from experts.selectors.naming import open_seats
from experts.services.draw_events import subject_of
from experts.services.draw_request import request_locked
from experts.states.naming import NAMING, NamingAction, NamingState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append


@transaction.atomic
def further_ask(
    *,
    request_id: UUID,
    cause: str,
    reason: str,
    begins_at: datetime,
    actor: Actor,
    at: datetime,
    key: PoolKey,
) -> FurtherNaming:
    """Ask, as the owner, to name again for open seats. Source: 条例46-48; 87号令48; that it is counted is ours.

    RuleBroken for no cause, a reason that names somebody, a time that is past. StateConflict ``further_not_needed``
    while tries are left, no seat is open, one waits, or the request can still be taken back.
    """
    request = request_locked(request_id)
    require(may_name(actor, request.lot.tender.project.owner_id))
    assert actor.person is not None
    if not further_needed(request):
        text = _(
            "To name again is asked for once the namings of a panel named whole are used up, seats are open, and the "
            "request can no longer be taken back."
        )
        raise StateConflict("further_not_needed", text)
    if findings := further_findings(cause, reason, begins_at, names_in(request.lot, key), at):
        raise RuleBroken("further", findings[0].message, findings, **findings[0].data)
    serial = (rows_of(request).aggregate(last=Max("serial"))["last"] or 1) + 1
    data = {
        "serial": serial,
        "cause": cause,
        "reason": tidy(reason),
        "begins_at": int(begins_at.timestamp()),
        "open": open_seats(request),
    }
    entry = record_append(
        name="further-proposed", subject=subject_of(request), data=data, actor=actor.key, at=at
    )
    return FurtherNaming.objects.create(
        request=request,
        serial=serial,
        cause=cause,
        reason=tidy(reason),
        begins_at=begins_at,
        by_id=actor.person,
        at=at,
        entry=entry,
    )


@transaction.atomic
def further_confirm(*, further_id: UUID, actor: Actor, at: datetime) -> FurtherNaming:
    """Confirm, as a second person of the owner with that power; the supervisor is told."""
    further = _locked(further_id)
    project = further.request.lot.tender.project
    require(may_confirm_request(actor, project.owner_id, further.by_id))
    _moved(further, NamingAction.CONFIRM)
    further.second_id = actor.person
    further.save(update_fields=["state", "second"])
    _recorded(further, actor, at)
    if project.supervisor_id is not None:
        notify(event="further_to_agree", to_organisation=project.supervisor_id, data=_words(further), at=at)
    return further


@transaction.atomic
def further_withdraw(*, further_id: UUID, actor: Actor, at: datetime) -> FurtherNaming:
    """Take it back before it is decided, as one of the owner's people behind it."""
    further = _locked(further_id)
    require(may_withdraw_naming(actor, further.request.lot.tender.project.owner_id, knowing_of(further)))
    _moved(further, NamingAction.WITHDRAW)
    further.save(update_fields=["state"])
    _recorded(further, actor, at)
    return further


@transaction.atomic
def further_agree(*, further_id: UUID, actor: Actor, at: datetime) -> FurtherNaming:
    """Agree, as the supervisor: as many namings as at first may come to nothing, the evaluation begins at the new time.

    StateConflict ``further_late`` once that time is past. Nobody who was asked for a seat of the lot may be named.
    """
    further = _locked(further_id)
    _require_supervisor(further, actor)
    if further.begins_at <= at:
        text = _("The time it asks for is past. Refuse it; the owner asks again with a later one.")
        raise StateConflict("further_late", text)
    _moved(further, NamingAction.AGREE)
    _decided(further, actor, at)
    request = further.request
    request.begins_at = further.begins_at
    request.save(update_fields=["begins_at"])
    return further


@transaction.atomic
def further_refuse(*, further_id: UUID, reason: str, actor: Actor, at: datetime) -> FurtherNaming:
    """Refuse, as the supervisor, with a reason that names nobody; the owner may ask again."""
    further = _locked(further_id)
    _require_supervisor(further, actor)
    if not 0 < len(tidy(reason)) <= REASON:
        text = _("Give the reason in at most %(most)s characters.")
        found = [Finding("reason", text, field="reason", data={"most": REASON})]
        raise RuleBroken("reason", text, found, most=REASON)
    _moved(further, NamingAction.REFUSE)
    further.answer = tidy(reason)
    _decided(further, actor, at, reason=further.answer)
    return further


def _locked(further_id: UUID) -> FurtherNaming:
    request_locked(further_get(further_id).request_id)
    FurtherNaming.objects.select_for_update().filter(pk=further_id).first()
    return further_get(further_id)


def _require_supervisor(further: FurtherNaming, actor: Actor) -> None:
    supervisor = further.request.lot.tender.project.supervisor_id
    require(may_take_naming(actor, supervisor, None, knowing_of(further)))


def _moved(further: FurtherNaming, action: NamingAction) -> None:
    further.state = next_state(NAMING, action, NamingState(further.state)).value


def _decided(further: FurtherNaming, actor: Actor, at: datetime, **data: object) -> None:
    """Keep who decided and when, and tell both people of the owner."""
    further.reader_id, further.decided_at = actor.person, at
    further.save(update_fields=["state", "answer", "reader", "decided_at"])
    _recorded(further, actor, at, **data)
    for person in sorted(knowing_of(further)):
        notify(event="further_decided", to_person=person, data=_words(further), at=at)


def _recorded(further: FurtherNaming, actor: Actor, at: datetime, **data: object) -> None:
    told = {"serial": further.serial, "cause": further.cause, **data}
    record_append(
        name=f"further-{further.state}",
        subject=subject_of(further.request),
        data=told,
        actor=actor.key,
        at=at,
    )


def _words(further: FurtherNaming) -> dict[str, object]:
    """What messages say: the tender and the page."""
    title = further.request.lot.tender.title
    return {"title": title, "url": f"/draws/{further.request_id}/naming/further/"}
