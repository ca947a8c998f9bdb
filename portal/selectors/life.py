"""How a tender has gone so far: the stage strip and the timeline with what changed and by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal import formats, words
from portal.selectors import tenders
from portal.selectors.shapes import Diff, Law, LifeEvent, Stage
from trading.models import Lot, Tender
from trading.selectors import rules_of, setup_times
from trading.selectors.public import Moment, TenderView
from trading.services.notice_publish import TITLES
from trading.states import LotState, label

ENDED = {LotState.UNSUCCESSFUL, LotState.CANCELLED, LotState.RETENDERED}
CORRECTIONS = {"addendum", "postponement"}
# How far each state is along the strip: notice, bids, opening, evaluation, candidates, award, contract.
REACHED = {
    **dict.fromkeys((LotState.OPEN, LotState.SUSPENDED), 1),
    **dict.fromkeys((LotState.CLOSED, LotState.OPENING, LotState.PAUSED), 2),
    **dict.fromkeys((LotState.EVALUATING, LotState.REPORTED), 3),
    LotState.PUBLICITY: 4,
    **dict.fromkeys((LotState.AWAITING_AWARD, LotState.AWARDED), 5),
    **dict.fromkeys((LotState.CONTRACTED, LotState.ARCHIVED), 6),
}


def stages_of(view: TenderView, lot: Lot | None, *, now: datetime) -> list[Stage]:
    """The strip, at most nine steps; a correction is a step of its own, an early end is the last one."""
    zh = tenders.chinese()
    published = view.tender.get("published_at")
    done = [Stage(_("Notice"), "done", formats.day_in_year(published, zh=zh) if published else "")]
    corrections = sorted(notice["at"] for notice in view.notices if notice["kind"] in CORRECTIONS)
    if corrections:
        done.append(Stage(_("Correction"), "done", formats.day_in_year(corrections[-1], zh=zh)))
    if lot is None:
        return done
    state = tenders.state_of(lot)
    if state in ENDED:
        ended = lot.failed_at or lot.cancelled_at
        return [*done, Stage(_(label(state)), "now", formats.day_in_year(ended, zh=zh) if ended else "")]
    closing = formats.list_words(lot.close_at, now=now, zh=zh) if lot.close_at else ""
    steps = (
        _("Open for bids"),
        _("Close and open"),
        _("Evaluation"),
        _("Candidates"),
        _("Award"),
        _("Contract"),
    )
    reached = REACHED.get(state, 1)
    return [*done, *(step(place, word, reached, state, closing) for place, word in enumerate(steps, start=1))]


def step(place: int, word: str, reached: int, state: LotState, closing: str) -> Stage:
    """One step of the strip: the current one says the state's own word."""
    kind = "done" if place < reached else "now" if place == reached else ""
    when = closing if place == 2 else _("now") if kind == "now" else ""
    return Stage(_(label(state)) if kind == "now" and place != 2 else word, kind, when)


def life_of(tender: Tender, view: TenderView, lot: Lot | None) -> list[LifeEvent]:
    """Every notice with what it changed, then now, then what is to come."""
    changes = changes_by_moment(tender, view)
    notices = {(notice["number"], notice["version"]): notice for notice in view.notices}
    past, coming = [], []
    for moment in view.timeline:
        if moment.ahead:
            coming.append(
                LifeEvent(moment_word(moment, view), "next", at=moment.at, text=ahead_text(moment, lot))
            )
        elif moment.notice:
            notice = notices[moment.notice, moment.version]
            past.append(notice_event(tender, notice, changes))
        elif moment.code in {"closed_at", "opened_at"}:
            past.append(LifeEvent(moment_word(moment, view), at=moment.at))
    if lot is None or tenders.state_of(lot) in ENDED:
        return past
    state = tenders.state_of(lot)
    here = LifeEvent(_(label(state)), "now", text=now_text(state))
    return [*past, here, *coming, *rest_of(state)]


