"""Every kind of object the log can hold: those of the sealed tender, of draws, of evaluations, of awards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from protocol import awarding, bodies, evaluation_bodies
from protocol.draw import objects
from protocol.errors import NotCanonical

FORMS: Final[Mapping[str, bodies.Form]] = {
    **bodies.FORMS,
    **objects.FORMS,
    **evaluation_bodies.FORMS,
    **awarding.FORMS,
}


def check_body(kind: str, body: Any) -> None:
    """Refuse (NotCanonical) a body that has not the form of its kind, or a kind there is not, naming what is wrong."""
    form = FORMS.get(kind)
    if form is None:
        raise NotCanonical(f"there is no kind of object named {kind!r}", obj=str(kind)[:40])
    form(body, kind)
