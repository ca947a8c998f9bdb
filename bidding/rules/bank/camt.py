"""Bank statements of ISO 20022: camt.052, .053 and .054, versions .001.01 to .001.14, by local names.

One line per ``TxDtls``, else per ``Ntry``. The sign is that of ``CdtDbtInd``, of the detail before the entry's;
``RvslInd`` says only that the entry takes back an earlier one (the return of a credit is a DBIT with ``RvslInd``), so
it never turns the sign. Its parties keep the roles of the
payment taken back. Entries that are pending or informative are read with their status and book nothing. A file
is refused as a whole; sums that do not agree are no reason for that, for banks state gross and net side by side, but
lines of such an entry are not ``itemised`` (see ``lines.BankLine``).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import BinaryIO, Final, Literal

from django.utils.translation import gettext_noop as _

from bidding.rules.bank import camt_shape as shapes
from bidding.rules.bank.camt_details import Detail, condensed, party_account, plain_reference
from bidding.rules.bank.lines import BOOKED, LAST, Balance, BankLine, Statement, StatementRefused
from bidding.rules.bank.xml_units import Closed, Node, Opened, Unit, units

OPENING: Final = frozenset({"OPBD", "PRCD"})
CLOSING: Final = frozenset({"CLBD"})
PAGES: Final = frozenset({"StmtPgntn", "RptPgntn", "NtfctnPgntn"})
STATUS: Final = frozenset({BOOKED, "PDNG", "INFO", "FUTR"})
_SPACE = re.compile(r"camt\.05[234]\.001\.(\d\d)")
_VERSIONED = re.compile(r"V\d\d$")
_NO_CAMT = _("This is no account report, statement or notification (camt.052, camt.053, camt.054).")
_TWO = _("The payments of an entry are listed in two ways.")


def read(source: BinaryIO) -> Iterator[Statement]:
    """Every statement of a file that has been checked to its end before the first line is given.

    ``source`` must be seekable and is read twice, in flat memory; read the lines of a statement before the next one.
    Raises ``StatementRefused`` before anything is given.
    """
    for statement in statements(source):
        for _line in statement.lines:
            pass
    source.seek(0)
    return statements(source)


def statements(source: BinaryIO) -> Iterator[Statement]:
    """Every statement while the file is read once; for callers who undo all when ``StatementRefused`` comes late."""
    reader = Reader()
    stream = units(source, reader)
    for unit in stream:
        if isinstance(unit, Opened) and unit.name in shapes.MESSAGES.values():
            statement = reader.statement(unit, stream)
            yield statement
            for _line in statement.lines:
                pass
        elif isinstance(unit, Closed):
            reader.closed(unit)
        elif isinstance(unit, Node):
            reader.beside(unit)
    if not reader.messages:
        raise StatementRefused(None, "", _NO_CAMT)


class Reader:
    """What is known while a file runs by."""

    dense = "TxDtls"
    dense_in = frozenset({"NtryDtls", "Ntry"})

    def __init__(self) -> None:
        """Nothing read yet."""
        self.version = 0
        self.messages = 0
        self.page = ""
        self.skeleton: list[Node] = []
        self.head: list[Node] = []

    def contains(self, path: tuple[str, ...], name: str, space: str, line: int) -> bool:
        """Envelopes, the document, its message, and each account are containers; what else stands there is a piece."""
        if "Document" not in path:
            if not path and name in {"html", "HTML"}:
                raise StatementRefused(line, name, _NO_CAMT)
            return name == "Document" or len(path) < 4
        inside = path[path.index("Document") + 1 :]
        if not inside:
            if _VERSIONED.sub("", name) not in shapes.MESSAGES:
                raise StatementRefused(line, name, _NO_CAMT)
            known = _SPACE.search(space)
            self.version = int(known[1]) if known else 0
            self.messages += 1
            self.skeleton = []
            return True
        return len(inside) == 1 and name == shapes.MESSAGES[_VERSIONED.sub("", inside[0])]

    def strict(self, path: tuple[str, ...]) -> bool:
        """Text beside elements is a fault from the document downwards."""
        return "Document" in path

    def condense(self, node: Node) -> Node:
        """A payment's facts as soon as it has been read."""
        return condensed(node, self.version)

    def beside(self, node: Node) -> None:
        """What stands in a message beside the accounts, and is looked at only for its shape."""
        if self.messages:
            if node.name == "GrpHdr":
                shapes.check(node, shapes.HEADER)
                shapes.texts(node, 35, "MsgId")
                shapes.moment(child(node, "CreDtTm"))
                self.page = page(node.child("MsgPgntn"))
            self.skeleton.append(node)

    def closed(self, unit: Closed) -> None:
        """A message has ended: a header and at least one account must have stood in it."""
        name = _VERSIONED.sub("", unit.name)
        if name in shapes.MESSAGES:
            whole = Node(unit.name, {}, unit.line)
            whole.children = self.skeleton
            shapes.check(whole, shapes.MESSAGE)
            if not any(one.name == shapes.MESSAGES[name] for one in self.skeleton):
                raise StatementRefused(unit.line, unit.name, shapes.MISSING, name=shapes.MESSAGES[name])

    def statement(self, opened: Opened, stream: Iterator[Unit]) -> Statement:
        """One account's report, read as far as its first entry."""
        self.skeleton.append(Node(opened.name, {}, opened.line))
        self.head = []
        first: Node | None = None
        for unit in stream:
            if isinstance(unit, Closed):
                self.checked_head(opened)
                break
            if isinstance(unit, Node) and unit.name == "Ntry":
                self.checked_head(opened)
                first = unit
                break
            if isinstance(unit, Node):
                self.head.append(unit)
        whole = Node(opened.name, {}, opened.line)
        whole.children = self.head
        account = party_account(whole.child("Acct"))
        period = whole.child("FrToDt")
        if period is not None:
            shapes.check(period, shapes.PERIOD)
        created = whole.child("CreDtTm")
        return Statement(
            id=whole.at("Id"),
            account=account,
            currency=whole.at("Acct", "Ccy"),
            created_at=shapes.moment(created) if created else None,
            period_from=shapes.moment(child(period, "FrDtTm")) if period else None,
            period_until=shapes.moment(child(period, "ToDtTm")) if period else None,
            balances=tuple(balance(one) for one in whole.all("Bal")),
            lines=self.lines(opened, account, first, stream) if first else iter(()),
            page=page(next((one for one in self.head if one.name in PAGES), None)) or self.page,
        )

    def lines(self, opened: Opened, account: str, first: Node, stream: Iterator[Unit]) -> Iterator[BankLine]:
        """The lines of one account, from its first entry to its end."""
        self.head.append(Node(first.name, {}, first.line))
        yield from entry(first, account)
        for unit in stream:
            if isinstance(unit, Closed):
                self.checked_head(opened)
                return
            if isinstance(unit, Node) and unit.name == "Ntry" and self.head[-1].name == "Ntry":
                yield from entry(unit, account)
            elif isinstance(unit, Node):
                self.head.append(unit)
                self.checked_head(opened)

    def checked_head(self, opened: Opened) -> None:
        """``StatementRefused`` unless what stands in an account's report so far is in order."""
        whole = Node(opened.name, {}, opened.line)
        whole.children = self.head
        shapes.check(whole, shapes.STATEMENT)
        shapes.texts(whole, 35, "Id")
        if 0 < self.version <= 6 and whole.child("CreDtTm") is None:
            raise StatementRefused(opened.line, opened.name, shapes.MISSING, name="CreDtTm")
        if opened.name == "Stmt" and whole.child("Bal") is None:
            raise StatementRefused(opened.line, opened.name, shapes.MISSING, name="Bal")
        account = child(whole, "Acct")
        shapes.check(account, shapes.ACCOUNT)
        identity = account.child("Id")
        if identity is not None:
            shapes.account_id(identity)
        elif 0 < self.version <= 8:
            raise shapes.refused(account, shapes.MISSING, name="Id")


