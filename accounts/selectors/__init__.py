"""Reads of people and organisations. ``…_for_update`` lock the row until the transaction ends."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import (
    BasicAccount,
    Follow,
    Mandate,
    Membership,
    Organisation,
    OrganisationName,
    OrganisationRecord,
    OrganisationReview,
    Outbox,
    Person,
    SigningKey,
    StaffSession,
)
from accounts.rules import (
    AccountFacts,
    PastReview,
    RecordFacts,
    RegistrationFacts,
    covers,
    mandate_covers,
    name_key,
)
from accounts.states import (
    Channel,
    KeyState,
    MandatePower,
    MandateState,
    OrganisationKind,
    OrganisationState,
    OutboxState,
    Power,
    RecordKind,
    Role,
)
from kernel.errors import NotFound

Row = TypeVar("Row", bound=Model)


def organisation_get(organisation_id: UUID) -> Organisation:
    """The organisation, or ``NotFound``."""
    return _one(Organisation.objects.filter(pk=organisation_id))


def organisation_for_update(organisation_id: UUID) -> Organisation:
    """The organisation, locked."""
    return _one(Organisation.objects.select_for_update().filter(pk=organisation_id))


def organisation_by_code(code: str) -> Organisation | None:
    """The organisation registered under a unified social credit code, in whatever state."""
    return Organisation.objects.filter(code=code).first()


def organisations_named(name: str) -> QuerySet[Organisation]:
    """Organisations which bear this name now or bore it before, under any spelling (条38)."""
    return Organisation.objects.filter(names__name_key=name_key(name)).distinct()


def name_on(organisation_id: UUID, on: date) -> str:
    """The registered name an organisation bore on a day; the oldest known name before the first record."""
    names = list(OrganisationName.objects.filter(organisation=organisation_id).order_by("valid_from"))
    if not names:
        raise NotFound("organisation", _("There is no such organisation."))
    return next((row.name for row in names if covers(row.valid_from, row.valid_to, on)), names[0].name)


def registration_facts(organisation: Organisation) -> RegistrationFacts:
    """A registration as the rules see it."""
    account = basic_account_current(organisation.pk)
    return RegistrationFacts(
        code=organisation.code,
        name=organisation.name,
        kinds=frozenset(OrganisationKind(kind) for kind in organisation.kinds),
        legal_representative=organisation.legal_representative,
        region=organisation.region,
        phones=[contact.get("phone", "") for contact in organisation.contacts],
        account=AccountFacts(account.holder, account.number, account.bank, account.cnaps, account.permit)
        if account
        else None,
    )


def past_reviews(organisation_id: UUID) -> list[PastReview]:
    """Earlier reviews, for the rule of the one complete list."""
    reviews = OrganisationReview.objects.filter(organisation=organisation_id).prefetch_related("defects")
    return [
        PastReview(
            marks=review.marks, listed=frozenset((row.field, row.code) for row in review.defects.all())
        )
        for review in reviews
    ]


def basic_account_current(organisation_id: UUID) -> BasicAccount | None:
    """The basic account declared last."""
    return BasicAccount.objects.filter(organisation=organisation_id, until__isnull=True).first()


def basic_account_at(organisation_id: UUID, at: datetime) -> BasicAccount | None:
    """The basic account which counts for a tender published at ``at``: later changes do not."""
    return (
        BasicAccount.objects.filter(organisation=organisation_id, since__lte=at)
        .filter(Q(until__isnull=True) | Q(until__gt=at))
        .first()
    )


def organisation_is_active(organisation_id: UUID, kind: OrganisationKind | None = None) -> bool:
    """Whether an organisation is accepted and not suspended, and registered as ``kind``."""
    row = Organisation.objects.filter(pk=organisation_id, state=OrganisationState.ACCEPTED.value).first()
    return row is not None and (kind is None or kind.value in row.kinds)


def record_facts(kind: RecordKind, organisation_id: UUID, number: str) -> list[RecordFacts]:
    """Open records that could stand against a new one: the organisation's own and those of its number."""
    rows = OrganisationRecord.objects.filter(ended_at__isnull=True).filter(
        Q(organisation=organisation_id) | Q(kind=kind.value, number=number)
    )
    return [
        RecordFacts(
            organisation=str(row.organisation_id),
            kind=RecordKind(row.kind),
            number=row.number,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            file_size=row.file_size,
        )
        for row in rows
    ]


