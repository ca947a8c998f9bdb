"""退款清单: made by one finance person, approved by another, handed to the bank as a file that never changes."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankLine, CollectingAccount, Refund, RefundList
from bidding.policies import returns as policies
from bidding.rules.bank.interest import interest, load_rates
from bidding.rules.bank.pain001 import Batch, Order
from bidding.rules.refund_causes import RULE, Cause, end_to_end_id
from bidding.rules.refund_files import FORMATS
from bidding.security_files import store
from bidding.selectors.security import dues
from bidding.services.security import books
from bidding.services.security.books import Side
from bidding.services.security.payers_tell import payers_tell
from bidding.services.security.receipts_decide import decide, rebook
from bidding.states.security import (
    PROPOSAL,
    REFUND,
    BookAccount,
    ProposalAction,
    ProposalState,
    RefundAction,
    RefundState,
)
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import selectors as trading
from trading.models import Lot
from trading.rules.counting import local_day

Entropy = Callable[[int], bytes]
PAYABLE = [state.value for state in RefundState if state in REFUND[RefundAction.PROPOSE].sources]


@transaction.atomic
def refund_list_make(
    *,
    account_id: UUID,
    refund_ids: Collection[UUID],
    actor: Actor,
    at: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> RefundList:
    """Put refunds that are due on a list, each with its interest to the day of the list, as the first of two people.

    RuleBroken ``refund_list_empty``, ``payee_unknown`` (a line without the payer's account: see ``payee_propose``);
    StateConflict ``refund_not_due`` for what is not, or no longer, due in this account.
    """
    require(policies.may_pay_back(actor))
    account = _account(account_id)
    rows = Refund.objects.select_for_update(of=("self",)).select_related("line", "sub_account__lot__tender")
    refunds = list(
        rows.filter(pk__in=list(refund_ids), line__account=account, state__in=PAYABLE).order_by("pk")
    )
    if not refund_ids:
        raise RuleBroken("refund_list_empty", _("Choose what is to be paid back."))
    if len(refunds) != len(set(refund_ids)):
        raise StateConflict("refund_not_due", _("One of these sums is not, or no longer, due."))
    if any(not refund.payee_account for refund in refunds):
        raise RuleBroken(
            "payee_unknown", _("A sum without a payer's account needs a proof that two people have seen.")
        )
    assert actor.person is not None
    made = RefundList.objects.create(
        account=account, code=end_to_end_id(entropy), maker=actor.person, made_at=at
    )
    for refund in refunds:
        refund.state = next_state(REFUND, RefundAction.PROPOSE, RefundState(refund.state)).value
        refund.on_list = made
        refund.interest, refund.formula = _interest(refund, local_day(at), at)
        refund.save(update_fields=["state", "on_list", "interest", "formula"])
    record_append(
        name="refund-list-made",
        subject=str(made.pk),
        data={"code": made.code, "refunds": [_line(refund) for refund in refunds]},
        actor=actor.key,
        at=at,
    )
    return made


@transaction.atomic
def refund_list_decide(
    *, list_id: UUID, confirm: bool, answer: str, actor: Actor, at: datetime
) -> RefundList:
    """Approve or refuse a list as the second person; idempotent for the same answer.

    NotPermitted ``two_people`` for who made it. Refused sums are due again; RuleBroken ``reason_missing`` asks why.
    """
    require(policies.may_pay_back(actor))
    made = _list(list_id)
    wanted = ProposalState.CONFIRMED if confirm else ProposalState.REFUSED
    if made.state == wanted.value and made.checker == actor.person:
        return made
    if made.maker == actor.person:
        raise NotPermitted("two_people", _("Another person than the one who proposed it must decide."))
    if not confirm and not answer.strip():
        raise RuleBroken("reason_missing", _("Say why the list is refused."))
    action = ProposalAction.CONFIRM if confirm else ProposalAction.REFUSE
    made.state = next_state(PROPOSAL, action, ProposalState(made.state)).value
    made.checker, made.checked_at, made.answer = actor.person, at, answer.strip()
    refunds = list(_on(made))
    made.entry = record_append(
        name="refund-list-approved" if confirm else "refund-list-refused",
        subject=str(made.pk),
        data={"code": made.code, "refunds": [_line(refund) for refund in refunds], "answer": made.answer},
        actor=actor.key,
        at=at,
    )
    made.save()
    for refund in refunds:
        step = RefundAction.APPROVE if confirm else RefundAction.REFUSE
        refund.state = next_state(REFUND, step, RefundState(refund.state)).value
        refund.on_list = made if confirm else None
        refund.save(update_fields=["state", "on_list"])
    return made


@transaction.atomic
def refund_list_send(*, list_id: UUID, format: str, actor: Actor, at: datetime) -> bytes:  # noqa: A002
    """The file of an approved list for the bank, ``pain.001`` or ``csv``; again and again the same bytes.

    With the first handing over the sums leave what they stood on and are on their way (RETURNING); end-to-end ids never
    change, so a file that the bank takes twice pays once. RuleBroken ``refund_format``, ``refund_file`` (what no bank
    would take, e.g. a name too long); StateConflict ``not_approved``, ``list_empty`` (everything was stopped
    meanwhile), ``other_format`` when it was handed over in another one.
    """
    require(policies.may_pay_back(actor))
    made = _list(list_id)
    if format not in FORMATS:
        raise RuleBroken("refund_format", _("The file is pain.001 or CSV."))
    if made.state != ProposalState.CONFIRMED.value:
        raise StateConflict(
            "not_approved", _("A list goes to the bank when a second person has approved it.")
        )
    if made.sent_at is not None and made.format != format:
        raise StateConflict("other_format", _("This list was handed over in another format."))
    if made.sent_at is not None:
        return b"".join(store().pieces(made.sha256))
    refunds = list(_on(made))
    if not refunds:
        raise StateConflict("list_empty", _("Everything on this list was stopped meanwhile."))
    try:
        content = FORMATS[format](_batch(made, refunds, at))
    except ValueError as error:
        raise RuleBroken("refund_file", _("No bank would take this file: %(why)s"), why=str(error)) from error
    made.sent_at, made.format, made.sha256 = at, format, store().put(content).sha256
    made.save(update_fields=["sent_at", "format", "sha256"])
    for refund in refunds:
        refund.state = next_state(REFUND, RefundAction.SEND, RefundState(refund.state)).value
        refund.save(update_fields=["state"])
        order_post(refund, actor=actor, at=at)
    _decided_afresh(made.account, refunds, actor, at)
    record_append(
        name="refund-list-sent",
        subject=str(made.pk),
        data={"code": made.code, "sha256": made.sha256, "format": format},
        actor=actor.key,
        at=at,
    )
    return content


def _decided_afresh(
    account: CollectingAccount, refunds: Sequence[Refund], actor: Actor, at: datetime
) -> None:
    """What else came in on these sub-accounts may count now: a bidder who withdrew has paid anew."""
    changed = decide(account, {row.sub_account_id for row in refunds if row.sub_account_id})
    rows = [one.row for one in changed]
    BankLine.objects.bulk_update(rows, ["state", "reasons"])
    rebook(account, rows, actor, at)
    payers_tell(changed, at)


def order_post(refund: Refund, *, actor: Actor, at: datetime) -> None:
    """Post that a sum with its interest leaves its place; StateConflict ``refund_not_due`` when it is not there.

    The caller has locked the row of the collecting account.
    """
    sides = [Side(BookAccount(refund.book), amount, sub) for sub, amount in dues.taken_from(refund)]
    if sum((side.amount for side in sides), Decimal(0)) < refund.principal:
        raise StateConflict("refund_not_due", _("One of these sums is not, or no longer, due."))
    sides.append(Side(BookAccount.RETURNING, -(refund.principal + refund.interest), refund.sub_account_id))
    if refund.interest:
        sides.append(Side(BookAccount.INTEREST, refund.interest))
    books.post(
        account=refund.line.account,
        kind="order",
        postings=sides,
        line=refund.line,
        booked_on=local_day(at),
        actor=actor,
        at=at,
    )


def _interest(refund: Refund, until: date, at: datetime) -> tuple[Decimal, list[str]]:
    """The bank's interest from the day of booking to the day of the list, with the sum anyone can repeat."""
    if refund.forfeiture_id is not None or not _bears(refund, at):
        return Decimal(0), []
    table = load_rates()
    found = interest(
        refund.principal,
        refund.line.booked_on,
        max(until, refund.line.booked_on),
        table.rates,
        365 if table.basis == 365 else 360,
    )
    return found.amount, [found.formula, found.formula_zh, found.formula_en, f"{table.id}@{table.version}"]


def _bears(refund: Refund, at: datetime) -> bool:
    lot: Lot | None = refund.sub_account.lot if refund.sub_account else None
    rules = trading.deposit_rules(lot, at) if lot else trading.stray_rules(at)
    rule = rules.rules.get(RULE[Cause(refund.cause)])
    return rule is not None and rule.interest == "bank"


def _batch(made: RefundList, refunds: list[Refund], at: datetime) -> Batch:
    account = made.account
    return Batch(
        id=made.code,
        created_at=at,
        debtor_name=account.holder,
        debtor_account=account.number,
        debtor_bank=account.bank,
        execute_on=local_day(at),
        orders=[
            Order(
                end_to_end_id=row.end_to_end_id,
                payee_name=row.payee_name,
                payee_account=row.payee_account,
                amount=row.principal + row.interest,
                currency=account.currency,
            )
            for row in refunds
        ],
    )


def _line(refund: Refund) -> list[str]:
    return [str(refund.pk), refund.end_to_end_id, str(refund.principal), str(refund.interest)]


def _on(made: RefundList) -> list[Refund]:
    rows = Refund.objects.select_for_update(of=("self",)).select_related("line__account", "sub_account")
    return list(rows.filter(on_list=made).order_by("end_to_end_id"))


def _list(list_id: UUID) -> RefundList:
    """The list under lock, after the row of its account."""
    account = RefundList.objects.filter(pk=list_id).values_list("account", flat=True).first()
    if account is None:
        raise NotFound("refund_list", _("There is no such refund list."))
    _account(account)
    rows = RefundList.objects.select_for_update(of=("self",)).select_related("account")
    return rows.get(pk=list_id)


def _account(account_id: UUID) -> CollectingAccount:
    account = CollectingAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("collecting_account", _("There is no such collecting account."))
    return account
