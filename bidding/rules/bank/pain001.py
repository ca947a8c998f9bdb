"""Refund orders to the bank: pain.001.001.09 (or .03) of ISO 20022, and a table for banks that take none.

The same orders give the same bytes. End-to-end ids come from the caller, one per refund for ever, so that a file sent
twice is recognised by the bank and on the next statement. Accounts in China have no IBAN: they go as ``Othr/Id``.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

Version = Literal["03", "09"]
DEFAULT: Final[Version] = "09"
SPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.{}"
FIELDS: Final = frozenset(
    {
        "end_to_end_id",
        "payee_name",
        "payee_account",
        "payee_bank",
        "payee_bank_code",
        "amount",
        "currency",
        "text",
    }
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Order:
    """One refund. ``amount`` is above zero and to the cent; ``payee_bank_code`` is the bank's 联行号, or empty."""

    end_to_end_id: str
    payee_name: str
    payee_account: str
    amount: Decimal
    currency: str
    payee_bank: str = ""
    payee_bank_code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders from one account on one day. ``created_at`` is aware; ``id`` is unique for ever, at most 30 characters."""

    id: str
    created_at: datetime
    debtor_name: str
    debtor_account: str
    execute_on: date
    orders: Sequence[Order]
    debtor_bank: str = ""
    debtor_bank_code: str = ""


def pain001(batch: Batch, version: Version = DEFAULT) -> bytes:
    """The order file, UTF-8, one ``PmtInf`` per currency with its count and control sum, orders in the order given.

    ``ValueError`` names what a bank or the schema would refuse: an empty batch, an id used twice, texts too long, empty
    or not printable, an amount that is none.
    """
    check(batch)
    root = Element("Document", {"xmlns": SPACE.format(version)})
    message = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(message, "GrpHdr")
    leaf(header, "MsgId", batch.id)
    leaf(header, "CreDtTm", batch.created_at.isoformat(timespec="seconds"))
    totals(header, batch.orders)
    leaf(SubElement(header, "InitgPty"), "Nm", batch.debtor_name)
    by_currency = sorted(batch.orders, key=lambda order: order.currency)
    for currency, orders in groupby(by_currency, key=lambda order: order.currency):
        payment(message, batch, currency, list(orders), version)
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))


def payment(message: Element, batch: Batch, currency: str, orders: Sequence[Order], version: Version) -> None:
    """The orders of one currency."""
    info = SubElement(message, "PmtInf")
    leaf(info, "PmtInfId", f"{batch.id}-{currency}")
    leaf(info, "PmtMtd", "TRF")
    leaf(info, "BtchBookg", "false")
    totals(info, orders)
    day = SubElement(info, "ReqdExctnDt")
    (day if version == "03" else SubElement(day, "Dt")).text = batch.execute_on.isoformat()
    leaf(SubElement(info, "Dbtr"), "Nm", batch.debtor_name)
    account(info, "DbtrAcct", batch.debtor_account)
    agent(info, "DbtrAgt", batch.debtor_bank, batch.debtor_bank_code)
    for order in orders:
        transfer = SubElement(info, "CdtTrfTxInf")
        leaf(SubElement(transfer, "PmtId"), "EndToEndId", order.end_to_end_id)
        amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": order.currency})
        amount.text = f"{order.amount:.2f}"
        if order.payee_bank or order.payee_bank_code:
            agent(transfer, "CdtrAgt", order.payee_bank, order.payee_bank_code)
        leaf(SubElement(transfer, "Cdtr"), "Nm", order.payee_name)
        account(transfer, "CdtrAcct", order.payee_account)
        if order.text:
            leaf(SubElement(transfer, "RmtInf"), "Ustrd", order.text)


def leaf(parent: Element, name: str, text: str) -> None:
    """An element that holds text."""
    SubElement(parent, name).text = text


def totals(parent: Element, orders: Sequence[Order]) -> None:
    """Count and control sum."""
    leaf(parent, "NbOfTxs", str(len(orders)))
    leaf(parent, "CtrlSum", f"{sum((order.amount for order in orders), Decimal(0)):.2f}")


def account(parent: Element, name: str, number: str) -> None:
    """An account: an IBAN where it is one, else any other number."""
    identity = SubElement(SubElement(parent, name), "Id")
    if _IBAN.fullmatch(number):
        leaf(identity, "IBAN", number)
    else:
        leaf(SubElement(identity, "Othr"), "Id", number)


def agent(parent: Element, name: str, bank: str, code: str) -> None:
    """A bank by its number in the national clearing system, its name, or nothing known."""
    institution = SubElement(SubElement(parent, name), "FinInstnId")
    if code:
        member = SubElement(institution, "ClrSysMmbId")
        leaf(SubElement(member, "ClrSysId"), "Cd", "CNAPS")
        leaf(member, "MmbId", code)
    if bank:
        leaf(institution, "Nm", bank)
    if not bank and not code:
        leaf(SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def check(batch: Batch) -> None:
    """``ValueError`` for anything the bank or the schema would refuse."""
    if not batch.orders:
        raise ValueError("there is nothing to pay")
    if batch.created_at.tzinfo is None:
        raise ValueError("the time of the file needs a zone")
    texts = [
        *(("id", batch.id, 30, True), ("debtor_name", batch.debtor_name, 140, True)),
        *(("debtor_account", batch.debtor_account, 34, True), ("debtor_bank", batch.debtor_bank, 140, False)),
        ("debtor_bank_code", batch.debtor_bank_code, 35, False),
    ]
    for order in batch.orders:
        check_amount(order)
        texts += [
            *(("end_to_end_id", order.end_to_end_id, 35, True), ("payee_name", order.payee_name, 140, True)),
            *(("payee_account", order.payee_account, 34, True), ("payee_bank", order.payee_bank, 140, False)),
            *(("payee_bank_code", order.payee_bank_code, 35, False), ("text", order.text, 140, False)),
        ]
    for name, text, most, needed in texts:
        if (needed and not text.strip()) or len(text) > most or any(unprintable(sign) for sign in text):
            raise ValueError(f"{name} is empty, longer than {most} characters, or cannot be printed")
    ids = [order.end_to_end_id for order in batch.orders]
    if len(ids) != len(set(ids)):
        raise ValueError("two orders have the same end-to-end id")


def check_amount(order: Order) -> None:
    """``ValueError`` unless the amount is money: above zero, to the cent, in a currency."""
    amount = order.amount
    if not amount.is_finite() or amount <= 0 or amount >= Decimal(10) ** 13 or amount != round(amount, 2):
        raise ValueError(f"amount of {order.end_to_end_id} is not above zero and to the cent")
    if not _CURRENCY.fullmatch(order.currency):
        raise ValueError(f"currency of {order.end_to_end_id} is none")


def unprintable(sign: str) -> bool:
    """Whether a sign may not stand in a name or text: controls, surrogates, what Unicode does not know."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Cn"}


def bank_csv(batch: Batch, columns: Sequence[tuple[str, str]], *, encoding: str = "utf-8-sig") -> bytes:
    """The orders as a table for a bank's web page: ``columns`` are (heading, field of ``FIELDS`` or a fixed ``=text``).

    Windows line ends. ``ValueError`` as for ``pain001``, for an unknown field, and for a text that a spreadsheet would
    take for a formula.
    """
    check(batch)
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow([heading for heading, _field in columns])
    for order in batch.orders:
        writer.writerow([cell(order, field) for _heading, field in columns])
    return output.getvalue().encode(encoding)


def cell(order: Order, field: str) -> str:
    """One cell of the table."""
    if field.startswith("="):
        return field[1:]
    if field not in FIELDS:
        raise ValueError(f"an order has no {field}")
    if field == "amount":
        return f"{order.amount:.2f}"
    text = str(getattr(order, field))
    if text.startswith(_FORMULA):
        raise ValueError(f"{field} of {order.end_to_end_id} reads like a formula")
    return text
