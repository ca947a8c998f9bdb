"""Rows of a CSV or XLSX file, with their numbers, and the cells of them as money, days and text."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_noop as _

from bidding.rules.bank.camt_shape import BANK_ZONE, VALUE
from bidding.rules.bank.column_maps import BankMap
from bidding.rules.bank.lines import StatementRefused
from kernel.errors import RuleBroken
from trading.rules.archives import office_archive

MAX_BYTES: Final = 64 << 20
MAX_ROWS: Final = 300_000
MAX_COLUMNS: Final = 60
MAX_TEXT: Final = 2_000
DIGITS: Final = 15
"""Digits a spreadsheet keeps of a number; an account number stored as a longer one has lost its end."""

_MARKS: Final = "-/年: T"
"""What tells formats of days and times apart before they are tried."""

Row = tuple[int, Sequence[object]]
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,5})?")
_POWER = re.compile(r"\d+(\.\d+)?E\+\d+", re.IGNORECASE)
_QUOTED = re.compile(r'="(.*)"|\'(.*)')
_UNREADABLE = _("The file cannot be read as a table. Export it again from the bank's page.")
_TOO_LARGE = _("The file is larger than can be read here. Ask the bank for a shorter period.")
_LOST_DIGITS = _("“%(value)s” is a number that has lost digits: the program that saved the file cut it off.")


def csv_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    """The rows of a text table. ``UnicodeDecodeError`` for another encoding; ``StatementRefused`` for damage."""
    if len(data) > MAX_BYTES:
        raise StatementRefused(None, "", _TOO_LARGE)
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else encoding)
    if "\x00" in text:
        raise StatementRefused(None, "", _UNREADABLE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for count, row in enumerate(reader):
            if count >= MAX_ROWS:
                raise StatementRefused(reader.line_num, "", _TOO_LARGE)
            yield reader.line_num, row
    except csv.Error as error:
        raise StatementRefused(reader.line_num, "", _UNREADABLE) from error


def xlsx_rows(data: bytes) -> Iterator[Row]:
    """The rows of the first visible sheet, values only; ``StatementRefused`` for what is no sound workbook."""
    from openpyxl import load_workbook  # noqa: PLC0415 - only who brings a workbook pays for it

    from trading.rules.bill_xlsx import BROKEN  # noqa: PLC0415

    try:
        office_archive(data).close()
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
        yield from bounded(enumerate(rows, start=1))
    except StatementRefused:
        raise
    except RuleBroken as error:
        raise StatementRefused(None, "", error.message, **error.data) from error
    except (*BROKEN, StopIteration) as error:
        raise StatementRefused(None, "", _UNREADABLE) from error


def bounded(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, ``StatementRefused`` when there are too many."""
    for number, row in rows:
        if number > MAX_ROWS:
            raise StatementRefused(number, "", _TOO_LARGE)
        yield number, row


def shown(value: object) -> str:
    """A cell as text on one line, without what spreadsheets put around text that looks like a number."""
    if value is None:
        return ""
    text = (
        unicodedata.normalize("NFC", str(value)).strip("\ufeff\t `") if isinstance(value, str) else str(value)
    )
    quoted = _QUOTED.fullmatch(text)
    return " ".join((quoted[1] or quoted[2] or "" if quoted else text).split())


def text(value: object, row: int, column: str) -> str:
    """A cell as text; a float that is whole loses its point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = shown(value)
    if len(found) > MAX_TEXT or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in found):
        raise StatementRefused(row, column, VALUE, value=found[:40], name=column)
    return found


def number_text(value: object, row: int, column: str) -> str:
    """A cell as an account or reference number, with all its digits."""
    found = text(value, row, column)
    lost = isinstance(value, int | float) and len(found.lstrip("-")) > DIGITS
    if lost or _POWER.fullmatch(found):
        raise StatementRefused(row, column, _LOST_DIGITS, value=found[:40])
    return found


def money(value: object, row: int, column: str) -> Decimal | None:
    """A cell as an amount, None when empty. Groups of three and full-width figures are read; nothing is rounded."""
    if isinstance(value, bool):
        raise StatementRefused(row, column, VALUE, value=str(value), name=column)
    if isinstance(value, int | float):
        found = f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
    else:
        found = (
            unicodedata.normalize("NFKC", shown(value)).replace(" ", "").removeprefix("¥").replace("−", "-")
        )
    if found in {"", "-", "--", "—"}:
        return None
    if not _NUMBER.fullmatch(found):
        raise StatementRefused(row, column, VALUE, value=found[:40], name=column)
    return Decimal(found.replace(",", ""))


def booked(
    value: object, clock: object, bank: BankMap, row: int, column: str
) -> tuple[date, datetime | None]:
    """Day and, when the bank gives a time, moment in the bank's zone.

    Midnight exactly is what a table writes for a day without a time, so it is read as one.
    """
    day, hour = split(value, bank)
    if day is None:
        raise StatementRefused(row, column, VALUE, value=shown(value)[:40], name=column)
    if shown(clock):
        hour = of_clock(clock, bank)
        if hour is None:
            raise StatementRefused(row, column, VALUE, value=shown(clock)[:40], name=column)
        return day, datetime.combine(day, hour, BANK_ZONE)
    if hour is None or hour == time.min:
        return day, None
    return day, datetime.combine(day, hour, BANK_ZONE)


def split(value: object, bank: BankMap) -> tuple[date | None, time | None]:
    """The day and the time of a cell, by the formats of the map; None for what it does not hold."""
    if isinstance(value, datetime):
        return value.date(), value.time()
    if isinstance(value, date):
        return value, None
    found = unicodedata.normalize("NFKC", shown(value))
    if isinstance(value, float | int):
        found = text(value, 0, "")
    if found.isdigit() and len(found) not in {8, 14}:
        return None, None
    between = next((sign for sign in (" ", "T") if sign in found), "")
    for form in bank.days:
        for clock in ("", *bank.clocks):
            whole = f"{form}{between}{clock}" if clock else form
            if any((sign in whole) is not (sign in found) for sign in _MARKS):
                continue
            try:
                moment = datetime.strptime(found, whole)  # noqa: DTZ007 - the zone is the bank's
            except ValueError:
                continue
            return moment.date(), moment.time() if clock else None
    return None, None


def of_clock(value: object, bank: BankMap) -> time | None:
    """The time of a cell."""
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    found = text(value, 0, "").zfill(6) if isinstance(value, int | float) else shown(value)
    if found.isdigit() and len(found) != 6:
        return None
    for form in bank.clocks:
        try:
            return datetime.strptime(found, form).time()  # noqa: DTZ007 - the zone is the bank's
        except ValueError:
            continue
    return None
