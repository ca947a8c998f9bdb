"""Pages on paper: PDF by Typst from plain data, with Chinese characters from a font of the system, embedded.

No font is carried along; where the system has none of those below, nothing is printed rather than empty boxes
(a system check says so at the start, the address answers 503). Typst runs in a process of its own (``typesetter``):
one print would otherwise leave tens of megabytes in a server which has to be small.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable

TEMPLATES: Final = Path(__file__).parent / "typst"
PATIENCE_S: Final = 60
"""Seconds a page may take to be set; then its process is ended."""
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
    """The first family of ``CHINESE`` this system has, or ""; looked for once."""
    here = {family.casefold() for family in json.loads(_typesetter("families"))}
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
    given = {
        "file": str(TEMPLATES / f"{template}.typ"),
        "root": str(TEMPLATES),
        "data": filled,
        "at": at.replace(microsecond=0).isoformat(),
    }
    return _typesetter("pdf", json.dumps(given))


def _typesetter(what: str, given: str = "") -> bytes:
    """What the typesetting program answers; CalledProcessError when it cannot do it."""
    program = [sys.executable, "-I", "-X", "utf8", str(Path(__file__).with_name("typesetter.py")), what]
    done = subprocess.run(  # noqa: S603 - ourselves
        program, input=given.encode(), stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S
    )
    return done.stdout
