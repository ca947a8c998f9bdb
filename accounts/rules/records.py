"""Register of subjects (主体库): validity of licences and how many of a kind there may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop as _

from accounts.states import RecordKind
from kernel.errors import Finding

EXPIRY_WARNING_DAYS = (30, 7, 1)
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_OPEN_RECORDS = 500


@dataclass(frozen=True)
class AtMost:
    """How many open records of one kind there may be: of one organisation, and of one number anywhere."""

    kind: RecordKind
    of_organisation: int | None
    of_number: int | None
    source: str


AT_MOST: tuple[AtMost, ...] = (
    AtMost(RecordKind.QUALIFICATION, None, 1, "ours"),
    # 安全生产许可证条例: one licence per enterprise
    AtMost(RecordKind.SAFETY_LICENCE, 1, 1, "安全生产许可证条例"),
    # 注册建造师管理规定: a constructor is registered with one employer only
    AtMost(RecordKind.CONSTRUCTOR, None, 1, "注册建造师管理规定"),
    AtMost(RecordKind.PERFORMANCE, None, None, "ours"),
)


@dataclass(frozen=True)
class RecordFacts:
    """What the rules need to know of one open record."""

    organisation: str
    kind: RecordKind
    number: str
    valid_from: date | None
    valid_to: date | None
    file_size: int = 0


def covers(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether a paper with these dates is valid on ``on``; both ends count, an open end never lapses."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def days_left(valid_to: date | None, on: date) -> int | None:
    """Whole days from ``on`` to the last valid day; None without an end, negative once it lapsed."""
    return None if valid_to is None else (valid_to - on).days


def record_findings(new: RecordFacts, others: Sequence[RecordFacts]) -> tuple[Finding, ...]:
    """Everything that stands against adding ``new`` beside the open records ``others`` of the platform."""
    return (*_own_findings(new), *_at_most_findings(new, others))


def _own_findings(new: RecordFacts) -> list[Finding]:
    findings = []
    if not new.number.strip() and new.kind is not RecordKind.PERFORMANCE:
        findings.append(Finding("record_number", _("The number of the paper is missing."), field="number"))
    if new.valid_from and new.valid_to and new.valid_to < new.valid_from:
        findings.append(Finding("record_dates", _("The paper ends before it begins."), field="valid_to"))
    if new.valid_to is None and new.kind in {RecordKind.SAFETY_LICENCE, RecordKind.QUALIFICATION}:
        findings.append(
            Finding("record_no_end", _("Give the last day on which the paper is valid."), field="valid_to")
        )
    if new.file_size > MAX_FILE_BYTES:
        findings.append(
            Finding(
                "record_file_size",
                _("The file is larger than %(limit)s bytes."),
                field="file",
                data={"limit": MAX_FILE_BYTES},
            )
        )
    return findings


def _at_most_findings(new: RecordFacts, others: Sequence[RecordFacts]) -> list[Finding]:
    findings = []
    same_kind = [other for other in others if other.kind is new.kind]
    own = [other for other in same_kind if other.organisation == new.organisation]
    numbered = [other for other in same_kind if other.number == new.number and new.number]
    rule = next(row for row in AT_MOST if row.kind is new.kind)
    if rule.of_organisation is not None and len(own) >= rule.of_organisation:
        findings.append(
            Finding(
                "record_at_most",
                _("At most %(limit)s of this kind may be open at one time; end the old one first."),
                source=rule.source,
                field="kind",
                data={"limit": rule.of_organisation},
            )
        )
    if rule.of_number is not None and len(numbered) >= rule.of_number:
        findings.append(
            Finding(
                "record_number_taken",
                _("This number is already registered; it can stand for one organisation only."),
                source=rule.source,
                field="number",
            )
        )
    if len([other for other in others if other.organisation == new.organisation]) >= MAX_OPEN_RECORDS:
        findings.append(
            Finding("record_too_many", _("Too many open records; end those no longer used."), field="kind")
        )
    return findings
