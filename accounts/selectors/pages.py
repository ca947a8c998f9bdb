"""Reads of the account pages: lists and what stands beside each row."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts import policies
from accounts.actors import Actor
from accounts.models import (
    BasicAccount,
    Invitation,
    KeyLoss,
    KeyRequest,
    Mandate,
    Membership,
    Organisation,
    OrganisationDefect,
    OrganisationRecord,
    OrganisationReview,
    Outbox,
    SigningKey,
    StaffSession,
)
from accounts.rules import days_left
from accounts.rules.records import EXPIRY_WARNING_DAYS
from accounts.selectors import (
    basic_account_current,
    inbox,
    memberships_at,
    organisation_get,
    signing_keys_of,
)
from accounts.states import (
    InvitationState,
    KeyLossState,
    KeyRequestState,
    KeyState,
    OrganisationState,
    Power,
    RecordKind,
    Role,
)
from kernel.errors import NotFound
from kernel.policies import require

REVIEW_DAYS = timedelta(days=3)
LIST = 200


@dataclass(frozen=True)
class Home:
    """What a person finds after the login."""

    memberships: list[Membership]
    organisation: Organisation | None
    members: int
    keys: int
    unread: int


def home(actor: Actor, at: datetime) -> Home:
    """The person's organisations, and what the chosen one still lacks on its first day."""
    mine = list(memberships_at(at).filter(person=actor.person).select_related("organisation"))
    chosen = next((row.organisation for row in mine if row.organisation_id == actor.organisation), None)
    return Home(
        memberships=mine,
        organisation=chosen,
        members=memberships_at(at).filter(organisation=chosen).count() if chosen else 0,
        keys=SigningKey.objects.filter(organisation=chosen, state=KeyState.ACTIVE.value).count()
        if chosen
        else 0,
        unread=inbox(actor.person).filter(delivered_at__isnull=True).count() if actor.person else 0,
    )


def own_organisation(actor: Actor) -> Organisation:
    """The organisation the actor acts for; ``NotFound`` for a person who belongs to none."""
    if actor.organisation is None:
        raise NotFound(
            "organisation", _("You belong to no organisation yet. Register one, or ask to be invited.")
        )
    return organisation_get(actor.organisation)


@dataclass(frozen=True)
class Registration:
    """A registration with its last complete list of defects."""

    organisation: Organisation
    account: BasicAccount | None
    review: OrganisationReview | None
    defects: list[OrganisationDefect]
    papers: list[OrganisationRecord]


def registration(organisation: Organisation) -> Registration:
    """Everything the status page and the desk show."""
    review = organisation.reviews.order_by("-round").first()
    return Registration(
        organisation=organisation,
        account=basic_account_current(organisation.pk),
        review=review,
        defects=list(review.defects.all()) if review else [],
        papers=list(organisation.records.filter(ended_at__isnull=True).order_by("kind", "valid_to")),
    )


@dataclass(frozen=True)
class Paper:
    """A paper of the register and how long it is still valid: days left, None without an end."""

    record: OrganisationRecord
    left: int | None

    @property
    def shape(self) -> str:
        """The shape of its status word: fail when lapsed, soon within 30 days, done otherwise."""
        if self.record.ended_at is not None:
            return "stop"
        if self.left is not None and self.left < 0:
            return "fail"
        return "soon" if self.left is not None and self.left <= max(EXPIRY_WARNING_DAYS) else "done"


def papers(organisation_id: UUID, on: date) -> list[tuple[RecordKind, list[Paper]]]:
    """The register by kind: open papers first, the ones which lapse soonest in front."""
    rows = OrganisationRecord.objects.filter(organisation=organisation_id).order_by("-added_at")[:LIST]
    found = [Paper(row, days_left(row.valid_to, on)) for row in rows]
    found.sort(key=lambda one: (one.record.ended_at is not None, one.left is None, one.left or 0))
    return [(kind, [one for one in found if one.record.kind == kind.value]) for kind in RecordKind]


def paper_of(record_id: UUID, actor: Actor) -> OrganisationRecord:
    """A paper of the actor's own organisation."""
    row = OrganisationRecord.objects.filter(pk=record_id, organisation=actor.organisation).first()
    if row is None:
        raise NotFound("record", _("There is no such paper."))
    return row


def stored_paper(sha256: str, actor: Actor) -> tuple[str, int | None]:
    """Name and size of a stored file the actor may download; ``NotFound`` for every other address."""
    record = OrganisationRecord.objects.filter(file_sha256=sha256)
    record = record.filter(organisation=actor.organisation) if not actor.roles & DESKS else record
    if row := record.first():
        require(policies.may_see_paper(actor, row.organisation_id))
        return row.file_name, row.file_size
    account = BasicAccount.objects.filter(proof_sha256=sha256)
    account = account.filter(organisation=actor.organisation) if not actor.roles & DESKS else account
    if proof := account.first():
        require(policies.may_see_paper(actor, proof.organisation_id))
        return f"account-{sha256[:8]}", None
    raise NotFound("file_missing", _("The file is not in the store."))


DESKS = frozenset({Role.INTAKE, Role.SUPERVISOR})


def members(organisation_id: UUID, at: datetime) -> list[Membership]:
    """Everybody who belongs to an organisation now, the one admitted first in front."""
    rows = memberships_at(at).filter(organisation=organisation_id)
    return list(rows.select_related("person").order_by("granted_at", "pk"))


def member_of(membership_id: UUID, actor: Actor) -> Membership:
    """A member of the actor's own organisation, for those who manage its members."""
    own = own_organisation(actor)
    require(policies.may_manage(actor, own.pk))
    row = own.memberships.filter(pk=membership_id, revoked_at__isnull=True).select_related("person").first()
    if row is None:
        raise NotFound("membership", _("There is no such membership."))
    return row


