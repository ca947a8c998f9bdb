"""踏勘现场与投标预备会 (条28): announced to all who took the documents, in the same words, by a public notice."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import Finding, RuleBroken
from ledger.services import record_append
from trading import selectors
from trading.models import Meeting
from trading.rules import notices
from trading.services.notice_publish import notice_publish
from trading.services.questions import clean_text, require_live
from trading.services.takers import takers_notify
from trading.services.tender_draft import may_draft

KINDS = ("visit", "meeting")
ARTICLE = "招标投标法实施条例第二十八条"
EVERYBODY = "all"


@transaction.atomic
def meeting_call(
    *,
    tender_id: UUID,
    kind: str,
    starts_at: datetime,
    place: str,
    actor: Actor,
    at: datetime,
    note: str = "",
    invited: str = EVERYBODY,
) -> Meeting:
    """Invite every taker to a visit of the site or a meeting before bids.

    ``RuleBroken`` with 条28 for an invitation of only some, and for a moment that is past or not before the
    deadline. Nothing here can hold who comes: no list exists, and none may be kept.
    """
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    require_live(tender)
    if findings := meeting_findings(kind, starts_at, at, selectors.first_close(tender), invited):
        raise RuleBroken("meeting", _("The meeting cannot be called like this."), findings)
    made = Meeting.objects.create(
        tender=tender,
        kind=kind,
        starts_at=starts_at,
        place=clean_text(place, "place"),
        note=note.strip(),
        at=at,
    )
    words = notices.meeting_notice(kind=kind, starts_at=starts_at, place=made.place, note=made.note)
    notice_publish(tender=tender, kind="meeting", content=words, actor=actor, at=at)
    record_append(
        name="meeting-called",
        subject=tender.number,
        data={"kind": kind, "starts_at": starts_at},
        actor=actor.key,
        at=at,
    )
    data = {"starts_at": starts_at, "place": made.place}
    takers_notify(tender=tender, event="meeting_called", data=data, at=at)
    return made


def meeting_findings(
    kind: str, starts_at: datetime, at: datetime, close_at: datetime | None, invited: str
) -> list[Finding]:
    """What stands against calling a meeting."""
    found = []
    if kind not in KINDS:
        found.append(Finding("meeting_kind", _("There is no such kind of meeting."), "", True, "kind"))
    if invited != EVERYBODY:
        message = _("Inviting some only is forbidden: all who took the documents are invited, or nobody.")
        found.append(Finding("meeting_for_some", message, ARTICLE, True, "invited"))
    if starts_at <= at or (close_at is not None and starts_at >= close_at):
        message = _("The meeting must lie ahead and before the deadline.")
        found.append(Finding("meeting_time", message, "", True, "starts_at"))
    return found
