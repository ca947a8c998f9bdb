"""A method as a workbook and back: one sheet for each part, headings in both languages, every defect with its cell.

The workbook holds exactly what the JSON form holds. A cell is read as the text it shows; numbers lose no digit, for
they are written as text. Formulas count by the value their program saved.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext_noop as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from kernel.errors import RuleBroken
from protocol.evaluation_method import STAGES, V
from trading.rules.archives import UNREADABLE, office_archive

BROKEN = (
    *UNREADABLE,
    *(ParseError, InvalidFileException, KeyError, TypeError, AttributeError, IndexError, ArithmeticError),
    *(AssertionError, RecursionError),
)
MAX_BYTES = 2 << 20
MAX_ROWS = 2_000
BENCHMARK = ("of", "ceiling_weight", "coefficient", "over", "under", "least")
GENERAL: tuple[tuple[str, str, str], ...] = (
    ("kind", "评标办法 kind", "lowest_evaluated / comprehensive"),
    ("candidates", "中标候选人数 candidates", "1–3"),
    ("aggregate.over", "汇总方式 marks or sums", "criterion / total"),
    ("aggregate.trim_from", "去极值起始人数 extremes left out from", "≥ 3"),
    ("aggregate.members_least", "最少评分人数 least number of members", ""),
    *(
        row
        for stage in STAGES
        for row in (
            (f"rounding.{stage}.places", f"小数位数 places, {stage}", "0–6"),
            (f"rounding.{stage}.mode", f"舍入 rounding, {stage}", "half_up / half_even / floor / ceiling"),
        )
    ),
    ("coefficient.values", "系数取值 values of the coefficient", "0.95 0.96 0.97"),
    ("coefficient.draw", "系数产生方式 how it is drawn", "derived / physical"),
    ("warnings.deviation", "偏离提醒（%） deviation warned of, per cent", ""),
    ("warnings.reasons", "满分零分须说明理由 reasons for full and zero marks", "yes / no"),
    ("flags.below_mean", "低于均价提醒（%） below the mean, per cent", ""),
    ("flags.below_ceiling", "低于限价提醒（%） below the ceiling, per cent", ""),
)
SHEETS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "criteria": (
        *(("id", "代码 code"), ("parent", "上级代码 code of its group"), ("name", "名称 name")),
        *(("max", "满分 most points"), ("kind", "类型 group / judged / objective / price")),
        *(("step", "打分步长 step"), ("how", "计算方式 way of computing")),
        *(("rows", "档位 rows: from; points"), ("trim", "去极值 trim: from; high; low")),
        *(("of", "基准 base"), ("ceiling_weight", "限价权重 weight of the ceiling")),
        *(("coefficient", "系数 coefficient"), ("over", "每高1%扣 over"), ("under", "每低1%扣 under")),
        ("least", "最低分 least"),
    ),
    "adjustments": (
        *(("id", "代码 code"), ("name", "名称 name"), ("how", "percent / unit")),
        *(("sign", "add / deduct"), ("value", "数值 value")),
    ),
    "ties": (
        ("rule", "规则 price-lower / score-higher / seeds / panel-vote"),
        ("of", "因素代码 code of a criterion"),
    ),
}
_INTEGERS = frozenset({"candidates", "trim_from", "members_least", "places"})
_MAYBE = frozenset({"parent", "step", "of", "trim_from", "deviation", "below_mean", "below_ceiling"})


@dataclass
class ReadMethod:
    """A method as read, and the cell each of its paths stands in."""

    scheme: dict[str, Any]
    cells: dict[str, str] = field(default_factory=dict)

    def cell(self, path: str) -> str:
        """The cell of a path, or of the nearest part around it; empty when it stands nowhere."""
        while path:
            if path in self.cells:
                return self.cells[path]
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return ""


def write_workbook(scheme: Mapping[str, Any]) -> bytes:
    """The method as XLSX; a draft with gaps is written with its gaps."""
    book = Workbook()
    general = book.active
    general.title = "method"
    _put(general, [("项目 member", "值 value", "说明 note"), *_general_rows(scheme)])
    for name, columns in SHEETS.items():
        rows = [_listed_row(row, columns) for row in scheme.get(name) or []]
        _put(book.create_sheet(name), [tuple(label for _key, label in columns), *rows])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    for n, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(n, column, "" if value is None else str(value))
            cell.number_format = "@"
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if n == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 24
    sheet.freeze_panes = "A2"


def _general_rows(scheme: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for path, label, note in GENERAL:
        value: Any = scheme
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, list):
            value = " ".join(map(str, value))
        yield f"{label} [{path}]", value, note


def _listed_row(row: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> list[Any]:
    formula = row.get("formula") if isinstance(row.get("formula"), Mapping) else {}
    found = []
    for key, _label in columns:
        value = row.get(key) if key in row else (formula or {}).get(key)
        if key == "rows" and isinstance(value, list):
            value = "\n".join("; ".join(map(str, pair)) for pair in value)
        if key == "trim" and isinstance(value, list):
            value = "\n".join(f"{one['from']}; {one['high']}; {one['low']}" for one in value)
        found.append(value)
    return found


def read_workbook(data: bytes) -> ReadMethod:
    """The method in a workbook, whatever it is worth; ``RuleBroken`` for a file that is none.

    Whether it is a method is asked afterwards: ``ReadMethod.cell`` says where each defect stands.
    """
    if len(data) > MAX_BYTES:
        raise RuleBroken("method_too_large", _("The file is larger than 2 MB: that is no method."))
    office_archive(data).close()
    try:
        book = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        tables = {sheet.title.strip().lower(): list(_cells(sheet)) for sheet in book.worksheets}
    except BROKEN as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error
    if missing := {"method", *SHEETS} - tables.keys():
        message = _("The sheet %(sheet)s is missing. Begin with a file downloaded here.")
        raise RuleBroken("method_sheet", message, sheet=", ".join(sorted(missing)))
    read = ReadMethod({"v": V})
    _read_general(read, tables["method"])
    for name, columns in SHEETS.items():
        _read_listed(read, name, tables[name], [key for key, _label in columns])
    return read


def _cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for n, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=20, values_only=True), start=1):
        values = [shown(value) for value in row]
        if any(values):
            yield n, values


def shown(value: object) -> str:
    """A cell as text: numbers in their shortest form, without the dust of binary fractions."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        rounded = Decimal(repr(value)).quantize(Decimal("0.000001"))
        return f"{rounded:f}".rstrip("0").rstrip(".")
    return str(value).strip()


