"""DOCX and XLSX without properties: authors, companies, dates, comments' and changes' authors, paths of the computer.

Parts are copied one by one into a new archive with a date that says nothing. Attributes that name people are
emptied where they stand, so that the text around them stays byte for byte.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from trading.rules.archives import member, office_archive
from trading.rules.stripping_images import jpeg_stripped, png_stripped

EPOCH = (1980, 1, 1, 0, 0, 0)
DROPPED = ("docProps/", "customXml/", "xl/printerSettings/", "word/printerSettings/")
"""Folders left out whole: properties, thumbnails, data that other programs left behind, names of printers."""

PICTURES: dict[str, Callable[[bytes], bytes]] = {
    ".png": png_stripped,
    ".jpg": jpeg_stripped,
    ".jpeg": jpeg_stripped,
}
PEOPLE = re.compile(r"(^|/)(people|person|persons/[^/]*)\.xml$|(^|/)persons/")

_VALUE = r"""\s*=\s*("[^"]*"|'[^']*')"""
_NAMES = re.compile(
    r"(\s(?:\w+:)?(?:author|initials|userId|providerId|userName|lastModifiedBy|reservationPassword))" + _VALUE
)
_DATES = re.compile(r"(\s\w+:date(?:Utc)?)" + _VALUE)
_DISPLAY = re.compile(r"(\s(?:\w+:)?displayName)" + _VALUE)
_AUTHORS = re.compile(r"(<(?:\w+:)?author\b[^>/]*>)[^<]*(</)")
_PATHS = re.compile(r"<\w+:(?:absPath|attachedTemplate|mailMerge)\b[^>]*/>")
_GONE = r"""(?:docProps|customXml|printerSettings)/"""
_PRINTER = re.compile(r"""(<pageSetup\b[^>]*?)\s\w+:id\s*=\s*["'][^"']*["']""")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*/>")
_OVERRIDE = re.compile(rf"""<(?:\w+:)?Override\b[^>]*PartName\s*=\s*["'][^"']*/{_GONE}[^>]*/>""")
_FIELD = re.compile(
    r"(?:instrText|fldSimple)\b[^>]*(?:>|=)[^<>]*\b(?:AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS)\b"
)


def office_stripped(data: bytes) -> bytes:
    """The document in a new archive without what tells its maker.

    ``RuleBroken`` as in ``office_archive``, and for objects of other programs, pictures in other formats than PNG and
    JPEG, links to files of one's own computer, and fields which print the author: each with what to do.
    """
    target = io.BytesIO()
    with office_archive(data) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for info in source.infolist():
            if info.is_dir() or info.filename.startswith(DROPPED):
                continue
            content = part_stripped(info.filename, member(source, info))
            made.writestr(zipfile.ZipInfo(info.filename, EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def part_stripped(name: str, content: bytes) -> bytes:
    """One part: pictures and XML cleaned, anything else refused."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PICTURES:
        return PICTURES[suffix](content)
    if name.lower().endswith((".xml", ".rels", ".vml")):
        return xml_stripped(name, content)
    if "/media/" in name:
        message = _(
            "The document holds a picture that is not PNG or JPEG. Change it, or save the document as PDF."
        )
        raise RuleBroken("attachment_picture_kind", message)
    message = _(
        "The document holds an object of another program, from which the author cannot be taken out. "
        "Remove it, or save the document as PDF."
    )
    raise RuleBroken("attachment_object", message)


def xml_stripped(name: str, content: bytes) -> bytes:
    """A part of XML with the attributes that name people emptied; the declared encoding is kept."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = _("The file is damaged or not what its name says. Save it again and choose it anew.")
        raise RuleBroken("office_damaged", message) from error
    if _FIELD.search(text):
        message = _(
            "The document prints its author by a field. Replace the field by plain text, or save it as PDF."
        )
        raise RuleBroken("attachment_field", message)
    text = _PATHS.sub("", _AUTHORS.sub(r"\1\2", _NAMES.sub(r'\1=""', text)))
    text = _DATES.sub(r'\1="1980-01-01T00:00:00Z"', _PRINTER.sub(r"\1", text))
    if PEOPLE.search(name):
        text = _DISPLAY.sub(r'\1=""', text)
    if name.endswith(".rels"):
        text = _RELATION.sub(relation_stripped, text)
    if name == "[Content_Types].xml":
        text = _OVERRIDE.sub("", text)
    return text.encode(encoding)


def relation_stripped(found: re.Match[str]) -> str:
    """A relation as it stays: none to dropped parts and templates; ``RuleBroken`` for one to the sender's computer."""
    whole = found[0]
    if re.search(rf"""Target\s*=\s*["'][^"']*{_GONE}""", whole) or "attachedTemplate" in whole:
        return ""
    if re.search(r"""TargetMode\s*=\s*["']External["']""", whole) and not re.search(
        r"""Target\s*=\s*["'](?:https?:|mailto:|#)""", whole
    ):
        message = _(
            "The document links to a file on your computer. Remove the link, or save the document as PDF."
        )
        raise RuleBroken("attachment_link", message)
    return whole