def records_valid(organisation_id: UUID, kind: RecordKind, on: date) -> list[OrganisationRecord]:
    """The organisation's open records of a kind which are valid on a day, e.g. the day of T."""
    rows = OrganisationRecord.objects.filter(
        organisation=organisation_id, kind=kind.value, ended_at__isnull=True
    )
    return [row for row in rows.order_by("valid_to") if covers(row.valid_from, row.valid_to, on)]


def memberships_at(at: datetime) -> QuerySet[Membership]:
    """Memberships in force at a moment."""
    return Membership.objects.filter(valid_from__lte=at, revoked_at__isnull=True).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=at)
    )


def roles_held(person_id: UUID, at: datetime, *, other_than: UUID | None = None) -> frozenset[Role]:
    """The roles a person holds through all memberships in force, but those of one organisation."""
    rows = memberships_at(at).filter(person=person_id).exclude(organisation=other_than)
    return frozenset(Role(role) for row in rows for role in row.roles)


def actor_of(person_id: UUID, organisation_id: UUID | None, at: datetime) -> Actor:
    """The actor a login stands for: roles and powers of its membership in force, none without one.

    Members of an organisation that is not accepted keep its powers (they must be able to correct the
    registration) but hold no role.
    """
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    rows = memberships_at(at).filter(person=person_id, organisation=organisation_id)
    return _actor(person, rows.select_related("organisation").first() if organisation_id else None, at)


def actor_signed_in(person: Person, organisation: str, at: datetime) -> Actor:
    """The actor of a login which chose this organisation last; the one joined first when it chose none of its own."""
    rows = memberships_at(at).filter(person=person.pk).select_related("organisation")
    own = list(rows.order_by("granted_at", "pk"))
    chosen = (row for row in own if str(row.organisation_id) == organisation)
    return _actor(person, next(chosen, own[0] if own else None), at)


def _actor(person: Person, member: Membership | None, at: datetime) -> Actor:
    session = staff_session_open_of(person.pk, at)
    if member is None:
        return Actor(person=person.pk, name=person.name)
    accepted = member.organisation.state == OrganisationState.ACCEPTED.value
    return Actor(
        person=person.pk,
        organisation=member.organisation_id,
        roles=frozenset(Role(role) for role in member.roles) if accepted else frozenset(),
        name=person.name,
        powers=frozenset(Power(power) for power in member.powers),
        session=session.pk if session else None,
    )


def members_told(organisation_id: UUID, powers: Iterable[Power], at: datetime) -> list[Person]:
    """The members a notification goes to: those with one of ``powers``, or everybody when it names none."""
    return members_told_of({organisation_id}, powers, at).get(organisation_id, [])


def members_told_of(
    organisations: Iterable[UUID], powers: Iterable[Power], at: datetime
) -> dict[UUID, list[Person]]:
    """As ``members_told`` for several organisations at once; those without such members are left out."""
    wanted = {power.value for power in powers}
    rows = memberships_at(at).filter(organisation__in=list(organisations), person__is_active=True)
    told: dict[UUID, list[Person]] = {}
    for row in rows.select_related("person").order_by("granted_at", "pk"):
        if not wanted or wanted & set(row.powers):
            told.setdefault(row.organisation_id, []).append(row.person)
    return told


def mandate_for_update(mandate_id: UUID) -> Mandate:
    """The mandate, locked."""
    return _one(
        Mandate.objects.select_for_update(of=("self",))
        .select_related("owner", "agency")
        .filter(pk=mandate_id)
    )


def mandate_in_force(*, owner: UUID, agency: UUID, tender: str, power: MandatePower, at: datetime) -> bool:
    """Whether the agency may use ``power`` for the owner in this tender: signed by both, in its term."""
    row = Mandate.objects.filter(
        owner=owner, agency=agency, tender=tender, state=MandateState.ACCEPTED.value
    ).first()
    return row is not None and mandate_covers(
        powers={MandatePower(word) for word in row.powers},
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        power=power,
        at=at,
    )


