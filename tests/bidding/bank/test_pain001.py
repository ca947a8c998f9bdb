"""Refund orders a bank takes: valid by the official schema, the same bytes every time, sums that add up."""

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from bidding.rules.bank.pain001 import Batch, Order, bank_csv, pain001
from tests.bidding.bank.schemas import schema

ORDERS = (
    Order(
        "R-0001",
        "某某建设（集团）有限公司 <A&B>",
        "6222021001012345",
        Decimal("20000.94"),
        "CNY",
        "某银行某支行",
        "102100000001",
        "退还投标保证金及利息",
    ),
    Order("R-0002", "Example Works Ltd.", "DE89370400440532013000", Decimal("0.01"), "EUR"),
    Order("R-0003", "某某工程有限公司", "31001", Decimal(150000), "CNY"),
)
BATCH = Batch(
    id="REFUND-2026-12-01-1",
    created_at=datetime.fromisoformat("2026-12-01T09:00:00+08:00"),
    debtor_name="某公共资源交易中心",
    debtor_account="31001",
    execute_on=date(2026, 12, 1),
    orders=ORDERS,
)


@pytest.mark.parametrize("version", ["03", "09"])
@pytest.mark.parametrize("changes", [{}, {"debtor_bank_code": "102100000001"}, {"debtor_bank": "某银行"}])
def test_file_is_valid_by_the_official_schema(version, changes):
    official = schema(f"pain.001.001.{version}")

    official.validate(io.BytesIO(pain001(replace(BATCH, **changes), version)))


def test_schema_would_find_a_fault():
    official = schema("pain.001.001.09")

    assert not official.is_valid(io.BytesIO(pain001(BATCH).replace(b"<PmtMtd>TRF</PmtMtd>", b"")))


def test_file_holds_each_order_once_and_sums_by_currency():
    root = ET.fromstring(pain001(BATCH))
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}

    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=space) == "170000.95"
    assert [one.text for one in root.findall(".//p:PmtInf/p:CtrlSum", space)] == ["170000.94", "0.01"]
    assert [one.text for one in root.findall(".//p:PmtInf/p:NbOfTxs", space)] == ["2", "1"]
    assert [one.text for one in root.findall(".//p:EndToEndId", space)] == ["R-0001", "R-0003", "R-0002"]
    assert root.findtext(".//p:CdtTrfTxInf/p:Cdtr/p:Nm", namespaces=space) == ORDERS[0].payee_name
    assert root.findtext(".//p:CdtrAcct//p:Othr/p:Id", namespaces=space) == "6222021001012345"
    assert root.findtext(".//p:CdtrAcct//p:IBAN", namespaces=space) == "DE89370400440532013000"


def test_same_orders_give_the_same_bytes():
    assert pain001(BATCH) == pain001(replace(BATCH))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"currency": "RMB¥"}, "currency"),
        ({"payee_name": ""}, "payee_name"),
        ({"payee_name": "名" * 141}, "payee_name"),
        ({"payee_name": "a\x00b"}, "payee_name"),
        ({"payee_account": "1" * 35}, "payee_account"),
        ({"end_to_end_id": "1" * 36}, "end_to_end_id"),
        ({"end_to_end_id": "R-0002"}, "same end-to-end"),
    ],
)
def test_order_a_bank_would_refuse_is_refused_here(change, message):
    with pytest.raises(ValueError, match=message):
        pain001(replace(BATCH, orders=(replace(ORDERS[0], **change), ORDERS[1])))


def test_empty_batch_and_time_without_zone_are_refused():
    with pytest.raises(ValueError, match="nothing"):
        pain001(replace(BATCH, orders=()))
    with pytest.raises(ValueError, match="zone"):
        pain001(replace(BATCH, created_at=BATCH.created_at.replace(tzinfo=None)))


COLUMNS = (
    ("收款账号", "payee_account"),
    ("收款户名", "payee_name"),
    ("金额", "amount"),
    ("用途", "=退款"),
    ("流水", "end_to_end_id"),
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_table_has_the_banks_columns(encoding):
    rows = list(csv.reader(io.StringIO(bank_csv(BATCH, COLUMNS, encoding=encoding).decode(encoding))))

    assert rows[0] == ["收款账号", "收款户名", "金额", "用途", "流水"]
    assert rows[1] == ["6222021001012345", ORDERS[0].payee_name, "20000.94", "退款", "R-0001"]
    assert len(rows) == 4


def test_table_refuses_formulas_and_unknown_fields():
    with pytest.raises(ValueError, match="formula"):
        bank_csv(replace(BATCH, orders=(replace(ORDERS[0], payee_name="=1+1"),)), COLUMNS)
    with pytest.raises(ValueError, match="no colour"):
        bank_csv(BATCH, [("x", "colour")])