def moment_word(moment: Moment, view: TenderView) -> str:
    """What a moment is called; its lot when there are several."""
    word = _(words.MOMENTS[moment.code]) if moment.code in words.MOMENTS else moment.code
    if moment.lot and len(view.lots) > 1:
        return _("%(what)s, lot %(lot)s") % {"what": word, "lot": int(moment.lot)}
    return word


def ahead_text(moment: Moment, lot: Lot | None) -> str:
    """A sentence for a coming moment, where one helps."""
    if moment.code != "close_at" or lot is None:
        return ""
    return _("At least %(t)s officers must release together.") % {"t": lot.opening.t}


def notice_event(
    tender: Tender, notice: Mapping[str, Any], changes: Mapping[datetime, list[Diff]]
) -> LifeEvent:
    """A published notice on the timeline."""
    chinese_title, english_title = TITLES.get(notice["kind"], (notice["title"], notice["title_en"]))
    title = chinese_title if tenders.chinese() else english_title
    if notice["version"] > 1:
        title = _("%(title)s, version %(version)s") % {"title": title, "version": notice["version"]}
    diffs = changes.get(notice["at"], []) if notice["kind"] in CORRECTIONS else []
    law = addendum_law(tender) if notice["kind"] == "addendum" and diffs else None
    anchor = f"e-{notice['number']}-{notice['version']}"
    return LifeEvent(title, at=notice["at"], diffs=diffs, law=law, text=reason_of(notice), anchor=anchor)


def reason_of(notice: Mapping[str, Any]) -> str:
    """The reason a notice gives for itself, where its kind has one."""
    wanted = {"理由", "Reason", "原因", "Ground", "暂停原因", "终止理由"}
    language = "zh" if tenders.chinese() else "en"
    return next((value for name, value in notice["content"].get(language, []) if name in wanted), "")


def changes_by_moment(tender: Tender, view: TenderView) -> dict[datetime, list[Diff]]:
    """What addenda and postponements changed, by the moment of their publication."""
    found: dict[datetime, list[Diff]] = {}
    for addendum in view.addenda:
        for change in addendum["changes"]:
            diff = Diff(f"{change['where']}: {change['before']}", f"{change['where']}: {change['after']}")
            found.setdefault(addendum["published_at"], []).append(diff)
    for lot in tender.lots.select_related("opening").order_by("no"):
        before = setup_times(lot.opening).close_at if hasattr(lot, "opening") else None
        for moved in lot.postponements.order_by("at", "id"):
            if before and before != moved.close_at:
                diff = Diff(deadline_words(before), deadline_words(moved.close_at))
                found.setdefault(moved.at, []).append(diff)
            before = moved.close_at
    return found


def deadline_words(moment: datetime) -> str:
    """The deadline as a sentence for a diff."""
    return _("Deadline %(moment)s") % {"moment": formats.moment_words(moment, zh=tenders.chinese())}


def addendum_law(tender: Tender) -> Law:
    """Why a change moves the deadline: the number and its article come from the tender's rule pack."""
    rule = rules_of(tender, tender.published_at or tender.created_at)["addendum_lead"]
    text = _(
        "A change that may affect bids must be sent at least %(days)s days before the deadline, or the deadline moves."
    )
    return Law(text % {"days": rule.number}, rule.article, _("Why this deadline?"))


def now_text(state: LotState) -> str:
    """What "now" means for readers."""
    if state in {LotState.OPEN, LotState.SUSPENDED}:
        return _(
            "Until the opening nobody can see who took the documents, how many firms bid, or who paid a deposit."
        )
    if state in words.BEFORE_RECORD:
        return _("Names and prices are public with the opening record.")
    return ""


def rest_of(state: LotState) -> Sequence[LifeEvent]:
    """The steps still to come that have no date yet."""
    steps = (_("Evaluation"), _("Candidates"), _("Award"), _("Contract"))
    rest = steps[max(0, REACHED.get(state, 1) - 2) :]
    return [LifeEvent(_(", ").join(rest), "next")] if rest else []
