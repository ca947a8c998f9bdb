"""Where a bidder's security for a lot stands, in one word and one next thing to do (journeys, section 7).

The word is worked out here alone, from the bank's lines, guarantees, refunds, holds and forfeitures of that bidder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bidding.models.security import AnnualUse, BankLine, Forfeiture, Guarantee, Hold, Refund, SubAccount
from bidding.rules.refund_causes import Cause
from bidding.states.security import (
    GuaranteeState,
    LineKind,
    PaymentState,
    ProposalState,
    RefundState,
)
from trading.models import Lot


class Standing(StrEnum):
    """The words of a deposit."""

    NONE = "none"
    DUE = "due"
    UNMATCHED = "unmatched"
    SUSPICIOUS = "suspicious"
    MATCHED = "matched"
    SHORT = "short"
    OVER = "over"
    LATE = "late"
    DUPLICATE = "duplicate"
    GUARANTEED = "guaranteed"
    TO_VERIFY = "to_verify"
    FAILED = "failed"
    ANNUAL = "annual"
    HELD = "held"
    DUE_BACK = "due_back"
    PAYING = "paying"
    BOUNCED = "bounced"
    RETURNED = "returned"
    FORFEITED = "forfeited"


_S = Standing
WORDS: Mapping[Standing, str] = {
    _S.NONE: gettext_noop("none asked"),
    _S.DUE: gettext_noop("to be paid"),
    _S.UNMATCHED: gettext_noop("received, being checked"),
    _S.SUSPICIOUS: gettext_noop("in doubt"),
    _S.MATCHED: gettext_noop("booked"),
    _S.SHORT: gettext_noop("too little"),
    _S.OVER: gettext_noop("too much"),
    _S.LATE: gettext_noop("booked late"),
    _S.DUPLICATE: gettext_noop("paid twice"),
    _S.GUARANTEED: gettext_noop("guarantee verified"),
    _S.TO_VERIFY: gettext_noop("guarantee being verified"),
    _S.FAILED: gettext_noop("guarantee does not hold"),
    _S.ANNUAL: gettext_noop("annual security stands"),
    _S.HELD: gettext_noop("on hold"),
    _S.DUE_BACK: gettext_noop("due back"),
    _S.PAYING: gettext_noop("being paid back"),
    _S.BOUNCED: gettext_noop("refund failed"),
    _S.RETURNED: gettext_noop("paid back"),
    _S.FORFEITED: gettext_noop("not returned"),
}
SHAPES: Mapping[Standing, str] = {
    _S.NONE: "done",
    _S.DUE: "soon",
    _S.SUSPICIOUS: "fail",
    _S.MATCHED: "done",
    _S.SHORT: "fail",
    _S.OVER: "done",
    _S.LATE: "fail",
    _S.DUPLICATE: "done",
    _S.GUARANTEED: "done",
    _S.FAILED: "fail",
    _S.ANNUAL: "done",
    _S.HELD: "stop",
    _S.BOUNCED: "fail",
    _S.RETURNED: "done",
    _S.FORFEITED: "stop",
}
IN_TIME: Mapping[Standing, str] = {
    _S.DUE: gettext_noop(
        "Get your account and pay, or hand in a guarantee; the bank must have booked it by %(until)s."
    ),
    _S.UNMATCHED: gettext_noop("The bank’s line is being checked; nothing to do now."),
    _S.SUSPICIOUS: gettext_noop(
        "This money does not come from your basic account, so it does not count yet. Pay again from the basic account "
        "until %(until)s; the first payment goes back to where it came from."
    ),
    _S.SHORT: gettext_noop("Pay the missing part to the same account until %(until)s."),
    _S.LATE: gettext_noop("It was booked after the deadline and goes back to the account it came from."),
    _S.OVER: gettext_noop("Nothing to do: what is too much goes back to the account it came from."),
    _S.DUPLICATE: gettext_noop("Nothing to do: the second payment goes back to the account it came from."),
    _S.MATCHED: gettext_noop("Nothing to do: your security is booked."),
    _S.GUARANTEED: gettext_noop("Nothing to do: your guarantee holds."),
    _S.TO_VERIFY: gettext_noop("The issuer is being asked; look again before %(until)s."),
    _S.FAILED: gettext_noop(
        "See below what does not fit, and hand in another guarantee or pay until %(until)s."
    ),
    _S.ANNUAL: gettext_noop("Nothing to do: a part of your annual security stands for this lot."),
}
AFTER: Mapping[Standing, str] = {
    _S.NONE: gettext_noop("No security is asked for this lot."),
    _S.DUE: gettext_noop("The deadline has passed; nothing was booked for you."),
    _S.SUSPICIOUS: gettext_noop("The deadline has passed; the panel sees this with its reason and decides."),
    _S.SHORT: gettext_noop("The deadline has passed; the panel sees this with its reason and decides."),
    _S.TO_VERIFY: gettext_noop("The issuer is being asked; the panel sees its answer."),
    _S.FAILED: gettext_noop("The deadline has passed; the panel sees this with its reason and decides."),
    _S.HELD: gettext_noop("It stays until the matter is decided; you are told when the hold is lifted."),
    _S.DUE_BACK: gettext_noop(
        "Nothing to do: it goes back to the account it came from, see below until when."
    ),
    _S.PAYING: gettext_noop("Nothing to do: the bank has the order."),
    _S.BOUNCED: gettext_noop("The bank could not pay it out. Call the centre: is your account still open?"),
    _S.RETURNED: gettext_noop("Paid back; compare it with your bank’s statement."),
    _S.FORFEITED: gettext_noop("Read the decision below; you can object to it."),
}
BACK: Mapping[RefundState, Standing] = {
    RefundState.BOUNCED: _S.BOUNCED,
    RefundState.HELD: _S.HELD,
    RefundState.PAYING: _S.PAYING,
    RefundState.APPROVED: _S.DUE_BACK,
    RefundState.PROPOSED: _S.DUE_BACK,
    RefundState.DUE_BACK: _S.DUE_BACK,
    RefundState.RETURNED: _S.RETURNED,
}
"""The refund of the security itself, the most urgent first."""
RECEIPTS: Sequence[tuple[PaymentState, Standing]] = (
    (PaymentState.FORFEITED, _S.FORFEITED),
    (PaymentState.BOUNCED, _S.BOUNCED),
    (PaymentState.MATCHED, _S.MATCHED),
    (PaymentState.OVER, _S.OVER),
    (PaymentState.SUSPICIOUS, _S.SUSPICIOUS),
    (PaymentState.SHORT, _S.SHORT),
    (PaymentState.LATE, _S.LATE),
    (PaymentState.UNMATCHED, _S.UNMATCHED),
    (PaymentState.DUPLICATE, _S.DUPLICATE),
    (PaymentState.RETURNED, _S.RETURNED),
)
"""What counts first where several sums came in."""


@dataclass(frozen=True)
class Own:
    """Everything of one bidder's security for one lot; nothing of anybody else's."""

    lot: Lot
    sub_account: SubAccount | None
    lines: Sequence[BankLine]
    guarantees: Sequence[Guarantee]
    refunds: Sequence[Refund]
    forfeiture: Forfeiture | None
    held: bool
    annual: AnnualUse | None

    @property
    def standing(self) -> Standing:
        """The one word."""
        if self.forfeiture is not None:
            return _S.FORFEITED
        if not self.lot.deposit_amount:
            return _S.NONE
        kept = self._kept()
        if kept is not None:
            return kept
        states = {PaymentState(line.state) for line in self.lines}
        return next((word for state, word in RECEIPTS if state in states), _S.DUE)

    def _kept(self) -> Standing | None:
        """The security itself on hold or on its way back, or a guarantee or an annual part in its place."""
        counted = any(line.state in COUNTED for line in self.lines)
        going = {RefundState(row.state) for row in self.refunds if row.cause != Cause.STRAY.value}
        if self.held and (counted or self.guarantees):
            return _S.HELD
        back = next((word for state, word in BACK.items() if state in going), None)
        leaving = {row.line_id for row in self.refunds if row.cause != Cause.STRAY.value}
        anew = any(line.state == PaymentState.MATCHED.value and line.pk not in leaving for line in self.lines)
        if back is not None and back is not _S.RETURNED and not anew:
            return back
        if any(line.state == PaymentState.MATCHED.value for line in self.lines):
            return _S.MATCHED
        states = {GuaranteeState(row.state) for row in self.guarantees}
        for state, word in GUARANTEES:
            if state in states:
                return word
        return _S.ANNUAL if self.annual is not None else None


COUNTED = frozenset(
    {
        PaymentState.MATCHED.value,
        PaymentState.OVER.value,
        PaymentState.FORFEITED.value,
        PaymentState.RETURNED.value,
        PaymentState.BOUNCED.value,
    }
)
GUARANTEES = (
    (GuaranteeState.CLAIMED, _S.FORFEITED),
    (GuaranteeState.VERIFIED, _S.GUARANTEED),
    (GuaranteeState.REGISTERED, _S.TO_VERIFY),
    (GuaranteeState.FAILED, _S.FAILED),
    (GuaranteeState.RELEASED, _S.RETURNED),
)


def own(lot: Lot, organisation: UUID) -> Own:
    """What belongs to this organisation at this lot; nothing is read of others."""
    sub = (
        SubAccount.objects.filter(lot=lot, organisation=organisation)
        .select_related("account", "organisation")
        .first()
    )
    lines = BankLine.objects.filter(
        sub_account=sub, kind=LineKind.RECEIPT.value, corrected_by__isnull=True
    ).order_by("booked_on", "booked_at", "imported_at")
    holds = Hold.objects.filter(lot=lot, lifted_at__isnull=True)
    uses = AnnualUse.objects.filter(lot=lot, sub_account__organisation=organisation, freed_at__isnull=True)
    kept = Forfeiture.objects.filter(
        lot=lot, organisation=organisation, state=ProposalState.CONFIRMED.value
    ).first()
    return Own(
        lot=lot,
        sub_account=sub,
        lines=list(lines) if sub else [],
        guarantees=list(
            Guarantee.objects.filter(lot=lot, organisation=organisation).order_by("registered_at")
        ),
        refunds=list(Refund.objects.filter(sub_account=sub).order_by("due_at")) if sub else [],
        forfeiture=kept,
        held=holds.filter(Q(organisation__isnull=True) | Q(organisation=organisation)).exists(),
        annual=uses.select_related("sub_account").first(),
    )


def next_sentence(standing: Standing, *, until: datetime | None, at: datetime, shown: str) -> str:
    """What to do next; ``shown`` is the deadline in the reader's words."""
    running = until is not None and at < until
    text = IN_TIME.get(standing) if running else None
    text = text or AFTER.get(standing) or IN_TIME.get(standing, "")
    return _(text) % {"until": shown} if "%(" in text else _(text)
