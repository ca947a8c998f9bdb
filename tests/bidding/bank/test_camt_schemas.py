"""The official schemas say what is valid: our files are, what we read is, and what we refuse is not."""

import io
import random
from collections import Counter

import pytest

from bidding.rules.bank import camt as reader
from bidding.rules.bank.lines import StatementRefused
from tests.bidding.bank.files import camt, entry, payment
from tests.bidding.bank.schema_samples import Samples
from tests.bidding.bank.schemas import schema, schema_path
from tests.bidding.bank.test_camt import WRONG
from tests.bidding.bank.test_camt_vectors import VALID, walk


@pytest.mark.parametrize("version", range(2, 15))
@pytest.mark.parametrize("message", ["052", "053", "054"])
def test_files_of_the_tests_are_valid_in_every_version(message, version):
    details = payment(1, version=version) + payment(2, version=version)
    text = camt(entry(details, amount="40000.00", version=version) * 2, message=message, version=version)
    schema(f"camt.{message}.001.{version:02}").validate(io.BytesIO(text.encode()))

    lines = [line for statement in reader.read(io.BytesIO(text.encode())) for line in statement.lines]
    assert len(lines) == 4
    assert sum(line.booked for line in lines) == 80_000


@pytest.mark.parametrize("entries", WRONG.values(), ids=WRONG.keys())
def test_what_we_refuse_is_invalid_by_the_schema(entries):
    """We refuse nothing that a bank may send."""
    assert not schema("camt.053.001.08").is_valid(io.BytesIO(camt(entries).encode()))


CUTS = [
    ("<Sts><Cd>BOOK</Cd></Sts>", ""),
    ("<CdtDbtInd>CRDT</CdtDbtInd>", "<CdtDbtInd/>"),
    ('<Amt Ccy="CNY">20000.00</Amt>', "<Amt>20000.00</Amt>"),
    ("<BookgDt><DtTm>2026-11-27T15:30:00+08:00</DtTm></BookgDt>", "<BookgDt>2026-11-27</BookgDt>"),
    ("<Acct><Id>", "<Acct><Nm>x</Nm><Id>"),
    ("<AcctSvcrRef>REF-1</AcctSvcrRef>", "<AcctSvcrRef>REF-1</AcctSvcrRef><AcctSvcrRef>REF-2</AcctSvcrRef>"),
    ("<Id>S1</Id>", ""),
    ("<CreDtTm>2026-11-27T20:00:00+08:00</CreDtTm></GrpHdr>", "<CreDtTm>gestern</CreDtTm></GrpHdr>"),
    ("<RltdPties>", "<RltdPties><Payer/>"),
    ("<Dbtr>", "<Dbtr/><Dbtr>"),
    ("<NtryDtls>", "<NtryDtls><Btch/><Btch/>"),
    ("</Stmt>", "</Stmt><Stmt/>"),
    ("<EndToEndId>E2E-1</EndToEndId>", "<EndToEndId/>"),
    ("<EndToEndId>E2E-1</EndToEndId>", "<EndToEndId>" + "9" * 36 + "</EndToEndId>"),
    ("<Othr><Id>31001</Id></Othr>", "<IBAN>31001</IBAN>"),
    ("<Othr><Id>31001</Id></Othr>", "<Othr/>"),
    ("<Ustrd>", "<Text>x</Text><Ustrd>"),
]


@pytest.mark.parametrize(("old", "new"), CUTS)
def test_what_the_schema_refuses_is_refused(old, new):
    text = camt(entry(payment())).replace(old, new)
    assert not schema("camt.053.001.08").is_valid(io.BytesIO(text.encode()))

    with pytest.raises(StatementRefused):
        reader.read(io.BytesIO(text.encode()))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_foreign_files_are_as_valid_as_they_are_called(path):
    message, version = path.name[4:7], int(path.name.split(".")[1].removeprefix("v").removesuffix(".xml"))
    errors = list(schema(f"camt.{message}.001.{version:02}").iter_errors(path))

    assert not errors, errors[0].reason


@pytest.mark.parametrize("version", range(1, 15))
@pytest.mark.parametrize("message", ["052", "053", "054"])
def test_whatever_the_schema_allows_is_read_and_agrees_with_the_walk(message, version, tmp_path):
    name = f"camt.{message}.001.{version:02}"
    for seed, sparse in enumerate((0.2, 0.6, 0.95)):
        text = Samples(schema_path(name), random.Random(f"{name} {seed}"), sparse).document()
        if sparse > 0.9:
            schema(name).validate(io.BytesIO(text.encode()))
        path = tmp_path / f"{seed}.xml"
        path.write_text(text, encoding="utf-8")
        lines, booked = walk(path)
        with path.open("rb") as source:
            read = [line for statement in reader.read(source) for line in statement.lines]

        assert len(read) == len(lines)
        assert Counter(line.end_to_end_id for line in read) == Counter(reference for _, reference in lines)
        assert sum(line.part if line.part is not None else line.amount for line in read) == booked
