"""A bank's CSV or XLSX as a statement, by a map that is data. The whole file is taken, or refused by row and reason."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_noop as _

from bidding.rules.bank.camt_shape import MISSING, VALUE
from bidding.rules.bank.column_maps import BankMap, plain
from bidding.rules.bank.lines import BankLine, Statement, StatementRefused
from bidding.rules.bank.tables import Row, booked, csv_rows, money, number_text, shown, split, text, xlsx_rows

MAX_PREAMBLE: Final = 40
"""Rows before the headings: the bank's title, account, period."""

MONEY: Final = ("amount", "income", "expense")
_NO_HEADINGS = _("No row has the headings of this kind of table.")
_ONE_SIDE = _("A row needs an amount on exactly one side, in or out.")
_NO_DIRECTION = _("“%(value)s” is no known word for debit or credit.")
_NEGATIVE = _("%(value)s is below zero, although a column says debit or credit.")
_TOTAL = _("The rows add up to %(computed)s, but the file says %(stated)s.")
_AFTER = _("There is a payment after the totals.")
_TWO_ACCOUNTS = _("The file holds more than one account: %(value)s.")


def read_csv(data: bytes, bank: BankMap, account: str = "") -> Statement:
    """The statement in a text table; encodings and delimiters are tried in the map's order, headings decide.

    ``account`` is our account where neither the table nor its map names it. ``StatementRefused`` names row and reason.
    """
    damage = StatementRefused(None, "", _NO_HEADINGS)
    for encoding in bank.encodings:
        for delimiter in bank.delimiters:
            rows = csv_rows(data, encoding, delimiter)
            try:
                found = headed(rows, bank)
            except UnicodeDecodeError:
                break
            except StatementRefused as error:
                damage = error
                continue
            if found:
                return statement(*found, rows, bank, account)
    raise damage


def read_xlsx(data: bytes, bank: BankMap, account: str = "") -> Statement:
    """The statement in a workbook's first visible sheet; else as ``read_csv``."""
    rows = xlsx_rows(data)
    if found := headed(rows, bank):
        return statement(*found, rows, bank, account)
    raise StatementRefused(None, "", _NO_HEADINGS)


def recognised(data: bytes, maps: Iterable[BankMap]) -> list[BankMap]:
    """The maps whose headings a file has; the caller asks people unless it is exactly one."""
    return [bank for bank in maps if has_headings(data, bank)]


def has_headings(data: bytes, bank: BankMap) -> bool:
    """Whether a file has the headings of a map."""
    if data.startswith(b"PK"):
        return headed(xlsx_rows(data), bank) is not None
    for encoding in bank.encodings:
        try:
            if any(headed(csv_rows(data, encoding, delimiter), bank) for delimiter in bank.delimiters):
                return True
        except (UnicodeDecodeError, StatementRefused):
            continue
    return False


def headed(rows: Iterable[Row], bank: BankMap) -> tuple[int, dict[str, int]] | None:
    """Row and columns of the headings, if one of the first rows has them; reads no further."""
    for count, (number, values) in enumerate(rows):
        if found := bank.headings(values):
            return number, found
        if count >= MAX_PREAMBLE:
            break
    return None


def statement(
    head: int, columns: Mapping[str, int], rows: Iterable[Row], bank: BankMap, account: str
) -> Statement:
    """Everything below the headings."""
    reader = Reader(bank, columns, account)
    last = head
    for number, values in rows:
        reader.row(number, values)
        last = number
    if not reader.lines and not reader.footer:
        raise StatementRefused(last, "", MISSING, name="booked")
    accounts = {line.account for line in reader.lines}
    if len(accounts) > 1:
        raise StatementRefused(None, "account", _TWO_ACCOUNTS, value=", ".join(sorted(accounts)[:3]))
    currencies = {line.currency for line in reader.lines}
    return Statement(
        id="",
        account=accounts.pop() if accounts else account or bank.account,
        currency=currencies.pop() if len(currencies) == 1 else "",
        created_at=None,
        period_from=None,
        period_until=None,
        balances=(),
        lines=tuple(reader.lines),
    )


