"""The skeleton of camt.052, .053 and .054: which elements may, must and may not stand where, and how values look.

The tables join versions .001.01 to .001.14 of the ISO 20022 schemas (bank-to-customer cash management): names in
their order, ``!`` for must, ``*`` for may be repeated, ``a|b`` for one of. What a later version merely adds is allowed
in all; what an earlier one demands is asked of that version alone.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from bidding.rules.bank.lines import StatementRefused
from bidding.rules.bank.xml_units import Node

MESSAGES: Final = {"BkToCstmrAcctRpt": "Rpt", "BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
"""The message's element, without the version some carry, and the element of one account in it."""

BANK_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Where a time without zone is meant."""

_CURRENCY = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{1,30}")
_AMOUNT = re.compile(r"\+?(?=\.?\d)\d*(\.\d*)?")
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_DAY = re.compile(rf"(\d{{4}}-\d\d-\d\d){_ZONE}")
_MOMENT = re.compile(rf"(\d{{4}}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?{_ZONE}")

MISSING = _("%(name)s is missing.")
UNKNOWN = _("%(name)s may not stand here.")
REPEATED = _("%(name)s may stand here only once.")
ORDER = _("%(name)s stands in the wrong place.")
VALUE = _("“%(value)s” is no valid %(name)s.")


class Shape(NamedTuple):
    """What may stand in an element."""

    order: dict[str, int]
    must: tuple[str, ...]
    many: frozenset[str]
    choice: tuple[frozenset[str], ...]


def shape(text: str) -> Shape:
    """Read one row of the tables."""
    order: dict[str, int] = {}
    must: list[str] = []
    many: set[str] = set()
    choice: list[frozenset[str]] = []
    for place, word in enumerate(text.split()):
        names = word.rstrip("!*").split("|")
        order |= dict.fromkeys(names, place)
        if "!" in word and len(names) == 1:
            must += names
        if "*" in word:
            many |= set(names)
        if len(names) > 1:
            choice.append(frozenset(names))
    return Shape(order, tuple(must), frozenset(many), tuple(choice))


MESSAGE: Final = shape("GrpHdr! Stmt|Rpt|Ntfctn* SplmtryData*")
HEADER: Final = shape("MsgId! CreDtTm! MsgRcpt MsgPgntn OrgnlBizQry AddtlInf")
STATEMENT: Final = shape(
    "Id! StmtPgntn|RptPgntn|NtfctnPgntn ElctrncSeqNb RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc Acct! "
    "RltdAcct Intrst* Bal* TxsSummry Ntry* AddtlStmtInf|AddtlRptInf|AddtlNtfctnInf"
)
ACCOUNT: Final = shape("Id Tp Ccy Nm Prxy Ownr Svcr")
ACCOUNT_ID: Final = shape("IBAN|BBAN|UPIC|PrtryAcct|Othr!")
PERIOD: Final = shape("FrDtTm! ToDtTm!")
BALANCE: Final = shape("Tp! CdtLine* Amt! CdtDbtInd! Dt! Avlbty*")
BALANCE_TYPE: Final = shape("CdOrPrtry|Cd|Prtry SubTp")
CODE: Final = shape("Cd|Prtry!")
WHEN: Final = shape("Dt|DtTm!")
ENTRY: Final = shape(
    "NtryRef Amt! CdtDbtInd! RvslInd Sts! BookgDt ValDt AcctSvcrRef Avlbty* BkTxCd! ComssnWvrInd AddtlInfInd Btch* "
    "AmtDtls Chrgs* TechInptChanl Intrst* CardTx NtryDtls* TxDtls* AddtlNtryInf"
)
DETAILS: Final = shape("Btch TxDtls*")
DETAIL: Final = shape(
    "Refs Amt CdtDbtInd AmtDtls Avlbty* BkTxCd Chrgs* Intrst* RltdPties RltdAgts LclInstrm PmtTpInf Purp RltdRmtInf* "
    "RmtInf RltdDts RltdPric RltdQties* FinInstrmId Tax RtrInf CorpActn|RltdCorpActn SfkpgAcct UndrlygAllcn* CshDpst* "
    "CardTx InstrCpy AddtlTxInf SplmtryData*"
)
AMOUNTS: Final = shape("InstdAmt TxAmt CntrValAmt AnncdPstngAmt PrtryAmt*")
PARTIES: Final = shape(
    "InitgPty Dbtr DbtrAcct UltmtDbtr Cdtr CdtrAcct UltmtCdtr TradgPty Prtry*",
)
REMITTANCE: Final = shape("Ustrd* Strd*")


def check(node: Node, of: Shape) -> None:
    """``StatementRefused`` unless the children are those of the shape, in order, none missing."""
    last, seen = -1, set()
    for child in node.children:
        place = of.order.get(child.name)
        if place is None:
            raise refused(child, UNKNOWN)
        if place < last:
            raise refused(child, ORDER)
        if place == last and child.name not in of.many:
            raise refused(child, REPEATED)
        last = place
        seen.add(child.name)
    for name in of.must:
        if name not in seen:
            raise StatementRefused(node.line, node.name, MISSING, name=name)


def check_choice(node: Node, of: Shape) -> Node:
    """The one child of an element that holds a choice."""
    check(node, of)
    if not node.children:
        raise StatementRefused(node.line, node.name, MISSING, name=" | ".join(sorted(of.order)))
    return node.children[0]


def refused(node: Node, message: str, **data: object) -> StatementRefused:
    """The refusal of a file because of one element."""
    return StatementRefused(node.line, node.name, message, **({"name": node.name} | data))


def amount(node: Node | None, parent: Node) -> tuple[Decimal, str]:
    """Amount and currency of an ``Amt``: at most 18 digits, 5 of them decimals, not below zero, kept exactly."""
    if node is None:
        raise StatementRefused(parent.line, parent.name, MISSING, name="Amt")
    text, currency = node.text.strip(), node.attributes.get("Ccy", "")
    if node.children or not _AMOUNT.fullmatch(text):
        raise refused(node, VALUE, value=text[:40])
    whole, _point, decimals = text.lstrip("+").partition(".")
    if len(decimals.rstrip("0")) > 5 or len(whole.lstrip("0")) + len(decimals.rstrip("0")) > 18:
        raise refused(node, VALUE, value=text[:40])
    if not _CURRENCY.fullmatch(currency):
        raise refused(node, VALUE, value=currency[:40], name="Ccy")
    return Decimal(text), currency


def sign(node: Node | None, parent: Node) -> int:
    """1 for a credit, -1 for a debit."""
    if node is None:
        raise StatementRefused(parent.line, parent.name, MISSING, name="CdtDbtInd")
    found = {"CRDT": 1, "DBIT": -1}.get(node.text.strip())
    if found is None:
        raise refused(node, VALUE, value=node.text.strip()[:40])
    return found


def flag(node: Node | None) -> bool:
    """An xs:boolean; False when there is none."""
    if node is None:
        return False
    found = {"true": True, "1": True, "false": False, "0": False}.get(node.text.strip())
    if found is None:
        raise refused(node, VALUE, value=node.text.strip()[:40])
    return found


def day(node: Node) -> date:
    """An xs:date; a zone is read and means nothing for a day of booking."""
    found = _DAY.fullmatch(node.text.strip())
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    raise refused(node, VALUE, value=node.text.strip()[:40])


def moment(node: Node) -> datetime:
    """An xs:dateTime, aware; without zone it is the bank's time in ``BANK_ZONE``."""
    found = _MOMENT.fullmatch(node.text.strip())
    try:
        if found:
            clock, next_day = (found[2], 0) if found[2] != "24:00:00" else ("00:00:00", 1)
            plain = datetime.fromisoformat(f"{found[1]}T{clock}") + timedelta(days=next_day)
            micro = int((found[3] or ".0")[1:7].ljust(6, "0"))
            return plain.replace(microsecond=micro, tzinfo=zone(found[4]))
    except (ValueError, OverflowError):
        pass
    raise refused(node, VALUE, value=node.text.strip()[:40])


