"""Telling people that a draw waits for them: never who is drawn, who has bid, or how many there are."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.selectors import people_in_role
from accounts.services import notify
from accounts.states import OrganisationKind, Role
from experts.models import Contribution, Draw, DrawCommit, DrawRelease, DrawReminder, DrawRound
from experts.selectors.draw_stalled import GRACE, contributions_due
from experts.selectors.draws import DrawChain, contributors_of, round_now, round_until
from experts.services.draw_seat import officer_page
from experts.states.draw import DrawState

AHEAD: Final = timedelta(minutes=30)
"""How long before the end of contributions, or of a round, who has not acted is reminded; at most half of the time."""
PATIENCE: Final = timedelta(minutes=10)
"""How long after a round was asked an officer who has not committed is reminded, besides before its end."""


def contributions_asked(draw: Draw, at: datetime) -> None:
    """The header is signed: owner, supervisor and, where they may, bidders are asked to contribute."""
    for organisation in contributors_of(draw).values():
        _ask_contribution(draw, "draw_contribute", organisation, at)


def officers_asked(draw: Draw, at: datetime) -> None:
    """A round is asked: one confirmation by each officer (A25). From this moment its reminder is counted."""
    _first(draw, "asked", round_now(draw).j, at, at)
    for person in draw.officers.order_by("i").values_list("person", flat=True):
        notify(event="draw_waits", to_person=person, data={"url": officer_page(draw)}, at=at)


def draw_reminders(*, at: datetime) -> int:
    """Send every reminder of a draw that is due, each once; how many draws were looked at."""
    waiting = [DrawState.OPEN.value, DrawState.CLOSED.value, DrawState.COMMITTING.value]
    rows = list(Draw.objects.filter(state__in=waiting).values_list("pk", flat=True))
    for draw_id in rows:
        with transaction.atomic():
            _remind(Draw.objects.select_related("lot__tender__project").get(pk=draw_id), at)
    return len(rows)


def _remind(draw: Draw, at: datetime) -> None:
    if DrawState(draw.state) is DrawState.OPEN:
        _remind_contributors(draw, at)
    else:
        _remind_officers(draw, round_now(draw), at)


def _remind_contributors(draw: Draw, at: datetime) -> None:
    """Required organisations that have not contributed: without them there is no draw (A20)."""
    assert draw.close_at is not None
    assert draw.header_entry is not None
    if at >= draw.close_at:
        _contributors_late(draw, at)
        return
    ahead = min(AHEAD, (draw.close_at - draw.header_entry.at) / 2)
    if at < draw.close_at - ahead:
        return
    if not _first(draw, "contributors", 0, draw.close_at, at):
        return
    given = set(Contribution.objects.filter(draw=draw).values_list("org", flat=True))
    required = {row["org"] for row in draw.header["required"]}
    for code, organisation in contributors_of(draw).items():
        if code in required - given:
            _ask_contribution(draw, "draw_contribution_missing", organisation, at)


def _remind_officers(draw: Draw, now: DrawRound, at: datetime) -> None:
    """Officers who have not committed to the round that is asked: soon after it was asked, and before its end."""
    asked = DrawReminder.objects.filter(draw=draw, code="asked", j=now.j).first()
    until = round_until(draw, now)
    if until is None:
        return
    if at >= until + GRACE:
        _officers_late(draw, now, until, at)
        return
    moments = [
        (asked.at if asked else now.head.at) + PATIENCE,
        until - min(AHEAD, timedelta(seconds=draw.header["release_s"]) / 2),
    ]
    due = [moment for moment in moments if moment <= at < until]
    if not [moment for moment in due if _first(draw, "officers", now.j, moment, at)]:
        return
    committed = DrawCommit.objects.filter(round=now).values_list("officer", flat=True)
    for person in draw.officers.exclude(i__in=committed).order_by("i").values_list("person", flat=True):
        data = {"url": officer_page(draw), "until_at": until}
        notify(event="draw_round_waits", to_person=person, data=data, at=at)


def _officers_late(draw: Draw, now: DrawRound, until: datetime, at: datetime) -> None:
    """The round's time is over: each officer who has not released hears once what still counts, and until when."""
    given = DrawRelease.objects.filter(round=now).values_list("officer", flat=True)
    late = list(draw.officers.exclude(i__in=given).order_by("i").values_list("person", flat=True))
    if not late or not _first(draw, "late", now.j, until, at):
        return
    for person in late:
        data = {"url": officer_page(draw), "until_at": until}
        notify(event="draw_round_late", to_person=person, data=data, at=at)
    _stall_told(draw, until, at)


def _contributors_late(draw: Draw, at: datetime) -> None:
    """T_close is proven past: each required organisation that is missing hears once for this T_close what to do."""
    chain = DrawChain(draw)
    if draw.close_at is None or at < contributions_due(chain) or not chain.closed():
        return
    missing = chain.missing()
    if not missing or not _first(draw, "late", 0, draw.close_at, at):
        return
    for code, organisation in contributors_of(draw).items():
        if code in missing:
            _ask_contribution(draw, "draw_contribution_late", organisation, at)
    _stall_told(draw, draw.close_at, at)


def _stall_told(draw: Draw, until: datetime, at: datetime) -> None:
    """Supervisor and operators hear that a draw stands still; the page tells them for whom."""
    data = {"number": draw.lot.number, "until_at": until, "url": f"/draws/{draw.pk}/"}
    supervisor = draw.lot.tender.project.supervisor_id
    if supervisor is not None:
        notify(event="draw_stands_still", to_organisation=supervisor, data=data, at=at)
    for person in people_in_role(Role.WITNESS, OrganisationKind.CENTRE, at):
        notify(event="draw_stands_still", to_person=person, data=data, at=at)


def _first(draw: Draw, code: str, j: int, until: datetime, at: datetime) -> bool:
    _row, new = DrawReminder.objects.get_or_create(
        draw=draw, code=code, j=j, until=until, defaults={"at": at}
    )
    return new


def _ask_contribution(draw: Draw, event: str, organisation: UUID, at: datetime) -> None:
    data = {"title": draw.lot.tender.title, "until_at": draw.close_at, "url": f"/draws/{draw.pk}/contribute/"}
    notify(event=event, to_organisation=organisation, data=data, at=at)
