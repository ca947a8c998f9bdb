"""The payment within an entry (``TxDtls``), condensed as soon as it has been read."""

from decimal import Decimal

from bidding.rules.bank import camt_shape as shapes
from bidding.rules.bank.lines import StatementRefused
from bidding.rules.bank.xml_units import Node

NO_REFERENCE = frozenset({"NONREF", "NOTREF", "NOREF", "NOTPROVIDED", "NOT PROVIDED"})
"""What banks write where they have no reference."""


class Detail(Node):
    """The facts of one payment; both sides are kept, for the sign decides which one is the payer."""

    __slots__ = (
        *("amounts", "instructed", "sign", "charges", "end_to_end_id", "bank_ref", "remittance"),
        *("debtor", "debtor_account", "creditor", "creditor_account"),
    )

    def __init__(self, node: Node) -> None:
        """Read the facts; ``StatementRefused`` for values that are none."""
        super().__init__(node.name, {}, node.line)
        self.amounts = stated(node)
        self.instructed = amount_of(node.child("AmtDtls", "InstdAmt"))
        indicator = node.child("CdtDbtInd")
        self.sign = shapes.sign(indicator, node) if indicator else 0
        self.charges = charges(node)
        shapes.texts(
            node.child("Refs"), 35, "EndToEndId", "AcctSvcrRef", "TxId", "InstrId", "MsgId", "PmtInfId"
        )
        self.end_to_end_id = node.at("Refs", "EndToEndId")
        self.bank_ref = plain_reference(node.at("Refs", "AcctSvcrRef"))
        self.remittance = remittance(node)
        parties = node.child("RltdPties") or Node("RltdPties", {}, node.line)
        shapes.check(parties, shapes.PARTIES)
        for one in parties.children:
            if one.name in {"DbtrAcct", "CdtrAcct"} and (identity := one.child("Id")):
                shapes.account_id(identity)
        self.debtor = party(parties, "Dbtr")
        self.debtor_account = party_account(parties.child("DbtrAcct"))
        self.creditor = party(parties, "Cdtr")
        self.creditor_account = party_account(parties.child("CdtrAcct"))


def condensed(node: Node, version: int) -> Detail:
    """The facts of a ``TxDtls``; versions 3 to 6 demand amount and sign of it."""
    shapes.check(node, shapes.DETAIL)
    if 3 <= version <= 6:
        for name in ("Amt", "CdtDbtInd"):
            if node.child(name) is None:
                raise StatementRefused(node.line, node.name, shapes.MISSING, name=name)
    return Detail(node)


def plain_reference(text: str) -> str:
    """A bank's reference, empty where the bank only says that it has none."""
    return "" if text.upper() in NO_REFERENCE else text


def amount_of(node: Node | None) -> list[tuple[Decimal, str]]:
    """The amount below an element of ``AmtDtls``; in version 1 the element is called the same."""
    return [shapes.amount(node.child("Amt"), node)] if node else []


def stated(node: Node) -> list[tuple[Decimal, str]]:
    """What the payment amounts to by the bank, the nearest statement first: itself, transaction, counter value."""
    own = node.child("Amt")
    details = node.child("AmtDtls")
    if details:
        shapes.check(details, shapes.AMOUNTS)
    found = [shapes.amount(own, node)] if own else []
    for name in ("TxAmt", "CntrValAmt"):
        found += amount_of(node.child("AmtDtls", name))
    return found


def charges(node: Node) -> Decimal:
    """The sum of charges the bank states for a payment: per record, else in total. For display and reasons only."""
    total = Decimal(0)
    for one in node.all("Chrgs"):
        records = [record.child("Amt") for record in one.all("Rcrd")] or [
            one.child("TtlChrgsAndTaxAmt") or one.child("Amt")
        ]
        total += sum((shapes.amount(record, one)[0] for record in records if record), Decimal(0))
    return total


def remittance(node: Node) -> str:
    """What the payer wrote, free and structured, in the order of the file; else what the bank adds."""
    information = node.child("RmtInf")
    words: list[str] = []
    if information:
        shapes.check(information, shapes.REMITTANCE)
        for one in information.children:
            if one.name == "Ustrd":
                words.append(one.text.strip())
                continue
            words.append(one.at("CdtrRefInf", "Ref") or one.at("CdtrRefInf", "CdtrRef"))
            words += [extra.text.strip() for extra in one.all("AddtlRmtInf")]
    return " ".join(word for word in words if word) or node.at("AddtlTxInf")


def party(parties: Node, name: str) -> str:
    """A party's name: below the party, ``Pty`` or the institution; else as its account is named."""
    for path in ((name, "Nm"), (name, "Pty", "Nm"), (name, "Agt", "FinInstnId", "Nm"), (f"{name}Acct", "Nm")):
        if found := parties.at(*path):
            return found
    return ""


def party_account(node: Node | None) -> str:
    """An account's number: IBAN, BBAN, UPIC, or whatever the country has."""
    if node is None:
        return ""
    for path in (("IBAN",), ("Othr", "Id"), ("BBAN",), ("UPIC",), ("PrtryAcct", "Id")):
        if found := node.at("Id", *path):
            return found
    return node.at("Prxy", "Id")
