"""Each bidder's security as it is read out: form, amount, booked or not, and what the panel is to look at.

Only for a record that may be read: the callers ask ``may_read_record`` first; nothing here is asked before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bidding.models.security import AnnualUse, BankLine, Guarantee, Posting, SubAccount
from bidding.selectors.security.books import exact
from bidding.states.security import BookAccount, GuaranteeState, LineKind, PaymentState
from trading.models import Lot
from trading.selectors import times_in_force

FORMS: Mapping[str, str] = {
    "transfer": gettext_noop("transfer"),
    "annual": gettext_noop("annual security"),
    "guarantee": gettext_noop("bank guarantee"),
    "e_guarantee": gettext_noop("electronic guarantee"),
    "insurance": gettext_noop("surety insurance"),
}
MISSING, SHORT, LATE = "security_missing", "security_short", "security_late"
DOUBT, UNVERIFIED, DEFECT = "security_doubt", "guarantee_unverified", "guarantee_defect"
FLAGS: Mapping[str, str] = {
    MISSING: gettext_noop("no bid security (Implementing Regulation, article 26; tender documents)"),
    SHORT: gettext_noop("bid security below the sum asked (article 26; tender documents)"),
    LATE: gettext_noop("bid security booked after the deadline (article 26; tender documents)"),
    DOUBT: gettext_noop("bid security in doubt: not from the basic account, or to be looked at (article 26)"),
    UNVERIFIED: gettext_noop("guarantee not yet verified with its issuer (article 26; tender documents)"),
    DEFECT: gettext_noop("guarantee is not as the tender documents ask, or not genuine (article 26)"),
}
"""What the panel is told of a security that does not count as it stands; nobody is left out for it."""
MOVED_ON = ("order", "order-back", "forfeited")
"""Acts in the books after which a security has been one all the same."""
_OPEN_LINES = (
    (PaymentState.LATE, LATE),
    (PaymentState.SUSPICIOUS, DOUBT),
    (PaymentState.OVER, DOUBT),
    (PaymentState.SHORT, SHORT),
)


@dataclass(frozen=True)
class Secured:
    """One bidder's security: ``form`` empty where none was given, ``flag`` a code of ``FLAGS`` or empty."""

    form: str
    amount: Decimal
    booked: bool
    flag: str

    def facts(self) -> dict[str, Any]:
        """As the record keeps it: canonical JSON values."""
        return {"form": self.form, "amount": f"{self.amount:.2f}", "booked": self.booked}


def secured(lot: Lot, organisation: UUID) -> Secured | None:
    """The security of one bidder for a lot; None where the lot asks for none.

    Money counts as it stood when the books last said so, whatever has gone back since; a guarantee counts when it was
    given in time, was verified and has no defect; an annual security when it stood for this lot at the deadline.
    """
    if lot.deposit_amount <= 0:
        return None
    deadline = times_in_force(lot).close_at
    sub = SubAccount.objects.filter(lot=lot, organisation=organisation).first()
    money = _money(sub, deadline) if sub else Decimal(0)
    if money >= lot.deposit_amount:
        return Secured("transfer", money, booked=True, flag="")
    used = AnnualUse.objects.filter(lot=lot, sub_account__organisation=organisation, at__lt=deadline)
    if (use := used.order_by("at").last()) is not None and use.amount >= lot.deposit_amount:
        return Secured("annual", use.amount, booked=True, flag="")
    guarantee = _guarantee(lot, organisation, deadline)
    if guarantee is not None and (not guarantee.flag or (not money and not _received(sub))):
        return guarantee
    if money:
        return Secured("transfer", money, booked=False, flag=SHORT)
    return _in_doubt(sub)


def of_record(lot: Lot, organisation: UUID) -> tuple[dict[str, Any] | None, list[str]]:
    """The member ``security`` of a bid's row in the record, and the codes it adds to the flags."""
    found = secured(lot, organisation)
    if found is None:
        return None, []
    return found.facts(), [found.flag] if found.flag else []


def stamp(lot: Lot) -> tuple[object, ...]:
    """What changes whenever a row's security may read differently; four questions, however many bid."""
    lines = BankLine.objects.filter(sub_account__lot=lot, corrected_by__isnull=True).order_by("pk")
    return (
        Posting.objects.filter(sub_account__lot=lot).count(),
        list(lines.values_list("pk", "state")),
        list(Guarantee.objects.filter(lot=lot).order_by("pk").values_list("pk", "state")),
        AnnualUse.objects.filter(lot=lot).count(),
    )


def words(security: Mapping[str, Any] | None, amount: str) -> str:
    """A row's security in the reader's language, empty where none is asked; ``amount`` as the reader sees money."""
    if not security:
        return ""
    if not security["form"]:
        return _("none given")
    form = FORMS.get(security["form"], security["form"])
    booked = _("booked: yes") if security["booked"] else _("booked: no")
    return f"{_(form)} · {amount} · {booked}"


def _money(sub: SubAccount, deadline: datetime) -> Decimal:
    """What was this bidder's security in the books: what went back or was kept since the deadline counts as it stood.

    What went back before it, after a bid was withdrawn, is no security of the bid that came later.
    """
    rows = Posting.objects.filter(account=BookAccount.SECURITY.value, sub_account=sub)
    return -exact(rows.exclude(journal__kind__in=MOVED_ON, journal__at__gte=deadline))


def _received(sub: SubAccount | None) -> bool:
    lines = BankLine.objects.filter(sub_account=sub, kind=LineKind.RECEIPT.value, corrected_by__isnull=True)
    return sub is not None and lines.exists()


def _in_doubt(sub: SubAccount | None) -> Secured:
    """What came in and does not count, or nothing."""
    if sub is not None:
        lines = BankLine.objects.filter(
            sub_account=sub, kind=LineKind.RECEIPT.value, corrected_by__isnull=True
        )
        by_state = {line.state: line for line in lines.order_by("booked_on")}
        for state, flag in _OPEN_LINES:
            if (line := by_state.get(state.value)) is not None:
                return Secured("transfer", line.amount, booked=False, flag=flag)
    return Secured("", Decimal(0), booked=False, flag=MISSING)


def _guarantee(lot: Lot, organisation: UUID, deadline: datetime) -> Secured | None:
    """The guarantee that counts, else the last one given."""
    rows = Guarantee.objects.filter(lot=lot, organisation=organisation, registered_at__lt=deadline)
    given = list(rows.order_by("registered_at"))
    good = next((row for row in given if row.verified_at and not row.defects and _stands(row)), None)
    if good is not None:
        return Secured(good.form, good.amount, booked=True, flag="")
    if not given:
        return None
    last = given[-1]
    waits = last.state == GuaranteeState.REGISTERED.value and not last.defects
    return Secured(last.form, last.amount, booked=False, flag=UNVERIFIED if waits else DEFECT)


def _stands(row: Guarantee) -> bool:
    return row.state != GuaranteeState.FAILED.value
