"""Filters of the page of leads: families in words, numbers people can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experts.rules.analytics import Lead
from experts.rules.analytics.identity import lead_name
from experts.selectors.lead_steps import SHOWN, DecidedPage, Standing
from experts.states import label
from experts.states.leads import LeadState

register = template.Library()

WORDS: dict[str, tuple[Any, Any]] = {
    "frequency": (
        _("Drawn more often than the plan says"),
        _(
            "For everybody in the pool: how often, against the published probabilities of each round, exactly."
        ),
    ),
    "pair": (
        _("Drawn together more often than likely"),
        _(
            "For every two of the pool: how often, against the chance the plans gave them to sit together, by "
            "drawing panels again with the committed rounding."
        ),
    ),
    "purchaser": (
        _("Drawn for one owner more often than the plan says"),
        _(
            "For each expert before each owner. A rare specialty which one owner often asks for is already in the "
            "plan’s chances; a mistake in a record is not."
        ),
    ),
    "newcomer": (
        _("Drawn soon after coming into the pool"),
        _(
            "For each owner: those new in the pool, against the chances of the plans. A wave of admissions before a "
            "large tender has honest causes, too."
        ),
    ),
    "operator": (
        _("Seats drawn again under one operator"),
        _("For each operator: seats nobody took, against those of all other operators, exactly."),
    ),
    "depth": (
        _("Draws of many rounds under one operator"),
        _(
            "For each operator: draws of many rounds, against those of all other operators, exactly. Calls at night or "
            "before a holiday go unanswered more often."
        ),
    ),
    "haste": (
        _("Refusals written down sooner than a call takes"),
        _(
            "For each caller: refusals within seconds of being shown the name, against those of all other callers, "
            "exactly. Whoever looks at a name twice, or writes down what he was told in an earlier call, is as fast."
        ),
    ),
    "late-exclusion": (
        _("Units left out shortly before the header"),
        _(
            "For each who enters exclusions: those of the last hours before the header which raise somebody’s chance, "
            "against the others’, exactly; the chance without them is computed anew. After an opening bidders are "
            "known late, and whoever works for them has to stay out."
        ),
    ),
    "exclusion": (
        _("Units left out whose people mark the later winner down"),
        _(
            "For each who enters exclusions: how far below the others those left out had put the bidder who came first "
            "later, in earlier tenders, against those whom others left out before the same bidder, exactly. What "
            "follows from the register does not count. Whoever works for one region or trade leaves out others than "
            "his colleagues do."
        ),
    ),
    "late-edit": (
        _("Requests changed shortly before the header"),
        _(
            "For each owner: draws whose request was made anew, or whose own members changed, in the last hours before "
            "the header, against the draws of all others, exactly. Illness and moved dates change requests, too. The "
            "rules are the platform’s own and have no change to look at."
        ),
    ),
    "late-tie": (
        _("Ties told only at the table"),
        _(
            "For each member: panels at which he said only before the bidders’ names that he is tied to one, against "
            "all others, exactly. Nobody knows the bidders earlier, and saying so is a duty: look only whether the tie "
            "was old and could have been declared to the pool. What experts declared to the pool is not read here."
        ),
    ),
    "affinity": (
        _("A member in favour of a bidder"),
        _(
            "For each pair that met in enough tenders: the member’s marks against the other members’, less his own "
            "level, over all tenders; the chance counts every exchange of his bidders."
        ),
    ),
    "extreme": (
        _("Full or no marks more often than his own marks explain"),
        _(
            "For each member: full or no marks where his own level, his own spread and the marks of the others do not "
            "lead there, against how much members differ in this. Being severe or lenient with everybody is no lead. "
            "Whoever rounds up to full marks may be one: a habit is no wrong."
        ),
    ),
    "copy": (
        _("Two sheets too much alike"),
        _(
            "For every two members of a panel: equal marks, against how often the others agree on the same marks."
        ),
    ),
    "comment": (
        _("Two members with the same words"),
        _(
            "For every two members of a panel: the same comment on the same bid and criterion, against all other "
            "couples. Short texts, and phrases that others use or that stand elsewhere, do not count. Members may "
            "speak together and quote the same sentence of a bid."
        ),
    ),
    "outlier": (
        _("Marks nothing else explains"),
        _("Marks far from what bidder and member together explain (median polish, modified z)."),
    ),
    "flip": (
        _("One member decided who is first"),
        _(
            "Without this sheet another bidder would be first. Somebody often is the one: look at the reasons."
        ),
    ),
    "agreement": (
        _("Panels without a common order"),
        _("Members rank the bidders in hardly any common order (Kendall’s W)."),
    ),
}
EVIDENCE: dict[str, Any] = {
    "draws": _("rounds"),
    "samples": _("panels drawn again for each round"),
    "seats": _("seats"),
    "limits": _("share, 95 % limits"),
    "made": _("draws made"),
    "tenders": _("tenders"),
    "shrunk": _("estimate, shrunk"),
    "cells": _("marks compared"),
    "criterion": _("criterion"),
    "share": _("share of the most points"),
    "residual": _("beyond the expected"),
    "winner": _("first"),
    "without": _("first without it"),
    "members": _("members"),
    "refusals": _("refusals"),
    "shortest": _("shortest, in seconds"),
    "sat": _("panels sat on"),
    "lots": _("lots"),
    "exclusions": _("units left out"),
    "left": _("experts left out"),
    "strict": _("expert and winner"),
    "raised": _("most a chance grew, in per cent"),
    "comments": _("comments compared"),
    "where": _("bid and criterion"),
}
TABS = {"all": _("All leads"), "open": _("Open leads"), "closed": _("Closed leads")}
UNTESTED = frozenset(("outlier", "flip", "agreement"))
"""Families with a threshold and no chance beside them."""


@dataclass(frozen=True)
class Family:
    """One family on the page."""

    code: str
    title: str
    text: str
    tests: int
    tested: bool
    leads: Sequence[Lead]


@register.filter
def families(seen: DecidedPage) -> list[Family]:
    """The families of a page in their order, in words."""
    tests = seen.page.tests
    return [
        Family(
            code, str(title), str(text), tests.get(code, 0), code not in UNTESTED, seen.leads.get(code, ())
        )
        for code, (title, text) in WORDS.items()
    ]


@register.filter
def family(lead: Lead) -> dict[str, str]:
    """The family of one lead in words."""
    title, text = WORDS[lead.family]
    return {"title": str(title), "text": str(text)}


@register.filter
def lead_tabs(seen: DecidedPage) -> list[dict[str, Any]]:
    """Which leads can be listed, and how many each list holds."""
    return [
        {"code": code, "word": str(TABS[code]), "count": seen.counts[code], "current": code == seen.show}
        for code in SHOWN
    ]


@register.filter
def standing(seen: DecidedPage, lead: Lead) -> Standing:
    """What was decided about a lead."""
    return seen.standings[lead_name(lead)]


@register.filter
def state_word(state: str) -> str:
    """How far a lead is, in words."""
    return gettext(label(LeadState(state)))


@register.filter
def figure(value: float | None) -> str:
    """A number as people read it; a dash where there is none."""
    if value is None:
        return "–"
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:.4g}"


@register.filter
def percentage(value: float) -> str:
    """A share in per cent."""
    return f"{value * 100:g} %"


@register.filter
def evidence(lead: Lead) -> list[tuple[str, str]]:
    """What stands beside a lead: word and value."""
    return [(str(EVIDENCE.get(name, name)), shown(value)) for name, value in lead.evidence.items()]


def shown(value: object) -> str:
    """A value of the evidence as text."""
    if isinstance(value, float):
        return figure(value)
    return ", ".join(shown(one) for one in value) if isinstance(value, list) else str(value)
