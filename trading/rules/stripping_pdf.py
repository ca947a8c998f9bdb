"""PDF without Info, XMP, private data of programs, annotations' authors and pictures' EXIF.

The document is copied object by object as far as its pages reach, so that what earlier versions left in the file
is not copied either.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from kernel.errors import RuleBroken
from trading.rules.stripping_images import jpeg_stripped

EVERYWHERE = ("/Metadata", "/PieceInfo", "/LastModified", "/OpenAction", "/AA")
OF_NOTES = ("/T", "/M", "/CreationDate", "/NM")
MAX_PAGES = 500
BROKEN = (
    *(
        PyPdfError,
        DependencyError,
        struct.error,
        zlib.error,
        EOFError,
        OSError,
        ArithmeticError,
        RecursionError,
    ),
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, AssertionError),
)
"""What a file that is no PDF makes the library raise."""


def pdf_stripped(data: bytes) -> bytes:
    """The PDF rewritten without what tells its maker.

    ``RuleBroken`` for a file protected by a password, one with files inside, signatures or programs, and one that
    cannot be read: each with what to do.
    """
    if not data.startswith(b"%PDF-"):
        raise damaged()
    try:
        return rewritten(rewritten(data))
    except BROKEN as error:
        raise damaged() from error


def damaged() -> RuleBroken:
    """The refusal of a PDF that cannot be read."""
    message = _("The PDF is damaged or not what its name says. Print it to a new PDF and choose that.")
    return RuleBroken("attachment_pdf", message)


def rewritten(data: bytes) -> bytes:
    """One copy. What the first only cut off, the second does not find any more and leaves out."""
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        message = _("The PDF is protected by a password. Save it without one, or print it to a new PDF.")
        raise RuleBroken("attachment_encrypted", message)
    if not 0 < len(reader.pages) <= MAX_PAGES:
        raise damaged()
    writer = PdfWriter()
    writer.clone_document_from_reader(reader)
    writer.metadata = None
    for item in objects(writer):
        clean(item)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def objects(writer: PdfWriter) -> Iterator[Any]:
    """Every object of the copy, those that stand inside others included."""
    waiting: list[Any] = [item for item in writer._objects if item is not None]  # noqa: SLF001 - no public walk
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, DictionaryObject):
            waiting += [value for value in item.values() if isinstance(value, DictionaryObject | ArrayObject)]
        elif isinstance(item, ArrayObject):
            waiting += [value for value in item if isinstance(value, DictionaryObject | ArrayObject)]


def clean(item: Any) -> None:
    """Take out of one object what tells of people, and out of a picture its EXIF."""
    if not isinstance(item, DictionaryObject):
        return
    refuse_part(item)
    for name in EVERYWHERE:
        item.pop(name, None)
    if "/Rect" in item and item.get("/Subtype") != "/Widget":
        for name in OF_NOTES:
            item.pop(name, None)
    if isinstance(item, StreamObject) and item.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        item._data = jpeg_stripped(item._data)  # noqa: SLF001 - the encoded bytes have no public setter


def refuse_part(item: DictionaryObject) -> None:
    """``RuleBroken`` for what cannot be cleaned: files inside, signatures with their signer's name, programs."""
    if "/EF" in item or "/EmbeddedFiles" in item or item.get("/Subtype") == "/FileAttachment":
        message = _("The PDF holds other files. Print it to a new PDF, or send the files one by one.")
        raise RuleBroken("attachment_files", message)
    if item.get("/FT") == "/Sig" or "/ByteRange" in item:
        message = _(
            "The PDF is signed, and the signature names its signer. Print it to a new PDF and choose that."
        )
        raise RuleBroken("attachment_signed", message)
    if item.get("/S") == "/JavaScript" or "/JS" in item:
        message = _("The PDF holds a program. Print it to a new PDF and choose that.")
        raise RuleBroken("attachment_program", message)
