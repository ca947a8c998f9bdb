"""The opening hall as anybody may watch it: where it stands, how long, what was read out, what happened.

The same page for everyone. Until the envelope that is read out is open it holds nothing about who bids or how
many do; after fewer than three bids it never will (法28, 实施条例44, A8).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from bidding.models import (
    Absence,
    Bid,
    Figure,
    LineRead,
    Opening,
    OpeningObjection,
    Presence,
    Release,
    ReleaseCommit,
)
from bidding.selectors.hall_log import NAMED, PHASED, lines, paused_by, phase_of, placed
from bidding.selectors.hall_shapes import NEVER, Hall, Key, Read, Said, Shown, Step
from bidding.selectors.public import opening_record
from bidding.selectors.security import readout
from bidding.states import BidState, OpeningState, Verdict, label
from kernel.errors import NotFound
from protocol.hashing import sha256
from trading.models import Lot
from trading.rules.notices import seat_words
from trading.selectors import times_in_force
from trading.selectors.public import lot_by_number
from trading.selectors.values import officers_public
from trading.states import LotState

HEADLINES: Mapping[OpeningState, str] = {
    OpeningState.WAITING: gettext_noop("Sealed bids are taken until the deadline"),
    OpeningState.CLOSED: gettext_noop("The sealed set is fixed"),
    OpeningState.FACTOR: gettext_noop("Tenderers give their opening factors"),
    OpeningState.CHECK: gettext_noop("Tenderers check that they are in the set"),
    OpeningState.RELEASING: gettext_noop("The officers release"),
    OpeningState.REVEALED: gettext_noop("Reading out"),
    OpeningState.RECORDED: gettext_noop("Opening record"),
    OpeningState.FAILED: gettext_noop("Nothing was opened"),
    OpeningState.CANCELLED: gettext_noop("Terminated before the opening"),
    OpeningState.PAUSED: gettext_noop("Opening paused"),
}
TURNS: Mapping[OpeningState, str] = {
    OpeningState.WAITING: gettext_noop("tenderers"),
    OpeningState.CLOSED: gettext_noop("the platform"),
    OpeningState.FACTOR: gettext_noop("tenderers, each for its own bid"),
    OpeningState.CHECK: gettext_noop("tenderers, then the officers"),
    OpeningState.RELEASING: gettext_noop("the officers"),
    OpeningState.REVEALED: gettext_noop("the chair"),
    OpeningState.PAUSED: gettext_noop("the trading centre’s witness"),
}
FLAGS: Mapping[str, str] = {
    "words_differ": gettext_noop("amount in words differs"),
    "over_ceiling": gettext_noop("above the ceiling"),
    "other_currency": gettext_noop("another currency"),
    "other_organisation": gettext_noop("line names another organisation"),
    "not_a_line": gettext_noop("not an opening line"),
    **readout.FLAGS,
}
SHAPES: Mapping[BidState, str] = {BidState.OPENED: "done", BidState.FACTOR_GIVEN: "done"}
UNPUBLISHED = frozenset({LotState.DRAFT.value, LotState.READY.value})


def lot_in_hall(number: str, no: int) -> Lot:
    """The lot of a published tender; NotFound for every other."""
    lot = lot_by_number(f"{number}-{no:02d}")
    if lot.state in UNPUBLISHED:
        raise NotFound("opening", _("There is no opening here."))
    return lot


def hall(number: str, no: int, at: datetime) -> Hall:
    """The hall of a lot, for everyone. NotFound where there is no published lot."""
    lot = lot_in_hall(number, no)
    opening = Opening.objects.filter(lot=lot).first()
    phase = phase_of(opening)
    paused = opening is not None and opening.state == OpeningState.PAUSED.value
    rows = _rows(lot, opening) if opening and phase in NAMED else ()
    label_, until = _countdown(lot, opening, phase, at)
    keys = _keys(lot, phase)
    return Hall(
        number=lot.tender.number,
        no=lot.no,
        code=lot.number,
        title=_either(lot.tender, "title"),
        lot_name=_either(lot, "name"),
        phase=phase,
        paused=paused,
        headline=_(HEADLINES[OpeningState.PAUSED]) if paused else _headline(lot, opening, phase, rows, at),
        reason=opening.reason if opening else "",
        turn=_(TURNS[OpeningState.PAUSED if paused else phase]) if phase in TURNS else "",
        steps=_steps(lot, opening, phase),
        count_label=label_,
        until=None if paused else until,
        ceiling=lot.ceiling,
        currency=lot.currency,
        rows=rows,
        keys_title=_keys_title(lot, phase, keys),
        keys=keys,
        log=lines(lot, opening),
        said=_objections(lot) if phase in PHASED else (),
        cause=paused_by(lot) if paused else "",
        root=opening.set_root if opening and phase in PHASED else "",
        **(_desk(lot) if phase in NAMED else {}),
    )


def _either(row: Any, name: str) -> str:
    """A text in the reader's language, if it has an English twin."""
    english = getattr(row, f"{name}_en", "")
    return str(english if english and not (get_language() or "zh").startswith("zh") else getattr(row, name))


