"""Words of the pages of draws in the reader’s language: states, whose turn it is, answers, the trust label."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.rules.articles import article_shown
from experts.models import Draw, DrawRequest
from experts.rules.packs import DRAW_FALLBACK, pool_pack
from experts.selectors.draw_tables import NAMED_TURN, SHAPES, TURNS
from experts.selectors.pool import StateWord, chinese
from experts.states import label
from experts.states.draw import DrawState, RequestState, SeatCode
from protocol.draw import objects


def said(table: Mapping[str, str], code: str) -> str:
    """The words of a code; an unknown one as it stands."""
    return _(table[code]) if code in table else code


def request_word(request: DrawRequest) -> StateWord:
    """The state of a request and how it looks."""
    state = RequestState(request.state)
    return StateWord(_(label(state)), SHAPES[state])


def draw_word(draw: Draw) -> StateWord:
    """The state of a draw and how it looks."""
    state = DrawState(draw.state)
    return StateWord(_(label(state)), SHAPES[state])


def turn_of(request: DrawRequest, draw: Draw | None) -> str:
    """Whose turn it is: of the request until a draw is begun, then of its last draw."""
    if request.named and request.state == RequestState.CONFIRMED.value:
        return _(NAMED_TURN)
    if draw is None or request.state != RequestState.CONFIRMED.value:
        return _(TURNS[RequestState(request.state)])
    return _(TURNS[DrawState(draw.state)])


def answer_word(code: str) -> str:
    """What became of a seat."""
    return _(label(SeatCode(code)))


@dataclass(frozen=True)
class Fallback:
    """What the law says of a panel that lots could not fill, and where."""

    text: str
    article: str


def fallback_words() -> Fallback:
    """The pack's rule for a draw that ended short, with its article (法37, 条例46)."""
    rule, zh = pool_pack().rules[DRAW_FALLBACK], chinese()
    return Fallback(rule.text_zh if zh else rule.text_en, article_shown(rule.article, chinese=zh))


def trust_words(header: Mapping[str, Any], contributors: Collection[str] | None = None) -> str:
    """The trust label of a draw: who would have to work together to foresee or to change it (ADR 34, 36).

    ``contributors`` are the organisations whose contributions counted; until that is known, those that must give one.
    """
    t, n = header["t"], len(header["officers"])
    given = {row["org"] for row in header["required"]} if contributors is None else contributors
    if objects.attested(header, given) == "self-attested":
        return _(
            "Self-attested: one officer, or one organisation alone, could have chosen or foreseen this result."
        )
    words = _(
        "Officers’ profile, %(t)s of %(n)s, no outside beacon. To foresee the panel or to sway it, at least %(t)s of "
        "the %(n)s officers, or every contributor, would have to work together; neither the platform nor any other "
        "single party can. Once a round is decided, the platform’s machine can know who was drawn; it cannot change it."
    )
    return words % {"t": t, "n": n}
