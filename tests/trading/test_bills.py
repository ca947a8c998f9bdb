"""工程量清单: read from XLSX and XML, refused with the place of each fault, checked against itself and the ceiling."""

import io
import zipfile
from decimal import Decimal

import pytest

from kernel.errors import RuleBroken
from tests import builders_files as files
from tests import builders_trading as build
from tests.builders_accounts import START
from trading import services
from trading.models import BillItem, TenderDocument
from trading.rules.bill_xlsx import read_xlsx
from trading.rules.bill_xml import read_xml
from trading.rules.bills import bill_problems
from trading.selectors.files import document_store

XML = """<?xml version="1.0" encoding="{encoding}"?>
<建设项目 项目名称="主街" {total}><单位工程 项目名称="道路"><清单 项目编码="0402" 项目名称="路面" 项目特征="C30"
 计量单位="m2" 工程量="1,200.5" 综合单价="10" 综合合价="12005"><定额 编码="D1" 名称="混凝土" 单位="m3" 数量="1"/></清单>
<清单><项目编码>0403</项目编码><项目名称>人行道</项目名称><计量单位>m2</计量单位><工程量>３</工程量></清单>
</单位工程></建设项目>"""


def refusal(act, *given):
    with pytest.raises(RuleBroken) as caught:
        act(*given)
    return caught.value


def test_a_workbook_is_read_with_its_places():
    bill = read_xlsx(files.workbook(("合计", None, None, None, None, None, None, 16690)))

    first = bill.items[0]
    assert (first.sheet, first.row, first.code, first.unit) == ("分部分项", 4, "040203007001", "m2")
    assert (first.quantity, first.unit_price, first.amount) == (
        Decimal(100),
        Decimal("150.5"),
        Decimal(15050),
    )
    assert bill.total == Decimal("16690.00")
    assert bill_problems(bill) == ()


def test_headings_in_two_rows_and_repeated_on_each_page_are_understood():
    top = ("序号", "项目编码", "项目名称", "项目特征", "计量单位", "工程量", "金额（元）", None)
    below = (None, None, None, None, None, None, "综合单价", "合价")
    data = files.workbook(
        files.HEADINGS, (3, "0405", "路缘石", "", "m", 2, 5, 10), headings=top, items=(below, *files.ITEMS)
    )

    bill = read_xlsx(data)

    assert [item.code for item in bill.items] == ["040203007001", "040204002001", "0405"]
    assert bill.items[0].unit_price == Decimal("150.5")


def test_xml_of_any_local_standard_is_read_without_counting_the_breakdown():
    bill = read_xml(XML.format(encoding="UTF-8", total="").encode())

    assert [(item.code, item.quantity) for item in bill.items] == [
        ("0402", Decimal("1200.5")),
        ("0403", Decimal(3)),
    ]
    assert bill.items[0].sheet == "道路"
    assert bill.total is None


def test_xml_in_the_chinese_encodings_is_read():
    data = XML.format(encoding="GB2312", total="").encode("gb18030")

    assert read_xml(data).items[1].name == "人行道"


def test_products_sums_and_repeated_codes_that_do_not_add_up_are_named():
    items = (
        (1, "0402", "路面", "", "m2", 10, 3, 31),
        (2, "0402", "路基", "", "m3", 2, 5, 10),
        ("小计", None, None, None, None, None, None, 40),
    )
    problems = bill_problems(read_xlsx(files.workbook(items=items)))

    assert {(row.code, row.row) for row in problems} == {("product", 4), ("repeated", 5), ("sum", 6)}
    product = next(row for row in problems if row.code == "product")
    assert (product.computed, product.stated) == ("30.00", "31.00")