def child(node: Node, name: str) -> Node:
    """A child that the shape has made sure of."""
    found = node.child(name)
    if found is None:
        raise StatementRefused(node.line, node.name, shapes.MISSING, name=name)
    return found


def page(node: Node | None) -> str:
    """Which page of a statement (or of a message) this is: its number, and whether it is the last; empty for none."""
    number = node.at("PgNb").lstrip("0") if node is not None else ""
    if node is None or not number:
        return ""
    return f"{number} {LAST}" if node.at("LastPgInd") in {"true", "1"} else number


def balance(node: Node) -> Balance:
    """One balance; an intermediate one of a page counts as ``other``."""
    shapes.check(node, shapes.BALANCE)
    number, currency = shapes.amount(node.child("Amt"), node)
    kinds = child(node, "Tp")
    shapes.check(kinds, shapes.BALANCE_TYPE)
    if not kinds.children or kinds.children[0].name == "SubTp":
        raise shapes.refused(kinds, shapes.MISSING, name="CdOrPrtry")
    outer = kinds.child("CdOrPrtry")
    code = shapes.check_choice(outer, shapes.CODE).text.strip() if outer else kinds.at("Cd")
    interim = kinds.at("SubTp", "Cd") == "INTM"
    kind: Literal["opening", "closing", "other"] = "other"
    if not interim and code in OPENING | CLOSING:
        kind = "opening" if code in OPENING else "closing"
    on, _at = shapes.when(node.child("Dt"))
    if on is None:
        raise StatementRefused(node.line, node.name, shapes.MISSING, name="Dt")
    return Balance(kind, shapes.sign(node.child("CdtDbtInd"), node) * number, currency, on, code)


