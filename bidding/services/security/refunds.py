"""Security that has become due back: found by the clock for every cause, made into refunds, dropped when it is not."""

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from accounts.actors import SYSTEM, Actor
from bidding.models.security import CollectingAccount, Refund, SubAccount
from bidding.policies import returns as policies
from bidding.rules.refund_causes import RULE, Cause, Due, due_of, end_to_end_id
from bidding.selectors import lots
from bidding.selectors.security import dues
from bidding.selectors.security.dues import Part
from bidding.services.security.annual import annual_let_go
from bidding.services.security.guarantees import guarantees_let_go
from bidding.services.security.holds import objections_follow
from bidding.services.security.read_back import line_settle
from bidding.states.security import REFUND, BookAccount, PaymentState, RefundAction, RefundState
from kernel.errors import DomainError
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import selectors as trading
from trading.models import Lot
from trading.rules.counting import local_day, start_of

Entropy = Callable[[int], bytes]
DROPPABLE = [RefundState.DUE_BACK.value, RefundState.HELD.value, RefundState.BOUNCED.value]


def refunds_due(*, at: datetime) -> list[str]:
    """Find everything that has become due back by ``at``; the codes of what was refused. Idempotent.

    Objections place and lift their holds first. Then what no longer stands where it stood is dropped, what is nobody's
    security becomes due at once, and every lot with security is asked for its causes (条26, 31, 35; 流标; 未递交).
    """
    refused: list[str] = []
    _step(refused, objections_follow, at=at)
    _step(refused, _drop_settled, at=at)
    _step(refused, _bounces, at=at)
    _step(refused, _strays, at=at)
    _step(refused, _years_over, at=at)
    for lot in dues.lots_with_security().order_by("pk"):
        _step(refused, _lot, lot_id=lot.pk, at=at)
    return refused


@transaction.atomic
def lot_security_return(
    *,
    lot_id: UUID,
    cause: Cause,
    since: datetime,
    actor: Actor,
    at: datetime,
    organisations: Collection[UUID] | None = None,
) -> list[Refund]:
    """Give back the security of these organisations (None: of everybody) for a lot, for a cause since a moment.

    Money becomes due under the cause's clock, a guarantee is released, a part of an annual security is free again. A
    later stage calls it: the contract is signed (条57), the award notice is out, a bidder refuses a longer validity.
    Idempotent: what a refund already speaks for is not due twice. A forfeited security does not come back.
    """
    require(policies.may_begin_refunds(actor))
    lot = trading.lot_for_update(lot_id)
    made: list[Refund] = []
    wanted = dues.givers(lot) if organisations is None else set(organisations)
    for organisation in sorted(wanted, key=str):
        made += _give_back(lot, organisation, cause, since, at)
    return made


def contract_signed(*, lot_id: UUID, signed_at: datetime, actor: Actor, at: datetime) -> list[Refund]:
    """The contract is signed: everybody's security goes back within five days with the bank's interest (条57)."""
    return lot_security_return(lot_id=lot_id, cause=Cause.CONTRACT, since=signed_at, actor=actor, at=at)


def award_notified(
    *, lot_id: UUID, losers: Collection[UUID], notified_at: datetime, actor: Actor, at: datetime
) -> list[Refund]:
    """The award notice is out: where the rules have a clock for it, the losers' security goes back now."""
    lot = lots.lot_get(lot_id)
    if Cause.AWARD not in _known(lot, at):
        return []
    return lot_security_return(
        lot_id=lot_id, cause=Cause.AWARD, since=notified_at, actor=actor, at=at, organisations=losers
    )


def validity_refused(
    *, lot_id: UUID, organisation_id: UUID, refused_at: datetime, actor: Actor, at: datetime
) -> list[Refund]:
    """A bidder refuses to extend the validity of its bid: its security goes back (30号令29)."""
    return lot_security_return(
        lot_id=lot_id,
        cause=Cause.VALIDITY,
        since=refused_at,
        actor=actor,
        at=at,
        organisations=[organisation_id],
    )


def _known(lot: Lot, at: datetime) -> set[Cause]:
    rules = trading.deposit_rules(lot, at).rules
    return {cause for cause, rule in RULE.items() if rule in rules}


def _give_back(lot: Lot, organisation: UUID, cause: Cause, since: datetime, at: datetime) -> list[Refund]:
    """Make everything of one bidder due under one cause; after a withdrawal, what was given until then."""
    due = due_of(cause, since, trading.deposit_rules(lot, at), trading.calendar())
    held = dues.stopped(lot, organisation, due.held_by)
    if not held:
        until = since if cause is Cause.WITHDRAWN else at
        guarantees_let_go(lot=lot, organisation=organisation, until=until, at=at)
        annual_let_go(lot=lot, organisation=organisation, until=until, at=at)
    rows = SubAccount.objects.filter(lot=lot, organisation=organisation)
    subs = set(rows.values_list("pk", flat=True))
    _accounts_locked(set(rows.values_list("account", flat=True)))
    parts = [
        part
        for part in dues.uncovered(dues.sub_lines(subs))
        if (part.sub_account in subs or part.sub_account is None)
        and not (cause is Cause.WITHDRAWN and dues.came_after(part.line, since))
    ]
    return [refund_make(part, cause, due, since, held=held, at=at) for part in parts]


