"""JPEG and PNG without text, EXIF, XMP and whatever stands behind the picture; the picture's own bytes are copied."""

import struct

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"sBIT",
        b"bKGD",
        b"pHYs",
        b"hIST",
    }
)
JPEG_START = b"\xff\xd8"
STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
SOS, EOI, COMMENT = 0xDA, 0xD9, 0xFE
APPS = range(0xE0, 0xF0)
APPS_KEPT = {0xE0: b"JFIF\x00", 0xEE: b"Adobe"}
"""Application segments that say how to decode; ICC profiles, EXIF, XMP and the rest go."""


def damaged() -> RuleBroken:
    """The refusal of a picture that cannot be followed to its end."""
    message = _("The picture is damaged or not what its name says. Save it again as PNG or JPEG.")
    return RuleBroken("attachment_picture", message)


def png_stripped(data: bytes) -> bytes:
    """The PNG with only the chunks that make up the picture; ``RuleBroken`` when it is none."""
    if not data.startswith(PNG_START):
        raise damaged()
    kept, at = [PNG_START], len(PNG_START)
    while True:
        if at + 12 > len(data):
            raise damaged()
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            raise damaged()
        if kind in PNG_KEPT:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def jpeg_stripped(data: bytes) -> bytes:
    """The JPEG with only the segments that make up the picture; ``RuleBroken`` when it is none."""
    if not data.startswith(JPEG_START):
        raise damaged()
    kept, at = [JPEG_START], 2
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise damaged()
        kind = data[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        if kind == EOI:
            return b"".join([*kept, b"\xff\xd9"])
        end = segment_end(data, at, kind)
        if kept_segment(data[at:end], kind):
            kept.append(data[at:end])
        at = end


def segment_end(data: bytes, at: int, kind: int) -> int:
    """Where the segment at ``at`` ends, its entropy-coded data included."""
    if kind in STANDALONE:
        return at + 2
    if at + 4 > len(data):
        raise damaged()
    end = at + 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    if kind == SOS:
        end = scan_end(data, end)
    if end > len(data):
        raise damaged()
    return end


def scan_end(data: bytes, at: int) -> int:
    """The next marker after entropy-coded data: stuffed zeros and restart markers belong to it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise damaged()
        follows = data[at + 1]
        if follows == 0x00 or 0xD0 <= follows <= 0xD7:
            at += 2
        elif follows == 0xFF:
            at += 1
        else:
            return at


def kept_segment(segment: bytes, kind: int) -> bool:
    """Whether a segment is needed to decode the picture."""
    if kind == COMMENT:
        return False
    if kind not in APPS:
        return True
    return kind in APPS_KEPT and segment[4:].startswith(APPS_KEPT[kind])
