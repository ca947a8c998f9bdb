"""Files made of XML in a ZIP (XLSX, DOCX): looked through before any library opens them.

Nothing is unpacked to the disk. A file that would grow beyond all measure, holds a program, names paths or brings
document types of its own is refused here, with what to do about it.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken

UNREADABLE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, NotImplementedError, RuntimeError),
)
"""What the archive's library raises for a broken or lying archive."""

MAX_MEMBERS = 4_000
MAX_UNPACKED = 96 << 20
"""Bytes all members may have together once unpacked."""

MAX_RATIO = 200
RATIO_FROM = 1 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How password-protected and old binary Office files begin."""

_PATH = re.compile(r"^/|\\|(^|/)\.\.(/|$)")
_MACRO = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|xl/macrosheets/|activeX/|embeddings/.*\.bin)", re.IGNORECASE
)


def office_archive(data: bytes) -> zipfile.ZipFile:
    """The members of an Office file, safe to be read one by one.

    ``RuleBroken`` with a remedy for a protected or old binary file, one that is no archive, macros, paths that lead
    elsewhere, a bomb (more than ``MAX_UNPACKED`` bytes or ``MAX_RATIO`` to one), and XML with a document type.
    """
    if data.startswith(OLE):
        message = _(
            "The file is protected by a password or in an old format. Save it as XLSX or DOCX without a password."
        )
        raise RuleBroken("office_protected", message)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error
    check_sizes(archive)
    for info in archive.infolist():
        if _MACRO.search(info.filename):
            message = _("The file holds a program (macro). Save it without macros, as plain XLSX or DOCX.")
            raise RuleBroken("office_macro", message)
    for name, content in xml_members(archive):
        check_prolog(name, content)
    return archive


def check_sizes(archive: zipfile.ZipFile) -> None:
    """``RuleBroken`` for names that are paths out of the archive, encryption, and contents out of all proportion."""
    members = archive.infolist()
    total = sum(info.file_size for info in members)
    grown = any(
        info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        for info in members
    )
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED or grown:
        message = _("The file unpacks to more than can be read here. Split it, or leave pictures out.")
        raise RuleBroken("office_too_large", message)
    if any(_PATH.search(info.filename) or info.flag_bits & 1 for info in members):
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message)


def xml_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each XML part; ``RuleBroken`` when one cannot be unpacked as announced."""
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels", ".vml")):
            yield info.filename, member(archive, info)


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo | str) -> bytes:
    """One part's bytes, never more than the archive says it has."""
    try:
        return archive.read(info)
    except UNREADABLE as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error


def check_prolog(name: str, content: bytes) -> None:
    """``RuleBroken`` for a document type or an entity: they stand before the first element, so no more is read."""
    if name.lower().endswith(".vml"):
        return
    try:
        next(iter(iterparse(io.BytesIO(content), events=("start",), forbid_dtd=True)), None)
    except DefusedXmlException as error:
        raise RuleBroken("xml_entities", ENTITIES) from error
    except (ParseError, LookupError, ValueError) as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error


ENTITIES = _("The file brings a document type or entities of its own. Export it again without them.")
