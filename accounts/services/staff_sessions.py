"""Timed, recorded looks of staff and auditors at what is not theirs: who, why, at what, how long."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import SYSTEM, Actor
from accounts.models import Person, StaffSession
from accounts.rules import tidy
from accounts.states import Role
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append

LONGEST = timedelta(hours=8)


@transaction.atomic
def staff_session_open(
    *, role: Role, purpose: str, until: datetime, actor: Actor, at: datetime, scope: str = ""
) -> StaffSession:
    """Open a session in one of the actor's staff roles until ``until``, at most 8 hours.

    ``purpose`` is written down as given (letter number, case, incident); ``scope`` is a tender reference or
    empty. Raises ``RuleBroken`` (``purpose``, ``session_length``) and ``StateConflict`` (``session_open``).
    """
    require(policies.may_open_session(actor))
    assert actor.person is not None
    assert actor.organisation is not None
    if role not in actor.roles & policies.STAFF_ROLES:
        raise RuleBroken("session_role", _("You do not hold this role."))
    if not tidy(purpose):
        raise RuleBroken("purpose", _("Say what the session is for."))
    if not at < until <= at + LONGEST:
        raise RuleBroken("session_length", _("A session ends within %(hours)s hours."), hours=8)
    Person.objects.select_for_update().get(pk=actor.person)
    staff_sessions_expire(at=at, person_id=actor.person)
    try:
        with transaction.atomic():
            session = StaffSession.objects.create(
                person_id=actor.person,
                organisation_id=actor.organisation,
                role=role.value,
                purpose=tidy(purpose),
                scope=tidy(scope),
                opened_at=at,
                expires_at=until,
            )
    except IntegrityError as error:
        raise StateConflict("session_open", _("Close your open session first.")) from error
    _append("staff-session-opened", session, actor, at)
    return session


@transaction.atomic
def staff_session_close(*, session_id: UUID, actor: Actor, at: datetime) -> StaffSession:
    """Close a session before its time."""
    session = selectors.staff_session_for_update(session_id)
    require(policies.may_close_session(actor, session.person_id))
    if session.closed_at is not None:
        raise StateConflict("session_closed", _("The session is already closed."))
    session.closed_at = min(at, session.expires_at)
    session.save(update_fields=["closed_at"])
    _append("staff-session-closed", session, actor, at)
    return session


@transaction.atomic
def staff_sessions_expire(*, at: datetime, person_id: UUID | None = None) -> int:
    """Close the sessions whose time is over, of one person or of everybody; returns how many."""
    rows = StaffSession.objects.filter(closed_at__isnull=True, expires_at__lte=at)
    if person_id is not None:
        rows = rows.filter(person=person_id)
    over = list(rows.values_list("pk", flat=True))
    for session_id in over:
        staff_session_close(session_id=session_id, actor=SYSTEM, at=at)
    return len(over)


def _append(name: str, session: StaffSession, actor: Actor, at: datetime) -> None:
    record_append(
        name=name,
        subject=str(session.pk),
        data={
            "session": session.pk,
            "person": session.person_id,
            "organisation": session.organisation_id,
            "role": session.role,
            "purpose": session.purpose,
            "scope": session.scope,
            "opened": session.opened_at,
            "expires": session.expires_at,
            "closed": session.closed_at,
        },
        actor=actor.key,
        at=at,
    )
