"""A workbook of experts: which column is which, what a cell means, and every defect of the file at once.

Read as bills of quantities are: looked through for bombs and programs first, values only, the first visible sheet, a
formula without a saved value is a defect. One defect refuses the file, but all of them are named, with row and column.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.rules import identity_mark
from accounts.rules.identity import IdentityMark
from experts.rules.eligibility import eligibility_findings
from experts.rules.facts import ExpertFacts, facts_findings, phone_findings
from experts.rules.packs import PoolPack
from experts.rules.specialties import SpecialtyTree
from experts.states import TitleGrade
from kernel.errors import Finding, RuleBroken
from trading.rules.archives import office_archive

HEADINGS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"姓名", "name"}),
    "identity_number": frozenset({"身份证号", "身份证号码", "证件号码", "identitynumber"}),
    "phone": frozenset({"电话", "手机", "手机号", "联系电话", "telephone", "phone"}),
    "region": frozenset({"行政区划", "行政区划代码", "地区", "地区代码", "region"}),
    "employer": frozenset({"工作单位", "单位", "单位名称", "employer"}),
    "employer_code": frozenset({"统一社会信用代码", "单位代码", "employercode", "uscc"}),
    "employer_group": frozenset({"所属集团", "集团", "上级单位", "group", "employergroup"}),
    "title": frozenset({"职称", "title"}),
    "title_grade": frozenset({"职称级别", "级别", "grade"}),
    "work_since": frozenset({"从业起始年份", "从业年份", "参加工作年份", "worksince"}),
    "specialties": frozenset({"评标专业", "专业", "专业代码", "specialties"}),
    "term_from": frozenset({"聘期起", "聘期开始", "termfrom"}),
    "term_to": frozenset({"聘期止", "聘期结束", "termto"}),
}
OPTIONAL = frozenset({"phone", "employer_code", "employer_group"})
GRADES = {
    "高级": TitleGrade.SENIOR,
    "正高级": TitleGrade.SENIOR,
    "副高级": TitleGrade.SENIOR,
    "senior": TitleGrade.SENIOR,
    "同等专业水平": TitleGrade.EQUAL,
    "同等": TitleGrade.EQUAL,
    "equal": TitleGrade.EQUAL,
    "中级": TitleGrade.LOWER,
    "初级": TitleGrade.LOWER,
    "中级及以下": TitleGrade.LOWER,
    "lower": TitleGrade.LOWER,
}
MAX_BYTES = 20 << 20
MAX_ROWS = 50_000
SCANNED = 20
"""Rows in which the headings must stand."""
EXACT = 15
"""Digits a spreadsheet keeps of a number."""
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_MANY = re.compile(r"[;；,，、\s]+")


@dataclass(frozen=True)
class Defect:
    """What is wrong where: the row as the spreadsheet numbers it, the letter of the column, empty for the whole row."""

    row: int
    column: str
    finding: Finding


@dataclass(frozen=True)
class Row:
    """One expert of the file; ``mark`` is what is kept of the identity number."""

    number: int
    facts: ExpertFacts
    mark: IdentityMark
    phone: str


@dataclass
class Read:
    """What was found in a file. ``columns`` are the letters of the columns by what they hold."""

    rows: list[Row] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def defect(self, row: int, name: str, finding: Finding) -> None:
        """Remember what is wrong with a cell."""
        self.defects.append(Defect(row, self.columns.get(name, ""), finding))


class WorkbookRefused(RuleBroken):
    """The file cannot be taken in as it is; ``defects`` are all of them, by row."""

    def __init__(self, defects: Sequence[Defect]) -> None:
        """Keep the defects in the order of the file."""
        found = sorted(defects, key=lambda one: (one.row, one.column))
        message = _("The file is refused as a whole. %(count)s cells are to be put right.")
        super().__init__("pool_import", message, [one.finding for one in found], count=len(found))
        self.defects = tuple(found)


@dataclass(frozen=True)
class Measure:
    """What rows are held to."""

    pack: PoolPack
    tree: SpecialtyTree
    today: date
    identity_key: bytes


def workbook_read(data: bytes, measure: Measure) -> Read:
    """The experts of a workbook, with every defect of form, code and condition, and doubles within the file.

    ``RuleBroken`` alone for a file that is no sound workbook, or one in which no row of headings is found.
    """
    if len(data) > MAX_BYTES:
        raise RuleBroken("pool_file_large", _("The file is larger than 20 MB. Split it."))
    found = Read()
    header = False
    for number, values, uncomputed in sheet_rows(data):
        if number > MAX_ROWS:
            raise RuleBroken("pool_file_large", _("The file has too many rows. Split it."))
        if not header:
            header = _heading(found, values)
            if not header and number > SCANNED:
                break
            continue
        if any(value is not None and str(value).strip() for value in values):
            _row(found, number, _cells(found, values), _bare(found, uncomputed), measure)
    if not header:
        message = _("No row of headings was found. The first row needs at least: %(headings)s.")
        needed = [max(words) for name, words in HEADINGS.items() if name not in OPTIONAL]
        raise RuleBroken("pool_headings", message, headings="、".join(needed))
    if not found.rows and not found.defects:
        raise RuleBroken("pool_empty", _("The file holds no expert below the headings."))
    _doubles(found)
    return found


def sheet_rows(data: bytes) -> Iterator[tuple[int, list[Any], frozenset[int]]]:
    """Rows of the first visible sheet: number, values, and which cells are formulas that were never computed."""
    from openpyxl import load_workbook  # noqa: PLC0415 - only who brings a workbook pays for it

    from trading.rules import bill_xlsx  # noqa: PLC0415

    office_archive(data).close()
    damaged = _("The file is damaged or not what its name says. Save it again and choose it anew.")
    try:
        books = [
            load_workbook(io.BytesIO(data), read_only=True, data_only=only, keep_links=False)
            for only in (False, True)
        ]
        place = next(n for n, one in enumerate(books[0].worksheets) if one.sheet_state == "visible")
        for row in bill_xlsx.rows(*(book.worksheets[place] for book in books)):
            yield row.number, list(row.values), row.uncomputed
    except (*bill_xlsx.BROKEN, StopIteration) as error:
        raise RuleBroken("office_damaged", damaged) from error


def _heading(found: Read, values: Sequence[object]) -> bool:
    """Whether this row names the columns; they are remembered by their letters."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for index, value in enumerate(values, start=1):
        plain = re.sub(r"[\s*_:：()（）-]", "", unicodedata.normalize("NFKC", str(value or ""))).lower()
        name = next((name for name, words in HEADINGS.items() if plain in words), "")
        if name and name not in found.columns:
            found.columns[name] = get_column_letter(index)
    if HEADINGS.keys() - OPTIONAL <= found.columns.keys():
        return True
    found.columns.clear()
    return False


