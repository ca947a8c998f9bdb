"""The import command against files nobody here wrote, and an independent walk with the standard library."""

import json
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

from bidding.models.security import BankFile, BankLine
from tests.architecture.tree import ROOT
from tests.bidding.security import worlds
from tests.bidding.security.worlds import statement

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "camt"
FILES = sorted(VECTORS.glob("*.xml"))
WRONG = "camt053.v2.wrong.xml"
pytestmark = pytest.mark.django_db


def output(*words, **options):
    out = StringIO()
    call_command("import_bank_statement", *words, stdout=out, **options)
    return out.getvalue()


def local(node):
    return node.tag.rpartition("}")[2]


def child(node, *names):
    for name in names:
        node = next((one for one in node if local(one) == name), None) if node is not None else None
    return node


def walked(path):
    """(amount, end-to-end id) of each TxDtls, else of each Ntry: with ElementTree and no code of ours."""
    found = []
    for entry in (one for one in ET.parse(path).iter() if local(one) == "Ntry"):
        whole = Decimal(child(entry, "Amt").text)
        sign = child(entry, "CdtDbtInd").text
        details = [one for one in entry.iter() if local(one) == "TxDtls"]
        for detail in details or [None]:
            amount, direction = whole, sign
            if detail is not None:
                own = next(
                    (
                        a
                        for names in (("Amt",), ("AmtDtls", "TxAmt", "Amt"))
                        if (a := child(detail, *names)) is not None
                    ),
                    None,
                )
                amount = Decimal(own.text) if own is not None else whole
                said = child(detail, "CdtDbtInd")
                direction = said.text if said is not None else sign
            reference = child(detail, "Refs", "EndToEndId") if detail is not None else None
            found.append(
                (amount if direction == "CRDT" else -amount, reference.text if reference is not None else "")
            )
    return found


@pytest.mark.parametrize("path", [path for path in FILES if path.name != WRONG], ids=lambda path: path.name)
def test_foreign_files_are_read_as_an_independent_walk_reads_them(path):
    before = BankLine.objects.count()

    lines = json.loads(output(str(path), "--dry-run", "--json"))["lines"]

    expected = walked(path)
    assert len(lines) == len(expected)
    assert sum(Decimal(line["amount"]) for line in lines) == sum(amount for amount, _e2e in expected)
    said = [line["end_to_end_id"] for line in lines]
    assert said == [e2e for _amount, e2e in expected]
    assert BankLine.objects.count() == before


def test_the_wrong_file_is_refused_by_line_and_reason_on_the_error_output():
    done = subprocess.run(
        [sys.executable, "manage.py", "import_bank_statement", str(VECTORS / WRONG), "--dry-run", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert done.returncode != 0
    assert done.stdout == ""
    assert "line 8" in done.stderr


def test_the_json_holds_what_it_promises_and_amounts_keep_their_sign(tmp_path):
    path = tmp_path / "s.xml"
    paid = worlds.Paid(
        Decimal("20000.00"), worlds.OPENED_ON, payer="某某", payer_account="62", ref="B1", e2e="E1"
    )
    out = worlds.Paid(Decimal("-12.30"), worlds.OPENED_ON, payer="某银行", ref="F1")
    path.write_bytes(statement(paid, out))

    text = output(str(path), "--dry-run", "--json")

    assert text.count("\n") <= 1
    first, second = json.loads(text)["lines"]
    assert (first["amount"], first["currency"], first["booked_at"]) == ("20000.00", "CNY", "2026-03-01")
    assert (first["end_to_end_id"], first["payer_name"], first["payer_account"]) == ("E1", "某某", "62")
    assert (second["amount"], second["end_to_end_id"]) == ("-12.30", "NOTPROVIDED")


def test_the_only_account_is_taken_and_a_second_must_be_named(tmp_path, kept):
    world = kept(worlds.world)
    path = tmp_path / "s.xml"
    path.write_bytes(statement(world.pay(world.sub(1))))

    assert "1 new" in output(str(path))
    assert "imported before" in output(str(path))
    worlds.account(code="second", number="999999999999")
    with pytest.raises(CommandError, match="--account"):
        output(str(path))
    with pytest.raises(CommandError, match="another account"):
        output(str(path), account="second")
    with pytest.raises(CommandError, match="no such collecting account"):
        output(str(path), account="third")


def test_without_an_account_nothing_is_written(tmp_path):
    path = tmp_path / "s.xml"
    path.write_bytes(statement())

    with pytest.raises(CommandError, match="--account"):
        output(str(path))
    assert "nothing written" in output(str(path), "--dry-run")
    with pytest.raises(CommandError):
        output(str(tmp_path / "none.xml"), "--dry-run")


def test_a_dry_run_for_an_account_says_what_an_import_would_do(tmp_path, kept):
    world = kept(worlds.world)
    path = tmp_path / "s.xml"
    path.write_bytes(statement(world.pay(world.sub(1))))

    assert "1 new" in output(str(path), "--dry-run", account="main")
    assert not BankFile.objects.exists()
    assert not BankLine.objects.exists()


@pytest.mark.parametrize("as_workbook", [False, True])
def test_a_bank_s_own_table_is_taken_by_the_account_s_column_map(tmp_path, as_workbook):
    """Chinese banks mostly give a table, not camt; the map is data."""
    from bidding.rules.bank.column_maps import load_maps

    world = worlds.world()
    bank = load_maps()["two-amounts"]
    world.account.columns = bank.id
    world.account.save()
    paid = world.pay(world.sub(1))
    headings = {
        field: next(h for h, name in bank.columns.items() if name == field)
        for field in set(bank.columns.values())
    }
    local_time = paid.at.astimezone(worlds.CHINA)
    cells = {
        "booked": local_time.strftime("%Y-%m-%d %H:%M:%S"),
        "income": str(paid.amount),
        "payer_name": paid.payer,
        "payer_account": paid.payer_account,
        "payee_account": paid.payee,
        "bank_ref": paid.ref,
    }
    used = [field for field in cells if field in headings] + ["expense"]
    rows = [[headings[field] for field in used], [cells.get(field, "") for field in used]]
    path = tmp_path / ("s.xlsx" if as_workbook else "s.csv")
    if as_workbook:
        from openpyxl import Workbook

        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        path.write_text("\n".join(",".join(row) for row in rows), encoding="gb18030")

    assert "1 new" in output(str(path))
    line = BankLine.objects.get()
    assert (line.amount, line.payer_name, line.file.format) == (paid.amount, paid.payer, path.suffix[1:])
    assert line.state == "matched"
