"""Give the keeper the pool as a workbook: without telephone and identity numbers, and not without a trace."""

import io
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from experts.models import Expert
from experts.policies import may_keep
from experts.selectors.pool import with_specialties
from experts.selectors.records import codes_of
from experts.services.changes import SUBJECT
from kernel.policies import require
from ledger.services import record_append
from protocol import hashing

HEAD = (
    "编号",
    "姓名",
    "证件后四位",
    "行政区划",
    "工作单位",
    "统一社会信用代码",
    "所属集团",
    "职称",
    "职称级别",
    "从业起始年份",
    "评标专业",
    "聘期起",
    "聘期止",
    "状态",
)


@transaction.atomic
def pool_export(*, actor: Actor, at: datetime) -> bytes:
    """All records as XLSX; the ledger keeps that somebody took them, how many, and the digest of the file."""
    require(may_keep(actor))
    rows = [_line(expert) for expert in with_specialties(Expert.objects.order_by("code"))]
    content = _workbook(rows)
    data: dict[str, object] = {"count": len(rows), "file": hashing.sha256(content)}
    record_append(name="pool-exported", subject=SUBJECT, data=data, actor=actor.key, at=at)
    return content


def _line(expert: Expert) -> list[str]:
    return [
        expert.code,
        expert.name,
        expert.identity_last4,
        expert.region,
        expert.employer,
        expert.employer_code,
        expert.employer_group,
        expert.title,
        expert.title_grade,
        str(expert.work_since),
        ";".join(codes_of(expert)),
        expert.term_from.isoformat(),
        expert.term_to.isoformat(),
        expert.state,
    ]


def _workbook(rows: list[list[str]]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only who takes a workbook pays for it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("experts")
    for row in (list(HEAD), *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"  # a name that begins with = is a name, never a formula
            cells.append(cell)
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
