"""暗标: what a blind document must not show, found by machine and put to the panel as questions; it rejects nobody."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding

REPEATED: Final = 3
"""A first or last line that stands on so many pages is a header or footer."""
SHORTEST: Final = 2
_SUBSET: Final = re.compile(r"^[A-Z]{6}\+")
_PLAIN: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Layout:
    """What was read of a document: its pages' texts and the fonts they name."""

    pages: Sequence[str]
    fonts: frozenset[str]


def blind_envelopes(method: Mapping[str, Any]) -> frozenset[int]:
    """The envelopes after the first which the method (member ``blind``) has judged without knowing whose they are."""
    given = method.get("blind", ())
    return (
        frozenset(e for e in given if type(e) is int and e >= 1) if isinstance(given, list) else frozenset()
    )


def layout_findings(read: Layout, allowed: Collection[str], names: Collection[str]) -> list[Finding]:
    """What in a blind document the panel should ask about: other fonts, headers or footers, a bidder's name.

    ``names`` are of all bidders, their people included: whose name it is, the finding does not tell.
    """
    found = []
    wanted = {_plain(one) for one in allowed}
    if strange := sorted(font for font in map(_font, read.fonts) if _plain(font) not in wanted):
        text = _("Is this font one of those allowed: %(font)s?")
        found.append(Finding("blind_font", text, data={"font": ", ".join(strange[:5])}))
    if _repeated(read.pages):
        found.append(Finding("blind_header", _("Do the pages carry a header or footer?")))
    whole = _plain("".join(read.pages))
    if any(len(_plain(name)) >= SHORTEST and _plain(name) in whole for name in names):
        found.append(Finding("blind_name", _("Does the text name a bidder or its people?")))
    return found


def _font(name: str) -> str:
    """A font's name without the mark of a subset and of its style."""
    return _SUBSET.sub("", name.lstrip("/")).split(",")[0].split("-")[0]


def _plain(text: str) -> str:
    return _PLAIN.sub("", text).casefold()


def _repeated(pages: Sequence[str]) -> bool:
    """Whether a first or last line, numbers apart, stands on three pages or more."""
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [one.strip() for one in page.splitlines() if one.strip()]
        for line in {lines[0], lines[-1]} if lines else ():
            plain = re.sub(r"\d+", "", _plain(line))
            if plain:
                edges[plain] += 1
    return any(number >= REPEATED for number in edges.values())
