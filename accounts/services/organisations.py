"""Registration of an organisation, up to the intake desk, and what it may change afterwards."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import BasicAccount, Membership, Organisation, OrganisationName
from accounts.rules import (
    AccountFacts,
    account_findings,
    kinds_findings,
    name_key,
    registration_findings,
    tidy,
    uscc_findings,
    uscc_normalise,
)
from accounts.rules.registration import POSTS, ROLES_OF_KIND
from accounts.states import ORGANISATION, OrganisationAction, OrganisationKind, OrganisationState, Power, Role
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append


class Contact(TypedDict):
    """Somebody to call: addenda and alarms go there when no member can be reached."""

    name: str
    phone: str
    email: str


CONTACT_KEYS = tuple(Contact.__annotations__)


class RegistrationDetails(TypedDict, total=False):
    """What a registration may leave for later, until it is handed in."""

    name_en: str
    legal_representative: str
    region: str
    address: str
    contacts: Iterable[Contact]
    parent_code: str
    affiliate_codes: Iterable[str]


class RegistrationFields(RegistrationDetails, total=False):
    """What an organisation may correct until it is accepted."""

    name: str
    kinds: Iterable[OrganisationKind]


@transaction.atomic
def organisation_register(
    *,
    code: str,
    name: str,
    kinds: Iterable[OrganisationKind],
    actor: Actor,
    at: datetime,
    named_since: date | None = None,
    **details: Unpack[RegistrationDetails],
) -> Organisation:
    """Begin a registration; whoever begins it becomes its first member and manages the others.

    Code, name and kinds must be right from the start, the rest until it is handed in. One code is registered
    once, whatever two clerks do at the same second. Raises ``RuleBroken`` (``registration`` with all
    findings, or ``code_taken``).
    """
    require(policies.may_register(actor))
    values = _cleaned({**details, "name": name, "kinds": kinds})
    code = uscc_normalise(code)
    _refuse([*uscc_findings(code), *_named(values["name"]), *kinds_findings(frozenset(values["kinds"]))])
    organisation = Organisation(
        code=code, state=OrganisationState.DRAFT.value, registered_at=at, **_columns(values)
    )
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError as error:
        raise RuleBroken(
            "code_taken", _("An organisation with this code is already registered; ask it to admit you.")
        ) from error
    OrganisationName.objects.create(
        organisation=organisation,
        name=organisation.name,
        name_key=organisation.name_key,
        valid_from=named_since or at.date(),
        recorded_at=at,
    )
    if actor.person is not None:
        _first_member(organisation, actor.person, at)
    record_append(
        name="organisation-registered",
        subject=code,
        data={
            "organisation": organisation.pk,
            "name": organisation.name,
            "kinds": sorted(organisation.kinds),
        },
        actor=actor.key,
        at=at,
    )
    return organisation


@transaction.atomic
def organisation_amend(
    *,
    organisation_id: UUID,
    actor: Actor,
    at: datetime,
    **fields: Unpack[RegistrationFields],
) -> Organisation:
    """Correct a registration that is a draft or was returned; the code itself never changes.

    Once accepted, a name is changed by ``organisation_rename`` and an account by ``account_declare``.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    if organisation.state not in {OrganisationState.DRAFT.value, OrganisationState.RETURNED.value}:
        raise StateConflict(
            "registration_closed", _("A registration handed in or accepted cannot be amended.")
        )
    values = _cleaned(fields)
    _refuse([*_named(values.get("name", organisation.name))])
    columns = _columns(values)
    for column, value in columns.items():
        setattr(organisation, column, value)
    organisation.save(update_fields=list(columns))
    if "name" in values:
        organisation.names.filter(valid_to__isnull=True).update(
            name=organisation.name, name_key=organisation.name_key, recorded_at=at
        )
    record_append(
        name="organisation-amended",
        subject=organisation.code,
        data={"organisation": organisation.pk, "fields": sorted(columns)},
        actor=actor.key,
        at=at,
    )
    return organisation


