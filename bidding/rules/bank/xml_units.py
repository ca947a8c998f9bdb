"""Large XML files in pieces: hardened, with line numbers, in flat memory.

The file is parsed as it is read. Elements named as containers are only announced; what stands directly in them is
handed out as a small tree of its own and forgotten. No document type, no entity, nothing external, and limits on
depth, text, and the size of a piece.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext_noop as _

from bidding.rules.bank.lines import StatementRefused
from trading.rules.archives import ENTITIES

CHUNK: Final = 1 << 16
MAX_BYTES: Final = 1 << 30
MAX_DEPTH: Final = 60
MAX_TEXT: Final = 20_000
MAX_LIVE: Final = 200_000
"""Elements held at a time: an entry with its details."""

CHINESE: Final = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80"})
_DECLARED = re.compile(rb'^\s*<\?xml[^>]*encoding\s*=\s*["\']([A-Za-z0-9._-]+)["\'][^>]*\?>')
_TOO_LARGE = _("The file is larger than can be read here. Ask the bank for a shorter period.")
_DAMAGED = _("The XML cannot be read: it is cut off, damaged, or no XML. Ask the bank for the file again.")
_STRAY = _("There is text where only elements may stand.")


class Node:
    """An element: its name without namespace, text, attributes, children, and the line it begins in."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        """An element that has just begun."""
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Node] = []

    def child(self, *path: str) -> "Node | None":
        """The first element at ``path`` below this one."""
        found = self
        for name in path:
            for one in found.children:
                if one.name == name:
                    found = one
                    break
            else:
                return None
        return found

    def all(self, name: str) -> "list[Node]":
        """The children of a name."""
        return [one for one in self.children if one.name == name]

    def at(self, *path: str) -> str:
        """The text at ``path``, without space around it; empty when there is none."""
        found = self.child(*path)
        return found.text.strip() if found else ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A container begins."""

    name: str
    space: str
    line: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A container ends."""

    name: str
    line: int


Unit = Opened | Closed | Node


class Plan(Protocol):
    """How a file is cut: what is a container, and which elements are condensed as soon as they end."""

    dense: str
    dense_in: frozenset[str]

    def strict(self, path: tuple[str, ...]) -> bool:
        """Whether text beside elements is refused in these containers; in envelopes it is skipped."""

    def contains(self, path: tuple[str, ...], name: str, space: str, line: int) -> bool:
        """Whether an element in these containers is a container itself."""

    def condense(self, node: Node) -> Node:
        """What is kept of an element named ``dense``."""


class Target:
    """What the parser calls; ``out`` fills with units."""

    def __init__(self, plan: Plan) -> None:
        """Nothing read yet."""
        self.plan = plan
        self.out: list[Unit] = []
        self.path: tuple[str, ...] = ()
        self.stack: list[tuple[Node, int]] = []
        self.live = 0
        self.line: Callable[[], int] = int

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        space, _brace, name = tag.rpartition("}")
        line = self.line()
        if len(self.path) + len(self.stack) >= MAX_DEPTH:
            raise StatementRefused(line, name, _DAMAGED)
        if not self.stack and self.plan.contains(self.path, name, space[1:], line):
            self.path = (*self.path, name)
            self.out.append(Opened(name, space[1:], line))
            return
        self.live += 1
        if self.live > MAX_LIVE:
            raise StatementRefused(line, name, _TOO_LARGE)
        node = Node(name, attributes, line)
        if self.stack:
            self.stack[-1][0].children.append(node)
        self.stack.append((node, self.live))

    def data(self, text: str) -> None:
        """Text within the current element."""
        if self.stack:
            node = self.stack[-1][0]
            node.text += text
            if len(node.text) > MAX_TEXT:
                raise StatementRefused(self.line(), node.name, _TOO_LARGE)
        elif not text.isspace() and self.plan.strict(self.path):
            raise StatementRefused(self.line(), "/".join(self.path), _STRAY)

    def end(self, _tag: str) -> None:
        """The current element ends."""
        if not self.stack:
            self.out.append(Closed(self.path[-1], self.line()))
            self.path = self.path[:-1]
            return
        node, live = self.stack.pop()
        if node.children and node.text:
            if not node.text.isspace():
                raise StatementRefused(node.line, node.name, _STRAY)
            node.text = ""
        if not self.stack:
            self.live = 0
            self.out.append(node)
        elif node.name == self.plan.dense and self.stack[-1][0].name in self.plan.dense_in:
            self.stack[-1][0].children[-1] = self.plan.condense(node)
            self.live = live

    def close(self) -> None:
        """The file ends."""


def units(source: BinaryIO, plan: Plan) -> Iterator[Unit]:
    """The pieces of an XML file, one after the other. ``StatementRefused`` names the line of the first fault.

    UTF-8 and UTF-16 with or without a mark, ISO-8859-1, and the Chinese encodings a file declares are read.
    """
    head = source.read(CHUNK)
    declared = _DECLARED.match(head)
    chinese = declared is not None and declared[1].decode("ascii").lower() in CHINESE
    decoder = codecs.getincrementaldecoder("gb18030")() if chinese else None
    target = Target(plan)
    parser = DefusedXMLParser(target=target, encoding="utf-8" if decoder else None, forbid_dtd=True)
    target.line = lambda: int(parser.parser.CurrentLineNumber)
    size = 0
    try:
        chunk = head
        while chunk:
            size += len(chunk)
            if size > MAX_BYTES:
                raise StatementRefused(None, "", _TOO_LARGE)
            parser.feed(decoder.decode(chunk).encode() if decoder else chunk)
            yield from target.out
            target.out.clear()
            chunk = source.read(CHUNK)
        if decoder:
            decoder.decode(b"", final=True)
        parser.close()
    except DefusedXmlException as error:
        raise StatementRefused(target.line(), "", ENTITIES) from error
    except ParseError as error:
        raise StatementRefused(error.position[0], "", _DAMAGED) from error
    except (LookupError, ValueError) as error:
        raise StatementRefused(None, "", _DAMAGED) from error
    yield from target.out
