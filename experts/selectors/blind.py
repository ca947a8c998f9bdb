"""Blind documents under their labels: members read them cleaned of what tells their maker, and never whose they are.

The table that knows stays unread here until the sheets are open to the panel.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bidding.security_files import KeptFile, store
from experts.models import BidLabel, Panel, PanelQuestion
from experts.rules.blind import Layout, blind_envelopes, layout_findings
from experts.rules.packs import pool_pack
from experts.selectors.bid_files import file_bytes, listed
from experts.selectors.evaluated import Evaluation
from experts.states.panel import PanelState
from kernel.errors import Finding, NotFound, RuleBroken
from protocol.evaluation_blind import label_of
from protocol.line import NotAnOpeningLine, read_line
from trading.rules.stripping import stripped

OPEN: Final = frozenset({PanelState.SHOWN.value, PanelState.SIGNING.value, PanelState.ENDED.value})
"""From here on the sheets are open to the panel, and a label may be told whose it is."""


@dataclass(frozen=True)
class BlindFile:
    """A file under a label; its own name and exact size could tell."""

    label: str
    e: int
    n: int
    ending: str
    findings: Sequence[Finding]
    withheld: bool


def blind_files(panel: Panel, evaluation: Evaluation) -> list[BlindFile]:
    """Every file of every blind envelope by label, with what the machine asks about; uncleanable ones are withheld."""
    names = _names(evaluation)
    found = []
    for row in panel.labels.select_related("bid").order_by("label"):
        for e in sorted(blind_envelopes(panel.lot.method)):
            for n, _size in enumerate(listed(evaluation, row.bid.ev, e)):
                name, data = file_bytes(evaluation, row.bid.ev, e, n)
                clean = _clean(name, data)
                asked = layout_findings(_layout(data), pool_pack().rules["blind_fonts"].values, names)
                if clean is None:
                    asked = [
                        Finding(
                            "blind_unclean", _("This file cannot be cleaned of its maker; it is not shown.")
                        )
                    ]
                found.append(BlindFile(row.label, e, n, _ending(name), asked, clean is None))
    return found


def blind_bytes(panel: Panel, evaluation: Evaluation, label: str, e: int, n: int) -> tuple[str, bytes]:
    """Ending and cleaned bytes of a file; NotFound for one there is not, or which cannot be cleaned."""
    row = panel.labels.select_related("bid").filter(label=label).first()
    if row is not None and e in blind_envelopes(panel.lot.method):
        name, data = file_bytes(evaluation, row.bid.ev, e, n)
        clean = _clean(name, data)
        if clean is not None:
            return _ending(name), clean
    raise NotFound("file", _("There is no such file."))


@dataclass(frozen=True)
class BlindQuestion:
    """A question about a label with its answer; ``files`` are places and endings, names could tell."""

    question: PanelQuestion
    label: str
    answer: str
    files: Sequence[tuple[int, str]]


def labelled(panel: Panel, label: str) -> BidLabel | None:
    """The label's row, if it can be asked about: one made before labels were commitments cannot."""
    rows = panel.labels.select_related("bid", "salt").filter(label=label, salt__isnull=False)
    return rows.first()


def commitment(row: BidLabel) -> str:
    """What a question names instead of the bid (protocol 16.8)."""
    return label_of(row.bid.ev, row.label, row.salt.nonce)


def under_labels(panel: Panel) -> frozenset[int]:
    """Envelopes whose questions and answers stand under labels alone: none once the sheets are open."""
    return frozenset() if panel.state in OPEN else blind_envelopes(panel.lot.method)


def blind_questions(panel: Panel) -> list[BlindQuestion]:
    """What was asked about blind envelopes, by label."""
    labels = dict(panel.labels.values_list("bid_id", "label"))
    rows = panel.questions.filter(envelope__in=blind_envelopes(panel.lot.method)).select_related("answer")
    found = []
    for row in rows.order_by("at"):
        answer = getattr(row, "answer", None)
        files = [(n, _ending(one["name"])) for n, one in enumerate(answer.files)] if answer else []
        found.append(BlindQuestion(row, labels[row.bid_id], answer.text if answer else "", files))
    return sorted(found, key=lambda one: one.label)


def blind_answer_bytes(panel: Panel, label: str, question_id: UUID, n: int) -> tuple[str, bytes]:
    """Ending and cleaned bytes of a file enclosed with an answer under a label; NotFound when there is none."""
    for one in blind_questions(panel):
        if (one.question.pk, one.label) == (question_id, label) and n < len(one.files):
            row = one.question.answer.files[n]
            clean = _clean(row["name"], store().read(row["sha256"]))
            if clean is not None:
                return one.files[n][1], clean
    raise NotFound("file", _("There is no such file."))


def answer_findings(evaluation: Evaluation, text: str, files: Sequence[KeptFile]) -> list[Finding]:
    """Why an answer cannot be shown under a label: it names a bidder or its people, or a file cannot be cleaned."""
    names = _names(evaluation)
    named = _("The panel must not learn whose this is. Take the names of bidders and their people out.")
    found = []
    if layout_findings(Layout([text], frozenset()), (), names):
        found.append(Finding("blind_name", named, field="text"))
    for one in files:
        data = store().read(one.sha256)
        try:
            stripped(one.name, data)
        except RuleBroken as refused:
            found.append(Finding("blind_unclean", refused.message, field="file", data=refused.data))
            continue
        asked = layout_findings(Layout(_layout(data).pages, frozenset()), (), names)
        if any(finding.code == "blind_name" for finding in asked):
            found.append(Finding("blind_name", named, field="file"))
    return found


def whose(panel: Panel) -> dict[str, str]:
    """Label by bid's event, once the sheets are open to the panel; nothing before."""
    if panel.state not in OPEN:
        return {}
    return {row.bid.ev: row.label for row in BidLabel.objects.filter(panel=panel).select_related("bid")}


def _clean(name: str, data: bytes) -> bytes | None:
    try:
        return stripped(name, data)
    except RuleBroken:
        return None


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower()[:5]


def _layout(data: bytes) -> Layout:
    """Texts and fonts of a PDF; nothing of what is none."""
    pages, fonts = [], set()
    try:
        for page in PdfReader(io.BytesIO(data)).pages:
            pages.append(page.extract_text() or "")
            resources = page.get("/Resources") or {}
            for font in (resources.get("/Font") or {}).values():
                fonts.add(str(font.get_object().get("/BaseFont", "")))
    except (PyPdfError, ValueError, KeyError, AttributeError, RecursionError):
        return Layout(pages, frozenset(fonts - {""}))
    return Layout(pages, frozenset(fonts - {""}))


def _names(evaluation: Evaluation) -> list[str]:
    """Names of all bidders and of the managers they name."""
    found = []
    for one in evaluation.opened:
        found.append(one.bid.organisation.name)
        try:
            found.append(read_line(one.line.encode()).manager)
        except NotAnOpeningLine:
            continue
    return [name for name in found if name]
