"""People join: by themselves through the login pages, or entered by the platform."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies
from accounts.actors import Actor
from accounts.models import Person
from accounts.models.people import LANGUAGES
from accounts.rules import identity_mark, tidy
from kernel.errors import NotFound, RuleBroken
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def person_register(
    *,
    email: str,
    name: str,
    actor: Actor,
    at: datetime,
    phone: str = "",
    language: str = "zh-hans",
    password: str | None = None,
    identity_number: str = "",
    identity_kind: str = "resident",
    identity_key: bytes = b"",
) -> Person:
    """Enter a person who will log in with ``email``.

    An ``identity_number`` is turned into its mark under ``identity_key`` and forgotten. Raises
    ``RuleBroken``: ``email_taken``, ``identity_number``, ``language``.
    """
    require(policies.may_enter_person(actor))
    if language not in dict(LANGUAGES):
        raise RuleBroken("language", _("The platform does not speak this language."))
    mark = identity_mark(identity_number, key=identity_key, kind=identity_kind) if identity_number else None
    try:
        with transaction.atomic():
            person = Person.objects.create_user(
                email,
                password,
                name=tidy(name),
                phone=tidy(phone),
                language=language,
                identity_kind=identity_kind if mark else "",
                identity_hash=mark.keyed_hash if mark else "",
                identity_last4=mark.last4 if mark else "",
            )
    except IntegrityError as error:
        raise RuleBroken("email_taken", _("Somebody already logs in with this address.")) from error
    return person_enrol(person_id=person.pk, actor=actor, at=at)


@transaction.atomic
def person_enrol(*, person_id: UUID, actor: Actor, at: datetime) -> Person:
    """Record that a person has joined; called once for each new login, repeated calls change nothing."""
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    if person.joined_at is None:
        person.joined_at = at
        person.save(update_fields=["joined_at"])
        record_append(
            name="person-joined", subject=str(person.pk), data={"person": person.pk}, actor=actor.key, at=at
        )
    return person
