"""Guarantees and bonds: registered by the bidder, asked of the issuer or checked by two people, warned of, let go."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.services import notify
from bidding import issuers
from bidding.models.security import Guarantee
from bidding.policies import returns as policies
from bidding.rules.bank.guarantees import GuaranteeFacts, TermsFacts, check, expiry
from bidding.security_files import file_keep
from bidding.selectors import lots, validity
from bidding.services.security.gates import takes_security
from bidding.states.security import GUARANTEE, GuaranteeAction, GuaranteeState
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import selectors as trading
from trading.models import Lot
from trading.rules.counting import local_day, start_of

OPEN_STATES = [GuaranteeState.REGISTERED.value, GuaranteeState.VERIFIED.value]


@transaction.atomic
def guarantee_register(
    *,
    lot_id: UUID,
    form: str,
    number: str,
    issuer: str,
    beneficiary: str,
    amount: Decimal,
    valid_from: date,
    valid_until: date,
    file_name: str,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> Guarantee:
    """Hand in a guarantee or bond as the security of the actor's organisation; nobody else learns of it.

    What is not as the tender asks is kept as ``defects`` and told at once, to the bidder alone: it may hand in another
    until the deadline, and after it one that follows a guarantee which ends before an extended bid does (条例26, 30号令
    29). RuleBroken ``no_deposit``, ``security_form`` (a form not asked for), ``security_file``;
    StateConflict ``deadline_passed``, ``no_bids_now``, ``guarantee_known`` (this number of this issuer is registered).
    """
    lot = lots.lot_get(lot_id)
    if actor.organisation is None:
        raise NotPermitted("not_permitted", _("A security is given for an organisation that bids."))
    lots.bidder_locked(lot, actor.organisation)
    require(policies.may_give_guarantee(actor, actor.organisation))
    short = validity.short_guarantees(lot).get(actor.organisation)
    if short is None:
        takes_security(lot, actor.organisation, form, at)
    file = file_keep(file_name, content)
    facts = GuaranteeFacts(
        form,
        number.strip(),
        issuer.strip(),
        beneficiary.strip(),
        amount,
        lot.currency,
        valid_from,
        valid_until,
    )
    defects = list(check(facts, terms_of(lot) if short is None else _following(lot, short)))
    pk = uuid4()
    entry = record_append(
        name="guarantee-registered", subject=str(pk), data={"sha256": file.sha256}, actor=actor.key, at=at
    )
    try:
        with transaction.atomic():
            return Guarantee.objects.create(
                id=pk,
                lot=lot,
                organisation_id=actor.organisation,
                form=form,
                number=facts.number,
                issuer=facts.issuer,
                beneficiary=facts.beneficiary,
                amount=amount,
                currency=lot.currency,
                valid_from=valid_from,
                valid_until=valid_until,
                defects=defects,
                registered_at=at,
                entry=entry,
                **file.fields(),
            )
    except IntegrityError as error:
        raise StateConflict(
            "guarantee_known", _("A guarantee of this number and issuer cannot be registered again.")
        ) from error


@transaction.atomic
def guarantee_verify(*, guarantee_id: UUID, actor: Actor, at: datetime) -> Guarantee:
    """Ask the issuer through the adapter: genuine, false, or no answer yet; then it stays registered. Idempotent.

    An answer that differs in amount, beneficiary, end or digest is a failure with the names of what differs.
    """
    guarantee = _locked(guarantee_id)
    require(policies.may_check_guarantee(actor))
    if guarantee.state not in (GuaranteeState.REGISTERED.value, GuaranteeState.FAILED.value):
        return guarantee
    adapter = issuers.issuer()
    answer = adapter.ask(
        issuers.Asked(
            guarantee.issuer,
            guarantee.number,
            guarantee.beneficiary,
            guarantee.amount,
            guarantee.valid_until,
            guarantee.file_sha256,
        )
    )
    if answer is None or (not answer.genuine and guarantee.state == GuaranteeState.FAILED.value):
        return guarantee
    guarantee.answer = {"status": answer.status, "differs": list(answer.differs), **dict(answer.raw)}
    guarantee.verifier = adapter.name
    _found(guarantee, genuine=answer.genuine, actor=actor, at=at)
    return guarantee


@transaction.atomic
def guarantee_check(
    *, guarantee_id: UUID, genuine: bool, reason: str, actor: Actor, at: datetime
) -> Guarantee:
    """Propose what the issuer said on paper or by telephone, as the first of two finance people, with the reason."""
    guarantee = _locked(guarantee_id)
    _by_hand(guarantee, actor)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say how the guarantee was checked, and with whom."))
    guarantee.verdict = issuers.GENUINE if genuine else issuers.FALSE
    guarantee.reason, guarantee.maker, guarantee.checker = reason.strip(), actor.person, None
    guarantee.save(update_fields=["verdict", "reason", "maker", "checker"])
    record_append(
        name="guarantee-check-proposed",
        subject=str(guarantee.pk),
        data={"verdict": guarantee.verdict, "reason": guarantee.reason},
        actor=actor.key,
        at=at,
    )
    return guarantee


@transaction.atomic
def guarantee_check_decide(*, guarantee_id: UUID, confirm: bool, actor: Actor, at: datetime) -> Guarantee:
    """Confirm or refuse the first person's finding, as another one; NotPermitted ``two_people`` for the same."""
    guarantee = _locked(guarantee_id)
    _by_hand(guarantee, actor)
    if not guarantee.verdict:
        raise StateConflict("nothing_proposed", _("Nobody has proposed a finding yet."))
    if guarantee.maker == actor.person:
        raise NotPermitted("two_people", _("Another person than the one who proposed it must decide."))
    if not confirm:
        data = {"verdict": guarantee.verdict}
        guarantee.verdict, guarantee.maker = "", None
        guarantee.save(update_fields=["verdict", "maker"])
        record_append(
            name="guarantee-check-refused", subject=str(guarantee.pk), data=data, actor=actor.key, at=at
        )
        return guarantee
    guarantee.checker, guarantee.verifier = actor.person, "people"
    _found(guarantee, genuine=guarantee.verdict == issuers.GENUINE, actor=actor, at=at)
    return guarantee


