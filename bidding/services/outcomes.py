"""After the opening: the award notice and the contract are recorded, validity is answered, and refund clocks start."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.services import notify
from bidding.models.security import Guarantee, ValidityAnswer
from bidding.policies import security as policies
from bidding.security_files import KeptFile, file_keep
from bidding.selectors.security.dues import in_set
from bidding.selectors.validity import OPEN_GUARANTEES, bidders_opened, refusers
from bidding.services.security.refunds import award_notified, contract_signed, validity_refused
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies as trading_policies
from trading import selectors as trading
from trading.models import Award, Contract, Lot, ValidityExtension
from trading.rules.counting import local_day, start_of
from trading.services.outcomes import NO_TERMS, Paper, Report, Terms, lot_to_record
from trading.services.outcomes import award_record as trading_award
from trading.services.outcomes import contract_record as trading_contract

Upload = tuple[str, bytes]
"""A file as a form gives it: its name, its bytes."""


@transaction.atomic
def award_record(
    *,
    lot_id: UUID,
    winner_id: UUID,
    outside_reason: str,
    report_number: str,
    report_on: date,
    report: Upload,
    notified_on: date,
    notice: Upload,
    actor: Actor,
    at: datetime,
) -> Award:
    """Record the award notice by the report of an evaluation held outside; the losers' clock starts where there is one.

    RuleBroken ``award_winner`` when the winner's bid was not opened or no longer stands because it refused a longer
    validity; else as ``trading.services.outcomes.award_record``.
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    if winner_id not in bidders_opened(lot) - refusers(lot):
        message = _("The winner is one of the bidders whose bid was opened and still stands.")
        raise RuleBroken("award_winner", message, [Finding("award_winner", message, field="winner")])
    made = trading_award(
        lot_id=lot_id,
        winner_id=winner_id,
        outside_reason=outside_reason,
        report=Report(report_number, report_on, _paper(file_keep(*report))),
        notified_on=notified_on,
        notice=_paper(file_keep(*notice)),
        actor=actor,
        at=at,
    )
    award_notified(
        lot_id=lot_id,
        losers=in_set(lot) - {winner_id},
        notified_at=start_of(notified_on),
        actor=SYSTEM,
        at=at,
    )
    return made


@transaction.atomic
def contract_record(
    *,
    lot_id: UUID,
    signed_on: date,
    parties: str,
    amount: Decimal,
    file: Upload,
    terms: Terms = NO_TERMS,
    actor: Actor,
    at: datetime,
) -> Contract:
    """Record that the contract is signed; everybody's security is due back from that day (条57), see ``trading``."""
    lot_to_record(lot_id=lot_id, actor=actor, at=at)
    made = trading_contract(
        lot_id=lot_id,
        signed_on=signed_on,
        parties=parties,
        amount=amount,
        terms=terms,
        file=_paper(file_keep(*file)),
        actor=actor,
        at=at,
    )
    contract_signed(lot_id=lot_id, signed_at=start_of(signed_on), actor=SYSTEM, at=at)
    return made


@transaction.atomic
def validity_answer(*, extension_id: UUID, consents: bool, actor: Actor, at: datetime) -> ValidityAnswer:
    """A bidder answers whether it extends the validity of its bid; once, for good (30号令29).

    Who refuses takes its security back; who consents and gave a guarantee that ends earlier is told, alone.
    NotFound for a lot it has no opened bid in; StateConflict ``answered`` or ``validity_over``.
    """
    extension, lot = _extension(extension_id)
    organisation = actor.organisation
    if organisation is None or organisation not in bidders_opened(lot):
        raise _unknown()
    require(policies.may_answer_validity(actor, organisation))
    made = _answer(extension, organisation, consents, local_day(at), None, actor, at)
    if consents:
        _guarantees_looked_at(lot, organisation, extension, at)
    return made


@transaction.atomic
def validity_refusal_enter(
    *, extension_id: UUID, organisation_id: UUID, refused_on: date, letter: Upload, actor: Actor, at: datetime
) -> ValidityAnswer:
    """The owner enters a bidder's written refusal with its letter; the bidder's security is due back from that day.

    NotFound for another bidder; RuleBroken ``refused_on`` for a day before the request or in the future; StateConflict
    ``answered``.
    """
    extension, lot = _extension(extension_id)
    require(trading_policies.may_publish(actor, lot.tender.project.owner_id))
    if organisation_id not in bidders_opened(lot):
        raise _unknown()
    if not local_day(extension.at) <= refused_on <= local_day(at):
        message = _("The refusal was given after the request and not in the future.")
        raise RuleBroken("refused_on", message, [Finding("refused_on", message, field="refused_on")])
    return _answer(extension, organisation_id, False, refused_on, file_keep(*letter), actor, at)


def _answer(
    extension: ValidityExtension,
    organisation: UUID,
    consents: bool,  # noqa: FBT001 - the answer itself
    given_on: date,
    letter: KeptFile | None,
    actor: Actor,
    at: datetime,
) -> ValidityAnswer:
    if ValidityAnswer.objects.filter(extension=extension, organisation=organisation).exists():
        raise StateConflict("answered", _("This bidder has answered; an answer is given once."))
    if letter is None and at >= extension.valid_until:
        raise StateConflict("validity_over", _("The validity has ended; the question is void."))
    pk = uuid4()
    data = {"extension": extension.pk, "consents": consents, "letter": letter.sha256 if letter else ""}
    entry = record_append(name="validity-answered", subject=str(pk), data=data, actor=actor.key, at=at)
    assert actor.person is not None
    made = ValidityAnswer.objects.create(
        id=pk,
        extension=extension,
        organisation_id=organisation,
        consents=consents,
        given_on=given_on,
        by_owner=letter is not None,
        by=actor.person,
        at=at,
        entry=entry,
        **(letter.fields() if letter else {}),
    )
    if not consents:
        refused_at = min(at, max(start_of(given_on), extension.at))
        validity_refused(
            lot_id=extension.lot_id, organisation_id=organisation, refused_at=refused_at, actor=SYSTEM, at=at
        )
    return made


def _guarantees_looked_at(lot: Lot, organisation: UUID, extension: ValidityExtension, at: datetime) -> None:
    """Tell a consenting bidder alone that its guarantee ends before its bid does now."""
    last = local_day(extension.extended_until)
    rows = Guarantee.objects.filter(lot=lot, organisation=organisation, state__in=OPEN_GUARANTEES)
    for row in rows.filter(valid_until__lt=last):
        left = max(0, (row.valid_until - local_day(at)).days)
        data = {"amount": row.amount, "until": row.valid_until.isoformat(), "days": left}
        notify(event="guarantee_expiring", to_organisation=organisation, data=data, at=at)


def _extension(extension_id: UUID) -> tuple[ValidityExtension, Lot]:
    extension = ValidityExtension.objects.filter(pk=extension_id).first()
    if extension is None:
        raise _unknown()
    return extension, trading.lot_for_update(extension.lot_id)


def _unknown() -> NotFound:
    return NotFound("not_here", _("There is no such thing, or none you may know of."))


def _paper(file: KeptFile) -> Paper:
    return Paper(file.sha256, file.name, file.size)
