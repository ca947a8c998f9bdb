"""Files for tests: workbooks, archives and hostile variants of them, made in memory."""

import io
import zipfile

from openpyxl import Workbook

HEADINGS = ("序号", "项目编码", "项目名称", "项目特征描述", "计量单位", "工程量", "综合单价", "合价")
ITEMS = (
    (1, "040203007001", "水泥混凝土路面", "C30，厚 220 mm", "m2", 100, 150.5, 15050),
    (2, "040204002001", "人行道块料铺设", "透水砖 60 mm", "m2", 20.5, 80, 1640),
)


def workbook(*rows, headings=HEADINGS, items=ITEMS, hidden=False):
    """A bill as a costing program writes it: a title, headings, a section, items, then ``rows``."""
    book = Workbook()
    cover = book.active
    cover.title = "封面"
    cover.append(["招标工程量清单"])
    sheet = book.create_sheet("分部分项")
    for row in (["主街道路工程"], list(headings), [None, "0402", "路面工程"], *items, *rows):
        sheet.append(list(row))
    if hidden:
        book.create_sheet("组价").sheet_state = "hidden"
    return saved(book)


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(data, **members):
    """The archive with members added or replaced; the name's ``__`` is a slash, a single ``_`` a dot."""
    source = zipfile.ZipFile(io.BytesIO(data))
    given = {name.replace("__", "/").replace("_", "."): content for name, content in members.items()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            if info.filename not in given:
                archive.writestr(info, source.read(info))
        for name, content in given.items():
            archive.writestr(name, content)
    return target.getvalue()
