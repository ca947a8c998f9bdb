"""不予退还: the owner's decision with its document, proposed by one person and confirmed by another, then carried out.

The grounds are the rule pack's and no others (条例35, 74). For a revoked bid (撤销) the recorded attribution must say
so: without it nothing is kept (decision 11).
"""

import secrets
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import BasicAccount
from bidding.models import Attribution
from bidding.models.security import (
    AnnualUse,
    BankLine,
    CollectingAccount,
    Forfeiture,
    Guarantee,
    Refund,
    SubAccount,
)
from bidding.policies import may_read_record
from bidding.policies import returns as policies
from bidding.rules.refund_causes import Cause, due_of, end_to_end_id
from bidding.security_files import file_keep
from bidding.selectors import lots
from bidding.selectors.security import dues
from bidding.selectors.security.books import holdings
from bidding.services.security import books
from bidding.services.security.annual import annual_free_by_decision
from bidding.services.security.books import Side
from bidding.services.security.guarantees import guarantee_claim
from bidding.services.security.holds import let_go
from bidding.services.security.refunds import DROPPABLE, Entropy, drop
from bidding.states import Finding
from bidding.states.security import (
    PAYMENT,
    PROPOSAL,
    BookAccount,
    GuaranteeState,
    PaymentAction,
    PaymentState,
    ProposalAction,
    ProposalState,
    RefundState,
)
from kernel.errors import Finding as Broken
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.models import Entry
from ledger.services import record_append
from trading import selectors as trading
from trading.models import Lot
from trading.rules.counting import local_day

REVOKED = "revoked"
"""The ground that needs a recorded attribution; the rule packs name each ground ``forfeit_<ground>``."""


KEEPABLE = {state.value for state in PAYMENT[PaymentAction.FORFEIT].sources}


