"""A bank file of whatever format, told by its content: ISO 20022 (camt), a workbook (XLSX), a table of text (CSV)."""

from collections.abc import Iterator
from functools import cache
from typing import BinaryIO, Final

from django.utils.translation import gettext_noop as _

from bidding.rules.bank import camt
from bidding.rules.bank.column_maps import BankMap, load_maps
from bidding.rules.bank.columns import read_csv, read_xlsx, recognised
from bidding.rules.bank.lines import Statement, StatementRefused

CAMT: Final = "camt"
XLSX: Final = "xlsx"
CSV: Final = "csv"
MAX_TABLE: Final = 64 * 1024 * 1024
"""Bytes of a CSV or XLSX, which is read into memory; camt is read as a stream and has no such limit."""
_ZIP = b"PK\x03\x04"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def format_of(stream: BinaryIO) -> str:
    """``camt``, ``xlsx`` or ``csv``; the stream is back at its beginning."""
    stream.seek(0)
    start = stream.read(256)
    stream.seek(0)
    if start.startswith(_ZIP):
        return XLSX
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return CAMT if start.replace(b"\0", b"").lstrip().startswith(b"<") else CSV


def read(stream: BinaryIO, columns: str = "", account: str = "") -> Iterator[Statement]:
    """Every statement of a file while it is read once, from its beginning.

    ``columns`` names the column map of CSV and XLSX files, empty to know it by its headings; ``account`` is ours where
    a table names none. StatementRefused, possibly only while the lines are read, for what cannot be read: the caller
    undoes what it did.
    """
    if format_of(stream) == CAMT:
        return camt.statements(stream)
    return iter([_table(stream, columns, account)])


def checked(stream: BinaryIO, columns: str = "", account: str = "") -> Iterator[Statement]:
    """As ``read``, for callers who cannot undo: the file is read to its end before anything is given."""
    if format_of(stream) == CAMT:
        return camt.read(stream)
    return iter([_table(stream, columns, account)])


def map_of(columns: str) -> BankMap | None:
    """The column map of this name, if there is one."""
    return maps().get(columns)


@cache
def maps() -> dict[str, BankMap]:
    """The column maps of the installation, by name."""
    return load_maps()


def _table(stream: BinaryIO, columns: str, account: str) -> Statement:
    stream.seek(0)
    data = stream.read(MAX_TABLE + 1)
    if len(data) > MAX_TABLE:
        raise StatementRefused(None, "", _("This table is too large; take the bank's camt file."))
    bank = map_of(columns)
    if bank is None:
        found = recognised(data, maps().values())
        if len(found) != 1:
            raise StatementRefused(
                None, "", _("It is not known how to read this table; name its column map.")
            )
        bank = found[0]
    reader = read_xlsx if data.startswith(_ZIP) else read_csv
    return reader(data, bank, account)
