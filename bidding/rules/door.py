"""Refusal at the door (拒收): late, not sealed, not prequalified, and nothing else (实施条例36, 20号令26).

Everything that concerns the content of a bid is for the panel; the machine never rejects.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding

HEADER = 56
"""Bytes of a Cobblestone header, which is part 0 of every ciphertext (docs/protocol.md, 3)."""
PART = 512 * 16_400
"""Bytes of each later part, the last one may be shorter."""

PLAIN_MAGIC: Mapping[bytes, str] = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP, DOCX, XLSX",
    b"\xd0\xcf\x11\xe0": "DOC, XLS",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"OFD\x00": "OFD",
    b"<?xml": "XML",
    b'{"currency":': "JSON",
}


def part_size(number: int, size: int) -> int:
    """Bytes which part ``number`` of a ciphertext of ``size`` bytes has; 0 if it has no such part."""
    if number == 0:
        return min(HEADER, size)
    start = HEADER + (number - 1) * PART
    return max(0, min(PART, size - start))


def part_count(size: int) -> int:
    """How many parts a ciphertext of ``size`` bytes has."""
    return 1 + max(0, -(-(size - HEADER) // PART))


def plain_format(first_bytes: bytes) -> str | None:
    """The name of the file format these bytes begin like, or None when they could be ciphertext."""
    for magic, name in PLAIN_MAGIC.items():
        if first_bytes.startswith(magic):
            return name
    return None


def unsealed(number: int, first_bytes: bytes) -> Finding | None:
    """The refusal of a part which is not ciphertext; only the two parts a file can begin in are looked at."""
    found = plain_format(first_bytes) if number in {0, 1} else None
    if found is None:
        return None
    return Finding(
        "not_encrypted",
        _("This file is not encrypted (it begins like %(format)s) and must be refused; seal it first."),
        "20号令26",
        data={"format": found},
    )


def size_findings(sizes: Mapping[int, int], *, limit: int) -> tuple[Finding, ...]:
    """One finding for each envelope larger than the tender allows. Sizes in bytes of ciphertext."""
    return tuple(
        Finding(
            "too_large",
            _("Envelope %(envelope)s has %(size)s bytes; the tender allows %(limit)s."),
            "",
            field=f"e{envelope}",
            data={"envelope": envelope, "size": size, "limit": limit},
        )
        for envelope, size in sorted(sizes.items())
        if size > limit
    )


def missing_parts(held: Sequence[int], size: int) -> tuple[int, ...]:
    """The numbers of the parts still to be sent, ascending."""
    have = frozenset(held)
    return tuple(number for number in range(part_count(size)) if number not in have)
