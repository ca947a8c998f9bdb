"""Functions of the verifier which hang on nothing but their arguments, asked once for thousands of mutants of one bundle.

Only the tests do this. A mutant is judged in full: what is remembered is the answer to the very same bytes.
"""

from __future__ import annotations

import copy
import functools
import marshal
from collections.abc import Callable
from typing import Any

from protocol import anchors, dsse, events, notes, sealing, timestamps
from protocol.draw import case as draw_case
from protocol.errors import ProtocolError

PURE = (
    (anchors, "load"),
    (draw_case, "parse_event"),
    (dsse, "verify_one"),
    (events, "parse_event"),
    (notes, "verify"),
    (sealing, "deal"),
    (timestamps, "verify"),
)
KEPT = 5_000


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which is asked once for equal arguments; a refusal is remembered like an answer."""
    held: dict[Any, tuple[Any, ProtocolError | None]] = {}

    @functools.wraps(function)
    def ask(*args: Any, **named: Any) -> Any:
        key = _key(args, named)
        if key not in held:
            if len(held) >= KEPT:
                held.clear()  # what all mutants share is soon there again
            try:
                held[key] = function(*args, **named), None
            except ProtocolError as error:
                held[key] = None, copy.copy(error)
        answer, error = held[key]
        if error is not None:
            raise copy.copy(error)  # a refusal that is raised holds on to all that led to it
        return answer

    return ask


def _key(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Equal only for equal arguments: their bytes; frozen dataclasses as they are; the tables of forms by identity."""
    plain = tuple(
        id(arg) if isinstance(arg, dict) and arg and callable(next(iter(arg.values()))) else arg
        for arg in args
    )
    try:
        return marshal.dumps((plain, named), 2)
    except ValueError:
        return plain, tuple(sorted(named.items()))


def remember(put: Callable[[Any, str, Any], None] = setattr) -> None:
    """Remember what the functions of `PURE` say, by ``put`` (that of `monkeypatch`, or for the rest of the process)."""
    for module, name in PURE:
        put(module, name, once(getattr(module, name)))