def status(node: Node) -> str:
    """The status of an entry: a word, from version 7 on a code of an open list or a bank's own word, one level below.

    Only ``BOOK`` says that money has moved; a code we do not know says that it has not.
    """
    if not node.children:
        if node.text.strip() not in STATUS:
            raise shapes.refused(node, shapes.VALUE, value=node.text.strip()[:40])
        return node.text.strip()
    inner = shapes.check_choice(node, shapes.CODE)
    if inner.name == "Prtry":
        return "PRTRY"
    shapes.texts(node, 4, "Cd")
    return inner.text.strip()


def entry(node: Node, account: str) -> list[BankLine]:
    """The lines of one entry."""
    shapes.check(node, shapes.ENTRY)
    shapes.texts(node, 35, "NtryRef", "AcctSvcrRef")
    number, currency = shapes.amount(node.child("Amt"), node)
    positive = shapes.sign(node.child("CdtDbtInd"), node)
    on, at = shapes.when(node.child("BookgDt"))
    value_on, _value_at = shapes.when(node.child("ValDt"))
    batches = node.all("NtryDtls")
    for batch in batches:
        shapes.check(batch, shapes.DETAILS)
    details = [one for batch in (*batches, node) for one in batch.children if isinstance(one, Detail)]
    if batches and node.child("TxDtls"):
        raise shapes.refused(node, _TWO)
    reference = plain_reference(node.at("AcctSvcrRef"))
    whole = BankLine(
        amount=positive * number + 0,  # no negative zero
        currency=currency,
        booked_on=on,
        booked_at=at,
        value_on=value_on,
        bank_ref=reference,
        remittance=node.at("AddtlNtryInf"),
        reversal=shapes.flag(node.child("RvslInd")),
        batch=reference or plain_reference(node.at("NtryRef")),
        account=account,
        status=status(child(node, "Sts")),
        at_line=node.line,
    )
    only = len(details) == 1
    lines = [line(one, whole, place, one.sign or positive, only=only) for place, one in enumerate(details)]
    return itemised(lines, whole) if lines else [whole]


def line(detail: Detail, whole: BankLine, place: int, positive: int, *, only: bool) -> BankLine:
    """One payment of an entry. Its amount is in the account's currency, or it is the entry's."""
    stated = next((number for number, currency in detail.amounts if currency == whole.currency), None)
    if stated is None and not only:
        stated = next((number for number, currency in detail.instructed if currency == whole.currency), None)
    credit = (positive > 0) is not whole.reversal
    return replace(
        whole,
        amount=positive * (abs(whole.amount) if stated is None else stated) + 0,
        end_to_end_id=detail.end_to_end_id,
        bank_ref=detail.bank_ref or whole.bank_ref,
        payer_name=detail.debtor if credit else detail.creditor,
        payer_account=detail.debtor_account if credit else detail.creditor_account,
        payee_account=detail.creditor_account if credit else detail.debtor_account,
        remittance=detail.remittance or whole.remittance,
        ordinal=place,
        itemised=only or stated is not None,
        charges=detail.charges,
        at_line=detail.line,
    )


def itemised(lines: list[BankLine], whole: BankLine) -> list[BankLine]:
    """The lines as they book: each its own amount when the bank states all and they add up, else the entry once."""
    if all(one.itemised for one in lines) and sum((one.amount for one in lines), Decimal(0)) == whole.amount:
        return lines
    parts = [whole.amount, *[Decimal(0)] * (len(lines) - 1)]
    return [replace(one, itemised=False, part=part) for one, part in zip(lines, parts, strict=True)]