def _headline(
    lot: Lot, opening: Opening | None, phase: OpeningState, rows: Sequence[Read], at: datetime
) -> str:
    """The state as the title."""
    if phase is OpeningState.WAITING and at >= times_in_force(lot).close_at:
        return _("The deadline has passed; the time sources are being asked")
    if phase is OpeningState.CHECK and opening and opening.check_until and at >= opening.check_until:
        return _("The officers are asked to release")
    if phase is OpeningState.FAILED and opening and opening.reason == "too-few-bids":
        return _("Unsuccessful: fewer bids than the law asks for")
    if phase in NAMED:
        opened = sum(row.price is not None for row in rows)
        told = {"all": len(rows), "opened": opened}
        if phase is OpeningState.RECORDED:
            return _("Opening record: %(all)s bids, %(opened)s opened") % told
        return _("Reading out: %(all)s bids, %(opened)s opened") % told
    return _(HEADLINES[phase])


def _steps(lot: Lot, opening: Opening | None, phase: OpeningState) -> list[Step]:
    """The strip: phases with their moments, nothing that counts."""
    close_at = times_in_force(lot).close_at
    if phase in NEVER:
        return [Step(_("Deadline"), "done", close_at), Step(_(HEADLINES[phase]), "now")]
    known = opening or Opening()
    names: list[tuple[OpeningState, str, datetime | None]] = [
        (OpeningState.WAITING, _("Deadline"), close_at),
        (OpeningState.CLOSED, _("Sealed set"), known.closed_at),
        (OpeningState.FACTOR, _("Opening factors"), known.factor_until),
        (OpeningState.CHECK, _("Set check"), known.check_until),
        (OpeningState.RELEASING, _("Officers release"), None),
        (OpeningState.REVEALED, _("Read out"), known.revealed_at),
        (OpeningState.RECORDED, _("Record closed"), known.recorded_at),
    ]
    if lot.opening.factor != "required":
        names = [row for row in names if row[0] is not OpeningState.FACTOR]
    current = next((place for place, (state, _w, _a) in enumerate(names) if state is phase), 0)
    return [
        Step(word, "done" if place < current else "now" if place == current else "", at)
        for place, (_state, word, at) in enumerate(names)
    ]


def _countdown(
    lot: Lot, opening: Opening | None, phase: OpeningState, at: datetime
) -> tuple[str, datetime | None]:
    """The next moment somebody waits for."""
    times = times_in_force(lot)
    wanted: tuple[str, datetime | None] = ("", None)
    if phase is OpeningState.WAITING:
        wanted = (_("Until the deadline and the opening"), times.close_at)
    elif phase is OpeningState.FACTOR and opening:
        wanted = (_("Left to give the opening factor"), opening.factor_until)
    elif phase is OpeningState.CHECK and opening:
        wanted = (_("Left to check the set"), opening.check_until)
    return wanted if wanted[1] and wanted[1] > at else ("", None)


def _rows(lot: Lot, opening: Opening) -> Sequence[Read]:
    """The read-out in the order of the sealed set; worked out once for each step of the opening."""
    done = placed(lot.pk).count()
    states = list(Bid.objects.filter(lot=lot).order_by("ev").values_list("ev", "state", "organisation__name"))
    given = readout.stamp(lot)
    stamp = sha256(repr((opening.set_root, opening.state, done, states, given)).encode()).hex()
    key = f"hall:{lot.pk}:{stamp}"
    facts = cache.get(key)
    if facts is None:
        facts = opening_record(lot.pk)["bids"]
        cache.set(key, facts, 3600)
    return tuple(_row(no, row, lot) for no, row in enumerate(facts, start=1))


