"""工程量清单: its items as values, and the arithmetic every bill must stand (journeys O4; GB 50500)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding
from trading.rules.packs import RuleSet

CENT = Decimal("0.01")
MAX_PROBLEMS = 100
READ = ".xlsx", ".xml"
"""Endings of bills which are read; a bill in any other form is kept as paper."""


@dataclass(frozen=True)
class BillItem:
    """One line: where it stands in its file, code, name, features, unit, quantity, price and amount if given."""

    sheet: str
    row: int
    code: str
    name: str
    features: str
    unit: str
    quantity: Decimal
    unit_price: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class StatedSum:
    """A total as the file states it, after so many items; ``part``: of the items since the last partial total."""

    sheet: str
    row: int
    amount: Decimal
    after: int
    part: bool


@dataclass(frozen=True)
class Problem:
    """Something that does not add up; ``code`` is one of ``TEXTS``."""

    code: str
    sheet: str
    row: int
    item: str = ""
    computed: str = ""
    stated: str = ""

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Bill:
    """A bill as read. ``total`` is the sum of all amounts, None unless every item has one."""

    items: tuple[BillItem, ...]
    sums: tuple[StatedSum, ...] = ()

    @property
    def total(self) -> Decimal | None:
        """The sum of the items, in yuan."""
        amounts = [amount for item in self.items if (amount := amount_of(item)) is not None]
        return sum(amounts, Decimal(0)) if amounts and len(amounts) == len(self.items) else None


@dataclass(frozen=True)
class BillFacts:
    """A bill as the rules of publication see it: ``read`` is False for one in a form that cannot be read."""

    name: str
    read: bool = True
    total: Decimal | None = None
    problems: tuple[Mapping[str, object], ...] = field(default_factory=tuple)


TEXTS: Mapping[str, str] = {
    "product": _(
        "Bill “%(name)s”, sheet %(sheet)s, row %(row)s, item %(item)s: quantity times unit price is %(computed)s, "
        "the amount says %(stated)s."
    ),
    "sum": _(
        "Bill “%(name)s”, sheet %(sheet)s, row %(row)s: the items add up to %(computed)s, the total says %(stated)s."
    ),
    "repeated": _(
        "Bill “%(name)s”, sheet %(sheet)s, row %(row)s: the item code %(item)s stands there a second time."
    ),
}


def cents(value: Decimal) -> Decimal:
    """A sum rounded to the cent, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def amount_of(item: BillItem) -> Decimal | None:
    """The amount as stated, else quantity times unit price, to the cent; None without either."""
    if item.amount is not None:
        return item.amount
    return cents(item.quantity * item.unit_price) if item.unit_price is not None else None


def bill_problems(bill: Bill) -> tuple[Problem, ...]:
    """Every contradiction of a bill with itself, at most ``MAX_PROBLEMS``; a cent of rounding is none."""
    found: list[Problem] = []
    seen: set[str] = set()
    for item in bill.items:
        if item.code and item.code in seen:
            found.append(Problem("repeated", item.sheet, item.row, item.code))
        seen.add(item.code)
        if item.amount is None or item.unit_price is None:
            continue
        computed = cents(item.quantity * item.unit_price)
        if abs(computed - item.amount) > CENT:
            label = item.code or item.name
            found.append(
                Problem("product", item.sheet, item.row, label, f"{computed:.2f}", f"{item.amount:.2f}")
            )
    found += sum_problems(bill.items, bill.sums)
    return tuple(found[:MAX_PROBLEMS])


def sum_problems(items: Sequence[BillItem], sums: Sequence[StatedSum]) -> list[Problem]:
    """Totals that differ from their items. A full total may be that of its sheet or of everything before it."""
    found, since = [], 0
    for stated in sums:
        before = items[: stated.after]
        wanted = (
            [before[since:]]
            if stated.part
            else [before, [item for item in before if item.sheet == stated.sheet]]
        )
        if stated.part:
            since = stated.after
        totals = [total for rows in wanted if (total := total_of(rows)) is not None]
        if totals and all(abs(total - stated.amount) > CENT for total in totals):
            found.append(
                Problem("sum", stated.sheet, stated.row, "", f"{totals[-1]:.2f}", f"{stated.amount:.2f}")
            )
    return found


def total_of(items: Sequence[BillItem]) -> Decimal | None:
    """The sum of some items; None when there are none or one of them has no amount."""
    amounts = [amount_of(item) for item in items]
    return (
        sum((value for value in amounts if value is not None), Decimal(0))
        if amounts and None not in amounts
        else None
    )


def bill_findings(
    bills: Sequence[BillFacts], ceiling: Decimal | None, rules: RuleSet, *, field: str
) -> list[Finding]:
    """What stands against publishing a lot with these bills: arithmetic, the ceiling, a form nobody can read."""
    found = []
    readable, arithmetic, within = rules["boq_readable"], rules["boq_arithmetic"], rules["boq_within_ceiling"]
    for bill in bills:
        if not bill.read:
            message = _(
                "Bill “%(name)s” cannot be read here, so nothing in it is checked. Give it as XLSX or XML as well."
            )
            found.append(
                Finding(readable.id, message, readable.article, readable.blocks, field, {"name": bill.name})
            )
        for row in bill.problems:
            data = {"name": bill.name, **row}
            text = TEXTS[str(row["code"])]
            found.append(Finding(arithmetic.id, text, arithmetic.article, arithmetic.blocks, field, data))
        if ceiling is not None and bill.total is not None and bill.total > ceiling:
            message = _("Bill “%(name)s” adds up to %(total)s yuan, above the ceiling of %(ceiling)s yuan.")
            sums = {"name": bill.name, "total": f"{bill.total:.2f}", "ceiling": f"{ceiling:.2f}"}
            found.append(Finding(within.id, message, within.article, within.blocks, field, sums))
    return found
