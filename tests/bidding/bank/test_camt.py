"""Real banks' habits are read, and what the schema refuses is refused with line and reason, before anything is taken."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bidding.rules.bank import camt as reader
from bidding.rules.bank import camt_shape
from bidding.rules.bank.lines import StatementRefused
from tests.bidding.bank.files import CODE, OPENING, camt, entry, payment


def lines(text):
    data = text if isinstance(text, bytes) else text.encode()
    return [line for statement in reader.read(io.BytesIO(data)) for line in statement.lines]


@pytest.mark.parametrize("version", range(2, 15))
@pytest.mark.parametrize("message", ["052", "053", "054"])
def test_every_message_and_version_gives_the_same_line(message, version):
    text = camt(entry(payment(version=version), version=version), message=message, version=version)
    (line,) = lines(text)

    assert line.amount == Decimal("20000.00")
    assert (line.currency, line.account, line.payee_account) == ("CNY", "31001", "V0001")
    assert (line.payer_name, line.payer_account) == ("某建设有限公司", "6222021001")
    assert (line.end_to_end_id, line.bank_ref, line.remittance) == ("E2E-1", "REF-1", "投标保证金 1")
    assert line.booked_at.isoformat() == "2026-11-27T15:30:00+08:00"
    assert line.booked_on == date(2026, 11, 27)


PLAIN = camt(entry(payment()))


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + PLAIN).encode("utf-16"),
        ('<?xml version="1.0" encoding="GBK"?>' + PLAIN).encode("gb18030"),
        ('<?xml version="1.0"?>\r\n' + PLAIN.replace("><", ">\r\n<")).encode(),
        PLAIN.replace("<Ntry>", "<!-- an entry --><Ntry>").encode(),
        PLAIN.replace("某建设有限公司", "<![CDATA[某建设有限公司]]>").encode(),
        PLAIN.replace("</NtryDtls>", "</NtryDtls><NtryDtls/>").encode(),
        camt(entry(payment()), space="").encode(),
        camt(entry(payment()), space="urn:bank:camt.053.001.08:own").encode(),
        PLAIN.replace("<Document xmlns=", "<Document xmlns:a=").encode(),
        f"<BizMsgEnvlp><AppHdr><Fr>bank</Fr></AppHdr>{PLAIN}</BizMsgEnvlp>".encode(),
    ],
    ids=[
        "bom",
        "utf16",
        "utf16-declared",
        "gbk",
        "crlf",
        "comment",
        "cdata",
        "empty-details",
        "bare",
        "foreign-space",
        "unused-prefix",
        "envelope",
    ],
)
def test_habits_of_banks_change_nothing(data):
    (line,) = lines(data)
    (expected,) = lines(PLAIN)

    assert replace(line, at_line=1) == replace(expected, at_line=1)


def test_prefixes_are_only_spelling():
    prefixed = PLAIN.replace("</", "</n:").replace("<Document xmlns=", "<n:Document xmlns:n=")
    for name in (
        "BkToCstmrStmt",
        "GrpHdr",
        "MsgId",
        "CreDtTm",
        "Stmt",
        "Id",
        "Acct",
        "Othr",
        "Ccy",
        "Bal",
        "Tp",
        "CdOrPrtry",
    ):
        prefixed = prefixed.replace(f"<{name}>", f"<n:{name}>")
    for name in (
        "Cd",
        "CdtDbtInd",
        "Dt",
        "Ntry",
        "Sts",
        "BookgDt",
        "DtTm",
        "AcctSvcrRef",
        "BkTxCd",
        "Prtry",
        "NtryDtls",
    ):
        prefixed = prefixed.replace(f"<{name}>", f"<n:{name}>")
    for name in (
        "TxDtls",
        "Refs",
        "EndToEndId",
        "RltdPties",
        "Dbtr",
        "Pty",
        "Nm",
        "DbtrAcct",
        "CdtrAcct",
        "RmtInf",
        "Ustrd",
    ):
        prefixed = prefixed.replace(f"<{name}>", f"<n:{name}>")
    prefixed = prefixed.replace("<Amt Ccy", "<n:Amt Ccy")

    assert lines(prefixed) == lines(PLAIN)


def test_batch_gives_a_line_per_payment_with_its_own_amount():
    text = camt(
        entry(payment(1, amount="20000.00") + payment(2, amount="5.5", sub="V0002"), amount="20005.50")
    )
    read = lines(text)

    assert [(line.amount, line.ordinal, line.payee_account, line.batch) for line in read] == [
        (Decimal("20000.00"), 0, "V0001", "REF-1"),
        (Decimal("5.5"), 1, "V0002", "REF-1"),
    ]
    assert all(line.itemised for line in read)


def test_batch_that_does_not_add_up_books_the_entry_and_trusts_no_part():
    read = lines(camt(entry(payment(1) + payment(2), amount="39990.00")))

    assert [line.booked for line in read] == [Decimal("39990.00"), 0]
    assert not any(line.itemised for line in read)


def test_entry_without_details_is_a_line():
    (line,) = lines(camt(entry()))

    assert (line.amount, line.end_to_end_id, line.payer_name) == (Decimal("20000.00"), "", "")


def test_foreign_payment_counts_by_what_reached_the_account():
    detail = payment().replace('<Amt Ccy="CNY">20000.00</Amt>', '<Amt Ccy="USD">2800.00</Amt>')
    (line,) = lines(camt(entry(detail)))

    assert (line.amount, line.currency, line.booked) == (Decimal("20000.00"), "CNY", Decimal("20000.00"))


def test_amount_of_the_transaction_is_read_where_version_2_has_it():
    extra = '<AmtDtls><TxAmt><Amt Ccy="CNY">{}</Amt></TxAmt></AmtDtls>'
    details = "".join(payment(number, version=2, extra=extra.format(10 * number)) for number in (1, 2))
    read = lines(camt(entry(details, amount="30", version=2), version=2))

    assert [(line.amount, line.itemised) for line in read] == [(10, True), (20, True)]


def test_return_of_a_credit_is_a_debit_that_says_so():
    (line,) = lines(camt(entry(sign="DBIT", reversal="<RvslInd>true</RvslInd>")))

    assert line.amount == Decimal("-20000.00")
    assert line.reversal


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR", "NEXT"])
def test_what_is_not_booked_is_read_and_books_nothing(status):
    (line,) = lines(camt(entry(payment(), status=status)))

    assert (line.amount, line.booked, line.status) == (Decimal("20000.00"), 0, status)


def test_day_alone_gives_no_moment():
    (line,) = lines(camt(entry(payment(), booked="<Dt>2026-11-27</Dt>")))

    assert (line.booked_on, line.booked_at) == (date(2026, 11, 27), None)


def test_time_without_zone_is_the_banks_own():
    (line,) = lines(camt(entry(payment(), booked="<DtTm>2026-11-27T24:00:00</DtTm>")))

    assert line.booked_at.isoformat() == "2026-11-28T00:00:00+08:00"
    assert line.booked_at.utcoffset() == timedelta(hours=8)


def test_reference_that_says_there_is_none_is_none():
    (line,) = lines(camt(entry(payment(), reference="NONREF")))

    assert line.bank_ref == ""


def test_notification_needs_no_balance():
    with io.BytesIO(camt(entry(), message="054").encode()) as source:
        (statement,) = [(one, list(one.lines))[0] for one in reader.read(source)]

    assert statement.balances == ()


WRONG = {
    "no entries' amount": entry(payment()).replace('<Amt Ccy="CNY">20000.00</Amt>', "", 1),
    "no currency": entry(payment()).replace(' Ccy="CNY"', "", 1),
    "currency of four": entry(payment(), currency="CNYX"),
    "small currency": entry(payment(), currency="cny"),
    "no indicator": entry(payment()).replace("<CdtDbtInd>CRDT</CdtDbtInd>", "", 1),
    "other indicator": entry(payment(), sign="CREDIT"),
    "comma": entry(amount="20000,00"),
    "exponent": entry(amount="2E4"),
    "negative": entry(amount="-20000.00"),
    "six decimals": entry(amount="1.000001"),
    "nineteen digits": entry(amount="1234567890123456.789"),
    "infinite": entry(amount="INF"),
    "empty amount": entry(amount=""),
    "no such day": entry(booked="<Dt>2026-02-30</Dt>"),
    "no such hour": entry(booked="<DtTm>2026-11-27T25:30:00</DtTm>"),
    "day as Europeans write it": entry(booked="<Dt>27.11.2026</Dt>"),
    "moment for a day": entry(booked="<Dt>2026-11-27T10:00:00</Dt>"),
    "two days": entry(booked="<Dt>2026-11-27</Dt><Dt>2026-11-28</Dt>"),
    "day and moment": entry(booked="<Dt>2026-11-27</Dt><DtTm>2026-11-27T10:00:00</DtTm>"),
    "empty choice": entry(booked="<!-- -->"),
    "no status": entry().replace("<Sts><Cd>BOOK</Cd></Sts>", ""),
    "unknown status": entry(status="FINISHED"),
    "no code": entry().replace(CODE, ""),
    "reversal maybe": entry(reversal="<RvslInd>maybe</RvslInd>"),
    "unknown element": entry().replace("</Ntry>", "<Foo/></Ntry>"),
    "wrong order": entry()
    .replace("<CdtDbtInd>CRDT</CdtDbtInd>", "")
    .replace("</Ntry>", "<CdtDbtInd>CRDT</CdtDbtInd></Ntry>"),
    "twice": entry(reversal="<RvslInd>true</RvslInd><RvslInd>true</RvslInd>"),
    "text between": entry().replace("<Sts>", "hello<Sts>"),
    "text between entries": entry() + "hello",
    "payment without currency": entry(payment().replace(' Ccy="CNY"', "")),
    "element within an amount": entry(amount="<b>1</b>"),
    "something after the entries": entry() + OPENING,
}


@pytest.mark.parametrize("entries", WRONG.values(), ids=WRONG.keys())
def test_file_is_refused_as_a_whole_with_line_and_place(entries):
    good = "\n".join([entry(payment())] * 3)
    given = []
    with pytest.raises(StatementRefused) as refusal:
        given += lines(camt(f"{good}\n{entries}"))

    assert given == []
    assert refusal.value.line is not None
    assert refusal.value.line >= 4
    assert refusal.value.where
    assert "%(" not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-27T20:00:00+08:00</CreDtTm></GrpHdr>", ""),
        ("<MsgId>M1</MsgId>", ""),
        ("<Id>S1</Id>", ""),
        ("<Id>S1</Id>", "<Id></Id>"),
        ("<Acct><Id><Othr><Id>31001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>", ""),
        (OPENING, ""),
        ("<Dt><Dt>2026-11-27</Dt></Dt></Bal>", "</Bal>"),
        ("BkToCstmrStmt", "BkToCstmrInvc"),
        ("Stmt>", "Rpt>"),
        ("Document", "Dokument"),
        ("</Document>", ""),
        ("</Ntry>", ""),
    ],
)
def test_damaged_skeleton_is_refused(old, new):
    with pytest.raises(StatementRefused):
        lines(PLAIN.replace(old, new))


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"date;amount\n", b"PK\x03\x04", b"\xff\xfe", b"<a/>", b"<html><body/></html>"]
)
def test_what_is_no_statement_is_refused(data):
    with pytest.raises(StatementRefused):
        lines(data)


@pytest.mark.parametrize("version", [2, 6])
def test_what_an_early_version_demands_is_asked_of_it(version):
    text = camt(entry(payment(version=version), version=version), version=version)
    assert lines(text)
    with pytest.raises(StatementRefused):
        lines(text.replace("<Id>S1</Id><CreDtTm>2026-11-27T20:00:00+08:00</CreDtTm>", "<Id>S1</Id>"))


HOSTILE = {
    "document type": '<!DOCTYPE Document SYSTEM "http://127.0.0.1/x.dtd">',
    "laughs": '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "outside": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
}


@pytest.mark.parametrize("head", HOSTILE.values(), ids=HOSTILE.keys())
def test_document_types_and_entities_are_refused(head):
    with pytest.raises(StatementRefused, match="document type"):
        lines(camt(entry(payment()), head=head))


def test_depth_text_and_size_have_limits():
    for inner in ("<a>" * 100 + "</a>" * 100, "<a>" + "x" * 30_000 + "</a>", "<a/>" * 250_000):
        with pytest.raises(StatementRefused):
            lines(camt(entry(f"<TxDtls><SplmtryData>{inner}</SplmtryData></TxDtls>")))


def test_batch_of_many_payments_is_read():
    read = lines(
        camt(entry("".join(payment(number, amount="1") for number in range(20_000)), amount="20000"))
    )

    assert len(read) == 20_000
    assert sum(line.booked for line in read) == 20_000


def test_shapes_hold_the_order_they_are_written_in():
    for of in (camt_shape.ENTRY, camt_shape.DETAIL, camt_shape.STATEMENT):
        assert list(of.order.values()) == sorted(of.order.values())
