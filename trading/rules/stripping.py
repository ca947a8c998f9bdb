"""Attachments without their makers: who asks is hidden, so a file must not tell (journeys O8, scenario 8; 法22).

What a format is known to carry about people and machines is taken out; what cannot be is refused with what to do.
The text itself is the sender's own. Nothing is rendered, nothing is executed.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from trading.rules.stripping_images import jpeg_stripped, png_stripped
from trading.rules.stripping_office import office_stripped

MAX_ATTACHMENT = 10 << 20


def pdf_stripped(data: bytes) -> bytes:
    """See ``stripping_pdf``."""
    from trading.rules import stripping_pdf  # noqa: PLC0415  (pypdf is loaded where a PDF comes)

    return stripping_pdf.pdf_stripped(data)


MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
MAKERS: Mapping[str, Callable[[bytes], bytes]] = {
    ".pdf": pdf_stripped,
    ".docx": office_stripped,
    ".xlsx": office_stripped,
    ".png": png_stripped,
    ".jpg": jpeg_stripped,
    ".jpeg": jpeg_stripped,
}


def attachment_ending(name: str) -> str:
    """The ending of an attachment's name; ``RuleBroken`` for one whose properties cannot be taken out."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        message = _(
            "An attachment is PDF, DOCX, XLSX, PNG or JPEG: from other files the author cannot be taken out. "
            "Save it as PDF and choose it again."
        )
        raise RuleBroken("attachment_type", message)
    return suffix


def stripped(name: str, data: bytes) -> bytes:
    """The file without author, organisation, dates, comments' authors, places and traces of the device.

    ``name`` gives the format by its ending. ``RuleBroken`` for an empty file, one above ``MAX_ATTACHMENT`` bytes,
    another type than the name says, and whatever holds parts that cannot be cleaned: each with its remedy.
    """
    suffix = attachment_ending(name)
    if not data:
        raise RuleBroken("attachment_empty", _("The file is empty. Choose the file again."))
    if len(data) > MAX_ATTACHMENT:
        message = _("An attachment has at most %(limit)s MB. Send only the pages concerned.")
        raise RuleBroken("attachment_too_large", message, limit=MAX_ATTACHMENT >> 20)
    return MAKERS[suffix](data)


def attachment_name(number: int, name: str) -> str:
    """The name an attachment is kept under: the sender's own could name the sender."""
    return f"attachment-{number}{PurePath(name).suffix.lower()}"
