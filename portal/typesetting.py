"""Pages on paper: PDF by Typst from plain data, with Chinese characters from a font of the system, embedded.

No font is carried along; where the system has none of those below, nothing is printed rather than empty boxes
(a system check says so at the start, the address answers 503).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable

TEMPLATES: Final = Path(__file__).parent / "typst"
CHINESE: tuple[str, ...] = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Songti SC",
    "SimSun",
    "FangSong",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)
"""Families with the characters of simplified Chinese, the best for reading first."""


@lru_cache(maxsize=1)
def chinese_font() -> str:
    """The first family of ``CHINESE`` this system has, or ""; looked for once, nothing of it stays in memory."""
    here = {family.casefold() for family in typst.Fonts().families()}
    return next((family for family in CHINESE if family.casefold() in here), "")


def typeset(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of ``template`` (a file in ``typst/``) filled with ``data``; the same data give the same bytes.

    ``at`` is the moment written into the file, to the second. Unavailable ``no_chinese_font`` where none of the
    families is here.
    """
    family = chinese_font()
    if not family:
        raise Unavailable(
            "no_chinese_font",
            _(
                "The PDF cannot be made now: this server has no font with Chinese characters. Print the page instead."
            ),
        )
    filled = json.dumps({**data, "fonts": [family]}, ensure_ascii=False)
    made = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        format="pdf",
        sys_inputs={"data": filled},
        timestamp=at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made
