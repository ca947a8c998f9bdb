"""A bill of quantities from XLSX: every visible sheet with the right headings, values only."""

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext_noop as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from kernel.errors import RuleBroken
from trading.rules.archives import UNREADABLE, office_archive
from trading.rules.bill_cells import HEADINGS, NEEDED, Reader, columns_of, written
from trading.rules.bills import Bill

BROKEN = (
    *UNREADABLE,
    *(ParseError, InvalidFileException, KeyError, TypeError, AttributeError, IndexError, ArithmeticError),
    *(AssertionError, RecursionError),
)
"""What a workbook that is none makes the library raise."""

MAX_COLUMNS = 30
MAX_ROWS = 30_000
"""Rows scanned in all sheets together, empty ones included."""


class Row(NamedTuple):
    """One row: its number, the values, and which of them are formulas without a value."""

    number: int
    values: Sequence[object]
    uncomputed: frozenset[int]


def read_xlsx(data: bytes) -> Bill:
    """The bill in a workbook. ``RuleBroken`` names sheet, row and column of each fault; nothing is guessed.

    Formulas count by the value their program saved; one that was never computed is a fault, as is a hidden sheet,
    for what nobody sees would be published with the file.
    """
    office_archive(data).close()
    reader = Reader()
    try:
        formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        scanned = 0
        for sheet, computed in zip(formulas.worksheets, values.worksheets, strict=True):
            if sheet.sheet_state != "visible":
                message = _(
                    "Sheet %(sheet)s is hidden but would be published. Show it or delete it, and save again."
                )
                reader.fault("bill_hidden_sheet", message, sheet.title, 0, "")
                continue
            scanned = read_sheet(reader, sheet, computed, scanned)
    except BROKEN as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error
    return reader.bill()


def read_sheet(reader: Reader, sheet: Any, computed: Any, scanned: int) -> int:
    """Read one sheet into ``reader``; how many rows have been scanned by now."""
    columns: dict[str, int] = {}
    items_before = len(reader.items)
    for row in rows(sheet, computed):
        scanned += 1
        if scanned > MAX_ROWS:
            message = _(
                "The workbook has too many rows. Delete empty rows below the items, or split it by lots."
            )
            raise RuleBroken("bill_too_many_rows", message)
        found = columns_of(row.values)
        if found.keys() >= NEEDED:
            columns, items_before = found, len(reader.items)
            continue
        if not columns:
            continue
        if found and len(reader.items) == items_before and not is_number(row.values, columns["quantity"]):
            columns = {**{name: index for name, index in found.items() if name not in NEEDED}, **columns}
            columns |= {name: found[name] for name in ("unit_price", "amount") if name in found}
            continue
        take(reader, sheet.title, row, columns)
    return scanned


def rows(sheet: Any, computed: Any) -> Iterator[Row]:
    """The rows of a sheet with the computed values, as far as ``MAX_COLUMNS``."""
    for one in (sheet, computed):
        one.reset_dimensions()
    pairs = zip(sheet.iter_rows(max_col=MAX_COLUMNS), computed.iter_rows(max_col=MAX_COLUMNS), strict=True)
    for number, (written_cells, cells) in enumerate(pairs, start=1):
        values = [cell.value for cell in cells]
        uncomputed = frozenset(
            index
            for index, cell in enumerate(written_cells)
            if cell.data_type == "f" and (index >= len(values) or values[index] is None)
        )
        yield Row(number, values, uncomputed)


def is_number(values: Sequence[object], index: int) -> bool:
    """Whether the cell holds a number."""
    return index < len(values) and values[index] is not None and written(values[index]) is not None


def take(reader: Reader, sheet: str, row: Row, columns: dict[str, int]) -> None:
    """Hand one row below the headings on, unless a formula in it was never computed."""
    letters = {name: get_column_letter(index + 1) for name, index in columns.items()}
    bare = [name for name in HEADINGS if columns.get(name) in row.uncomputed]
    for name in bare:
        message = _(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: the formula has no saved value. "
            "Open the file in the program that made it, let it compute, and save it again."
        )
        reader.fault("bill_formula", message, sheet, row.number, letters[name])
    if bare:
        return
    cells = {name: row.values[index] for name, index in columns.items() if index < len(row.values)}
    if any(value is not None for value in row.values):
        first = next((value for value in row.values if value is not None), None)
        reader.line({**cells, "first": first}, letters, sheet, row.number)
