"""Rows of what surrounds draws and sheets: answers of calls, comments, ties told at the table, late changes.

Draws are given once they are opened to everybody, lots are looked at once their report stands. Interests an expert
declared to the pool are his alone and are not read here: what counts is what he signed at the table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bidding.selectors.chains import LotChain
from experts.models import CallTry, Draw, DrawExclusion, DrawRequest, Expert, OwnMember, PanelSeat, Sheet
from experts.pool_keys import PoolKey
from experts.rules.analytics import (
    AnswerRow,
    Around,
    BarredRow,
    CommentRow,
    EditRow,
    ExclusionRow,
    KeptDraw,
    StoodRow,
    TieRow,
)
from experts.rules.draws import OF_REGISTER
from experts.states.calls import ANSWERS, TryOutcome
from experts.states.panel import SheetState
from trading.models import Lot

HOUR = 3600


@dataclass(frozen=True)
class Judged:
    """When the last report of a lot stood, in seconds, and the organisation it puts first; empty where nobody is."""

    at: float
    first: str


def around_rows(
    lot: Lot, draws: Sequence[tuple[Draw, KeptDraw]], judged: Judged | None, key: PoolKey, late_hours: int
) -> Around:
    """All of them. ``draws`` have been opened to everybody; ``judged`` is None before a report stands."""
    late, opened = timedelta(hours=late_hours), [draw for draw, _kept in draws]
    return Around(
        answers=list(answer_rows(opened)),
        comments=list(comment_rows(lot, key)) if judged else [],
        ties=list(tie_rows(lot, key)) if judged else [],
        exclusions=list(exclusion_rows(draws)),
        edits=list(edit_rows(opened, late)),
        barred=list(barred_rows(draws, judged.first)) if judged and judged.first else [],
        stood=[StoodRow(lot.number, judged.at)] if judged else [],
    )


def member_codes(lot: Lot, key: PoolKey) -> dict[int, str]:
    """The lead code of each drawn member of a lot's panel, by seat; the owner's own members have none."""
    seats = PanelSeat.objects.filter(panel__lot=lot, drawn__isnull=False)
    people = dict(seats.values_list("person_id", "seat"))
    known = Expert.objects.filter(person_id__in=people).values_list("person_id", "pk")
    return {people[person]: key.lead_code(pk.bytes) for person, pk in known}


def answer_rows(draws: Sequence[Draw]) -> Iterator[AnswerRow]:
    """Every answer a caller wrote down, with the seconds since that caller was last shown the name."""
    rows = CallTry.objects.filter(
        call__seat__round__draw__in=draws, outcome__in=[one.value for one in ANSWERS]
    )
    for row in rows.select_related("by", "call__seat__round__draw__lot").prefetch_related("call__looks"):
        seen = [look.at for look in row.call.looks.all() if look.by_id == row.by_id and look.at <= row.at]
        if seen:
            seconds = (row.at - max(seen)).total_seconds()
            refused = row.outcome != TryOutcome.ACCEPTED.value
            yield AnswerRow(_named(row.call.drawn.round.draw), row.by.name, seconds, refused)


def comment_rows(lot: Lot, key: PoolKey) -> Iterator[CommentRow]:
    """The words of the last sheet of every seat, as shown to the panel."""
    codes, bidders = member_codes(lot, key), {e.ev: str(e.body["org"]) for e in LotChain(lot).of("bid")}
    rows = Sheet.objects.filter(seat__panel__lot=lot, state=SheetState.SHOWN.value)
    last = {row.seat.seat: row for row in rows.select_related("seat").order_by("round")}
    for number, row in sorted(last.items()):
        who = codes.get(number, row.seat.ref[:10])
        for bid, notes in sorted(row.notes.items()):
            for criterion, text in sorted(notes.items()):
                yield CommentRow(lot.number, who, bidders.get(bid, bid[:10]), criterion, text)


def tie_rows(lot: Lot, key: PoolKey) -> Iterator[TieRow]:
    """Every drawn member who answered for the bidders, and whether he said only then that he is tied to one."""
    codes = member_codes(lot, key)
    seats = PanelSeat.objects.filter(panel__lot=lot, seat__in=codes).prefetch_related("unit_answers")
    for seat in seats:
        if answers := list(seat.unit_answers.all()):
            yield TieRow(lot.number, codes[seat.seat], any(one.tied for one in answers))


def exclusion_rows(draws: Sequence[tuple[Draw, KeptDraw]]) -> Iterator[ExclusionRow]:
    """Every unit the desk left out of a draw, once: under the first header that came after it.

    What it did to chances was computed, for those entered late alone, when the draw was kept.
    """
    seen: set[object] = set()
    for draw, kept in draws:
        if draw.header_entry is None:
            continue
        signed = draw.header_entry.at
        rows = DrawExclusion.objects.filter(request=draw.request_id, at__lte=signed)
        for row in rows.select_related("by", "entry"):
            if row.entry_id in seen:
                continue
            seen.add(row.entry_id)
            hours = (signed - row.at).total_seconds() / HOUR
            yield ExclusionRow(_named(draw), row.by.name, hours, kept.left_out[row.entry.ev].raised)


def barred_rows(draws: Sequence[tuple[Draw, KeptDraw]], winner: str) -> Iterator[BarredRow]:
    """Everybody whom the desk left out of a draw of this lot, by choice: what follows from the register is none."""
    for draw, kept in draws:
        if draw.header_entry is None:
            continue
        rows = DrawExclusion.objects.filter(request=draw.request_id).exclude(reason__in=OF_REGISTER)
        for row in rows.select_related("by", "entry"):
            left = kept.left_out.get(row.entry.ev)
            for code in left.codes if left else ():
                yield BarredRow(_named(draw), row.by.name, code, winner, draw.header_entry.at.timestamp())


def edit_rows(draws: Sequence[Draw], late: timedelta) -> Iterator[EditRow]:
    """Every draw, with how often its request was made anew, or its own members changed, shortly before its header."""
    for draw in _signed(draws):
        assert draw.header_entry is not None
        signed = draw.header_entry.at
        window = (signed - late, signed)
        asked = DrawRequest.objects.filter(lot=draw.lot_id)
        first = asked.earliest("asked_at", "id")
        own = OwnMember.objects.filter(request__lot=draw.lot_id)
        edits = asked.filter(asked_at__range=window).exclude(pk=first.pk).count()
        edits += own.filter(at__range=window, at__gt=draw.request.confirmed_at or signed).count()
        edits += own.filter(left_at__range=window).count()
        yield EditRow(_named(draw), draw.lot.tender.project.owner.code, edits)


def _signed(draws: Iterable[Draw]) -> list[Draw]:
    return [draw for draw in draws if draw.header_entry is not None]


def _named(draw: Draw) -> str:
    return f"{draw.lot.number} {draw.serial}"
