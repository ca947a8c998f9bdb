"""The tree of specialties: codes and names as dated data. What an expert holds and a draw asks for is a leaf."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from experts.rules.packs import PACKS_DIR, PackError

FILE = "specialties-sunlit.toml"


@dataclass(frozen=True)
class Specialty:
    """A node of the tree."""

    code: str
    parent: str
    name_zh: str
    name_en: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class SpecialtyTree:
    """A scheme in one version; ``leaves`` is what can be held."""

    scheme: str
    version: str
    nodes: Mapping[str, Specialty]

    @property
    def leaves(self) -> list[Specialty]:
        """The nodes without children, by code."""
        parents = {node.parent for node in self.nodes.values()}
        return [self.nodes[code] for code in sorted(self.nodes) if code not in parents]

    def held_on(self, code: str, day: date) -> bool:
        """Whether this is a leaf which is in force on ``day``."""
        node = self.nodes.get(code)
        leaf = node is not None and all(other.parent != code for other in self.nodes.values())
        return bool(node and leaf and node.since <= day and (node.until is None or day <= node.until))

    def name(self, code: str, *, chinese: bool) -> str:
        """The words of a code with those above it; the code itself when the tree no longer has it."""
        words: list[str] = []
        node = self.nodes.get(code)
        while node is not None:
            words.append(node.name_zh if chinese else node.name_en)
            node = self.nodes.get(node.parent)
        separator = " · "
        return separator.join(reversed(words)) if words else code


def tree_read(text: str, name: str) -> SpecialtyTree:
    """The tree in a TOML text; ``PackError`` for a code that stands twice or hangs from none."""
    try:
        data = tomllib.loads(text)
        head = data["tree"]
        nodes: dict[str, Specialty] = {}
        for row in data["specialty"]:
            node = _node(row, head["in_force_from"])
            if node.code in nodes or (node.parent and node.parent not in nodes):
                raise PackError(f"{name}: {node.code} stands twice, or before what it hangs from")
            nodes[node.code] = node
        return SpecialtyTree(str(head["scheme"]), str(head["version"]), nodes)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise PackError(f"{name}: {error}") from error


@cache
def specialty_tree() -> SpecialtyTree:
    """The tree of this installation."""
    return tree_read((PACKS_DIR / FILE).read_text(encoding="utf-8"), FILE)


def _node(row: Mapping[str, Any], since: date) -> Specialty:
    names = str(row["name_zh"]), str(row["name_en"])
    return Specialty(
        str(row["code"]), str(row.get("parent", "")), *names, row.get("from", since), row.get("to")
    )