@transaction.atomic
def forfeiture_propose(
    *,
    lot_id: UUID,
    organisation_id: UUID,
    ground: str,
    reason: str,
    file_name: str,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> Forfeiture:
    """Propose to keep a bidder's security, with the decision document, as the first of two people of the owner.

    While the proposal waits for the second person, what would be due back of this security waits too.

    RuleBroken ``forfeit_ground`` (not a ground of the rules in force), ``forfeit_attribution`` (a revoked bid without
    the recorded finding, 条例35), ``reason_missing``, ``forfeit_nothing`` (no security stands), ``security_file``;
    StateConflict ``forfeit_known`` while one is proposed or confirmed.
    """
    lot = trading.lot_for_update(lot_id)
    require(policies.may_forfeit(actor, lot.tender.project.owner_id))
    require(may_read_record(actor, lots.opening_phase(lot)))
    rule = trading.deposit_rules(lot, at).rules.get(f"forfeit_{ground}")
    if rule is None:
        raise RuleBroken("forfeit_ground", _("The law knows no such ground for keeping a security."))
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the security is kept."))
    attribution = _attribution(lot, organisation_id, rule.article) if ground == REVOKED else None
    if organisation_id not in dues.in_set(lot) or not _anything(lot, organisation_id):
        raise RuleBroken("forfeit_nothing", _("No security of this bidder stands for this lot."))
    known = Forfeiture.objects.filter(lot=lot, organisation=organisation_id)
    if known.exclude(state=ProposalState.REFUSED.value).exists():
        raise StateConflict(
            "forfeit_known", _("Whether this security is kept is already proposed or decided.")
        )
    file = file_keep(file_name, content)
    assert actor.person is not None
    made = Forfeiture.objects.create(
        lot=lot,
        organisation_id=organisation_id,
        ground=ground,
        article=rule.article,
        reason=reason.strip(),
        attribution=attribution,
        maker=actor.person,
        made_at=at,
        **file.fields(),
    )
    _append("forfeiture-proposed", made, {}, actor, at)
    return made


@transaction.atomic
def forfeiture_decide(
    *, forfeiture_id: UUID, confirm: bool, answer: str, actor: Actor, at: datetime
) -> Forfeiture:
    """Confirm or refuse, as another person of the owner; on confirmation the security is the owner's and due to it.

    NotPermitted ``two_people`` for who proposed it; StateConflict ``refund_under_way`` when the sum is already on a
    list or with the bank.
    """
    found = Forfeiture.objects.filter(pk=forfeiture_id).values_list("lot", flat=True).first()
    if found is None:
        raise NotFound("forfeiture", _("There is no such forfeiture."))
    lot = trading.lot_for_update(found)
    require(policies.may_forfeit(actor, lot.tender.project.owner_id))
    made = Forfeiture.objects.select_for_update().get(pk=forfeiture_id)
    if made.maker == actor.person:
        raise NotPermitted("two_people", _("Another person than the one who proposed it must decide."))
    if not confirm and not answer.strip():
        raise RuleBroken("reason_missing", _("Say why it is refused."))
    action = ProposalAction.CONFIRM if confirm else ProposalAction.REFUSE
    made.state = next_state(PROPOSAL, action, ProposalState(made.state)).value
    made.checker, made.checked_at = actor.person, at
    name = "forfeiture-confirmed" if confirm else "forfeiture-refused"
    made.entry = _append(name, made, {"answer": answer.strip()}, actor, at)
    made.save()
    if confirm:
        _carry_out(made, lot, actor, at)
    else:
        let_go(lot, made.organisation_id, at)
    return made


def _attribution(lot: Lot, organisation: UUID, article: str) -> Attribution:
    """The recorded finding that the bid counts as revoked, or the refusal with the rule."""
    rows = Attribution.objects.filter(lot=lot, bid__organisation=organisation, entry__isnull=False)
    row = rows.filter(finding=Finding.REVOKED.value).first()
    if row is None:
        message = _("A security is kept for a revoked bid only when the recorded attribution says so.")
        raise RuleBroken("forfeit_attribution", message, [Broken("forfeit_attribution", message, article)])
    return row


def _anything(lot: Lot, organisation: UUID) -> bool:
    """Whether any security of this bidder stands for this lot."""
    given = Guarantee.objects.filter(lot=lot, organisation=organisation, state=GuaranteeState.VERIFIED.value)
    used = AnnualUse.objects.filter(lot=lot, sub_account__organisation=organisation, freed_at__isnull=True)
    return given.exists() or used.exists() or bool(_standing(_subs(lot, organisation)))


def _subs(lot: Lot, organisation: UUID) -> list[UUID]:
    return list(SubAccount.objects.filter(lot=lot, organisation=organisation).values_list("pk", flat=True))


def _standing(subs: list[UUID]) -> list[tuple[BankLine, UUID, Decimal]]:
    """What stands as security on these sub-accounts, by line, the earliest booked first."""
    lines = list(dues.sub_lines(subs).select_related("account").order_by("booked_on", "pk"))
    held = holdings(line.pk for line in lines)
    return [
        (line, sub, -balance)
        for line in lines
        for (book, sub), balance in held.get(line.pk, {}).items()
        if book is BookAccount.SECURITY and sub in subs and balance < 0
    ]


def _carry_out(made: Forfeiture, lot: Lot, actor: Actor, at: datetime) -> None:
    """Money, annual security and guarantee: each goes to the owner, by list or by a claim."""
    locked = CollectingAccount.objects.select_for_update().filter(
        sub_accounts__organisation=made.organisation
    )
    list(locked.order_by("pk").values_list("pk", flat=True))
    for line, sub, amount in _standing(_subs(lot, made.organisation_id)):
        _keep(made, line, sub, amount, actor, at)
    for use in AnnualUse.objects.filter(
        lot=lot, sub_account__organisation=made.organisation, freed_at__isnull=True
    ):
        left = use.amount
        for line, sub, amount in _standing([use.sub_account_id]):
            if left > 0:
                _keep(made, line, sub, min(left, amount), actor, at)
                left -= min(left, amount)
        annual_free_by_decision(use=use, decision=made.pk, actor=actor, at=at)
    guarantees = Guarantee.objects.select_for_update(of=("self",)).select_related("lot__tender__project")
    for guarantee in guarantees.filter(
        lot=lot, organisation=made.organisation, state=GuaranteeState.VERIFIED.value
    ):
        guarantee_claim(guarantee=guarantee, decision=made.pk, actor=actor, at=at)


def _keep(made: Forfeiture, line: BankLine, sub: UUID, amount: Decimal, actor: Actor, at: datetime) -> None:
    """One sum: no refund any more, the owner's in the books, due to the owner."""
    rows = Refund.objects.select_for_update().filter(line=line, book="security", sub_account=sub)
    for refund in rows.exclude(state__in=[RefundState.DROPPED.value, RefundState.RETURNED.value]):
        if refund.state not in DROPPABLE:
            raise StateConflict(
                "refund_under_way", _("This sum is already on a refund list or with the bank.")
            )
        drop(refund, why="forfeited", at=at)
    books.post(
        account=line.account,
        kind="forfeited",
        postings=[
            Side(BookAccount.SECURITY, amount, sub),
            Side(BookAccount.FORFEITED, -amount, sub),
        ],
        line=line,
        booked_on=max(line.booked_on, local_day(at)),
        actor=actor,
        at=at,
    )
    left = holdings([line.pk]).get(line.pk, {})
    if not any(book in dues.OWED for book, _sub in left) and line.state in KEEPABLE:
        line.state = next_state(PAYMENT, PaymentAction.FORFEIT, PaymentState(line.state)).value
        line.save(update_fields=["state"])
    _to_owner(made, line, sub, amount, at)


def _to_owner(
    made: Forfeiture,
    line: BankLine,
    sub: UUID,
    amount: Decimal,
    at: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> None:
    """The sum on its way to the owner's basic account, by list like every other."""
    lot = made.lot
    due = due_of(Cause.FORFEITED, at, trading.deposit_rules(lot, at), trading.calendar())
    owner = BasicAccount.objects.filter(organisation=lot.tender.project.owner_id, until__isnull=True).first()
    pk = uuid4()
    data = {"cause": Cause.FORFEITED.value, "principal": amount, "decision": made.pk, "line": line.pk}
    entry = record_append(name="refund-due", subject=str(pk), data=data, actor="system", at=at)
    Refund.objects.create(
        id=pk,
        line=line,
        sub_account_id=sub,
        book=BookAccount.FORFEITED.value,
        forfeiture=made,
        principal=amount,
        payee_name=owner.holder if owner else lot.tender.project.owner.name,
        payee_account=owner.number if owner else "",
        cause=Cause.FORFEITED.value,
        rule=f"forfeit_{made.ground}",
        article=made.article,
        since=at,
        due_at=due.until,
        end_to_end_id=end_to_end_id(entropy),
        entry=entry,
    )


def _append(name: str, made: Forfeiture, more: dict[str, object], actor: Actor, at: datetime) -> Entry:
    data = {"ground": made.ground, "article": made.article, "reason": made.reason, "sha256": made.file_sha256}
    return record_append(name=name, subject=str(made.pk), data={**data, **more}, actor=actor.key, at=at)
