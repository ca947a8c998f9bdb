"""The opening line by the tool: what is read out is what was typed, in the one form the platform reads."""

import json
from decimal import Decimal

import pytest

from protocol import canonical
from protocol.line import LIMIT, NotAnOpeningLine, read_figures, read_line, written
from tests.protocol.test_cli import alone, placed, run, sealing
from tests.protocol.test_cli_refusals import refused

FIELDS = {
    "lot": "350102-GC-2026-00007-01",
    "tenderer": "某建设有限公司",
    "org": "firm-9",
    "currency": "CNY",
    "ceiling": "9500000.00",
    "price": "",
    "duration_days": 365,
    "quality": "合格",
    "manager": "",
    "validity_days": 90,
    "notes": "",
}


@pytest.fixture
def fields(tmp_path):
    path = tmp_path / "fields.json"
    path.write_text(json.dumps(FIELDS, ensure_ascii=False, indent=1), "utf-8")
    return path


def test_the_line_is_written_alone_and_sealed_as_envelope_0(lot, fields, tmp_path):
    out = tmp_path / "line.json"
    done = alone("line", "--fields", fields, "--price", "9,180,000", "--manager", " 周某 ", "--out", out)

    assert (done.returncode, done.stderr) == (0, "")
    assert "price_words: 玖佰壹拾捌万元整" in done.stdout
    assert "lot 350102-GC-2026-00007-01" in done.stdout
    assert read_line(out.read_bytes()) == written(
        price=Decimal(9180000),
        tenderer="某建设有限公司",
        org="firm-9",
        currency="CNY",
        validity_days=90,
        duration_days=365,
        quality="合格",
        manager="周某",
    )
    sealed = alone(*sealing(lot.folder, tmp_path / "bid", f"0={out}"))
    assert sealed.returncode == 0, sealed.stderr
    assert "read out: CNY 9180000.00 玖佰壹拾捌万元整, 某建设有限公司" in sealed.stdout


def test_options_alone_are_enough(tmp_path, capsys):
    out = tmp_path / "line.json"
    words = [
        "line",
        "--price",
        "1.05",
        "--tenderer",
        "甲",
        "--org",
        "91",
        "--currency",
        "CNY",
        "--validity",
        "90",
    ]
    code, _, err = run(capsys, *words, "--notes", "a\r\nb", "--quality", "a\nb", "--out", out)

    made = read_line(out.read_bytes())
    assert (code, err) == (0, "")
    assert (made.price_words, made.duration_days, made.notes, made.quality) == (
        "壹元零伍分",
        None,
        "a\nb",
        "ab",
    )


def test_a_file_of_an_editor_with_a_byte_order_mark_is_read(fields, tmp_path, capsys):
    fields.write_bytes(b"\xef\xbb\xbf" + fields.read_bytes())

    assert run(capsys, "line", "--fields", fields, "--price", "7", "--out", tmp_path / "l.json")[0] == 0


@pytest.mark.parametrize(
    ("capitals", "says"),
    [("玖佰万元整", "the capitals say 9000000.00"), ("很多钱", "cannot be read as an amount")],
)
def test_capitals_of_ones_own_are_kept_and_the_difference_is_said(fields, tmp_path, capsys, capitals, says):
    """12号令19: both are read out as written; the panel decides."""
    out = tmp_path / "line.json"
    words = ["line", "--fields", fields, "--price", "9180000", "--price-words", capitals, "--out", out]
    code, _, err = run(capsys, *words)

    assert (code, read_line(out.read_bytes()).price_words) == (0, capitals)
    assert says in err
    assert "(玖佰壹拾捌万元整)" in err


def test_capitals_which_agree_pass_in_silence(fields, tmp_path, capsys):
    words = ["line", "--fields", fields, "--price", "9180000", "--price-words", "九百一十八万元"]

    assert run(capsys, *words, "--out", tmp_path / "line.json")[2] == ""


def test_a_price_above_the_ceiling_is_said(fields, tmp_path, capsys):
    """实施条例51(五): the panel must reject it; the tool writes what it is told."""
    code, _, err = run(
        capsys, "line", "--fields", fields, "--price", "9500000.01", "--out", tmp_path / "l.json"
    )

    assert (code, "0.01 above the ceiling 9500000.00" in err) == (0, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--price", "12.345"], "give --price"),
        (["--price", "-1"], "give --price"),
        ([], "give --price"),
        (["--price", "1", "--validity", "0"], "give --validity"),
        (["--price", "1", "--validity", ""], "give --validity"),
        (["--price", "1", "--duration", "1.5"], "give --duration"),
        (["--price", "1", "--duration", "１２"], "give --duration"),
        (["--price", "1", "--org", " "], "give --org"),
        (["--price", "1", "--currency", "yuan"], "give --currency"),
        (["--price", "1", "--manager", "x" * 201], "manager is not a text of at most 200 characters"),
        (["--price", "1", "--notes", "x" * 2001], "notes is not a text of at most 2000 characters"),
    ],
)
def test_what_no_line_can_hold_is_refused_with_the_option_named(fields, tmp_path, capsys, options, says):
    refused(capsys, "line", "--fields", fields, *options, "--out", tmp_path / "line.json", says=says)
    assert not (tmp_path / "line.json").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "not one JSON object"),
        (b'{"prize":"1"}', "members no opening line has [prize]"),
        (b'{"price":true}', "a field is a text or a number [price]"),
        (b'{"price":1.5}', "number is not an integer"),
        (b'{"price":["1"]}', "a field is a text or a number [price]"),
        (b'{"notes":"' + b"x" * LIMIT + b'"}', "longer than"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_file_of_fields_that_is_none(content, says, tmp_path, capsys):
    file = tmp_path / "fields.json"
    file.write_bytes(content)

    refused(capsys, "line", "--fields", file, "--out", tmp_path / "line.json", says=says)


def test_a_line_is_never_written_over_another(fields, tmp_path, capsys):
    words = ["line", "--fields", fields, "--price", "1", "--out", tmp_path / "line.json"]
    assert run(capsys, *words)[0] == 0

    refused(capsys, *words, says="File exists")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 our price", "envelope 0 is no opening line"),
        (b" " * (2 * LIMIT), "envelope 0 is no opening line"),
        (
            written(price=Decimal(1), tenderer="x", org="firm-8", currency="CNY", validity_days=1).encoded(),
            "the opening line is of another organisation than --org",
        ),
    ],
)
def test_nothing_is_sealed_that_could_not_be_read_out(content, says, lot, tmp_path, capsys):
    (tmp_path / "zero").write_bytes(content)

    refused(capsys, *sealing(lot.folder, tmp_path / "out", f"0={tmp_path / 'zero'}"), says=says)
    assert not (tmp_path / "out").exists()


def test_another_form_than_the_canonical_one_is_no_line(lot):
    line = (lot.folder / placed(lot.folder, "0=line.json")[0].partition("=")[2]).read_bytes()

    with pytest.raises(NotAnOpeningLine, match="not canonical"):
        read_line(json.dumps(canonical.decode(line)).encode())


def test_figures_are_read_as_people_type_them():
    typed = [
        "9,180,000",
        "９１８００００．５",
        " 45 318 260.00 元",
        "¥7",
        "1.234",
        "-5",
        "",
        "1e5",
        "1" * 17,
        "٣",
    ]

    assert [found and f"{found:.2f}" for found in map(read_figures, typed)] == [
        "9180000.00", "9180000.50", "45318260.00", "7.00", None, None, None, None, None, None,
    ]  # fmt: skip
