"""Tags of the trading pages: words of states, turns and steps, sentences of findings, the tabs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.forms.base import article_words, sentence
from accounts.middleware import actor
from accounts.states import Role
from kernel.errors import Finding
from trading import states
from trading.forms.draft import FORMS, KINDS
from trading.forms.gatherings import MEETINGS
from trading.forms.opening import SEAT_ROLES
from trading.forms.project import DEFECTS
from trading.rules.bills import TEXTS
from trading.rules.next_steps import STEPS as STEPS_AHEAD
from trading.rules.next_steps import TURN_OF
from trading.rules.paper_sums import for_reading
from trading.rules.result_notices import OUT_WORDS
from trading.rules.result_notices import article_words as item_words
from trading.rules.turns import TURNS
from trading.selectors.law import packs
from trading.states import LABELS, label

register = template.Library()

SHAPES: Mapping[str, str] = {
    "draft": "wait",
    "ready": "soon",
    "intake": "wait",
    "returned": "stop",
    "accepted": "done",
    "suspended": "stop",
    "closed": "wait",
    "opening": "",
    "paused": "stop",
    "evaluating": "wait",
    "reported": "soon",
    "publicity": "",
    "awaiting_award": "soon",
    "awarded": "done",
    "contracted": "done",
    "unsuccessful": "fail",
    "cancelled": "fail",
    "retendered": "stop",
    "archived": "done",
    "received": "soon",
    "answered": "done",
    "converted": "stop",
    "withdrawn": "stop",
    "pending": "soon",
    "published": "done",
    "offered": "soon",
    "signed": "done",
    "invited": "wait",
    "registered": "wait",
    "proven": "done",
    "failed": "fail",
}
DUES: Mapping[str, Any] = {
    "intake": gettext_lazy("The intake desk answers by"),
    "reply": gettext_lazy("Reply to the objection by"),
    "documents": gettext_lazy("Documents until"),
    "questions": gettext_lazy("Questions until"),
    "close": gettext_lazy("Deadline and opening"),
}
STEPS: Mapping[str, Any] = {
    "project": gettext_lazy("Project and parties"),
    "mandate": gettext_lazy("Agency and mandate"),
    "sheet": gettext_lazy("Data sheet"),
    "lots": gettext_lazy("Lots"),
    "documents": gettext_lazy("Tender documents"),
    "opening": gettext_lazy("Opening and officers"),
}
GROUNDS: Mapping[str, Any] = {
    "objection": gettext_lazy("an objection not answered yet"),
    "order": gettext_lazy("an order of the supervisor"),
    "fault": gettext_lazy("a fault of the system or the hall"),
    "owner": gettext_lazy("another ground of the owner"),
}
PROJECT_FIELDS: Mapping[str, Any] = {
    "name": gettext_lazy("Project name"),
    "name_en": gettext_lazy("English name"),
    "code": gettext_lazy("Investment project code"),
    "region": gettext_lazy("Region code"),
    "sector": gettext_lazy("Sector"),
    "scale": gettext_lazy("Scale"),
    "site": gettext_lazy("Place of the works"),
    "estimate": gettext_lazy("Estimate"),
    "mandatory": gettext_lazy("Must be tendered by law"),
    "state_funded": gettext_lazy("State funds control"),
    "public_owner": gettext_lazy("Public owner"),
    "open_tendering": gettext_lazy("Open tendering"),
    "scheme_approved": gettext_lazy("Scheme approved"),
    "approvals": gettext_lazy("Approvals"),
    "funds": gettext_lazy("Sources of funds"),
    "supervisor": gettext_lazy("Competent supervisor"),
    "agency": gettext_lazy("Agency"),
}
CHANGED: Mapping[str, Any] = {
    "ceiling": gettext_lazy("new ceiling price"),
    "duration_days": gettext_lazy("new duration in days"),
}
TURN_WORDS: Mapping[str, Any] = {**TURNS, "owner-refund": gettext_noop("the owner, then the centre")}
TABLES = {
    "changed": CHANGED,
    "kind": KINDS,
    "deposit": FORMS,
    "seat_role": SEAT_ROLES,
    "ground": GROUNDS,
    "due": DUES,
    "step": STEPS,
    "defect": DEFECTS,
    "field": PROJECT_FIELDS,
    "meeting": MEETINGS,
    "out": {code: english for code, (_zh, english) in OUT_WORDS.items()},
    "turn": TURNS,
    "step_next": STEPS_AHEAD,
    "step_turn": {code: TURN_WORDS[turn] for code, turn in TURN_OF.items()},
}


@register.filter
def rejection_article(text: str) -> str:
    """The item of 实施条例 51 on which a bid was rejected, as people read it."""
    zh, en = item_words(text)
    return zh if (get_language() or "zh-hans").startswith("zh") else en


@register.filter
def in_language(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of a paper kept in both languages, in the reader's, as facts."""
    zh = (get_language() or "zh-hans").startswith("zh")
    return [{"label": label, "value": value} for label, value in for_reading(content["zh" if zh else "en"])]


