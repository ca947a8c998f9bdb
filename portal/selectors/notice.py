"""The one page of a tender: facts, stages, timeline with what changed, files, officers, notices.

Everything comes from `tender_view` for the public, so that the visibility table decides, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import formats, words
from portal.selectors import tenders
from portal.selectors.awaited import awaited_of
from portal.selectors.life import life_of, stages_of
from portal.selectors.policy import policy_box
from portal.selectors.result import results_of
from portal.selectors.shapes import Fact, FileLine, Law, LotBox, Note, NoticePage, NoticeText
from trading.models import Tender
from trading.rules.paper_sums import for_reading
from trading.selectors.methods import method_shown
from trading.selectors.public import TenderView, retenders_of, tender_by_number, tender_view
from trading.states import LotState
from trading.visibility import Audience

# The countdown ends before the deadline: a leaf covered only by a later time stamp is late whatever the reason.
MARGIN = timedelta(seconds=10)
TAKES_BIDS = frozenset({LotState.OPEN.value, LotState.SUSPENDED.value})
VERSIONED = frozenset({"tender", "addendum", "postponement"})
FACTS: Mapping[str, str] = words.TENDER_FACTS


def notice_page(number: str, *, now: datetime, origin: str) -> NoticePage:
    """The page of a published tender; `NotFound` for any other number."""
    tender = tender_by_number(number)
    view = tender_view(tender, audience=Audience.PUBLIC, at=now)
    lots = tenders.lots_of(tender)
    lead = tenders.leading_lot(lots) if lots else None
    title = tenders.said(view.tender, "title")
    deadlines = [lot["close_at"] for lot in view.lots if lot["state"] in TAKES_BIDS and lot.get("close_at")]
    coming = min((moment for moment in deadlines if moment > now), default=None)
    turn = words.TURNS.get(tenders.state_of(lead), "") if lead else ""
    return NoticePage(
        number=view.tender["number"],
        title=title,
        lang=tenders.language_mark(title),
        trade=tenders.trade_word(view.tender["trade"]),
        status=tenders.status_of(tender, lots, now=now),
        version=sum(1 for notice in view.notices if notice["kind"] in VERSIONED),
        turn=_(turn) if turn else "",
        stages=stages_of(view, lead, now=now),
        notes=notes_of(view),
        facts=[
            *(lot_facts(view.lots[0], view) if len(view.lots) == 1 else []),
            *tender_facts(view),
            *repeats(tender),
        ],
        life=life_of(tender, view, lead),
        results=results_of(lots, now=now),
        awaited=awaited_of(lots, now=now),
        files=[FileLine(file["name"], file["size"], file["sha256"]) for file in view.documents],
        lots=[lot_box(lot, view, origin=origin) for lot in view.lots],
        texts=notice_texts(view.notices),
        contacts=contacts_of(view),
        who_sees=who_sees(lead.state if lead else LotState.OPEN.value),
        secrecy=secrecy_law(),
        deadline=coming,
        count_until=coming - MARGIN if coming else None,
    )


def secrecy_law() -> Law:
    """Why names and number are kept."""
    text = _("Names and number of those who took the documents or bid are kept secret.")
    return Law(text, _("Tendering Law, article 22"))


def tender_facts(view: TenderView) -> list[Fact]:
    """Facts of the tender as a whole; empty ones are left out."""
    facts = []
    for name, label in FACTS.items():
        value = view.tender.get(name)
        said = tenders.said(view.tender, name)
        text = (
            yes_or_no(value) if isinstance(value, bool) else _(words.SUBJECTS.get(said, said)) if said else ""
        )
        if text:
            url = reverse("portal:notice", args=[text]) if name == "retender_of" else ""
            facts.append(Fact(_(label), text, url=url))
    zh = tenders.chinese()
    for proof in view.tender.get("media_proofs", []):
        first = formats.moment_words(proof["seen_at"], zh=zh)
        facts.append(Fact(_("Published in"), proof["medium"], note=f"{first} · {proof['url']}"))
    for name, label in words.TENDER_MOMENTS.items():
        moment = view.tender.get(name)
        if moment:
            facts.append(Fact(_(label), formats.moment_words(moment, zh=zh)))
    return facts


def repeats(tender: Tender) -> list[Fact]:
    """The published tenders that repeat this one, each a link; the other direction is a fact of the tender."""
    numbers = retenders_of(tender)
    return [Fact(_("Tendered again as"), one, url=reverse("portal:notice", args=[one])) for one in numbers]


def yes_or_no(value: bool) -> str:  # noqa: FBT001
    """Yes or no."""
    return _("yes") if value else _("no")


def lot_facts(lot: Mapping[str, Any], view: TenderView) -> list[Fact]:
    """Facts of a lot: the ceiling is the key one."""
    zh = tenders.chinese()
    currency = lot["currency"]
    facts = []
    if lot.get("ceiling") is not None:
        facts.append(Fact(_("Ceiling price"), formats.money_exact(lot["ceiling"], currency, zh=zh), key=True))
    scope = tenders.said(lot, "scope")
    method = str((lot.get("method") or {}).get("kind", ""))
    days = {"days": lot.get("duration_days")}
    valid = {"days": lot.get("validity_days")}
    rows = (
        (_("Scope of the lot"), scope if scope != tenders.said(view.tender, "summary") else ""),
        (_("Duration"), _("%(days)s calendar days") % days if days["days"] else ""),
        (_("Quality"), lot.get("quality")),
        (_("Who may bid"), lot.get("qualification")),
        (_("Project manager"), lot.get("manager_class")),
        (_("Bids are valid for"), _("%(days)s days from the deadline") % valid if valid["days"] else ""),
        (_("Evaluation"), _(words.METHODS[method]) if method in words.METHODS else method),
        (_("Hall"), lot.get("hall")),
    )
    facts += [Fact(label, str(value)) for label, value in rows if value]
    if lot.get("deposit_amount"):
        forms = [_(words.DEPOSIT_FORMS.get(form, form)) for form in lot.get("deposit_forms", [])]
        amount = formats.money_exact(lot["deposit_amount"], currency, zh=zh)
        facts.append(Fact(_("Bid deposit"), amount, note=_(", ").join(forms)))
    return facts


def notes_of(view: TenderView) -> list[Note]:
    """Bars above the facts: corrected, suspended, unsuccessful, terminated."""
    states = {lot["state"] for lot in view.lots}
    notes = []
    if LotState.SUSPENDED in states:
        text = _(
            "Bids may still be sealed, replaced and withdrawn. The deadline moves if it falls into the suspension."
        )
        notes.append(Note(_("This tender is suspended."), text, ""))
    if LotState.UNSUCCESSFUL in states:
        text = _("Who bid, and how many, stays sealed for good. Deposits go back.")
        notes.append(Note(_("This tender was unsuccessful."), text, "stop"))
    if LotState.CANCELLED in states:
        text = _("The notice stays here with its reason. Fees and deposits go back with interest.")
        notes.append(Note(_("The owner terminated this tender."), text, "stop"))
    if view.addenda and LotState.OPEN in states:
        notes.append(
            Note(_("This notice was corrected."), _("What changed is in the timeline below."), "calm")
        )
    return notes


def lot_box(lot: Mapping[str, Any], view: TenderView, *, origin: str) -> LotBox:
    """A lot with its policy; its own facts when there are several lots."""
    number = view.tender["number"]
    after = lot["state"] not in TAKES_BIDS | {LotState.CANCELLED.value}
    no = int(lot["code"])
    url = reverse("portal:opening", args=[number, no]) if after else ""
    facts = lot_facts(lot, view) if len(view.lots) > 1 else []
    policy = policy_box(lot, number=number, origin=origin)
    method = method_shown(lot.get("method") or {}, lot.get("ceiling"))
    return LotBox(no, tenders.said(lot, "name"), policy, url, facts, method)


def notice_texts(notices: Sequence[Mapping[str, Any]]) -> list[NoticeText]:
    """Every notice as it was published, row by row, in the reader's language."""
    language = "zh" if tenders.chinese() else "en"
    return [
        NoticeText(
            tenders.said(notice, "title"),
            notice["at"],
            [Fact(label, value) for label, value in for_reading(notice["content"].get(language, []))],
            f"{notice['number']} v{notice['version']}",
            notice["sha256"],
            reverse("portal:notice-version", args=[notice["number"], notice["version"]]),
        )
        for notice in sorted(notices, key=lambda notice: notice["at"])
    ]


def contacts_of(view: TenderView) -> list[Fact]:
    """Who to call: the owner's contact, the trading centre, the supervisor."""
    operator = settings.OPERATOR_NAME or _("Example City Public Resource Trading Centre")
    rows = (
        (_("Questions to the notice"), view.tender.get("contact", ""), ""),
        (_("Platform and opening"), operator, settings.OPERATOR_PHONE),
        (_("Supervisor"), tenders.said(view.tender, "supervisor"), ""),
    )
    return [Fact(label, value, note=note) for label, value, note in rows if value]


def who_sees(state: str) -> str:
    """Who can see the page, and what nobody sees yet."""
    if state == LotState.UNSUCCESSFUL:
        return _(
            "Anyone can read this page. Who bid, and how many, stays sealed for good: too few bids were there to open."
        )
    if state in words.BEFORE_RECORD:
        return _(
            "Anyone can read this page. Until the opening nobody can see who took the documents, how many firms bid, "
            "or who paid a deposit."
        )
    return _(
        "Anyone can read this page and the opening record. Technical envelopes are seen by the evaluation panel only."
    )
