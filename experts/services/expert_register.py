"""Write an expert's record for the first time, correct it, link a login to it, add a certificate."""

import secrets
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Person
from accounts.rules import identity_mark, name_key, tidy
from accounts.rules.identity import IdentityMark
from bidding.rules.codes import code_from
from bidding.security_files import KeptFile
from experts.models import Expert, ExpertCertificate, ExpertSpecialty
from experts.policies import may_change, may_keep
from experts.pool_keys import PoolKey
from experts.rules.facts import ExpertFacts, facts_findings, phone_findings
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.selectors.records import codes_of, facts_of
from experts.services.changes import Entropy, change_record, expert_locked, reasoned
from experts.states import ChangeKind, ExpertState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from trading.rules.counting import local_day

EXISTS = _("Somebody with this identity number is in the pool already, or was. Search for the record.")


@transaction.atomic
def expert_register(
    *,
    facts: ExpertFacts,
    identity_number: str,
    actor: Actor,
    at: datetime,
    identity_key: bytes,
    key: PoolKey,
    identity_kind: str = "resident",
    phone: str = "",
    random: Entropy = secrets.token_bytes,
) -> Expert:
    """Write the record of somebody who applied; nobody is in the pool by that.

    The identity number is turned into its mark under ``identity_key`` and forgotten, the telephone number sealed to
    the gateway under ``key``. ``RuleBroken`` (``expert``) with every finding, or ``expert_exists``.
    """
    require(may_keep(actor))
    facts = facts.tidied()
    findings = [*record_findings(facts, at), *phone_findings(phone)]
    mark = None
    try:
        mark = identity_mark(identity_number, key=identity_key, kind=identity_kind)
    except RuleBroken as refusal:
        findings.append(Finding(refusal.code, refusal.message, field="identity_number"))
    if findings or mark is None:
        raise RuleBroken("expert", _("The record cannot be written as it is."), findings)
    sealed = key.seal_phone(tidy(phone), random(32))
    expert = expert_row(facts, mark=mark, kind=identity_kind, sealed=sealed, at=at, random=random)
    try:
        with transaction.atomic():
            expert.save(force_insert=True)
    except IntegrityError as error:
        finding = Finding("expert_exists", EXISTS, field="identity_number")
        raise RuleBroken("expert_exists", EXISTS, [finding]) from error
    specialties_set(expert, facts, actor, at)
    change_record(expert, ChangeKind.REGISTERED, actor=actor, at=at, random=random)
    return expert


@transaction.atomic
def expert_edit(
    *,
    expert_id: UUID,
    facts: ExpertFacts,
    reason: str,
    actor: Actor,
    at: datetime,
    key: PoolKey,
    phone: str = "",
    random: Entropy = secrets.token_bytes,
) -> Expert:
    """Correct verified attributes; what stood before stays in the history. An empty ``phone`` keeps the old number.

    The term is not corrected but renewed. ``RuleBroken`` (``expert``) with every finding, or ``nothing_changed``;
    ``StateConflict`` for an expert who has left.
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    if expert.state == ExpertState.REMOVED.value:
        raise StateConflict("expert_left", _("This expert has left the pool. The record stays as it is."))
    facts, why = facts.tidied(), reasoned(reason)
    findings = [*record_findings(facts, at), *phone_findings(phone)]
    if (facts.term_from, facts.term_to) != (expert.term_from, expert.term_to):
        message = _("A term is not corrected. Renew it, or end it with a reason.")
        findings.append(Finding("term_kept", message, field="term_to"))
    if findings:
        raise RuleBroken("expert", _("The record cannot be written as it is."), findings)
    if facts == facts_of(expert) and not phone:
        raise RuleBroken("nothing_changed", _("Nothing differs from the record as it stands."))
    for name, value in row_fields(facts).items():
        setattr(expert, name, value)
    if phone:
        expert.phone_sealed = key.seal_phone(tidy(phone), random(32))
    expert.save()
    specialties_set(expert, facts, actor, at)
    more = {"phone": "changed"} if phone else None
    change_record(expert, ChangeKind.EDITED, actor=actor, at=at, reason=why, more=more, random=random)
    return expert


@transaction.atomic
def expert_link(*, expert_id: UUID, email: str, actor: Actor, at: datetime) -> Expert:
    """Let a person who has signed up see and keep the own record. ``NotFound`` for an address nobody logs in with.

    ``RuleBroken`` (``login_other``) when that login is another expert's or stands for another identity number.
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    person = Person.objects.select_for_update().filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise NotFound("person", _("Nobody signs in with this address. The expert signs up first."))
    require(may_change(actor, person.pk))
    differs = bool(person.identity_hash) and person.identity_hash != expert.identity_hash
    if differs or Expert.objects.filter(person=person).exclude(pk=expert.pk).exists():
        raise RuleBroken(
            "login_other", _("This login belongs to somebody else. Compare name and identity paper.")
        )
    expert.person = person
    expert.save(update_fields=["person"])
    change_record(expert, ChangeKind.LINKED, actor=actor, at=at)
    return expert


