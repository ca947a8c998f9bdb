"""A bill of quantities from XML: the local standards differ in names, not in what an item is.

An element is an item when its attributes, or its children that hold text only, name the item, its unit and its
quantity. Names are those of ``bill_cells.HEADINGS``; the element's line in the file is not kept by the parser, so
items are counted instead.
"""

import io
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from trading.rules.archives import ENTITIES
from trading.rules.bill_cells import NEEDED, TOTALS, Reader, heading, plain
from trading.rules.bills import Bill

MAX_DEPTH = 60
_DECLARED = re.compile(rb'^\s*<\?xml[^>]*encoding\s*=\s*["\']([A-Za-z0-9._-]+)["\'][^>]*\?>')
CHINESE = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80"})


def read_xml(data: bytes) -> Bill:
    """The bill in an XML file. ``RuleBroken`` for document types, entities, damage, and each fault by its item."""
    reader, path, number = Reader(), [], 0
    try:
        for event, element in iterparse(io.BytesIO(utf8(data)), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                path.append(element)
                if len(path) > MAX_DEPTH:
                    raise RuleBroken("bill_xml", DAMAGED)
                continue
            path.pop()
            cells = cells_of(element)
            if cells.keys() >= NEEDED and not any(named(above) >= NEEDED for above in path):
                number += 1
                words = {name: word for name, (word, _value) in cells.items()}
                values = {name: value for name, (_word, value) in cells.items()}
                reader.line(values, words, section(path), number)
                element.clear()
            elif not path:
                root_total(reader, element, number)
    except DefusedXmlException as error:
        raise RuleBroken("xml_entities", ENTITIES) from error
    except (ParseError, LookupError, ValueError) as error:
        raise RuleBroken("bill_xml", DAMAGED) from error
    return reader.bill()


DAMAGED = _("The XML cannot be read. Export it again from the costing program, in UTF-8 or GBK.")


def utf8(data: bytes) -> bytes:
    """The file in UTF-8 when it declares one of the Chinese encodings, which the parser does not know."""
    declared = _DECLARED.match(data)
    if declared and declared[1].decode("ascii").lower() in CHINESE:
        return data[declared.end() :].decode("gb18030").encode()
    return data


def local(tag: object) -> str:
    """A name without its namespace."""
    return str(tag).rpartition("}")[2]


def cells_of(element: Element) -> dict[str, tuple[str, str]]:
    """What the attributes and plain children of an element say, by column: the name used, and the value."""
    found: dict[str, tuple[str, str]] = {}
    given = [
        *element.attrib.items(),
        *((child.tag, child.text or "") for child in element if len(child) == 0),
    ]
    for tag, value in given:
        if (name := heading(local(tag))) and name not in found:
            found[name] = (local(tag), value)
    return found


def named(element: Element) -> set[str]:
    """The columns an element's attributes name: an item's own breakdown below it is no item."""
    return {name for tag in element.attrib if (name := heading(local(tag)))}


def section(path: list[Element]) -> str:
    """What the part of the bill is called in which an item stands."""
    for element in reversed(path):
        for tag, value in element.attrib.items():
            if heading(local(tag)) == "name" and value.strip():
                return value.strip()[:60]
    return "XML"


def root_total(reader: Reader, root: Element, number: int) -> None:
    """The total the whole file states, if it does."""
    for tag, value in root.attrib.items():
        if plain(local(tag)) in TOTALS:
            reader.line({"amount": value, "first": "total"}, {"amount": local(tag)}, "XML", number)
