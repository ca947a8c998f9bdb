"""A naming goes on: a second person of the owner confirms, one person of the supervisor reads, agrees or refuses.

At each of these acts the platform looks again whether everybody named may sit, and bars the naming otherwise.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.services import notify
from experts.models import DrawCall, Expert, Naming
from experts.policies.naming import may_confirm_naming, may_take_naming, may_withdraw_naming
from experts.pool_keys import PoolKey
from experts.rules.naming import REASON, Named
from experts.selectors.naming import all_nameable, nameable, named_people, naming_get
from experts.services.call_start import words_of
from experts.services.draw_events import subject_of
from experts.services.draw_request import request_locked
from experts.states import ExpertState
from experts.states.naming import NAMING, NamingAction, NamingState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import Decision, require
from kernel.transitions import next_state
from ledger.services import record_append


@transaction.atomic
def naming_confirm(*, naming_id: UUID, actor: Actor, at: datetime, key: PoolKey) -> Naming:
    """Confirm, as the second person of the owner. Barred instead when somebody named may not sit any more.

    NotPermitted for everybody but the person who was asked; StateConflict when the seats are no longer to be named.
    """
    naming = naming_locked(naming_id)
    project = naming.lot.tender.project
    require(may_confirm_naming(actor, project.owner_id, naming.second_id))
    _moved(naming, NamingAction.CONFIRM if _free(naming, None, at, key) else NamingAction.BAR)
    naming.confirmed_at = at
    naming.save(update_fields=["state", "confirmed_at"])
    _recorded(naming, actor, at)
    if naming.state == NamingState.CONFIRMED.value and project.supervisor_id is not None:
        notify(event="naming_to_agree", to_organisation=project.supervisor_id, data=_words(naming), at=at)
    return naming


@transaction.atomic
def naming_withdraw(*, naming_id: UUID, actor: Actor, at: datetime) -> Naming:
    """Take a naming back that is not decided, as one of its two people of the owner. It counts as a try."""
    naming = naming_locked(naming_id)
    knowing = frozenset({naming.by_id, naming.second_id})
    require(may_withdraw_naming(actor, naming.lot.tender.project.owner_id, knowing))
    _moved(naming, NamingAction.WITHDRAW)
    naming.save(update_fields=["state"])
    _recorded(naming, actor, at)
    return naming


@transaction.atomic
def naming_take(*, naming_id: UUID, actor: Actor, at: datetime) -> Naming:
    """Take a confirmed naming in hand, as one person of the supervisor: from now on only he reads whom it names.

    Again by the same person nothing changes. NotPermitted for another one, and for who named them.
    """
    naming = naming_locked(naming_id)
    require(_may_take(naming, actor))
    if naming.state != NamingState.CONFIRMED.value:
        raise StateConflict("naming_state", _("This naming does not wait for the supervisor."))
    if naming.reader_id is None:
        naming.reader_id = actor.person
        naming.save(update_fields=["reader"])
        record_append(
            name="naming-looked", subject=subject_of(naming.origin), data={}, actor=actor.key, at=at
        )
    return naming


@transaction.atomic
def naming_agree(*, naming_id: UUID, actor: Actor, at: datetime, key: PoolKey) -> Naming:
    """Agree, as the person of the supervisor who took it in hand: the gateway asks the experts, in its own words.

    Barred instead when somebody named may not sit any more. StateConflict before it was taken in hand.
    """
    naming = naming_locked(naming_id)
    require(_may_take(naming, actor))
    _taken(naming)
    free = _free(naming, naming.reader_id, at, key)
    _moved(naming, NamingAction.AGREE if free else NamingAction.BAR)
    naming.decided_at = at
    if free:
        naming.answer_until = at + timedelta(seconds=naming.origin.asked.window_s)
    naming.save(update_fields=["state", "decided_at", "answer_until"])
    _recorded(naming, actor, at)
    if free:
        words = words_of(naming.origin.asked)
        for row in naming.seats.order_by("seat"):
            DrawCall.objects.create(named=row, sealed=row.sealed, words=words, queued_at=at)
    _decided_told(naming, at)
    return naming


@transaction.atomic
def naming_refuse(*, naming_id: UUID, reason: str, actor: Actor, at: datetime) -> Naming:
    """Refuse, as the person of the supervisor who took it in hand, with a reason that names nobody."""
    naming = naming_locked(naming_id)
    require(_may_take(naming, actor))
    _taken(naming)
    if not 0 < len(tidy(reason)) <= REASON:
        text = _("Give the reason in at most %(most)s characters.")
        found = [Finding("reason", text, field="reason", data={"most": REASON})]
        raise RuleBroken("reason", text, found, most=REASON)
    _moved(naming, NamingAction.REFUSE)
    naming.answer, naming.decided_at = tidy(reason), at
    naming.save(update_fields=["state", "answer", "decided_at"])
    _recorded(naming, actor, at, reason=naming.answer)
    _decided_told(naming, at)
    return naming


def naming_locked(naming_id: UUID) -> Naming:
    """The naming and the request of its lot, locked; NotFound when there is none."""
    request_locked(naming_get(naming_id).origin.asked.pk)
    Naming.objects.select_for_update().filter(pk=naming_id).first()
    return naming_get(naming_id)


def _may_take(naming: Naming, actor: Actor) -> Decision:
    project = naming.lot.tender.project
    knowing = frozenset({naming.by_id, naming.second_id})
    return may_take_naming(actor, project.supervisor_id, naming.reader_id, knowing)


def _taken(naming: Naming) -> None:
    if naming.reader_id is None:
        raise StateConflict("naming_unread", _("Read whom it names first; then agree or refuse."))


def _free(naming: Naming, reader: UUID | None, at: datetime, key: PoolKey) -> bool:
    """Whether everybody named may still sit; StateConflict when the seats are no longer to be named."""
    if nameable(naming.origin) is None:
        raise StateConflict(
            "naming_not_open", _("These seats are no longer to be named. Take the naming back.")
        )
    people = named_people(naming, key)
    locked_outside([UUID(whom.expert) for _row, whom in people])
    deciding = {naming.by_id, naming.second_id, *([reader] if reader else [])}
    named = [
        (Expert.objects.filter(pk=whom.expert).first(), Named(row.specialty, whom.name, ""))
        for row, whom in people
    ]
    return all_nameable(naming.origin, named, deciding, at, key, but=naming)


def locked_outside(experts: Sequence[UUID]) -> None:
    """Lock those who are outside the pool, so that two lots do not name one of them at once."""
    rows = Expert.objects.select_for_update().filter(pk__in=experts, state=ExpertState.OUTSIDE.value)
    list(rows.order_by("pk"))


def _moved(naming: Naming, action: NamingAction) -> None:
    naming.state = next_state(NAMING, action, NamingState(naming.state)).value


def _recorded(naming: Naming, actor: Actor, at: datetime, **data: object) -> None:
    told = {"seats": naming.seats.count(), **data}
    record_append(
        name=f"naming-{naming.state}", subject=subject_of(naming.origin), data=told, actor=actor.key, at=at
    )


def _words(naming: Naming) -> dict[str, object]:
    """What messages say: the tender and the page, never whom."""
    return {"title": naming.lot.tender.title, "url": f"/draws/{naming.origin.pk}/naming/"}


def _decided_told(naming: Naming, at: datetime) -> None:
    """Both people of the owner hear that it is decided, and read how on the page."""
    for person in (naming.by_id, naming.second_id):
        notify(event="naming_decided", to_person=person, data=_words(naming), at=at)
