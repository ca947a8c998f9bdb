"""中标通知书, 结果通知, 书面报告 on paper, each for who may read it; the same paper gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.selectors.own_result import own_result
from bidding.selectors.result_pages import result_page
from kernel.errors import NotFound
from portal import formats, typesetting
from portal.selectors import tenders
from trading.models import Lot, ResultLetter, WrittenReport
from trading.rules.paper_sums import for_reading


def letter_pdf(number: str, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """One's own letter as PDF and its file name; NotFound before it was sent, and for everybody else."""
    found = own_result(number, actor, at)
    return _letter(found.letter, found.lot)


def sent_letter_pdf(number: str, no: int, letter_id: UUID, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """A letter of a lot as its owner sent it, for owner, agency and supervisor; NotFound for another lot's."""
    page = result_page(number, no, actor, at)
    return _letter(next((one for one in page.letters if one.pk == letter_id), None), page.lot)


def written_pdf(number: str, no: int, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The written report as it was sent, for owner, agency and supervisor; NotFound before."""
    page = result_page(number, no, actor, at)
    report = page.written
    if report is None:
        raise _nothing()
    supervisor = page.lot.tender.project.supervisor
    name = supervisor.name if supervisor else ""
    made = _paper(_("Written report"), name, report, page.lot)
    return made, f"written-report-{page.lot.number}.pdf"


def _letter(letter: ResultLetter | None, lot: Lot) -> tuple[bytes, str]:
    if letter is None:
        raise _nothing()
    title = _("Award letter") if letter.won else _("Letter of the result")
    return _paper(title, letter.organisation.name, letter, lot), f"result-{lot.number}.pdf"


def _paper(title: str, addressee: str, row: ResultLetter | WrittenReport, lot: Lot) -> bytes:
    """A paper whose content is kept in both languages, set in the reader's; its moment is the one it was sent at."""
    zh = tenders.chinese()
    data: dict[str, Any] = {
        "lang": "zh" if zh else "en",
        "title": title,
        "addressee": _("To: %(name)s") % {"name": addressee} if addressee else "",
        "rows": [list(pair) for pair in for_reading(row.content["zh" if zh else "en"])],
        "sender": lot.tender.project.owner.name,
        "sent": formats.moment_words(row.at, zh=zh),
        "digest": f"SHA-256 {row.sha256}",
    }
    return typesetting.typeset("letter", data, at=row.at)


def _nothing() -> NotFound:
    return NotFound("not_here", _("There is no such thing, or none you may know of."))
