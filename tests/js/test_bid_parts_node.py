"""The bidder's small browser modules agree with the rules they mirror: amounts, the opening line, archives, self-copy."""

import json
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from protocol import cli
from protocol.amounts import MAX, amount_in_words, parse_words
from protocol.cli_line import OPTIONS
from protocol.line import read_line, written

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js")
EDGES = [
    "0.00",
    "0.01",
    "0.10",
    "1.05",
    "10.00",
    "10.05",
    "10.50",
    "100.10",
    "1001.00",
    "10000.00",
    "100000.01",
]
AMOUNTS = [
    *EDGES,
    *(f"{10**power}.00" for power in range(16)),
    *(f"{10**power + 1}.07" for power in range(1, 16)),
    *(f"{power * 1_000_010_203_004 + 7}.{power:02}" for power in range(1, 60)),
    f"{MAX:.2f}",
    "9180000.00",
    "1000000000000.00",
    "1234567890123456.78",
    "3000400050006.00",
]
TEXTS = [
    "九百八十一万",
    "玖佰壹拾捌万元整",
    "人民币 拾万圆整",
    "壹元零伍分",
    "伍角",
    "两亿零五元",
    "元",
    "",
    "壹贰元",
    "一百x元",
]


def run(tmp_path, task, given):
    source, target = tmp_path / "in.json", tmp_path / "out.bin"
    source.write_text(json.dumps(given), "utf-8")
    script = Path(__file__).with_name("run_bid_parts.mjs")
    command = [str(NODE), str(script), task, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    return json.loads(done.stdout), target


def read(text):
    try:
        return f"{parse_words(text):.2f}"
    except ValueError:
        return None


def test_capitals_are_written_as_the_rules_write_them(tmp_path):
    shown, _file = run(tmp_path, "words", AMOUNTS)

    assert shown == [amount_in_words(Decimal(amount)) for amount in AMOUNTS]


def test_capitals_are_read_as_the_rules_read_them(tmp_path):
    texts = [*TEXTS, *(amount_in_words(Decimal(amount)) for amount in AMOUNTS)]

    found, _file = run(tmp_path, "read", texts)

    assert found == [read(text) for text in texts]


def test_typed_figures_are_read_as_people_type_them(tmp_path):
    typed = [
        "9,180,000",
        "９１８００００．５",
        " 45 318 260.00 元",
        "1.234",
        "-5",
        "",
        "1e5",
        "12345678901234567",
        "¥7",
    ]

    found, _file = run(tmp_path, "figures", typed)

    assert found == ["9180000.00", "9180000.50", "45318260.00", None, None, None, None, None, "7.00"]


def test_figures_are_grouped(tmp_path):
    found, _file = run(tmp_path, "grouped", ["1.00", "1234.50", "1234567.00"])

    assert found == ["1.00", "1,234.50", "1,234,567.00"]


def test_the_opening_line_is_the_one_the_platform_reads(tmp_path):
    line = written(
        price=Decimal(9180000),
        tenderer="甲",
        org="91",
        currency="CNY",
        validity_days=90,
        manager="某",
        notes="—",
    )
    members = json.loads(line.encoded())
    del members["v"]

    found, _file = run(tmp_path, "line", members)

    assert found["bytes"].encode() == line.encoded()
    assert found["back"] == members
    assert read_line(found["bytes"].encode()) == line


LOT = {"tenderer": "某建设有限公司", "org": "91350100M000100Y43", "currency": "CNY"}
TYPED = [
    {"price": "9,180,000", "validity_days": "90"},
    {"price": " ９１８００００．５ 元", "validity_days": " 90 ", "duration_days": "365", "quality": " 合格 "},
    {"price": "0.01", "validity_days": "1", "duration_days": "0", "manager": "\ufeff周某　一级建造师\u3000"},
    {
        "price": "￥7",
        "validity_days": "007",
        "manager": "Zoe\u0308 <b>&\"\\'",
        "notes": "一\n二\t三\u2028四 ",
    },
    {"price": "9180000", "price_words": "九百一十八万 元", "validity_days": "99999", "notes": "\u001f𠮷"},
    {"price": f"{MAX:.2f}", "price_words": "很多", "validity_days": "90", "quality": "\u0085x"},
]


def test_page_and_offline_tool_write_the_same_line(tmp_path):
    """Byte for byte, so that nobody tells from a bid which of the two its bidder used."""
    found, _file = run(tmp_path, "typed", [{"lot": LOT, "typed": typed} for typed in TYPED])

    for number, typed in enumerate(TYPED):
        fields, out = tmp_path / f"fields-{number}.json", tmp_path / f"line-{number}.json"
        fields.write_text(json.dumps(LOT), "utf-8")
        options = [f"{OPTIONS[name]}={value}" for name, value in typed.items()]
        assert cli.main(["line", "--fields", str(fields), *options, "--out", str(out)]) == 0
        assert out.read_bytes().hex() == found[number], typed


def test_several_files_become_one_archive_always_the_same(tmp_path):
    given = [
        {"name": "技术标.pdf", "text": "a" * 70_000},
        {"name": "../boq.xlsx", "text": "b"},
        {"name": "技术标.pdf", "text": "c"},
    ]

    found, file = run(tmp_path, "zip", given)

    assert found["same"]
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(["技术标.pdf", "技术标 (2).pdf", ".._boq.xlsx"])
        sizes = sorted(len(archive.read(name)) for name in archive.namelist())
    assert sizes == [1, 1, 70_000]


def test_the_self_copy_opens_with_its_passphrase_and_no_other(tmp_path):
    found, _file = run(tmp_path, "copy", {"passphrase": "7K2M-94QD-XW3P-HT6V"})

    assert found["same"]
    assert found["named"]["ev"] == "bb"
    assert not found["plain"]
    assert (found["wrong"], found["swapped"], found["other"]) == ("copy-closed", "copy-closed", "copy-form")