def _cells(found: Read, values: Sequence[object]) -> dict[str, object]:
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    places = {name: column_index_from_string(letter) - 1 for name, letter in found.columns.items()}
    return {name: values[place] if place < len(values) else None for name, place in places.items()}


def _bare(found: Read, uncomputed: frozenset[int]) -> list[str]:
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    return [
        name for name, letter in found.columns.items() if column_index_from_string(letter) - 1 in uncomputed
    ]


def _row(
    found: Read, number: int, cells: Mapping[str, object], bare: Sequence[str], measure: Measure
) -> None:
    """One row below the headings: an expert, or its defects."""
    before = len(found.defects)
    for name in bare:
        message = _("The formula has no saved value. Let the program compute it, and save the file again.")
        found.defect(number, name, Finding("formula", message, field=name))
    days = {name: _day(found, number, name, cells[name]) for name in ("term_from", "term_to")}
    year = _year(found, number, cells["work_since"])
    mark = _mark(found, number, cells["identity_number"], measure)
    grade = _text(cells["title_grade"])
    facts = ExpertFacts(
        **{name: _text(cells.get(name)) for name in ("name", "region", "employer", "title")},
        **{name: _text(cells.get(name)) for name in ("employer_code", "employer_group")},
        title_grade=GRADES.get(grade.lower(), grade),
        work_since=year or measure.today.year,
        specialties=tuple(_MANY.split(_text(cells["specialties"]))),
        term_from=days["term_from"] or measure.today,
        term_to=days["term_to"] or date(measure.today.year + 1, 1, 1),
    ).tidied()
    phone = _text(cells.get("phone"))
    given = {name for name, day in days.items() if day} | ({"work_since"} if year else set())
    checks = (
        *facts_findings(facts, pack=measure.pack, tree=measure.tree, today=measure.today),
        *(one for one in eligibility_findings(facts, pack=measure.pack, today=measure.today) if one.blocks),
        *phone_findings(phone),
    )
    for finding in checks:
        if finding.field not in {"term_from", "term_to", "work_since"} or finding.field in given:
            found.defect(number, finding.field, finding)
    if mark is not None and len(found.defects) == before:
        found.rows.append(Row(number, facts, mark, phone))


def _doubles(found: Read) -> None:
    """Two rows for one person, and one employer with two codes: both rows are named."""
    people: dict[str, int] = {}
    codes: dict[str, tuple[str, int]] = {}
    for row in found.rows:
        first = people.setdefault(row.mark.keyed_hash, row.number)
        if first != row.number:
            message = _("The same person stands in row %(other)s. Leave one of them.")
            finding = Finding("double", message, field="identity_number", data={"other": first})
            found.defect(row.number, "identity_number", finding)
        if row.facts.employer_code:
            code, other = codes.setdefault(row.facts.employer_key, (row.facts.employer_code, row.number))
            if code != row.facts.employer_code:
                message = _("The same employer has another code in row %(other)s. One of them is wrong.")
                finding = Finding("employer_codes", message, field="employer_code", data={"other": other})
                found.defect(row.number, "employer_code", finding)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _mark(found: Read, number: int, value: object, measure: Measure) -> IdentityMark | None:
    text = _text(value)
    if isinstance(value, int | float) and len(text) > EXACT:
        message = _(
            "The number has lost figures: the cell is a number. Format the column as text and enter it again."
        )
        found.defect(number, "identity_number", Finding("lost_digits", message, field="identity_number"))
        return None
    try:
        return identity_mark(text, key=measure.identity_key)
    except RuleBroken as refusal:
        finding = Finding(refusal.code, refusal.message, field="identity_number")
        found.defect(number, "identity_number", finding)
        return None


def _day(found: Read, number: int, name: str, value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", _text(value)))
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    message = _("This is no day. Write it as 2026-03-01.")
    found.defect(number, name, Finding("day", message, field=name))
    return None


def _year(found: Read, number: int, value: object) -> int | None:
    if isinstance(value, date):
        return value.year
    text = _text(value)
    if re.fullmatch(r"[0-9]{4}", text):
        return int(text)
    message = _("This is no year. Write it with four figures.")
    found.defect(number, "work_since", Finding("year", message, field="work_since"))
    return None
