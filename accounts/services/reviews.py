"""The intake desk looks at a registration: accepted, or returned with one complete list (一次性告知)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import Organisation, OrganisationDefect, OrganisationReview
from accounts.rules import Defect, flag_missed, tidy
from accounts.services.notifications import notify
from accounts.states import ORGANISATION, OrganisationAction, OrganisationKind, OrganisationState
from kernel.errors import RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol import canonical, hashing

REVIEWED_FIELDS = (
    "name",
    "name_en",
    "kinds",
    "legal_representative",
    "region",
    "address",
    "contacts",
    "parent_code",
    "affiliate_codes",
)


@transaction.atomic
def organisation_review(
    *, organisation_id: UUID, defects: Iterable[Defect], actor: Actor, at: datetime
) -> Organisation:
    """Return a registration with every defect at once, or accept it when ``defects`` is empty.

    A defect in a field unchanged since an earlier review which did not list it is flagged as missed; the
    applicant and the ledger see the flag. Raises ``RuleBroken`` for a defect in a field that does not exist
    (``defect_field``) or listed twice (``defect_twice``).
    """
    organisation = selectors.organisation_for_update(organisation_id)
    kinds = frozenset(OrganisationKind(kind) for kind in organisation.kinds)
    require(policies.may_review(actor, organisation.pk, kinds))
    marks = field_marks(organisation)
    listed = _checked(defects, frozenset(marks))
    action = OrganisationAction.RETURN if listed else OrganisationAction.ACCEPT
    organisation.state = next_state(ORGANISATION, action, OrganisationState(organisation.state)).value
    past = selectors.past_reviews(organisation.pk)
    flagged = flag_missed(listed, marks=marks, past=past)
    stamp = "returned_at" if listed else "accepted_at"
    setattr(organisation, stamp, at)
    organisation.save(update_fields=["state", stamp])
    review = OrganisationReview.objects.create(
        organisation=organisation,
        round=len(past) + 1,
        accepted=not listed,
        marks=marks,
        reviewer_id=actor.person,
        reviewed_at=at,
    )
    OrganisationDefect.objects.bulk_create(
        OrganisationDefect(
            review=review,
            position=position,
            field=defect.field,
            code=defect.code,
            message=tidy(defect.message),
            source=defect.source,
            missed=defect.missed,
        )
        for position, defect in enumerate(flagged, start=1)
    )
    _record_and_tell(organisation, review, flagged, actor, at)
    return organisation


@transaction.atomic
def organisation_suspend(*, organisation_id: UUID, reason: str, actor: Actor, at: datetime) -> Organisation:
    """Suspend an accepted organisation by the supervisor's decision; bids with a receipt stand."""
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_suspend(actor, organisation.pk))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    organisation.state = next_state(
        ORGANISATION, OrganisationAction.SUSPEND, OrganisationState(organisation.state)
    ).value
    organisation.suspended_at = at
    organisation.suspended_reason = tidy(reason)
    organisation.save(update_fields=["state", "suspended_at", "suspended_reason"])
    record_append(
        name="organisation-suspended",
        subject=organisation.code,
        data={"organisation": organisation.pk, "reason": organisation.suspended_reason},
        actor=actor.key,
        at=at,
    )
    notify(
        event="registration_suspended",
        to_organisation=organisation.pk,
        data={"name": organisation.name, "reason": organisation.suspended_reason},
        at=at,
    )
    return organisation


@transaction.atomic
def organisation_resume(*, organisation_id: UUID, actor: Actor, at: datetime) -> Organisation:
    """End a suspension."""
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_suspend(actor, organisation.pk))
    organisation.state = next_state(
        ORGANISATION, OrganisationAction.RESUME, OrganisationState(organisation.state)
    ).value
    organisation.suspended_at, organisation.suspended_reason = None, ""
    organisation.save(update_fields=["state", "suspended_at", "suspended_reason"])
    record_append(
        name="organisation-resumed",
        subject=organisation.code,
        data={"organisation": organisation.pk},
        actor=actor.key,
        at=at,
    )
    notify(
        event="registration_accepted",
        to_organisation=organisation.pk,
        data={"name": organisation.name},
        at=at,
    )
    return organisation


def field_marks(organisation: Organisation) -> dict[str, str]:
    """A mark (SHA-256, hex) of every reviewed field as it stands, account and open papers included."""
    values: dict[str, object] = {field: getattr(organisation, field) for field in REVIEWED_FIELDS}
    account = selectors.basic_account_current(organisation.pk)
    values["account"] = str(account.pk) if account else ""
    papers = organisation.records.filter(ended_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    values["records"] = [str(paper) for paper in papers]
    return {field: hashing.sha256(canonical.encode(value)).hex() for field, value in values.items()}


def _checked(defects: Iterable[Defect], fields: frozenset[str]) -> list[Defect]:
    listed = list(defects)
    for defect in listed:
        if defect.field not in fields:
            raise RuleBroken("defect_field", _("There is no field “%(field)s”."), field=defect.field)
        if not tidy(defect.message):
            raise RuleBroken("defect_message", _("Say what to put right in “%(field)s”."), field=defect.field)
    if len({(defect.field, defect.code) for defect in listed}) != len(listed):
        raise RuleBroken("defect_twice", _("A defect is listed twice."))
    return listed


def _record_and_tell(
    organisation: Organisation,
    review: OrganisationReview,
    defects: tuple[Defect, ...],
    actor: Actor,
    at: datetime,
) -> None:
    missed = sum(defect.missed for defect in defects)
    record_append(
        name="organisation-returned" if defects else "organisation-accepted",
        subject=organisation.code,
        data={
            "organisation": organisation.pk,
            "round": review.round,
            "defects": [[defect.field, defect.code, defect.missed] for defect in defects],
        },
        actor=actor.key,
        at=at,
    )
    if defects:
        data: dict[str, object] = {"name": organisation.name, "count": len(defects), "missed": missed}
        notify(event="registration_returned", to_organisation=organisation.pk, data=data, at=at)
    else:
        data = {"name": organisation.name}
        notify(event="registration_accepted", to_organisation=organisation.pk, data=data, at=at)
