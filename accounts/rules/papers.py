"""Uploaded papers: what they are called, what they are, how large they may be. Never rendered, only kept."""

import unicodedata

from django.utils.translation import gettext_noop as _

from accounts.rules.records import MAX_FILE_BYTES
from kernel.errors import Finding

MAX_NAME = 120
HEAD_BYTES = 8
# What a file begins with, and the ending its name gets. OFD (the national layout format) is a ZIP.
KINDS: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (b"%PDF-", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", (".png",)),
    (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    (b"PK\x03\x04", (".ofd",)),
)


def paper_name(name: str) -> str:
    """The name a file is kept under: its last part, printable characters only, at most 120 of them.

    Directories, control characters, signs of writing direction and leading dots are left out, so that a name
    can neither leave a folder nor pretend another ending.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(
        character
        for character in last
        if unicodedata.category(character)[0] != "C" and character not in '<>:"|?*;%'
    ).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    stem = stem[: MAX_NAME - len(ending) - 1]
    return f"{stem}.{ending.lower()}" if stem and ending else (stem or "paper")


def paper_findings(name: str, head: bytes, size: int, *, field: str = "file") -> tuple[Finding, ...]:
    """What stands against taking a file: ``head`` are its first bytes, ``size`` is in bytes."""
    if size == 0:
        return (Finding("paper_empty", _("The file is empty. Choose the file again."), field=field),)
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        message = _("The file is larger than %(limit)s MB. Save it with a lower resolution or in two files.")
        return (Finding("paper_too_large", message, field=field, data={"limit": limit}),)
    endings = next((endings for start, endings in KINDS if head.startswith(start)), ())
    if not paper_name(name).endswith(endings) or not endings:
        message = _("This is not a PDF, OFD, PNG or JPEG file, or its name has another ending.")
        return (Finding("paper_kind", message, field=field),)
    return ()
