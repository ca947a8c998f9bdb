"""Words of the pool's pages, and where the account's pages lead an expert."""

from typing import Any
from uuid import UUID

from django import template
from django.utils.translation import gettext, gettext_noop

from accounts.forms.base import sentence
from accounts.middleware import actor
from accounts.states import Role
from experts.policies.draw import may_read_desk
from experts.rules.packs import pool_pack
from experts.selectors import draw_tables, draw_words
from experts.selectors.draw_label import self_attested
from experts.selectors.own import as_expert
from experts.selectors.pool import chinese, specialty_words
from experts.states import ChangeKind, label
from experts.states.calls import TryOutcome
from experts.states.conduct import RaterSide
from experts.states.draw import SeatCode
from kernel.errors import Finding

register = template.Library()


@register.simple_tag(takes_context=True)
def has_expert_record(context: Any) -> bool:
    """Whether the pool holds a record of whoever is signed in."""
    return Role.EXPERT in as_expert(actor(context["request"])).roles


@register.filter
def is_self_attested(lot_id: UUID) -> bool:
    """Whether the panel of a lot was drawn in a way which one officer or organisation could have chosen or foreseen."""
    return self_attested(lot_id)


@register.filter
def said(finding: Finding) -> str:
    """A finding in the reader's language, with its article."""
    return sentence(finding)


@register.filter
def specialty(code: str) -> str:
    """A code with its words."""
    return specialty_words([code])[0]


@register.filter
def change_word(why: str) -> str:
    """Why somebody came or went between two epochs."""
    if why == "waiting_over":
        return gettext("waiting period over")
    return gettext("term not running") if why == "term" else gettext(label(ChangeKind(why)))


@register.filter
def reason_words(code: str) -> str:
    """Why people of a unit stay out of a draw."""
    return draw_words.said(draw_tables.REASONS, code)


@register.simple_tag
def draw_fallback() -> draw_words.Fallback:
    """What the law says of a panel that lots could not fill."""
    return draw_words.fallback_words()


@register.filter
def when_words(code: str) -> str:
    """Whether a draw is before or after the opening."""
    return draw_words.said(draw_tables.WHEN, code)


@register.filter
def cause_words(code: str) -> str:
    """Why there was a further draw."""
    return draw_words.said(draw_tables.CAUSES, code)


@register.filter
def answer_words(code: str) -> str:
    """What became of a drawn seat."""
    return draw_words.answer_word(code)


@register.filter
def whole_minutes(seconds: int) -> int:
    """Seconds as whole minutes."""
    return seconds // 60


@register.simple_tag(takes_context=True)
def draws_offered(context: Any) -> bool:
    """Whether whoever is signed in has anything to do with the drawing of panels."""
    return may_read_desk(actor(context["request"])).allowed


@register.filter
def seat_word(code: str) -> str:
    """What became of a seat, in words."""
    return gettext(label(SeatCode(code)))


@register.filter
def seat_shape(code: str) -> str:
    """How the look shows what became of a seat."""
    return {SeatCode.OPEN: "wait", SeatCode.ACCEPTED: "done"}.get(SeatCode(code), "")


@register.filter
def try_word(outcome: str) -> str:
    """How a call ended, in words."""
    return gettext(label(TryOutcome(outcome)))


@register.filter
def answer_reason(code: str) -> str:
    """A reason of an answer in words; of an exclusion its code."""
    pack = pool_pack()
    found = pack.declines.get(code) or pack.relations.get(code)
    if found is None:
        return code
    return found.text_zh if chinese() else found.text_en


LEFT_OUT = {
    "own-employer": gettext_noop("left out: works for the owner"),
    "related": gettext_noop("left out: the employer is a party, or related to one"),
    "recent": gettext_noop("left out: sat on a panel shortly before"),
    "supervisor-staff": gettext_noop("left out: works for the supervisor"),
    "declared": gettext_noop("left out: by your own declaration"),
    "unavailable": gettext_noop("left out: you had told days away"),
    "suspended": gettext_noop("left out: suspended"),
    "ordered": gettext_noop("left out: by order"),
    "specialty": gettext_noop("could not be drawn: no specialty that was asked for, or outside your term"),
    "seated": gettext_noop("had a seat already"),
    "gone": gettext_noop("had been drawn before and does not sit"),
}
"""Why somebody of a pool could not be drawn: the protocol's reasons, and none of them."""


@register.filter
def left_out_word(reason: str) -> str:
    """Why somebody of the pool could not be drawn, in words."""
    return gettext(LEFT_OUT.get(reason, reason))


@register.filter
def side_word(side: RaterSide) -> str:
    """Who rates, in words."""
    return gettext(label(side))


@register.filter
def occasion_word(occasion: str) -> str:
    """What was assessed; of a panel with who rates in the reader's language."""
    head, mark, side = occasion.rpartition(" / ")
    return f"{head} · {gettext(label(RaterSide(side)))}" if mark and side in set(RaterSide) else occasion
