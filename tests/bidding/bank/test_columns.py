"""Banks' tables are read by maps that are data, and refused as a whole with row and reason."""

import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest

from bidding.rules.bank import columns
from bidding.rules.bank.column_maps import MAPS_DIR, load_maps, read_map
from bidding.rules.bank.lines import StatementRefused
from trading.rules.packs import PackError

MAPS = load_maps()
WORD, TWO, SIGNED = MAPS["one-amount"], MAPS["two-amounts"], MAPS["signed-amount"]

TWO_TEXT = """\
账户交易明细,,,,,,,
账号：31001,,,,,,,
交易日期,时间,收入（元）,支出（元）,对方户名,对方账号,子账号,流水号
2026-11-27,15:30:00,"20,000.00",,某某建设（集团）有限公司,6222021001012345,V0001,S1
2026-11-27,15:31:00,,19.50,某银行,9,,S2
2026-11-28,,-20000.00,,某某建设（集团）有限公司,6222021001012345,V0001,S3

合计,,0.00,19.50,,,,
打印时间 2026-11-29,,,,,,,
"""
WORD_TEXT = """\
Booking date;Amount;Debit/Credit;Currency;Counterparty;Counterparty account;Sub-account;Purpose;Reference
2026-11-27 15:30:00;20000.00;C;CNY;Example Works Ltd.;6222021001012345;V0001;bid security;S1
20261127153100;19.5;D;RMB;Bank;9;;fee;S2
"""
SIGNED_TEXT = """\
入账日期\t金额\t付款人名称\t付款人账号\t收款人名称\t收款人账号\t附言
2026/11/27 15:30\t+20000.00\t某某建设（集团）有限公司\t="6222021001012345"\t某中心\tV0001\t保证金
2026年11月27日\t-19.50\t某中心\t31001\t某银行\t9\t手续费
"""


def test_two_columns_of_amounts():
    lines = columns.read_csv(TWO_TEXT.encode(), TWO, "31001").lines

    assert [line.amount for line in lines] == [Decimal("20000.00"), Decimal("-19.50"), Decimal("-20000.00")]
    assert [line.reversal for line in lines] == [False, False, True]
    assert lines[0].booked_at.isoformat() == "2026-11-27T15:30:00+08:00"
    assert (lines[2].booked_on, lines[2].booked_at) == (date(2026, 11, 28), None)
    assert (lines[0].payer_account, lines[0].payee_account, lines[0].bank_ref) == (
        "6222021001012345",
        "V0001",
        "S1",
    )
    assert {line.account for line in lines} == {"31001"}
    assert [line.at_line for line in lines] == [4, 5, 6]


def test_one_amount_with_a_word():
    statement = columns.read_csv(WORD_TEXT.encode(), WORD)

    assert [(line.amount, line.currency) for line in statement.lines] == [
        (Decimal("20000.00"), "CNY"),
        (Decimal("-19.5"), "CNY"),
    ]
    assert statement.lines[1].booked_at.isoformat() == "2026-11-27T15:31:00+08:00"
    assert statement.lines[0].remittance == "bid security"