def typed(name: str, text: str) -> Any:
    """A text as its member holds it: whole numbers as numbers, nothing as null where null is possible."""
    if text == "" and name in _MAYBE:
        return None
    return int(text) if name in _INTEGERS and text.isascii() and text.isdigit() and len(text) < 16 else text


def split_rows(text: str, width: int, convert: Callable[[str], Any] = str) -> list[list[Any]]:
    """Lines of values apart by semicolons, as "3; 10"; a line with another number of values stays as it is."""
    plain = text.replace("；", ";").replace("：", ";").replace(":", ";")
    found: list[list[Any]] = []
    for line in plain.splitlines():
        if line.strip():
            found.append([convert(value.strip()) for value in line.split(";")][: max(width, 1) + 1])
    return found


def _read_general(read: ReadMethod, rows: Sequence[tuple[int, list[str]]]) -> None:
    given = {text[0].rpartition("[")[2].rstrip("]"): (n, text[1]) for n, text in rows if "[" in text[0]}
    for path, _label, _note in GENERAL:
        n, text = given.get(path, (1, ""))
        name = path.rpartition(".")[2]
        read.cells[f"method.{path}"] = f"method!B{n}"
        value: Any = typed(name, text)
        if name == "reasons":
            value = {"yes": True, "是": True, "no": False, "否": False}.get(text.lower(), text)
        if name == "values":
            value = text.replace("，", " ").replace(",", " ").split()
        target = read.scheme
        for part in path.split(".")[:-1]:
            target = target.setdefault(part, {})
        target[name] = value
    if not read.scheme["coefficient"]["values"]:
        read.scheme["coefficient"] = None


def _read_listed(
    read: ReadMethod, name: str, rows: Sequence[tuple[int, list[str]]], keys: Sequence[str]
) -> None:
    found: list[dict[str, Any]] = []
    for n, values in rows:
        if n == 1:
            continue
        text = dict(zip(keys, values, strict=False))
        path = f"method.{name}[{len(found)}]"
        read.cells[path] = f"{name}!A{n}"
        for column, key in enumerate(keys, start=1):
            cell = f"{name}!{get_column_letter(column)}{n}"
            read.cells[f"{path}.{key}"] = read.cells[f"{path}.formula.{key}"] = cell
        found.append(criterion(text) if name == "criteria" else {key: typed(key, text[key]) for key in keys})
    read.scheme[name] = found


def criterion(text: Mapping[str, str]) -> dict[str, Any]:
    """A criterion out of its texts: those that its kind and way of computing know, the others left out."""
    kind, how = text["kind"], text["how"]
    formula: dict[str, Any] | None = None
    if kind == "objective":
        width = 2
        pairs = split_rows(text["rows"], width)
        formula = {"how": how, "rows": sorted(pairs, key=_row_key) if how != "linear" else pairs}
    elif kind == "price":
        formula = {"how": how}
        if how == "interpolation":
            formula["least"] = text["least"]
        if how == "benchmark":
            formula |= {key: text[key] for key in BENCHMARK}
            formula["trim"] = [
                _trim(row) for row in split_rows(text["trim"], 3, lambda one: typed("places", one))
            ]
    plain = {key: typed(key, text[key]) for key in ("id", "parent", "name", "max", "kind", "step")}
    return {**plain, "formula": formula}


def _trim(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(("from", "high", "low"), row, strict=False))


def _row_key(row: Sequence[str]) -> tuple[bool, Decimal, str]:
    number = row[0].replace(".", "", 1).isascii() and row[0].replace(".", "", 1).isdigit()
    return (not number, Decimal(row[0]) if number else Decimal(0), row[0])
