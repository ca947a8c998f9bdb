"""What of the money received is due back: where it stands, what already covers it, and the cause by lot and bidder.

For the platform's own clock only: nothing of this is shown to anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from bidding.models import Attribution, Bid, Opening
from bidding.models.bids import LIVE
from bidding.models.security import (
    AnnualUse,
    BankLine,
    Forfeiture,
    Guarantee,
    Hold,
    MatchProposal,
    Refund,
    SubAccount,
)
from bidding.rules.refund_causes import Cause
from bidding.selectors.security.books import holdings, securities
from bidding.states import BidState, Finding, OpeningState
from bidding.states.security import (
    BookAccount,
    GuaranteeState,
    LineKind,
    PaymentState,
    ProposalState,
    RefundState,
)
from trading.models import Lot
from trading.rules.counting import local_day, start_of

CENT = Decimal("0.01")
COVERING = [
    state.value
    for state in (
        RefundState.DUE_BACK,
        RefundState.HELD,
        RefundState.PROPOSED,
        RefundState.APPROVED,
        RefundState.BOUNCED,
    )
]
"""States in which a refund's sum still stands where it came in, and is spoken for."""
OWED = frozenset({BookAccount.SUSPENSE, BookAccount.SECURITY})
AT_ONCE = [
    state.value
    for state in (PaymentState.UNMATCHED, PaymentState.LATE, PaymentState.OVER, PaymentState.DUPLICATE)
]
"""Receipts of which what stands in suspense is nobody's valid security, whatever happens to the lot."""
IN_DOUBT = [PaymentState.SUSPICIOUS.value, PaymentState.SHORT.value]
"""Receipts that may yet become one: by two people, or by a further payment."""
HELD_GUARANTEES = [
    state.value for state in (GuaranteeState.REGISTERED, GuaranteeState.VERIFIED, GuaranteeState.FAILED)
]


@dataclass(frozen=True)
class Part:
    """A sum of one line that stands in one place of the books and no refund speaks for."""

    line: BankLine
    book: BookAccount
    sub_account: UUID | None
    amount: Decimal


def uncovered(lines: Iterable[BankLine]) -> list[Part]:
    """What stands as security or in suspense from these lines, less what a refund already speaks for."""
    by_id = {line.pk: line for line in lines}
    spoken: dict[tuple[UUID, str, UUID | None], Decimal] = {}
    for refund in Refund.objects.filter(line__in=by_id, state__in=COVERING):
        key = (refund.line_id, refund.book, _whose(refund.book, refund.sub_account_id))
        spoken[key] = spoken.get(key, Decimal(0)) + refund.principal
    found = []
    for line_id, places in holdings(by_id).items():
        owed: dict[tuple[BookAccount, UUID | None], Decimal] = {}
        for (book, sub), balance in places.items():
            if book in OWED:
                key_here = (book, _whose(book.value, sub))
                owed[key_here] = owed.get(key_here, Decimal(0)) - balance
        for (book, sub), sum_here in owed.items():
            left = sum_here - spoken.get((line_id, book.value, sub), Decimal(0))
            left = left.quantize(CENT, rounding=ROUND_DOWN)
            if left > 0:
                found.append(Part(by_id[line_id], book, sub or by_id[line_id].sub_account_id, left))
    return found


def standing(refund: Refund) -> Decimal:
    """What of a refund's line still stands in its place of the books."""
    return -sum(_places(refund).values(), Decimal(0))


def taken_from(refund: Refund) -> list[tuple[UUID | None, Decimal]]:
    """From which sub-account's place how much of a refund is taken; less than the principal if it is not there."""
    left, found = refund.principal, []
    for sub, balance in sorted(_places(refund).items(), key=lambda place: place[1]):
        if balance < 0 < left:
            found.append((sub, min(left, -balance)))
            left -= min(left, -balance)
    return found


def _places(refund: Refund) -> dict[UUID | None, Decimal]:
    """The balances of a refund's book over its line, by sub-account."""
    wanted = _whose(refund.book, refund.sub_account_id)
    return {
        sub: balance
        for (book, sub), balance in holdings([refund.line_id]).get(refund.line_id, {}).items()
        if book.value == refund.book and _whose(book.value, sub) == wanted
    }


