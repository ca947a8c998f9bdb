"""发布媒介: since when the notice stands in each of its media, with a link and, if there is one, a file."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import paper_findings, paper_name
from accounts.rules.papers import HEAD_BYTES
from kernel.errors import Finding, RuleBroken, StateConflict
from ledger.services import record_append
from trading import selectors
from trading.models import MediaProof
from trading.services.attachments import Paper
from trading.services.tender_draft import may_draft

MAX_URL = 500
ARTICLE = "招标投标法实施条例第十五条"


@transaction.atomic
def media_prove(
    *,
    tender_id: UUID,
    medium: str,
    url: str,
    seen_at: datetime,
    actor: Actor,
    at: datetime,
    paper: Paper | None = None,
) -> MediaProof:
    """Record that the notice stands in one of the media of its list, where, since when, with a picture of it.

    ``RuleBroken`` for a medium that is not on the list, an address that is none, a moment still to come, and a file
    that is no paper. A further proof of the same medium corrects the one before; both stay.
    """
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    if tender.published_at is None:
        raise StateConflict("tender_not_published", _("The notice has not been published yet."))
    findings = proof_findings(tender.media, medium, url, seen_at, at)
    if paper is not None:
        findings += paper_findings(paper.name, paper.content[:HEAD_BYTES], len(paper.content))
    if findings:
        raise RuleBroken("media_proof", _("This proof cannot be taken as it is."), findings)
    stored = selectors.document_store().put(paper.content) if paper is not None else None
    made = MediaProof.objects.create(
        tender=tender,
        medium=medium,
        url=url,
        seen_at=seen_at,
        name=paper_name(paper.name) if paper is not None else "",
        size=stored.size if stored else 0,
        sha256=stored.sha256 if stored else "",
        at=at,
    )
    record_append(
        name="media-proved",
        subject=tender.number,
        data={"medium": medium, "url": url, "seen_at": seen_at, "sha256": made.sha256},
        actor=actor.key,
        at=at,
    )
    return made


def proof_findings(media: list[str], medium: str, url: str, seen_at: datetime, at: datetime) -> list[Finding]:
    """What stands against a proof."""
    found = []
    if medium not in media:
        message = _("This medium is not on the list of the notice.")
        found.append(Finding("medium_unknown", message, ARTICLE, True, "medium"))
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > MAX_URL:
        message = _("Give the full address of the page, beginning with https:// or http://.")
        found.append(Finding("medium_url", message, "", True, "url"))
    if seen_at > at:
        found.append(Finding("medium_time", _("This moment has not come yet."), "", True, "seen_at"))
    return found