def test_signed_amount_with_both_parties():
    first, second = columns.read_csv(SIGNED_TEXT.encode(), SIGNED).lines

    assert (first.payer_name, first.payer_account, first.payee_account) == (
        "某某建设（集团）有限公司",
        "6222021001012345",
        "V0001",
    )
    assert (second.payer_name, second.payer_account, second.payee_account) == ("某银行", "9", "31001")
    assert (second.booked_on, second.booked_at) == (date(2026, 11, 27), None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings_and_line_ends_change_nothing(encoding, ends):
    data = TWO_TEXT.replace("\n", ends).encode(encoding)

    assert columns.read_csv(data, TWO, "31001") == columns.read_csv(TWO_TEXT.encode(), TWO, "31001")


@pytest.mark.parametrize(("text", "found"), [(TWO_TEXT, [TWO]), (SIGNED_TEXT, [SIGNED]), ("a,b\n1,2\n", [])])
def test_headings_tell_which_map_fits(text, found):
    assert columns.recognised(text.encode(), MAPS.values()) == found


def test_a_table_two_maps_fit_is_left_to_people():
    assert len(columns.recognised(WORD_TEXT.encode(), MAPS.values())) == 2


WRONG = {
    "letters": ('"20,000.00"', "viel", 4),
    "decimal comma": ('"20,000.00"', '"20000,00"', 4),
    "grouping": ('"20,000.00"', '"2,0000.00"', 4),
    "both sides": ('"20,000.00",,', '"20,000.00",1,', 4),
    "no side": ('"20,000.00",,', ",,", 4),
    "no day": ("2026-11-28", "", 6),
    "no such day": ("2026-11-28", "2026-11-31", 6),
    "seven digits": ("2026-11-28", "2026112", 6),
    "other order": ("2026-11-28", "28/11/2026", 6),
    "no such hour": ("15:31:00", "25:31:00", 5),
    "power of ten": ("6222021001012345,V0001,S1", "6.22202E+15,V0001,S1", 4),
    "other total in": ("合计,,0.00", "合计,,0.01", 8),
    "other total out": ("0.00,19.50", "0.00,19.51", 8),
    "payment below": ("打印时间 2026-11-29,,,,", "2026-11-29,,1.00,,", 9),
    "long text": ("某银行", "长" * 2001, 5),
}


@pytest.mark.parametrize(("old", "new", "row"), WRONG.values(), ids=WRONG.keys())
def test_table_is_refused_as_a_whole_with_row_and_reason(old, new, row):
    assert old in TWO_TEXT
    with pytest.raises(StatementRefused) as refusal:
        columns.read_csv(TWO_TEXT.replace(old, new, 1).encode(), TWO, "31001")

    assert refusal.value.line == row
    assert "%(" not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (";C;", ";X;", "direction"),
        (";C;", ";;", "direction"),
        ("20000.00", "-20000.00", "amount"),
        (";CNY;", ";Yuan;", "currency"),
    ],
)
def test_words_that_are_not_known_are_refused(old, new, where):
    with pytest.raises(StatementRefused) as refusal:
        columns.read_csv(WORD_TEXT.replace(old, new, 1).encode(), WORD)

    assert (refusal.value.line, refusal.value.where) == (2, where)


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"\x00\x01", TWO_TEXT.splitlines()[2].encode(), b'"open']
)
def test_what_is_no_such_table_is_refused(data):
    with pytest.raises(StatementRefused):
        columns.read_csv(data, TWO)


def test_two_accounts_in_one_file_are_refused():
    text = TWO_TEXT.replace("流水号", "账号").replace("账号：31001", "x")
    with pytest.raises(StatementRefused, match="more than one account"):
        columns.read_csv(text.encode(), TWO)


def workbook(rows, *, hidden=False):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if hidden:
        sheet.sheet_state = "hidden"
        book.create_sheet("other")
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


HEAD = ["交易日期", "时间", "收入", "支出", "对方户名", "对方账号", "子账号", "流水号"]


def test_workbook_gives_what_the_text_gives():
    data = workbook(
        [
            ["明细"],
            HEAD,
            [
                datetime.fromisoformat("2026-11-27T15:30:00"),
                None,
                20000,
                None,
                "某某建设（集团）有限公司",
                "6222021001012345",
                "V0001",
                "S1",
            ],
            [date(2026, 11, 27), time(15, 31), None, 19.5, "某银行", 9, None, "S2"],
            ["2026-11-28", None, 0.1 + 0.2, None, "某银行", "9", None, "S3"],
            ["合计", None, 20000.3, 19.5],
        ]
    )
    lines = columns.read_xlsx(data, TWO, "31001").lines

    assert [line.amount for line in lines] == [Decimal(20000), Decimal("-19.5"), Decimal("0.3")]
    assert [line.booked_at and line.booked_at.isoformat() for line in lines] == [
        "2026-11-27T15:30:00+08:00",
        "2026-11-27T15:31:00+08:00",
        None,
    ]
    assert lines[1].payer_account == "9"


def test_account_number_that_a_spreadsheet_cut_off_is_refused():
    """6222021001012345678 typed as a number comes back as …012346000."""
    row = ["2026-11-27", None, 1, None, "某", 6222021001012345678, "V0001", "S1"]
    with pytest.raises(StatementRefused, match="lost digits") as refusal:
        columns.read_xlsx(workbook([HEAD, row]), TWO)

    assert refusal.value.line == 2


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"", workbook([["a"]]), workbook([HEAD]), workbook([HEAD], hidden=True)]
)
def test_workbook_without_the_table_is_refused(data):
    with pytest.raises(StatementRefused):
        columns.read_xlsx(data, TWO)


def test_maps_that_come_with_the_product_are_generic_and_sound():
    assert set(MAPS) == {"one-amount", "two-amounts", "signed-amount"}
    for bank in MAPS.values():
        assert bank.columns["交易日期"] == "booked"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[map]", "[mop]"),
        ('amount = "columns"', 'amount = "guess"'),
        ("income = ", "incoming = "),
        ('"gb18030"', '"cp037"'),
        ('"支出", ', '"收入", '),
        ('encodings = ["utf-8-sig", "gb18030"]', "encodings = []"),
    ],
)
def test_map_that_is_wrong_is_refused(old, new):
    text = (MAPS_DIR / "two-amounts.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(PackError):
        read_map(text.replace(old, new, 1))