def _row(no: int, row: Mapping[str, Any], lot: Lot) -> Read:
    ceiling = lot.ceiling
    state = BidState(row["state"])
    shape = SHAPES.get(state, "fail" if state is not BidState.IN_SET else "wait")
    flags = tuple(_(FLAGS[code]) if code in FLAGS else code for code in row["flags"])
    verdict = row["verdicts"][0]["verdict"] if row["verdicts"] else ""
    line, security = row["line"], row.get("security")
    said = readout.words(security, _sum(Decimal(security["amount"]), lot.currency) if security else "")
    if verdict != Verdict.OPENED.value or line is None:
        return Read(no, row["tenderer"], _(label(state)), shape, flags, security=said)
    price = Decimal(line["price"])
    return Read(
        no,
        row["tenderer"],
        _(label(state)),
        shape,
        flags,
        price=price,
        price_words=line["price_words"],
        below=f"{(ceiling - price) * 100 / ceiling:.2f}%" if ceiling else "",
        duration=str(line["duration_days"] or "–"),
        quality=line["quality"] or "–",
        manager=line["manager"] or "–",
        security=said,
    )


def _sum(amount: Decimal, currency: str) -> str:
    """A sum as it is read aloud in the reader's language."""
    figures = f"{amount:,.2f}"
    return _("CNY %(amount)s") % {"amount": figures} if currency == "CNY" else f"{currency} {figures}"


def seat_role(role: str) -> str:
    """For whom an officer sits, in the language of the page."""
    return seat_words(role, zh=(get_language() or "zh-hans").startswith("zh"))


def _keys(lot: Lot, phase: OpeningState) -> tuple[Key, ...]:
    """The officers by number. Promises are told after the factor phase, releases once the envelope is open."""
    told = phase in PHASED
    opened = placed(lot.pk).values("envelope")
    promised = dict(_firsts(ReleaseCommit, lot)) if told else {}
    released = dict(_firsts(Release, lot, envelope__in=opened)) if phase in NAMED else {}
    away = set(Absence.objects.filter(lot=lot).values_list("officer", flat=True)) if told else set()
    found = []
    for seat in officers_public(lot):
        i = seat["i"]
        if i in released:
            word, kind = _("Released"), "done"
        elif i in away:
            word, kind = _("Absent, recorded"), "stop"
        elif i in promised:
            word, kind = _("Promised"), ""
        elif phase in NAMED:
            word, kind = _("No release needed"), "wait"
        else:
            word, kind = (
                (_("Dry run passed"), "done") if seat["state"] == "proven" else (_("Dry run due"), "soon")
            )
        found.append(Key(i, seat["organisation"], seat_role(seat["role"]), seat["name"], word, kind))
    return tuple(found)


def _firsts(model: type[Any], lot: Lot, **more: Any) -> list[tuple[int, datetime]]:
    """Officer and moment of the first act of a kind."""
    rows = model.objects.filter(lot=lot, **more).order_by("-envelope", "-at")
    return list(rows.values_list("officer", "at"))


def _keys_title(lot: Lot, phase: OpeningState, keys: Sequence[Key]) -> str:
    """How many officers there are and how many are needed."""
    told = {"n": len(keys), "t": lot.opening.t}
    if phase in NAMED:
        released = sum(key.word == _("Released") for key in keys)
        if away := sum(key.kind == "stop" for key in keys):
            told = {"all": len(keys), "released": released, "away": away}
            if away == 1:
                return _("%(released)s of %(all)s released; one absence recorded.") % told
            return _("%(released)s of %(all)s released; %(away)s absences recorded.") % told
        return _("%(all)s officers, %(released)s released") % {"all": len(keys), "released": released}
    text = ngettext("%(n)s officer, %(t)s must release", "%(n)s officers, %(t)s must release", len(keys))
    return text % told


def _desk(lot: Lot) -> dict[str, Any]:
    """What those who conduct the opening have written down, once names may be read."""
    shown = Figure.objects.filter(lot=lot).order_by("at")
    return {
        "read": LineRead.objects.filter(bid__lot=lot).count(),
        "present": tuple(Presence.objects.filter(lot=lot).values_list("role", "of").order_by("at")),
        "figures": tuple(Shown(row.kind, row.value, row.how, row.proof) for row in shown),
    }


def _objections(lot: Lot) -> tuple[Said, ...]:
    named = phase_of(Opening.objects.filter(lot=lot).first()) in NAMED
    rows = OpeningObjection.objects.filter(lot=lot).select_related("organisation").order_by("at")
    return tuple(
        Said(row.at, row.organisation.name if named else "", row.text, row.answer, row.answered_at)
        for row in rows
    )


def seat_of(lot: Lot, person: Any) -> int | None:
    """The number of a person's seat at this lot, if it holds one."""
    row = lot.seats.filter(person=person).first()
    return row.i if row else None