def receipts() -> QuerySet[BankLine]:
    """Receipts in force."""
    return BankLine.objects.filter(kind=LineKind.RECEIPT.value, corrected_by__isnull=True)


def sub_lines(sub_accounts: Iterable[UUID]) -> QuerySet[BankLine]:
    """Receipts in force of which a part was ever posted to one of these sub-accounts, or that name one."""
    wanted = list(sub_accounts)
    named = Q(sub_account__in=wanted) | Q(journals__postings__sub_account__in=wanted)
    return receipts().filter(named).distinct()


def strays() -> list[Part]:
    """Money in suspense that is nobody's valid security whatever becomes of the lot.

    Unknown, late and double payments as a whole; of a payment of too much what is beyond the sum asked, unless two
    people have placed that; what two people left over or decided to send back; and a payment in doubt once the bidder
    has paid anew.
    """
    paid = receipts().filter(state=PaymentState.MATCHED.value).values("sub_account")
    anew = Q(state__in=IN_DOUBT, sub_account__in=paid)
    decided = MatchProposal.objects.filter(state=ProposalState.CONFIRMED.value, parts=[]).values("line")
    lines = receipts().filter(
        Q(state__in=AT_ONCE) | Q(state=PaymentState.MATCHED.value) | anew | Q(pk__in=decided)
    )
    found = []
    for part in uncovered(lines.select_related("sub_account__lot__tender__project", "account")):
        if part.book is not BookAccount.SUSPENSE:
            continue
        asked = _asked(part.line) if part.line.state == PaymentState.OVER.value else Decimal(0)
        left = part.amount - max(Decimal(0), asked - _placed(part.line))
        if left > 0:
            found.append(replace(part, amount=left))
    return found


def _asked(line: BankLine) -> Decimal:
    """What is asked on a line's sub-account."""
    sub = line.sub_account
    if sub is None:
        return Decimal(0)
    return sub.lot.deposit_amount if sub.lot else sub.amount


def _placed(line: BankLine) -> Decimal:
    """What stands as security on a line's sub-account already."""
    return (
        securities([line.sub_account_id]).get(line.sub_account_id, Decimal(0))
        if line.sub_account_id
        else Decimal(0)
    )


def lots_with_security() -> QuerySet[Lot]:
    """Lots on which money, a part of an annual security, or a guarantee still stands."""
    held = [state.value for state in PaymentState if state.value not in ("returned", "forfeited")]
    paid = _standing_subs().filter(lot__isnull=False).values("lot")
    named = receipts().filter(state__in=held, sub_account__lot__isnull=False).values("sub_account__lot")
    used = AnnualUse.objects.filter(freed_at__isnull=True).values("lot")
    given = Guarantee.objects.filter(state__in=HELD_GUARANTEES).values("lot")
    return Lot.objects.filter(Q(pk__in=paid) | Q(pk__in=named) | Q(pk__in=used) | Q(pk__in=given))


def past_years(year: int) -> QuerySet[SubAccount]:
    """Annual sub-accounts of years before this one on which money stands and no part stands for a lot any more."""
    used = AnnualUse.objects.filter(freed_at__isnull=True).values("sub_account")
    return _standing_subs().filter(year__lt=year).exclude(pk__in=used)


def _standing_subs() -> QuerySet[SubAccount]:
    """Sub-accounts on which security stands in the books."""
    of_security = Q(postings__account=BookAccount.SECURITY.value)
    return SubAccount.objects.annotate(stands=Sum("postings__amount", filter=of_security)).filter(
        stands__lt=0
    )


def givers(lot: Lot) -> set[UUID]:
    """The organisations which have given security for a lot in any form."""
    return {
        *SubAccount.objects.filter(lot=lot).values_list("organisation", flat=True),
        *AnnualUse.objects.filter(lot=lot).values_list("sub_account__organisation", flat=True),
        *Guarantee.objects.filter(lot=lot).values_list("organisation", flat=True),
    }