class Reader:
    """Rows become lines; totals are compared; the first fault ends it."""

    def __init__(self, bank: BankMap, columns: Mapping[str, int], account: str) -> None:
        """Nothing read yet."""
        self.bank = bank
        self.columns = columns
        self.account = account or bank.account
        self.lines: list[BankLine] = []
        self.footer = False

    def row(self, number: int, values: Sequence[object]) -> None:
        """One row below the headings: a payment, totals, an empty row, or a remark below the totals."""
        cells = {name: values[index] for name, index in self.columns.items() if index < len(values)}
        first = next((plain(value) for value in values if shown(value)), "")
        if not first or self.bank.headings(values):
            return
        if first in self.bank.words["footer"]:
            self.totals(number, cells)
            self.footer = True
            return
        if self.footer:
            if any(shown(cells.get(name)) for name in ("booked", *MONEY)):
                self.below(number, cells)
            return
        self.lines.append(self.line(number, cells))

    def below(self, number: int, cells: Mapping[str, object]) -> None:
        """A row below the totals is a remark unless it has a day and an amount."""
        day, _hour = split(cells.get("booked"), self.bank)
        if day is not None and any(shown(cells.get(name)) for name in MONEY):
            raise StatementRefused(number, "booked", _AFTER)

    def totals(self, number: int, cells: Mapping[str, object]) -> None:
        """``StatementRefused`` when the file's own totals are not those of its rows; absent ones say nothing."""
        incoming = sum((line.amount for line in self.lines if self.is_income(line)), Decimal(0))
        outgoing = -sum((line.amount for line in self.lines if not self.is_income(line)), Decimal(0))
        computed = {"income": incoming, "expense": outgoing}
        for name in MONEY:
            stated = money(cells.get(name), number, name)
            if stated is None:
                continue
            allowed = {computed[name]} if name in computed else {incoming - outgoing, incoming + outgoing}
            if stated not in allowed:
                raise StatementRefused(
                    number,
                    name,
                    _TOTAL,
                    computed=str(computed.get(name, incoming - outgoing)),
                    stated=str(stated),
                )

    def is_income(self, line: BankLine) -> bool:
        """Which side a line stands on; in two columns a reversal stands below zero on its own side."""
        return (line.amount > 0) is not (line.reversal and self.bank.amount == "columns")

    def line(self, number: int, cells: Mapping[str, object]) -> BankLine:
        """One payment."""
        amount, negative = self.amount(number, cells)
        day, moment = booked(cells.get("booked"), cells.get("clock"), self.bank, number, "booked")
        kind = plain(shown(cells.get("kind")))
        value_on, _hour = split(cells.get("value_on"), self.bank)
        if value_on is None and shown(cells.get("value_on")):
            raise StatementRefused(
                number, "value_on", VALUE, value=shown(cells["value_on"])[:40], name="value_on"
            )
        credit = amount > 0
        payer, payee = ("debtor", "creditor") if credit else ("creditor", "debtor")

        def word(*names: str) -> str:
            return next((found for name in names if (found := text(cells.get(name), number, name))), "")

        def digits(*names: str) -> str:
            return next(
                (found for name in names if (found := number_text(cells.get(name), number, name))), ""
            )

        return BankLine(
            amount=amount,
            currency=self.currency(number, cells),
            booked_on=day,
            booked_at=moment,
            value_on=value_on,
            end_to_end_id=digits("end_to_end_id"),
            bank_ref=digits("bank_ref"),
            payer_name=word("payer_name", f"{payer}_name"),
            payer_account=digits("payer_account", f"{payer}_account"),
            payee_account=digits("payee_account", f"{payee}_account"),
            remittance=word("remittance"),
            reversal=negative or (bool(kind) and kind in self.bank.words["reversal"]),
            account=digits("account") or self.account,
            at_line=number,
        )

    def amount(self, number: int, cells: Mapping[str, object]) -> tuple[Decimal, bool]:
        """The signed amount, and whether the table writes it as taking a payment back."""
        if self.bank.amount == "columns":
            incoming, outgoing = (
                money(cells.get(name), number, name) or Decimal(0) for name in ("income", "expense")
            )
            if bool(incoming) is bool(outgoing):
                raise StatementRefused(number, "income / expense", _ONE_SIDE)
            return incoming - outgoing, min(incoming, outgoing) < 0
        stated = money(cells.get("amount"), number, "amount")
        if stated is None or (not stated and self.bank.amount == "signed"):
            raise StatementRefused(number, "amount", MISSING, name="amount")
        if self.bank.amount == "signed":
            return stated, False
        word = shown(cells.get("direction"))
        sides = [side for side in ("credit", "debit") if plain(word) in self.bank.words[side]]
        if len(sides) != 1:
            raise StatementRefused(number, "direction", _NO_DIRECTION, value=word[:40])
        if stated < 0:
            raise StatementRefused(number, "amount", _NEGATIVE, value=str(stated))
        return stated if sides == ["credit"] else -stated, False

    def currency(self, number: int, cells: Mapping[str, object]) -> str:
        """The currency of a row: three letters, or the usual Chinese word for the yuan."""
        word = shown(cells.get("currency")).upper()
        found = {"": self.bank.currency, "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "156": "CNY"}.get(
            word, word
        )
        if len(found) != 3 or not found.isascii() or not found.isalpha():
            raise StatementRefused(number, "currency", VALUE, value=word[:40], name="currency")
        return found