@transaction.atomic
def certificate_add(
    *,
    expert_id: UUID,
    title: str,
    file: KeptFile,
    actor: Actor,
    at: datetime,
    number: str = "",
    valid_to: date | None = None,
) -> ExpertCertificate:
    """Add a paper that is in the store already. ``RuleBroken`` (``certificate``) without a name or out of date."""
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    if not tidy(title):
        raise RuleBroken("certificate", _("Say what the paper certifies."))
    if valid_to is not None and valid_to < local_day(at):
        raise RuleBroken("certificate", _("The paper is out of date. Ask for the one in force."))
    made = ExpertCertificate.objects.create(
        expert=expert, title=tidy(title), number=tidy(number), valid_to=valid_to, added_at=at, **file.fields()
    )
    more = {"certificate": file.sha256}
    change_record(expert, ChangeKind.CERTIFICATE, actor=actor, at=at, more=more)
    return made


def record_findings(facts: ExpertFacts, at: datetime) -> list[Finding]:
    """Everything wrong with tidied facts on this day."""
    found = facts_findings(facts, pack=pool_pack(), tree=specialty_tree(), today=local_day(at))
    return list(found)


def row_fields(facts: ExpertFacts) -> dict[str, object]:
    """The columns that facts fill."""
    body = facts.body()
    del body["specialties"]
    return {
        **body,
        "term_from": facts.term_from,
        "term_to": facts.term_to,
        "name_key": name_key(facts.name),
        "employer_key": facts.employer_key,
    }


def expert_row(
    facts: ExpertFacts, *, mark: IdentityMark, kind: str, sealed: str, at: datetime, random: Entropy
) -> Expert:
    """A new row, not yet written."""
    return Expert(
        code=code_from(random(5)),
        identity_kind=kind,
        identity_hash=mark.keyed_hash,
        identity_last4=mark.last4,
        phone_sealed=sealed,
        registered_at=at,
        **row_fields(facts),
    )


def specialties_set(expert: Expert, facts: ExpertFacts, actor: Actor, at: datetime) -> None:
    """End what is no longer held, add what is new, each verified by whoever acts."""
    held, wanted = set(codes_of(expert)), set(facts.specialties)
    expert.specialties.filter(ended_at__isnull=True, code__in=held - wanted).update(ended_at=at)
    ExpertSpecialty.objects.bulk_create(specialty_rows(expert, wanted - held, actor, at))


def specialty_rows(expert: Expert, codes: set[str], actor: Actor, at: datetime) -> list[ExpertSpecialty]:
    """Rows of these specialties, not yet written."""
    tree = specialty_tree()
    scheme = f"{tree.scheme} {tree.version}"
    return [
        ExpertSpecialty(expert=expert, code=code, scheme=scheme, verified_by_id=actor.person, verified_at=at)
        for code in sorted(codes)
    ]
