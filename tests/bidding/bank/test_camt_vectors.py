"""Files nobody here wrote: our reader and a walk of its own, with the standard library alone, must agree."""

import xml.etree.ElementTree as ET
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from bidding.rules.bank import camt
from bidding.rules.bank.lines import StatementRefused

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "camt"
VALID = sorted(path for path in VECTORS.glob("*.xml") if "wrong" not in path.name)


def local(element):
    return element.tag.rpartition("}")[2]


def below(element, *names):
    for name in names:
        element = (
            next((child for child in element if local(child) == name), None) if element is not None else None
        )
    return element


def text(element, *names):
    found = below(element, *names)
    return (found.text or "").strip() if found is not None else ""


def walk(path):
    """Signed amount as stated and end-to-end id per payment, else per entry; and what the entries book."""
    lines, booked = [], Decimal(0)
    for entry in ET.parse(path).getroot().iter():
        if local(entry) != "Ntry":
            continue
        turn = {"CRDT": 1, "DBIT": -1}
        amount, sign = Decimal(text(entry, "Amt")), turn[text(entry, "CdtDbtInd")]
        booked += sign * amount
        payments = [one for one in entry.iter() if local(one) == "TxDtls"]
        for payment in payments:
            stated = text(payment, "Amt") or text(payment, "AmtDtls", "TxAmt", "Amt")
            own = turn.get(text(payment, "CdtDbtInd"), sign)
            lines.append((own * (Decimal(stated) if stated else amount), text(payment, "Refs", "EndToEndId")))
        if not payments:
            lines.append((sign * amount, ""))
    return lines, booked


def ours(path):
    with path.open("rb") as source:
        return [line for statement in camt.read(source) for line in statement.lines]


def test_fourteen_valid_files_are_here():
    assert len(VALID) == 14


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_read_agrees_with_the_independent_walk(path):
    lines, booked = walk(path)
    read = ours(path)

    assert len(read) == len(lines)
    assert sum(line.amount for line in read) == sum(amount for amount, _ in lines)
    assert Counter(line.end_to_end_id for line in read) == Counter(reference for _, reference in lines)
    assert sum(line.booked for line in read) == booked, "the books get what the bank booked, once"


def test_read_refuses_the_wrong_file_naming_line_and_reason():
    with pytest.raises(StatementRefused) as refusal:
        ours(VECTORS / "camt053.v2.wrong.xml")

    assert refusal.value.line == 8
    assert "Stmt is missing" in str(refusal.value)


def test_amounts_keep_every_decimal():
    (line,) = ours(VECTORS / "camt053.v2.five.decimals.xml")

    assert str(line.amount) == "8.850"


def test_statements_of_one_file_are_kept_apart():
    with (VECTORS / "camt053.v2.multi.statement.xml").open("rb") as source:
        read = [(statement.id, [line.amount for line in statement.lines]) for statement in camt.read(source)]

    assert read == [
        ("253EURNL26VAYB8060476890", [Decimal("8.85")]),
        ("254EURNL26VAYB8060476890", [Decimal("-7.00")]),
    ]


def test_payments_without_amounts_book_their_entry_once():
    """Three payments, one booking of 200,000: the account was not debited 600,000."""
    lines = ours(VECTORS / "camt054.v2.xml")

    assert [line.booked for line in lines] == [Decimal(-200000), 0, 0]
    assert not any(line.itemised for line in lines)


def test_a_payment_that_is_not_what_was_booked_is_not_itemised():
    (line,) = ours(VECTORS / "camt053.v3.xml")

    assert (line.amount, line.booked, line.itemised) == (Decimal("105.750"), Decimal("8.85"), False)