def causes(lot: Lot) -> dict[UUID, tuple[Cause, datetime]]:
    """For every giver whose security has become due back by what the platform knows: the cause and since when.

    A withdrawal counts at once (条35), unless a new bid took its place; after the close whoever is not in the set; a
    failed or terminated lot, everybody; of the set only who was treated as withdrawn (20号令31).
    """
    everybody = givers(lot)
    if lot.cancelled_at is not None:
        return dict.fromkeys(everybody, (Cause.TERMINATED, lot.cancelled_at))
    if lot.failed_at is not None:
        return dict.fromkeys(everybody, (Cause.FAILED, lot.failed_at))
    opening = Opening.objects.filter(lot=lot).first()
    closed = opening is not None and opening.closed_at is not None
    live = set(Bid.objects.filter(lot=lot, state__in=LIVE).values_list("organisation", flat=True))
    found: dict[UUID, tuple[Cause, datetime]] = {}
    withdrawn = Bid.objects.filter(lot=lot, state=BidState.WITHDRAWN.value, ended_at__isnull=False)
    for bid in withdrawn.order_by("ended_at"):
        if bid.organisation_id in everybody and bid.organisation_id not in live and bid.ended_at:
            found[bid.organisation_id] = (Cause.WITHDRAWN, bid.ended_at)
    if not closed or opening is None or opening.closed_at is None:
        return found
    if opening.state in (OpeningState.FAILED.value, OpeningState.CANCELLED.value):
        return found
    inside = in_set(lot)
    outside = everybody - inside - found.keys()
    found = {org: cause for org, cause in found.items() if org not in inside}
    found |= dict.fromkeys(outside, (Cause.NOT_IN_SET, opening.closed_at))
    rows = Attribution.objects.filter(lot=lot, entry__isnull=False).exclude(finding=Finding.REVOKED.value)
    for row in rows.select_related("bid"):
        if row.bid.organisation_id in everybody:
            found[row.bid.organisation_id] = (Cause.TREATED_WITHDRAWN, row.at)
    return found


def closed_since(lot: Lot) -> datetime | None:
    """When the set of bids was closed."""
    return Opening.objects.filter(lot=lot).values_list("closed_at", flat=True).first()


def in_set(lot: Lot) -> set[UUID]:
    """The organisations whose bid is in the closed set."""
    out = [*LIVE, "superseded", "withdrawn", "stale", "late", "sealed_for_good"]
    return set(Bid.objects.filter(lot=lot).exclude(state__in=out).values_list("organisation", flat=True))


def holds_of(lot: Lot, organisation: UUID) -> set[str]:
    """The grounds of the holds in force on a bidder's security for a lot."""
    rows = Hold.objects.filter(lot=lot, lifted_at__isnull=True)
    return set(
        rows.filter(Q(organisation__isnull=True) | Q(organisation=organisation)).values_list(
            "ground", flat=True
        )
    )


def stopped(lot: Lot, organisation: UUID, held_by: frozenset[str]) -> bool:
    """Whether a bidder's refund must wait: a hold its rule knows, or the owner's open proposal to keep the security."""
    open_ = Forfeiture.objects.filter(lot=lot, organisation=organisation, state=ProposalState.PROPOSED.value)
    return bool(held_by & holds_of(lot, organisation)) or open_.exists()


def booked_moment(line: BankLine) -> datetime:
    """When the bank booked a line; the beginning of its day where the bank gives no hour."""
    return line.booked_at or start_of(line.booked_on)


def came_after(line: BankLine, moment: datetime) -> bool:
    """Whether a line was booked later than a moment; taken in later, where the bank gives no hour of that day."""
    hourless = line.booked_at is None and line.booked_on >= local_day(moment)
    return (line.imported_at if hourless else booked_moment(line)) > moment


def _whose(book: str, sub: UUID | None) -> UUID | None:
    """In suspense a sum is nobody's: there only the line counts."""
    return None if book == BookAccount.SUSPENSE.value else sub
