"""Headings and cells of a bill of quantities: which column is which, and how a number is written."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding, RuleBroken
from trading.rules.bills import Bill, BillItem, StatedSum

HEADINGS: Mapping[str, frozenset[str]] = {
    "code": frozenset(
        {"项目编码", "清单编码", "编码", "编号", "子目号", "code", "itemcode", "itemno", "xmbm", "bm"}
    ),
    "name": frozenset(
        {"项目名称", "清单名称", "子目名称", "名称", "name", "item", "description", "xmmc", "mc"}
    ),
    "features": frozenset(
        {"项目特征", "项目特征描述", "特征描述", "工作内容", "features", "specification", "xmtz", "tz"}
    ),
    "unit": frozenset({"计量单位", "单位", "unit", "jldw", "dw"}),
    "quantity": frozenset({"工程量", "工程数量", "数量", "清单工程量", "quantity", "qty", "gcl", "sl"}),
    "unit_price": frozenset({"综合单价", "单价", "全费用单价", "unitprice", "price", "rate", "zhdj", "dj"}),
    "amount": frozenset({"合价", "综合合价", "金额", "总价", "amount", "totalprice", "zhhj", "hj"}),
}
NEEDED = frozenset({"name", "unit", "quantity"})
PARTS = frozenset({"小计", "本页小计", "分部小计", "subtotal", "pagetotal"})
TOTALS = frozenset({"合计", "总计", "合计元", "总价", "total", "grandtotal", "sum"})
PLACES = {"quantity": Decimal("0.000001"), "unit_price": Decimal("0.000001"), "amount": Decimal("0.01")}
MOST = Decimal(10) ** 12
MAX_ITEMS = 20_000
MAX_TEXT = {"code": 60, "name": 300, "features": 4000, "unit": 30}
MAX_FAULTS = 20
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")


def plain(value: object) -> str:
    """A heading as it is compared: no width, case, space or brackets."""
    text = unicodedata.normalize("NFKC", str(value)).lower()
    return re.sub(r"[\s_:.*-]", "", _BRACKETS.sub("", text))


def heading(value: object) -> str:
    """Which column a heading names, empty for any other cell."""
    word = plain(value) if isinstance(value, str) else ""
    return next((name for name, words in HEADINGS.items() if word in words), "")


@dataclass
class Reader:
    """Collects items, totals and faults; a bill with a single fault is refused whole."""

    items: list[BillItem] = field(default_factory=list)
    sums: list[StatedSum] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)

    def fault(self, code: str, message: str, sheet: str, row: int, column: str, value: object = "") -> None:
        """Remember what is wrong and where."""
        data = {"sheet": sheet, "row": row, "column": column, "value": str(value)[:40]}
        self.faults.append(Finding(code, message, field="file", data=data))
        if len(self.faults) >= MAX_FAULTS:
            self.refuse()

    def number(self, name: str, value: object, sheet: str, row: int, column: str) -> Decimal | None:
        """A cell as a number with the places of its column; None for an empty cell and, with a fault, for no number."""
        if value is None or (isinstance(value, str) and not value.strip(" -—/")):
            return None
        found = None if isinstance(value, bool) else written(value)
        if found is None or not found.is_finite() or abs(found) > MOST:
            message = _(
                "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is not a number. "
                "Write a plain number there and save the file again."
            )
            self.fault("bill_number", message, sheet, row, column, value)
            return None
        if found < 0:
            message = _(
                "Sheet %(sheet)s, row %(row)s, column %(column)s: %(value)s is below zero. "
                "Correct the number and save the file again."
            )
            self.fault("bill_negative", message, sheet, row, column, value)
            return None
        return found.quantize(PLACES[name], rounding=ROUND_HALF_UP)

    def text(self, name: str, value: object, sheet: str, row: int, column: str) -> str:
        """A cell as text within its length."""
        found = "" if value is None else str(value).strip()
        if len(found) > MAX_TEXT[name] or any(c < " " and c not in "\n\r\t" for c in found):
            message = _(
                "Sheet %(sheet)s, row %(row)s, column %(column)s: the text is too long or holds signs that cannot be "
                "printed. Shorten it and save the file again."
            )
            self.fault("bill_text", message, sheet, row, column, found)
        return found

    def line(self, cells: Mapping[str, object], columns: Mapping[str, str], sheet: str, row: int) -> None:
        """One row or element below the headings: an item, a total, a heading of a section, or nothing."""
        at = {name: columns.get(name, name) for name in HEADINGS}
        total = next((word for value in cells.values() if (word := plain(value)) in PARTS | TOTALS), "")
        faults = len(self.faults)
        amount = self.number("amount", cells.get("amount"), sheet, row, at["amount"])
        if total:
            if amount is not None:
                self.sums.append(StatedSum(sheet, row, amount, len(self.items), total in PARTS))
            return
        quantity = self.number("quantity", cells.get("quantity"), sheet, row, at["quantity"])
        if quantity is None:
            if amount is not None and len(self.faults) == faults:
                message = _(
                    "Sheet %(sheet)s, row %(row)s, column %(column)s: there is an amount but no quantity. "
                    "Enter the quantity, 1 for a lump sum, and save the file again."
                )
                self.fault("bill_quantity", message, sheet, row, at["quantity"])
            return
        for name in ("name", "unit"):
            if not str(cells.get(name) or "").strip():
                message = _(
                    "Sheet %(sheet)s, row %(row)s, column %(column)s is empty: an item has a name and a unit. "
                    "Fill it in and save the file again."
                )
                self.fault("bill_empty", message, sheet, row, at[name])
        texts = {name: self.text(name, cells.get(name), sheet, row, at[name]) for name in MAX_TEXT}
        price = self.number("unit_price", cells.get("unit_price"), sheet, row, at["unit_price"])
        self.items.append(
            BillItem(sheet=sheet, row=row, quantity=quantity, unit_price=price, amount=amount, **texts)
        )
        if len(self.items) > MAX_ITEMS:
            raise RuleBroken("bill_too_long", TOO_LONG, most=MAX_ITEMS)

    def refuse(self) -> None:
        """``RuleBroken`` with every fault, if there is one."""
        if self.faults:
            raise RuleBroken(
                "bill_faults", _("The bill of quantities cannot be taken as it is."), self.faults
            )

    def bill(self) -> Bill:
        """What was read; ``RuleBroken`` with every fault, or when there is no item."""
        self.refuse()
        if not self.items:
            message = _(
                "No item was found. The bill needs a row of headings with name (项目名称), unit (计量单位) and "
                "quantity (工程量), and the items below it."
            )
            raise RuleBroken("bill_without_items", message)
        return Bill(tuple(self.items), tuple(self.sums))


TOO_LONG = _("A bill has at most %(most)s items. Split it by lots.")


def written(value: object) -> Decimal | None:
    """A number as people and programs write it: ``1,234.5``, full-width figures; None for anything else."""
    text = unicodedata.normalize("NFKC", str(value)).replace(",", "").replace(" ", "").removeprefix("¥")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def columns_of(values: Sequence[object]) -> dict[str, int]:
    """Which column holds what, by a row's headings; the first of two equal headings counts."""
    found: dict[str, int] = {}
    for index, value in enumerate(values):
        if (name := heading(value)) and name not in found:
            found[name] = index
    return found