def _accounts_locked(ids: set[UUID]) -> None:
    """Lock these collecting accounts, so that no sum becomes due twice; after the lot, where one is locked."""
    list(CollectingAccount.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def refund_make(
    part: Part,
    cause: Cause,
    due: Due,
    since: datetime,
    *,
    held: bool,
    at: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> Refund:
    """One refund of one part, to the account that paid it, or on hold."""
    pk = uuid4()
    data = {"cause": cause.value, "rule": due.rule, "principal": part.amount, "until": due.until}
    entry = record_append(
        name="refund-due", subject=str(pk), data={**data, "line": part.line.pk}, actor=SYSTEM.key, at=at
    )
    return Refund.objects.create(
        id=pk,
        line=part.line,
        sub_account_id=part.sub_account,
        book=part.book.value,
        principal=part.amount,
        payee_name=part.line.payer_name,
        payee_account=part.line.payer_account,
        cause=cause.value,
        rule=due.rule,
        article=due.article,
        since=since,
        due_at=due.until,
        end_to_end_id=end_to_end_id(entropy),
        state=(RefundState.HELD if held else RefundState.DUE_BACK).value,
        entry=entry,
    )


@transaction.atomic
def _lot(*, lot_id: UUID, at: datetime) -> None:
    """What has become due at one lot, and what no longer is because a new bid took the place of a withdrawn one."""
    lot = trading.lot_for_update(lot_id)
    found = dues.causes(lot)
    if lot.cancelled_at is None and lot.failed_at is None:
        back = Refund.objects.select_for_update().filter(
            sub_account__lot=lot, cause=Cause.WITHDRAWN.value, state__in=DROPPABLE
        )
        for refund in back.exclude(sub_account__organisation__in=found):
            drop(refund, why="bid-again", at=at)
    for organisation, (cause, since) in sorted(found.items(), key=lambda item: str(item[0])):
        _give_back(lot, organisation, cause, since, at)
        if cause is Cause.WITHDRAWN and (closed := dues.closed_since(lot)) is not None:
            _give_back(lot, organisation, Cause.NOT_IN_SET, closed, at)


@transaction.atomic
def _bounces(*, at: datetime) -> None:
    """Credits under one of our own end-to-end ids which the bank did not mark as a return are orders come back."""
    ours = Refund.objects.filter(state=RefundState.RETURNED.value).values("end_to_end_id")
    for line in dues.receipts().filter(state=PaymentState.UNMATCHED.value, end_to_end_id__in=ours):
        CollectingAccount.objects.select_for_update().get(pk=line.account_id)
        line_settle(line=line, actor=SYSTEM, at=at)


@transaction.atomic
def _strays(*, at: datetime) -> None:
    """Receipts that are nobody's valid security go back at once: unknown, late, twice, too much, paid anew."""
    calendar = trading.calendar()
    general = trading.stray_rules(at)
    _accounts_locked({part.line.account_id for part in dues.strays()})
    chosen = dues.strays()
    for part in chosen:
        sub = part.line.sub_account
        lot = sub.lot if sub else None
        rules = trading.deposit_rules(lot, at) if lot else general
        since = dues.booked_moment(part.line)
        due = due_of(Cause.STRAY, since, rules, calendar)
        held = bool(lot and sub and due.held_by & dues.holds_of(lot, sub.organisation_id))
        refund_make(part, Cause.STRAY, due, since, held=held, at=at)


@transaction.atomic
def _years_over(*, at: datetime) -> None:
    """An annual security goes back when its year is over and nothing of it stands for a lot any more."""
    rules, calendar, year = trading.stray_rules(at), trading.calendar(), local_day(at).year
    for sub in dues.past_years(year).order_by("pk"):
        SubAccount.objects.select_for_update().get(pk=sub.pk)
        assert sub.year is not None
        since = start_of(date(sub.year + 1, 1, 1))
        due = due_of(Cause.ANNUAL, since, rules, calendar)
        for part in dues.uncovered(dues.sub_lines([sub.pk])):
            if part.sub_account == sub.pk and part.book is BookAccount.SECURITY:
                refund_make(part, Cause.ANNUAL, due, since, held=False, at=at)


@transaction.atomic
def _drop_settled(*, at: datetime) -> None:
    """Refunds whose sum two people have meanwhile matched, or the bank has taken back, are due no more."""
    rows = Refund.objects.select_for_update().filter(
        Q(state__in=DROPPABLE) & ~Q(state=RefundState.BOUNCED.value)
    )
    for refund in rows.filter(forfeiture__isnull=True).select_related("line"):
        if refund.line.corrected_by_id is not None or dues.standing(refund) < refund.principal:
            drop(refund, why="settled", at=at)


def drop(refund: Refund, *, why: str, at: datetime) -> None:
    """End a refund that is due no more; the row is locked by the caller."""
    refund.state = next_state(REFUND, RefundAction.DROP, RefundState(refund.state)).value
    refund.save(update_fields=["state"])
    record_append(name="refund-dropped", subject=str(refund.pk), data={"why": why}, actor=SYSTEM.key, at=at)


def _step(refused: list[str], step: Callable[..., object], **arguments: object) -> None:
    """Take a step; a refusal is not an error: the next tick asks again."""
    try:
        step(**arguments)
    except DomainError as refusal:
        refused.append(refusal.code)