def zone(text: str | None) -> timezone | ZoneInfo:
    """The zone a time is written with."""
    if text is None:
        return BANK_ZONE
    if text == "Z":
        return UTC
    span = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-span if text[0] == "-" else span)


def when(node: Node | None) -> tuple[date | None, datetime | None]:
    """Day and, when the bank gives one, moment of a choice of both."""
    if node is None:
        return None, None
    inner = check_choice(node, WHEN)
    if inner.name == "Dt":
        return day(inner), None
    found = moment(inner)
    return found.date(), found


def texts(node: Node | None, most: int, *names: str) -> None:
    """``StatementRefused`` for a text below ``node`` that is empty or longer than its type allows."""
    for child in node.children if node else ():
        if child.name in names and (child.children or not 0 < len(child.text) <= most):
            raise refused(child, VALUE, value=child.text[:40])


def account_id(identity: Node) -> None:
    """``StatementRefused`` unless an account has one number of a kind the schemas know."""
    number = check_choice(identity, ACCOUNT_ID)
    if number.name == "IBAN" and not _IBAN.fullmatch(number.text.strip()):
        raise refused(number, VALUE, value=number.text[:40])
    if number.name in {"Othr", "PrtryAcct"}:
        if number.child("Id") is None:
            raise refused(number, MISSING, name="Id")
        texts(number, 34, "Id")
