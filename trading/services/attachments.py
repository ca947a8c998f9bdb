"""Files sent with questions and objections: cleaned of their makers before anything is stored."""

from dataclasses import dataclass
from datetime import datetime

from kernel.errors import Finding, RuleBroken
from trading import selectors
from trading.models import Attachment, Objection, Question
from trading.rules.stripping import MEDIA_TYPES, attachment_ending, attachment_name, stripped


@dataclass(frozen=True)
class Paper:
    """A file as it was sent: its name gives the format only and is not kept."""

    name: str
    content: bytes


def paper_cleaned(paper: Paper | None) -> Paper | None:
    """The file without its maker; ``RuleBroken`` with the remedy when that cannot be done. Stores nothing."""
    if paper is None:
        return None
    try:
        return Paper(attachment_name(1, paper.name), stripped(paper.name, paper.content))
    except RuleBroken as refusal:
        found = Finding(refusal.code, refusal.message, field="file", data=refusal.data)
        raise RuleBroken(refusal.code, refusal.message, [found], **refusal.data) from refusal


def paper_keep(paper: Paper | None, to: Question | Objection, at: datetime) -> list[str]:
    """Store a cleaned file with the question or objection it came with; the digests, for the ledger."""
    if paper is None:
        return []
    stored = selectors.document_store().put(paper.content)
    Attachment.objects.create(
        question=to if isinstance(to, Question) else None,
        objection=to if isinstance(to, Objection) else None,
        name=paper.name,
        media_type=MEDIA_TYPES[attachment_ending(paper.name)],
        size=stored.size,
        sha256=stored.sha256,
        at=at,
    )
    return [stored.sha256]