def test_a_cent_of_rounding_is_no_contradiction():
    items = ((1, "0402", "路面", "", "m2", Decimal("3.333"), Decimal("3.333"), Decimal("11.11")),)

    assert bill_problems(read_xlsx(files.workbook(items=items))) == ()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ((3, "0405", "路缘石", "", "m", "约 20", None, None), "bill_number", "F"),
        ((3, "0405", "路缘石", "", "m", -2, None, None), "bill_negative", "F"),
        ((3, "0405", "路缘石", "", "m", "#DIV/0!", None, None), "bill_number", "F"),
        ((3, "0405", "路缘石", "", "m", "=E4*2", None, None), "bill_formula", "F"),
        ((3, "0405", None, "", "m", 2, None, None), "bill_empty", "C"),
        ((3, "0405", "路缘石", "", None, 2, None, None), "bill_empty", "E"),
        ((3, "0405", "措施费", "", "项", None, None, 500), "bill_quantity", "F"),
        ((3, "0405", "路" * 301, "", "m", 2, None, None), "bill_text", "C"),
    ],
)
def test_each_fault_names_sheet_row_and_column(row, code, column):
    found = refusal(read_xlsx, files.workbook(row)).findings

    assert [(item.code, item.data["sheet"], item.data["row"], item.data["column"]) for item in found] == [
        (code, "分部分项", 6, column)
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 no archive", "office_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 protected", "office_protected"),
        (files.changed(files.workbook(), xl__vbaProject_bin=b"macro"), "office_macro"),
        (files.changed(files.workbook(), xl__bomb_xml=b"<a>" + b" " * (120 << 20)), "office_too_large"),
        (
            files.changed(
                files.workbook(), xl__sharedStrings_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
            ),
            "xml_entities",
        ),
        (files.changed(files.workbook(), **{"..__out_xml": b"<a/>"}), "office_damaged"),
        (files.workbook(headings=("甲", "乙")), "bill_without_items"),
        (files.workbook(hidden=True), "bill_faults"),
    ],
)
def test_hostile_and_unreadable_workbooks_are_refused(data, code):
    assert refusal(read_xlsx, data).code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<boq/>", "bill_without_items"),
        (b"<a><b></a>", "bill_xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "xml_entities"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml_entities"),
        (b"<a>" * 200 + b"</a>" * 200, "bill_xml"),
        (XML.format(encoding="UTF-8", total="").replace("1,200.5", "若干").encode(), "bill_faults"),
    ],
)
def test_hostile_and_unreadable_xml_is_refused(data, code):
    assert refusal(read_xml, data).code == code


def test_rows_beyond_all_measure_are_refused_and_sparse_columns_cost_nothing():
    book = files.Workbook()
    book.active.append(list(files.HEADINGS))
    book.active.cell(row=1_000_000, column=1, value="x")
    book.active.cell(row=3, column=16_000, value="x")

    assert refusal(read_xlsx, files.saved(book)).code == "bill_too_many_rows"


def add(made, name, content):
    return services.document_add(
        tender_id=made.tender.pk,
        lot_id=made.lot.pk,
        kind="boq",
        name=name,
        content=content,
        actor=made.owner,
        at=START,
    )


@pytest.mark.django_db
def test_document_add_keeps_the_file_and_its_items(kept):
    made = kept(build.draft_tender, officers=0)
    data = files.workbook()

    row = add(made, "清单.xlsx", data)

    assert document_store().read(row.sha256) == data
    assert [item.code for item in row.bill.items.all()] == ["040203007001", "040204002001"]
    assert row.bill.total == Decimal("16690.00")


@pytest.mark.django_db
def test_document_add_stores_nothing_of_a_bill_with_a_fault(kept):
    made = kept(build.draft_tender, officers=0)
    before = (TenderDocument.objects.count(), BillItem.objects.count())

    refused = refusal(
        add, made, "清单.xlsx", files.workbook((3, "0405", "路缘石", "", "m", "若干", None, None))
    )

    assert refused.code == "bill_faults"
    assert (TenderDocument.objects.count(), BillItem.objects.count()) == before
    assert refusal(add, made, "清单.xlsx", iter([b"x" * (1 << 20)] * 21)).code == "bill_too_large"
    assert refusal(add, made, "清单.xlsm", files.workbook()).code == "document_type"


@pytest.mark.django_db
def test_publishing_waits_for_a_bill_that_adds_up_below_the_ceiling():
    from trading.selectors.desk import findings_of

    made = build.draft_tender(lots=[build.lot_fields(ceiling=Decimal(16_000))])
    add(made, "清单.xlsx", files.workbook((3, "0405", "路缘石", "", "m", 2, 5, 11)))

    found = {item.code: item for item in findings_of(made.tender, START)}
    assert found["boq_arithmetic"].blocks
    assert found["boq_within_ceiling"].data["total"] == "16701.00"

    add(made, "清单.xlsx", files.workbook(items=files.ITEMS[:1]))
    assert not {"boq_arithmetic", "boq_within_ceiling"} & {
        item.code for item in findings_of(made.tender, START)
    }


def test_archives_that_lie_about_their_sizes_are_damaged():
    data = bytearray(files.changed(files.workbook(), xl__extra_xml=b"<a>" + b"x" * 50_000 + b"</a>"))
    archive = zipfile.ZipFile(io.BytesIO(bytes(data)))
    info = archive.getinfo("xl/extra.xml")
    directory = data.rindex(b"xl/extra.xml") - 46
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert info.file_size > 50_000

    assert refusal(read_xlsx, bytes(data)).code == "office_damaged"
