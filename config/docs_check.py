"""Checks on the documentation: links lead somewhere, commands named in README exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.core.management import get_commands

LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#{1,6}\s+(.*)$", re.MULTILINE)
FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAKE: Final = re.compile(r"\bmake ([a-z][a-z-]*)")
MANAGE: Final = re.compile(r"manage\.py ([a-z_]+)")
MODULE: Final = re.compile(r"python -m ([a-z_]+)")
TARGET: Final = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
# English prose has "make sure"; a command stands in a code span or block.
CODE: Final = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def pages(root: Path) -> list[Path]:
    """The pages people read: at the top and under docs/."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def anchor(heading: str) -> str:
    """A heading's anchor as the usual renderers make it."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", ""))
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """Every anchor of a page."""
    return {anchor(heading) for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))}


def broken_links(root: Path) -> Iterator[str]:
    """Links to files or headings that are not there; links to the web are not followed."""
    for page in pages(root):
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, fragment = target.partition("#")
            goal = (page.parent / name).resolve() if name else page
            if not goal.exists():
                yield f"{page.relative_to(root)}: no such file: {target}"
            elif fragment and goal.suffix == ".md" and fragment not in anchors(goal):
                yield f"{page.relative_to(root)}: no such heading: {target}"


def unknown_commands(root: Path) -> Iterator[str]:
    """Commands named in a page which do not exist: make targets, management commands, modules."""
    targets = set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))
    commands = set(get_commands())
    for page in pages(root):
        code = "\n".join(CODE.findall(page.read_text(encoding="utf-8")))
        name = page.relative_to(root)
        yield from (f"{name}: no make target: {word}" for word in set(MAKE.findall(code)) - targets)
        yield from (f"{name}: no command: manage.py {word}" for word in set(MANAGE.findall(code)) - commands)
        yield from (
            f"{name}: no module: python -m {word}"
            for word in set(MODULE.findall(code)) - {"venv", "pip", "pytest"}
            if not ((root / word / "__main__.py").exists() or (root / f"{word}.py").exists())
        )
