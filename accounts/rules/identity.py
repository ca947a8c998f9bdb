"""Numbers of identity papers: kept as a keyed hash and the last four characters, never plain.

The keyed hash lets two records be compared (条例 40(三): one person named in two bids) by whoever holds
the key, and by nobody who steals the table: a plain hash of an 18-digit number is guessed in seconds.
"""

import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from protocol import hashing

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
RESIDENT_LENGTH = 18
MIN_KEY_BYTES = 32
HASH_BYTES = 32
LAST = 4


@dataclass(frozen=True)
class IdentityMark:
    """What is kept of a number: 32 bytes of HMAC-SHA-512 in hex, and its last four characters."""

    keyed_hash: str
    last4: str


def identity_normalise(number: str) -> str:
    """Half width, upper case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def resident_number_holds(number: str) -> bool:
    """Whether an 18-character resident identity number has the right check character (GB 11643-1999)."""
    body, check = number[:-1], number[-1:]
    if len(number) != RESIDENT_LENGTH or not (body.isascii() and body.isdigit()):
        return False
    return (
        _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11] == check
    )


def identity_mark(number: str, *, key: bytes, kind: str = "resident") -> IdentityMark:
    """The mark of an identity number under the platform's ``key`` (at least 32 bytes).

    ``kind`` is ``resident``, ``passport`` or ``other`` and is part of what is hashed. Raises
    ``RuleBroken`` (``identity_number``) for a resident number whose check character is wrong, and
    ``ValueError`` for a key that is too short to protect anything.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError("the identity key must have at least 32 bytes")
    plain = identity_normalise(number)
    if (kind == "resident" and not resident_number_holds(plain)) or len(plain) <= LAST:
        raise RuleBroken(
            "identity_number", _("The identity number is mistyped: its check character does not fit.")
        )
    digest = hashing.mac(key, f"{kind}\x00{plain}".encode())[:HASH_BYTES]
    return IdentityMark(keyed_hash=digest.hex(), last4=plain[-LAST:])