@transaction.atomic
def organisation_submit(*, organisation_id: UUID, actor: Actor, at: datetime) -> Organisation:
    """Hand in a registration. Raises ``RuleBroken`` (``registration``) with everything a machine finds."""
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    _refuse(list(registration_findings(selectors.registration_facts(organisation))))
    organisation.state = next_state(
        ORGANISATION, OrganisationAction.SUBMIT, OrganisationState(organisation.state)
    ).value
    organisation.submitted_at = at
    organisation.save(update_fields=["state", "submitted_at"])
    record_append(
        name="organisation-submitted",
        subject=organisation.code,
        data={"organisation": organisation.pk},
        actor=actor.key,
        at=at,
    )
    return organisation


@transaction.atomic
def organisation_rename(
    *, organisation_id: UUID, name: str, since: date, evidence: str, actor: Actor, at: datetime
) -> Organisation:
    """Enter a new registered name from the day on the new licence; the old one stays in the history (条38).

    ``evidence`` is the address of the licence's file.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_rename(actor, organisation.pk))
    new = tidy(name)
    _refuse([*_named(new)])
    current = organisation.names.get(valid_to__isnull=True)
    if since <= current.valid_from:
        raise RuleBroken("name_since", _("The new name must begin after the one it replaces."))
    current.valid_to = since - timedelta(days=1)
    current.save(update_fields=["valid_to"])
    old = organisation.name
    organisation.name, organisation.name_key = new, name_key(new)
    organisation.save(update_fields=["name", "name_key"])
    OrganisationName.objects.create(
        organisation=organisation, name=new, name_key=organisation.name_key, valid_from=since, recorded_at=at
    )
    record_append(
        name="organisation-renamed",
        subject=organisation.code,
        data={"organisation": organisation.pk, "old": old, "new": new, "since": since, "evidence": evidence},
        actor=actor.key,
        at=at,
    )
    return organisation


@transaction.atomic
def account_declare(
    *, organisation_id: UUID, account: AccountFacts, actor: Actor, at: datetime, proof_sha256: str = ""
) -> BasicAccount:
    """Declare the basic account; it replaces the one before for tenders published from now on.

    Raises ``RuleBroken`` (``registration``) when it is not the organisation's own account (条26).
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    _refuse(list(account_findings(account, registered_name=organisation.name)))
    organisation.basic_accounts.filter(until__isnull=True).update(until=at)
    declared = BasicAccount.objects.create(
        organisation=organisation,
        holder=tidy(account.holder),
        number=account.number,
        bank=tidy(account.bank),
        cnaps=account.cnaps,
        permit=tidy(account.permit),
        proof_sha256=proof_sha256,
        since=at,
    )
    record_append(
        name="account-declared",
        subject=organisation.code,
        data={"organisation": organisation.pk, "account": declared.pk, "proof": proof_sha256},
        actor=actor.key,
        at=at,
    )
    return declared


def _first_member(organisation: Organisation, person: UUID, at: datetime) -> None:
    kinds = [OrganisationKind(kind) for kind in organisation.kinds]
    roles = frozenset[Role]().union(*(ROLES_OF_KIND[kind] for kind in kinds)) - POSTS
    Membership.objects.create(
        person_id=person,
        organisation=organisation,
        roles=sorted(role.value for role in roles),
        powers=sorted(power.value for power in Power),
        valid_from=at,
        granted_at=at,
    )


def _cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields tidied; a field a registration does not have is the caller's mistake."""
    if unknown := set(fields) - set(RegistrationFields.__annotations__):
        raise TypeError(f"a registration has no {sorted(unknown)}")
    cleaned: dict[str, Any] = {}
    for field, value in fields.items():
        if field == "kinds":
            cleaned[field] = sorted({OrganisationKind(kind) for kind in value})
        elif field == "contacts":
            cleaned[field] = [{key: tidy(row.get(key, "")) for key in CONTACT_KEYS} for row in value]
        elif field == "affiliate_codes":
            cleaned[field] = sorted({uscc_normalise(code) for code in value})
        elif field == "parent_code":
            cleaned[field] = uscc_normalise(value)
        else:
            cleaned[field] = tidy(value)
    return cleaned


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "name" in columns:
        columns["name_key"] = name_key(columns["name"])
    if "kinds" in columns:
        columns["kinds"] = [kind.value for kind in columns["kinds"]]
    return columns


def _named(name: str) -> tuple[Finding, ...]:
    return () if name_key(name) else (Finding("missing", _("This field is empty."), field="name"),)


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise RuleBroken("registration", _("The registration cannot be taken as it is."), findings)