def invitations(organisation_id: UUID, at: datetime) -> list[Invitation]:
    """Invitations nobody has answered yet."""
    rows = Invitation.objects.filter(organisation=organisation_id, state=InvitationState.SENT.value)
    return list(rows.filter(expires_at__gt=at).order_by("-sent_at"))


def invitation_with(token_hash: str) -> Invitation:
    """The invitation whose link somebody holds."""
    row = Invitation.objects.filter(token_hash=token_hash).select_related("organisation").first()
    if row is None:
        raise NotFound("invitation", _("There is no such invitation."))
    return row


def mandates(organisation_id: UUID) -> list[Mandate]:
    """Mandates given and held, the latest first."""
    rows = Mandate.objects.filter(Q(owner=organisation_id) | Q(agency=organisation_id))
    return list(rows.select_related("owner", "agency").order_by("-offered_at")[:LIST])


def mandate_of(mandate_id: UUID, actor: Actor) -> Mandate:
    """A mandate the actor's organisation is a party of."""
    rows = Mandate.objects.filter(pk=mandate_id).select_related("owner", "agency")
    row = rows.filter(Q(owner=actor.organisation) | Q(agency=actor.organisation)).first()
    if row is None:
        raise NotFound("mandate", _("There is no such mandate."))
    return row


@dataclass(frozen=True)
class Keys:
    """The keys of an organisation, on their way, in force and gone."""

    keys: list[SigningKey]
    requests: list[KeyRequest]
    losses: list[KeyLoss]

    @property
    def active(self) -> list[SigningKey]:
        """Those it may sign with."""
        return [key for key in self.keys if key.state == KeyState.ACTIVE.value]


def keys(organisation_id: UUID) -> Keys:
    """Keys, requests still open or refused, and reports of loss."""
    asked = KeyRequest.objects.filter(organisation=organisation_id).exclude(
        state=KeyRequestState.CERTIFIED.value
    )
    lost = KeyLoss.objects.filter(organisation=organisation_id).select_related("old", "new")
    return Keys(
        keys=list(signing_keys_of(organisation_id)),
        requests=list(asked.order_by("-requested_at")[:LIST]),
        losses=list(lost.order_by("-reported_at")[:LIST]),
    )


@dataclass(frozen=True)
class Waiting:
    """A registration at the desk and the moment until which it should be answered."""

    organisation: Organisation
    due_at: datetime
    over: bool


def desk(actor: Actor, at: datetime) -> list[Waiting]:
    """Registrations handed in, the longest waiting first."""
    require(policies.may_see_desk(actor))
    rows = Organisation.objects.filter(state=OrganisationState.SUBMITTED.value).order_by("submitted_at")
    found = []
    for row in rows[:LIST]:
        due = (row.submitted_at or at) + REVIEW_DAYS
        found.append(Waiting(row, due, due < at))
    return found


def desk_registration(organisation_id: UUID, actor: Actor) -> Registration:
    """A registration for review."""
    require(policies.may_see_desk(actor))
    return registration(organisation_get(organisation_id))


@dataclass(frozen=True)
class DeskKeys:
    """What waits for the registrar or the supervisor to sign."""

    requests: list[KeyRequest]
    losses: list[KeyLoss]


def desk_keys(actor: Actor) -> DeskKeys:
    """Key requests (for the intake desk) and reports of loss (for both offices)."""
    require(policies.may_report_key_lost(actor))
    asked = KeyRequest.objects.filter(state=KeyRequestState.PENDING.value).select_related("organisation")
    lost = KeyLoss.objects.filter(state=KeyLossState.REPORTED.value).select_related(
        "organisation", "old", "new"
    )
    return DeskKeys(
        requests=list(asked.order_by("requested_at")[:LIST]) if Role.INTAKE in actor.roles else [],
        losses=list(lost.order_by("reported_at")[:LIST]),
    )


def key_request_of(request_id: UUID, actor: Actor) -> KeyRequest:
    """A request at the desk."""
    require(policies.may_certify_key(actor))
    row = KeyRequest.objects.filter(pk=request_id).select_related("organisation", "requested_by").first()
    if row is None:
        raise NotFound("key_request", _("There is no such request."))
    return row


def key_loss_of(loss_id: UUID, actor: Actor) -> KeyLoss:
    """A report of loss at the desk."""
    require(policies.may_report_key_lost(actor))
    rows = KeyLoss.objects.filter(pk=loss_id).select_related("organisation", "old", "new", "reported_by")
    row = rows.first()
    if row is None:
        raise NotFound("key_request", _("There is no such request."))
    return row


def staff_sessions(actor: Actor) -> list[StaffSession]:
    """The actor's own sessions, the latest first."""
    require(policies.may_open_session(actor))
    return list(StaffSession.objects.filter(person=actor.person).order_by("-opened_at")[:50])


def messages(actor: Actor) -> list[Outbox]:
    """The actor's in-site messages, the newest first."""
    return list(inbox(actor.person)[:100]) if actor.person else []


def may_seal(actor: Actor) -> bool:
    """Whether the actor may ask for keys."""
    return bool(actor.powers & {Power.MEMBERS, Power.SEAL})


def own_key(key_id: UUID, organisation_id: UUID) -> SigningKey:
    """A key of this organisation."""
    row = SigningKey.objects.filter(pk=key_id, organisation=organisation_id).first()
    if row is None:
        raise NotFound("signing_key", _("There is no such key."))
    return row