@register.filter
def state_word(value: str, kind: str) -> str:
    """A state as people say it: ``tender.state|state_word:"TenderState"``."""
    found: Enum = getattr(states, kind)(value)
    return _(label(found)) if type(found) in LABELS else str(value)


@register.filter
def state_shape(value: str) -> str:
    """The shape of a state's status word."""
    return SHAPES.get(str(value), "")


@register.filter
def said(code: Any, table: str) -> str:
    """A code as people read it: ``document.kind|said:"kind"``; an unknown one as it stands."""
    found = TABLES[table].get(str(code))
    return _(str(found)) if isinstance(found, str) else str(found) if found else str(code)


@register.filter
def titled(thing: Any) -> str:
    """The title of a tender or the name of a project or lot: the English one on English pages where there is one."""
    field = "title" if hasattr(thing, "title") else "name"
    english = getattr(thing, f"{field}_en", "")
    return str(english if english and (get_language() or "").startswith("en") else getattr(thing, field))


@register.filter
def rule_words(rule: str) -> str:
    """The name of a rule of a pack in the reader's language; an unknown one as it stands."""
    named = next((one for pack in packs() for one in pack.rules if one.id == rule), None)
    if named is None:
        return rule
    return named.text_en if (get_language() or "").startswith("en") else named.text_zh


@register.filter
def article(text: str) -> str:
    """The article behind a rule in the reader's language."""
    return article_words(text)


@register.filter
def as_moment(text: str) -> datetime:
    """A moment out of a plan kept as JSON, for the filters that write moments."""
    return datetime.fromisoformat(text)


@register.filter
def finding(value: Finding) -> str:
    """A finding in the reader's language with the article behind it."""
    return sentence(value)


@register.filter
def project_value(project: Any, name: str) -> Any:
    """A field of a project as the intake desk reads it."""
    value = getattr(project, name)
    if value is None:
        return _("Not stated yet")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "funds" and value:
        return "\n".join(f"{row.get('source', '')} {row.get('share', '')}%" for row in value)
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, list):
        return "\n".join(" · ".join(str(part) for part in row.values() if part) for row in value) or "–"
    return value if value != "" else "–"


@register.filter
def bill_problem(problem: Mapping[str, Any], name: str) -> str:
    """What does not add up in a bill, in the reader's language."""
    return _(TEXTS[problem["code"]]) % {**problem, "name": name}


@register.filter
def bill_number(value: Decimal | None) -> str:
    """A number of a bill: thousands apart, no noughts nobody wrote, two places at least where there are any."""
    if value is None:
        return "–"
    whole, _sep, places = f"{value:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places.ljust(2, '0')}" if places else whole


@register.filter
def part(form: Any, name: str) -> Any:
    """A form's field by name."""
    return form[name]


@register.filter
def of_lot(item: Finding) -> str:
    """The code of the lot a finding concerns, empty for the whole tender."""
    head, found, _rest = item.field.partition("].")
    return head.removeprefix("lots[") if found else ""


@register.simple_tag(takes_context=True)
def trading_tabs(context: Any) -> list[dict[str, Any]]:
    """The pages of this person's roles."""
    request = context["request"]
    who: Actor = actor(request)
    found = []
    if who.roles & {Role.OWNER, Role.AGENCY}:
        found.append(("desk", _("My projects")))
    if Role.INTAKE in who.roles:
        found.append(("intake", _("Projects to review")))
    if who.organisation is not None and (
        Role.OFFICER in who.roles or not who.roles & {Role.BIDDER, Role.AUDITOR, Role.SUPERVISOR, Role.INTAKE}
    ):
        found.append(("seats", _("Officers’ seats")))
    if Role.SUPERVISOR in who.roles:
        found.append(("supervised", _("Supervised tenders")))
    tabs = [{"word": word, "url": reverse(f"trading:{name}")} for name, word in found]
    for tab in tabs:
        tab["current"] = request.path == tab["url"]
    return tabs


@register.simple_tag
def due_url(row: Any) -> str:
    """The page of a work list's line."""
    kind = "tender" if hasattr(row.thing, "project") else "project"
    return reverse(f"trading:{kind}", args=[row.thing.pk])


@register.simple_tag
def step_url(step: str, view: Any) -> str:
    """Where a step is worked on; the first lot's opening stands for all."""
    if step == "project":
        return reverse("trading:project", args=[view.tender.project_id])
    if step == "lots":
        return reverse("trading:lot-new", args=[view.tender.pk])
    if step == "opening":
        if not view.lots:
            return reverse("trading:lot-new", args=[view.tender.pk])
        return reverse("trading:opening", args=[view.tender.pk, view.lots[0].pk])
    return reverse(f"trading:{step}", args=[view.tender.pk])