def signing_key_for_update(spki: str) -> SigningKey:
    """The key with this SPKI (hex), locked."""
    return _one(
        SigningKey.objects.select_for_update(of=("self",)).select_related("organisation").filter(spki=spki)
    )


def signing_key_active(spki: str) -> SigningKey | None:
    """The key, if it is active."""
    rows = SigningKey.objects.filter(spki=spki, state=KeyState.ACTIVE.value)
    return rows.select_related("organisation").first()


def signing_keys_of(organisation_id: UUID) -> Sequence[SigningKey]:
    """All keys of an organisation, the oldest first."""
    return list(SigningKey.objects.filter(organisation=organisation_id).order_by("registered_at", "pk"))


def active_spkis(organisation_id: UUID) -> frozenset[str]:
    """The SPKIs (hex) an organisation may sign with now."""
    rows = SigningKey.objects.filter(organisation=organisation_id, state=KeyState.ACTIVE.value)
    return frozenset(rows.values_list("spki", flat=True))


def spkis_of_kind(kind: OrganisationKind) -> frozenset[str]:
    """The SPKIs (hex) of all active keys of accepted organisations of one kind, e.g. of the supervisors."""
    rows = SigningKey.objects.filter(
        state=KeyState.ACTIVE.value, organisation__state=OrganisationState.ACCEPTED.value
    ).values_list("spki", "organisation__kinds")
    return frozenset(spki for spki, kinds in rows if kind.value in kinds)


def organisations_of_kind(kind: OrganisationKind) -> list[Organisation]:
    """The accepted organisations of one kind, by name; of the few kinds which are few: centre, supervisors."""
    rows = Organisation.objects.filter(state=OrganisationState.ACCEPTED.value).order_by("name", "code")
    return [row for row in rows if kind.value in row.kinds]


def staff_session_open_of(person_id: UUID, at: datetime) -> StaffSession | None:
    """The person's staff session, if one is open and its time is not over."""
    return StaffSession.objects.filter(person=person_id, closed_at__isnull=True, expires_at__gt=at).first()


def staff_session_for_update(session_id: UUID) -> StaffSession:
    """The staff session, locked."""
    return _one(StaffSession.objects.select_for_update().filter(pk=session_id))


def followers(topics: Iterable[str]) -> list[UUID]:
    """The people who follow any of these topics, each once; for telling them and for nothing else."""
    rows = Follow.objects.filter(topic__in=list(topics), person__is_active=True)
    return list(rows.order_by("person").values_list("person", flat=True).distinct())


def people_in_role(role: Role, kind: OrganisationKind, at: datetime) -> list[UUID]:
    """The people who hold a role in accepted organisations of one kind, e.g. the centre's administrators."""
    rows = memberships_at(at).filter(person__is_active=True).select_related("organisation")
    return list(
        dict.fromkeys(
            row.person_id
            for row in rows.order_by("granted_at", "pk")
            if role.value in row.roles and kind.value in row.organisation.kinds
        )
    )


def last_told(event: str, organisation_id: UUID, number: str) -> datetime | None:
    """When an organisation was last told of an event of one lot; None when it was not."""
    rows = Outbox.objects.filter(event=event, organisation=organisation_id, data__number=number)
    return rows.order_by("-created_at").values_list("created_at", flat=True).first()


def inbox(person_id: UUID) -> QuerySet[Outbox]:
    """A person's in-site messages, the newest first."""
    return Outbox.objects.filter(person=person_id, channel=Channel.SITE.value).order_by("-created_at", "-pk")


def outbox_due(at: datetime, limit: int) -> list[UUID]:
    """Messages to send now, the longest due first."""
    rows = Outbox.objects.filter(state=OutboxState.PENDING.value, due_at__lte=at).order_by(
        "due_at", "created_at"
    )
    return list(rows.values_list("pk", flat=True)[:limit])


def _one(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise NotFound("not_found", _("There is no such thing, or none you may know of."))
    return row
