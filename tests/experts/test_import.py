"""Workbooks of experts: all or none, and every defect of the file in one answer."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from experts.models import Expert, ExpertChange, PoolImport
from experts.rules.workbook import WorkbookRefused
from experts.services.expert_examine import import_admit
from experts.services.pool_export import pool_export
from experts.services.pool_import import pool_import
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(kept):
    return kept(worlds.Pool)


def bring(pool, content, **more):
    given = {"actor": pool.keeper, "at": pool.now, "identity_key": worlds.IDENTITY_KEY, "key": worlds.KEY}
    return pool_import(name="experts.xlsx", content=content, **(given | more))


def defects(pool, content):
    with pytest.raises(WorkbookRefused) as refusal:
        bring(pool, content)
    assert not Expert.objects.exclude(name="专家099").exists()
    return [(one.row, one.column, one.finding.code) for one in refusal.value.defects]


def test_pool_import_takes_everybody_and_a_second_person_admits(pool):
    done = bring(pool, worlds.workbook(*(worlds.row(n) for n in range(1, 6))))

    assert done.count == Expert.objects.filter(state="examined", source=done.id).count() == 5
    with pytest.raises(NotPermitted, match="second person"):
        import_admit(import_id=done.id, actor=pool.keeper, at=pool.now)
    assert import_admit(import_id=done.id, actor=pool.second, at=pool.now) == 5
    with pytest.raises(StateConflict):
        import_admit(import_id=done.id, actor=pool.second, at=pool.now)
    one = Expert.objects.get(name="专家003")
    assert worlds.KEY.open_phone(one.phone_sealed) == "0591-00000003"
    assert (one.term_from, one.term_to) == (date(2026, 3, 1), date(2029, 2, 28))
    assert {row.code for row in one.specialties.all()} == {"A0301", "A05"}
    entry = Entry.objects.get(pk=PoolImport.objects.get().entry_id)
    assert "专家" not in entry.body_text + entry.data_text


def test_pool_import_names_every_defect_with_row_and_column_and_takes_nobody(pool):
    pool.register(99, name="专家099")
    content = worlds.workbook(
        worlds.row(1),
        worlds.row(2, 姓名="", 行政区划="35"),
        worlds.row(3, 证件号码="350102199001011230", 评标专业="A03"),
        worlds.row(4, 职称级别="中级", 从业起始年份=2022),
        worlds.row(5, 聘期止="明年", 电话="打给我", 统一社会信用代码="123"),
        worlds.row(1),
        worlds.row(99),
        worlds.row(8, 统一社会信用代码=worlds.employer(30)[1]),
        worlds.row(6, 从业起始年份="很久"),
        worlds.row(7, 职称级别="院士"),
        worlds.row(10, 证件号码=350102199001011234),
    )

    assert defects(pool, content) == [
        (3, "A", "empty"),
        (3, "D", "region"),
        (4, "B", "identity_number"),
        (4, "J", "specialty"),
        (5, "H", "title"),
        (5, "I", "min_years"),
        (6, "C", "phone"),
        (6, "F", "uscc_length"),
        (6, "L", "day"),
        (7, "B", "double"),
        (8, "B", "expert_exists"),
        (9, "F", "employer_codes"),
        (10, "I", "year"),
        (11, "H", "title_grade"),
        (11, "H", "title"),
        (12, "B", "lost_digits"),
    ]


def test_pool_import_refuses_a_formula_that_was_never_computed(pool):
    assert (2, "E", "formula") in defects(pool, worlds.workbook(worlds.row(1, 工作单位='="示例"&"院"')))


def test_a_dry_run_writes_nothing(pool):
    done = bring(pool, worlds.workbook(worlds.row(1)), dry_run=True)

    assert (done.count, done.id) == (1, None)
    assert not Expert.objects.exists()
    assert not PoolImport.objects.exists()


def test_the_same_file_twice_changes_nothing(pool):
    content = worlds.workbook(worlds.row(1))
    bring(pool, content)
    with pytest.raises(RuleBroken, match="taken in before"):
        bring(pool, content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "office_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "office_protected"),
        (worlds.workbook(headings=["姓名"]), "pool_headings"),
        (worlds.workbook(), "pool_empty"),
    ],
)
def test_what_is_no_workbook_of_experts_is_refused_in_one_sentence(pool, content, code):
    with pytest.raises(RuleBroken) as refusal:
        bring(pool, content)
    assert refusal.value.code == code


def test_the_first_visible_sheet_counts(pool):
    assert bring(pool, worlds.workbook(worlds.row(1), hidden=True), dry_run=True).count == 1


def test_headings_may_stand_in_english_below_a_title(pool):
    book = Workbook()
    sheet = book.active
    sheet.append(["Pool of the province"])
    names = ["Name", "Identity number", "Telephone", "Region", "Employer", "USCC", "Title", "Grade"]
    sheet.append([*names, "Work since", "Specialties", "Term from", "Term to"])
    sheet.append(worlds.row(1, 职称级别="Senior", 评标专业="a0301, A05"))
    stream = io.BytesIO()
    book.save(stream)

    assert bring(pool, stream.getvalue(), dry_run=True).count == 1


def test_pool_export_is_a_workbook_without_numbers_one_could_misuse(pool):
    pool.admitted(1, name="=HYPERLINK(1)")
    content = pool_export(actor=pool.keeper, at=pool.now)

    sheet = load_workbook(io.BytesIO(content)).active
    values = [cell for row in sheet.iter_rows() for cell in row]
    assert next(cell for cell in values if cell.value == "=HYPERLINK(1)").data_type == "s"
    text = " ".join(str(cell.value) for cell in values)
    assert worlds.identity_number(1) not in text
    assert "00001234" not in text
    assert not Entry.objects.filter(data_text__contains="HYPERLINK").exists()


def test_import_experts_prints_every_defect(pool, tmp_path, capsys):
    file = tmp_path / "e.xlsx"
    file.write_bytes(worlds.workbook(worlds.row(1, 姓名=""), worlds.row(2, 行政区划="1")))
    with pytest.raises(CommandError):
        call_command("import_experts", str(file), "--json")

    told = json.loads(capsys.readouterr().out)
    assert [(one["row"], one["column"]) for one in told["defects"]] == [(2, "A"), (3, "D")]


def test_import_experts_and_cut_epoch_work_from_the_command_line(pool, tmp_path, capsys):
    file = tmp_path / "e.xlsx"
    file.write_bytes(worlds.workbook(worlds.row(1), worlds.row(2)))
    call_command("import_experts", str(file), "--dry-run")
    call_command("import_experts", str(file), "--json")
    call_command("cut_epoch")

    out = capsys.readouterr().out
    assert "2 experts; nothing written" in out
    assert "epoch 1: 0 experts" in out
    assert ExpertChange.objects.filter(kind="imported", by=None).count() == 2
    found = PoolImport.objects.get()
    assert import_admit(import_id=found.pk, actor=pool.keeper, at=pool.now) == 2
