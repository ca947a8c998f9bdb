"""JPEG and PNG without text, EXIF, XMP and whatever stands behind the picture; the picture's own bytes are copied.

Of a photo's EXIF only how it is to be turned is kept, in a segment written anew: without it a page taken upright
lies on its side. It tells nothing of who took the picture, when, where and with what.
"""

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
EXIF, EXIF_START = 0xE1, b"Exif\x00\x00"
ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
"""How a TIFF header names the order of its bytes (EXIF 2.32, 4.5.2)."""
ORIENTATION, SHORT, ENTRY = 0x0112, 3, 12
TURNED = range(2, 9)
"""Values of the tag Orientation that turn or mirror a picture; 1 means as it is."""


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
    kept, at, turned = [JPEG_START], 2, False
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
        elif not turned and (orientation := orientation_of(data[at:end], kind)) is not None:
            kept.append(orientation_segment(orientation))
            turned = True
        at = end


def orientation_of(segment: bytes, kind: int) -> int | None:
    """How an EXIF segment wants its picture turned: 2 to 8; None for any other segment, and where nothing is said."""
    if kind != EXIF or not segment[4:].startswith(EXIF_START):
        return None
    tiff = segment[4 + len(EXIF_START) :]
    order = ORDERS.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return None
    first = int(struct.unpack(f"{order}I", tiff[4:8])[0])
    if first + 2 > len(tiff):
        return None
    (count,) = struct.unpack(f"{order}H", tiff[first : first + 2])
    for place in range(first + 2, min(first + 2 + count * ENTRY, len(tiff) - ENTRY + 1), ENTRY):
        tag, kind_of, number, value = struct.unpack(f"{order}HHIH", tiff[place : place + 10])
        if (tag, kind_of, number) == (ORIENTATION, SHORT, 1):
            return value if value in TURNED else None
    return None


def orientation_segment(value: int) -> bytes:
    """An EXIF segment that holds the tag Orientation and nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, SHORT, 1, value, 0)
    tiff = b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = EXIF_START + tiff
    return struct.pack(">BBH", 0xFF, EXIF, len(body) + 2) + body


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
