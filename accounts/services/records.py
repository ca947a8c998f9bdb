"""The register of subjects (主体库): papers with a number, a term and a file."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.files import StoredFile
from accounts.models import OrganisationRecord
from accounts.rules import RecordFacts, days_left, record_findings, tidy
from accounts.rules.notices import BEIJING
from accounts.rules.records import EXPIRY_WARNING_DAYS
from accounts.services.notifications import notify
from accounts.states import RecordKind
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def record_add(
    *,
    organisation_id: UUID,
    kind: RecordKind,
    title: str,
    number: str,
    file: StoredFile,
    file_name: str,
    actor: Actor,
    at: datetime,
    holder: str = "",
    holder_hash: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> OrganisationRecord:
    """Add a paper whose file is already in the store.

    ``holder_hash`` is the ``IdentityMark.keyed_hash`` of a constructor, never a number. Raises ``RuleBroken``
    (``record`` with all findings): dates, file size, at most one open paper of a kind or number.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_record(actor, organisation.pk))
    number = tidy(number).upper()
    facts = RecordFacts(str(organisation.pk), RecordKind(kind), number, valid_from, valid_to, file.size)
    findings = record_findings(facts, selectors.record_facts(facts.kind, organisation.pk, number))
    if findings:
        raise RuleBroken("record", _("The paper cannot be added as it is."), findings)
    try:
        with transaction.atomic():
            record = OrganisationRecord.objects.create(
                organisation=organisation,
                kind=facts.kind.value,
                number=number,
                title=tidy(title),
                holder=tidy(holder),
                holder_hash=holder_hash,
                valid_from=valid_from,
                valid_to=valid_to,
                file_sha256=file.sha256,
                file_name=tidy(file_name),
                file_size=file.size,
                added_at=at,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "record_number_taken",
            _("This number is already registered; it can stand for one organisation only."),
        ) from error
    _append("paper-added", organisation.code, record, actor, at)
    return record


@transaction.atomic
def record_end(*, record_id: UUID, reason: str, actor: Actor, at: datetime) -> OrganisationRecord:
    """End a paper (replaced, withdrawn, the constructor has left); it stays in the history."""
    record = OrganisationRecord.objects.select_for_update().filter(pk=record_id).first()
    if record is None:
        raise NotFound("record", _("There is no such paper."))
    require(policies.may_record(actor, record.organisation_id))
    if record.ended_at is not None:
        raise StateConflict("record_ended", _("This paper has already been ended."))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    record.ended_at, record.ended_reason = at, tidy(reason)
    record.save(update_fields=["ended_at", "ended_reason"])
    _append("paper-ended", record.organisation.code, record, actor, at)
    return record


@transaction.atomic
def papers_expiring_notify(*, at: datetime) -> int:
    """Tell organisations of papers that expire in 30, 7 or 1 days; each warning once. Returns how many.

    Called by the ticker as often as it likes: what has been said is remembered on the paper.
    """
    today, told = at.astimezone(BEIJING).date(), 0
    papers = OrganisationRecord.objects.select_for_update().filter(ended_at__isnull=True, valid_to__gte=today)
    for paper in papers.order_by("valid_to"):
        left = days_left(paper.valid_to, today)
        step = min((days for days in EXPIRY_WARNING_DAYS if left is not None and left <= days), default=None)
        if step is None or (paper.warned_days is not None and paper.warned_days <= step):
            continue
        paper.warned_days = step
        paper.save(update_fields=["warned_days"])
        data: dict[str, object] = {"paper": paper.title, "days": left}
        notify(event="paper_expiring", to_organisation=paper.organisation_id, data=data, at=at)
        told += 1
    return told


def _append(name: str, subject: str, record: OrganisationRecord, actor: Actor, at: datetime) -> None:
    record_append(
        name=name,
        subject=subject,
        data={
            "paper": record.pk,
            "kind": record.kind,
            "number": record.number,
            "valid_from": record.valid_from,
            "valid_to": record.valid_to,
            "file": record.file_sha256,
            "reason": record.ended_reason,
        },
        actor=actor.key,
        at=at,
    )
