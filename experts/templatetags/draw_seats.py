"""Words of a draw's pages for officers and contributors, and what draws ask of whoever is signed in."""

from typing import Any

from django import template
from django.utils.translation import gettext, gettext_lazy

from accounts.middleware import actor
from experts.selectors.draw_officer import DrawWork, Step, draw_work
from experts.states import label
from experts.states.draw import DrawState
from kernel import clock

register = template.Library()
_S, _D = Step, DrawState
STEPS = {
    _S.ACCEPT: (gettext_lazy("accept the seat"), "soon"),
    _S.KEY: (gettext_lazy("make the key"), "soon"),
    _S.CERTIFY: (gettext_lazy("your organisation certifies the key"), "wait"),
    _S.TRY: (gettext_lazy("dry run due"), "soon"),
    _S.READY: (gettext_lazy("ready; nothing to do yet"), "done"),
    _S.ACT: (gettext_lazy("waits for you now"), "soon"),
    _S.PROMISED: (gettext_lazy("promised; the release follows"), "wait"),
    _S.BETWEEN: (gettext_lazy("this round is done"), "done"),
    _S.DONE: (gettext_lazy("over"), "done"),
}
"""The word of each step and the shape of its status."""
SHAPES = {
    _D.BEGUN: "wait",
    _D.PREPARED: "wait",
    _D.OPEN: "open",
    _D.CLOSED: "soon",
    _D.COMMITTING: "soon",
    _D.SHORT: "fail",
    _D.COMPLETE: "done",
    _D.REVEALED: "done",
}


@register.simple_tag(takes_context=True)
def draws_waiting(context: Any) -> DrawWork:
    """What draws ask of whoever is signed in."""
    return draw_work(actor(context["request"]), clock.now())


@register.filter
def step_word(step: Step) -> str:
    """What an officer does next, in words."""
    return str(STEPS[step][0])


@register.filter
def step_shape(step: Step) -> str:
    """The shape of a step's status word."""
    return STEPS[step][1]


@register.filter
def draw_word(state: str) -> str:
    """A draw's state as people say it."""
    return gettext(label(DrawState(state)))


@register.filter
def draw_shape(state: str) -> str:
    """The shape of a draw's status word."""
    return SHAPES.get(DrawState(state), "wait")