@transaction.atomic
def guarantee_release(*, guarantee_id: UUID, reason: str, actor: Actor, at: datetime) -> Guarantee:
    """Let a guarantee go: it secures nothing any more. Idempotent; a called one cannot be let go."""
    guarantee = _locked(guarantee_id)
    require(policies.may_begin_refunds(actor))
    if guarantee.state == GuaranteeState.RELEASED.value:
        return guarantee
    _end(guarantee, GuaranteeAction.RELEASE, "guarantee-released", {"reason": reason}, actor, at)
    return guarantee


def guarantee_claim(*, guarantee: Guarantee, decision: UUID, actor: Actor, at: datetime) -> Guarantee:
    """Call a guarantee by a confirmed decision; the forfeiture service asks who may, and has the row locked."""
    require(policies.may_forfeit(actor, guarantee.lot.tender.project.owner_id))
    _end(guarantee, GuaranteeAction.CLAIM, "guarantee-called", {"decision": decision}, actor, at)
    return guarantee


def guarantees_let_go(*, lot: Lot, organisation: UUID, until: datetime, at: datetime) -> None:
    """Release every guarantee a bidder gave for a lot until a moment, when its money would be due back."""
    rows = Guarantee.objects.filter(lot=lot, organisation=organisation, registered_at__lte=until)
    for row in rows.exclude(state__in=[GuaranteeState.RELEASED.value, GuaranteeState.CLAIMED.value]):
        guarantee_release(guarantee_id=row.pk, reason="due back", actor=SYSTEM, at=at)


def guarantees_follow(*, at: datetime) -> None:
    """By the clock: ask the issuers again, and warn each bidder alone 30, 15, 7 and 1 days before an end."""
    for pk in Guarantee.objects.filter(state=GuaranteeState.REGISTERED.value).values_list("pk", flat=True):
        try:
            guarantee_verify(guarantee_id=pk, actor=SYSTEM, at=at)
        except Unavailable:
            break
    for pk in Guarantee.objects.filter(state__in=OPEN_STATES).values_list("pk", flat=True):
        _warn(pk, at)


@transaction.atomic
def _warn(guarantee_id: UUID, at: datetime) -> None:
    guarantee = _locked(guarantee_id)
    left = expiry(guarantee.valid_until, local_day(at))
    if left is None or (guarantee.warned_days is not None and guarantee.warned_days <= left):
        return
    guarantee.warned_days = left
    guarantee.save(update_fields=["warned_days"])
    data = {"amount": guarantee.amount, "until": guarantee.valid_until.isoformat(), "days": left}
    notify(event="guarantee_expiring", to_organisation=guarantee.organisation_id, data=data, at=at)


def terms_of(lot: Lot) -> TermsFacts:
    """What a lot asks of a guarantee: forms, the owner as beneficiary, amount, the bids' validity (条26)."""
    return TermsFacts(
        forms=frozenset(lot.deposit_forms),
        beneficiary=lot.tender.project.owner.name,
        amount=lot.deposit_amount,
        currency=lot.currency,
        deadline=trading.times_in_force(lot).close_at,
        valid_until=local_day(trading.valid_until(lot)),
    )


def _following(lot: Lot, short: Guarantee) -> TermsFacts:
    """What is asked of the guarantee that follows: no gap between the two, and the extended validity."""
    return replace(terms_of(lot), deadline=start_of(short.valid_until + timedelta(days=1)))


def _locked(guarantee_id: UUID) -> Guarantee:
    rows = Guarantee.objects.select_for_update(of=("self",)).select_related("lot__tender__project")
    guarantee = rows.filter(pk=guarantee_id).first()
    if guarantee is None:
        raise NotFound("guarantee", _("There is no such guarantee."))
    return guarantee


def _by_hand(guarantee: Guarantee, actor: Actor) -> None:
    require(policies.may_check_guarantee(actor))
    if actor.person is None:
        raise NotPermitted(
            "two_people", _("A person checks a guarantee by hand, and another one confirms it.")
        )
    if guarantee.state not in (GuaranteeState.REGISTERED.value, GuaranteeState.FAILED.value):
        raise StateConflict("guarantee_settled", _("This guarantee is already verified, or has ended."))


def _found(guarantee: Guarantee, *, genuine: bool, actor: Actor, at: datetime) -> None:
    """Move by what was found."""
    if not genuine and guarantee.state == GuaranteeState.FAILED.value:
        guarantee.save()
        return
    action = GuaranteeAction.VERIFY if genuine else GuaranteeAction.FAIL
    guarantee.state = next_state(GUARANTEE, action, GuaranteeState(guarantee.state)).value
    guarantee.verified_at = at if genuine else guarantee.verified_at
    guarantee.save()
    record_append(
        name="guarantee-verified" if genuine else "guarantee-failed",
        subject=str(guarantee.pk),
        data={"through": guarantee.verifier, "sha256": guarantee.file_sha256},
        actor=actor.key,
        at=at,
    )


def _end(
    guarantee: Guarantee,
    action: GuaranteeAction,
    name: str,
    data: dict[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    guarantee.state = next_state(GUARANTEE, action, GuaranteeState(guarantee.state)).value
    guarantee.ended_at = at
    guarantee.save(update_fields=["state", "ended_at"])
    record_append(name=name, subject=str(guarantee.pk), data=data, actor=actor.key, at=at)
