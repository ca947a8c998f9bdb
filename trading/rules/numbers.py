"""Numbers people read: tenders, lots, notices; and random codes that count nothing (法22)."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code survives being read over the telephone."""

CODE_BYTES = 5
GROUP = 4
MAX_SERIAL = 99_999
MAX_NAME = 120
FORBIDDEN = frozenset('/\\:*?"<>|')


def tender_number(region: str, trade: str, year: int, serial: int, *, again: int = 0) -> str:
    """``500112-GC-2026-00123``, with ``-R2`` for the second tender of the same thing.

    ``again`` is 0 for a first tender, else 2, 3 …; raises ``ValueError`` outside the form.
    """
    if len(region) != 6 or not region.isdigit() or not 1 <= serial <= MAX_SERIAL:
        raise ValueError("a tender number needs a six-digit region and a serial of at most five digits")
    suffix = f"-R{again}" if again else ""
    return f"{region}-{trade}-{year}-{serial:05d}{suffix}"


def lot_code(no: int) -> str:
    """The lot's two-digit code within its tender, ``01`` first."""
    return f"{no:02d}"


def lot_number(tender: str, no: int) -> str:
    """The lot's public number."""
    return f"{tender}-{lot_code(no)}"


def notice_number(tender: str, sequence: int) -> str:
    """The public number of a tender's n-th notice."""
    return f"{tender}-N{sequence:02d}"


def addendum_number(tender: str, sequence: int) -> str:
    """The public number of a tender's n-th addendum."""
    return f"{tender}-B{sequence}"


def question_number(tender: str, sequence: int) -> str:
    """The public number of a question, given when it is answered, in the order of the answers."""
    return f"{tender}-W{sequence:02d}"


def objection_number(tender: str, sequence: int) -> str:
    """The public number of an objection, given when it is answered."""
    return f"YY-{tender}-{sequence:02d}"


def random_code(raw: bytes) -> str:
    """Two groups of four base-32 characters and a check character, of five random bytes: ``7Q2K-M4XD-9``"""
    if len(raw) != CODE_BYTES:
        raise ValueError("a code is made from five random bytes")
    value = int.from_bytes(raw, "big")
    text = "".join(ALPHABET[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{text[:GROUP]}-{text[GROUP:]}-{check_character(text)}"


def check_character(text: str) -> str:
    """The check character of ISO 7064's hybrid system for an alphabet of 32 (MOD 33,32).

    It finds every single wrong character and nearly every exchange of neighbours.
    """
    product = len(ALPHABET)
    for character in text:
        total = (product + ALPHABET.index(character)) % len(ALPHABET) or len(ALPHABET)
        product = (total * 2) % (len(ALPHABET) + 1)
    return ALPHABET[(1 - product) % len(ALPHABET)]


def is_code(text: str) -> bool:
    """Whether ``text`` is a code with the right check character; case and hyphens do not matter."""
    plain = text.replace("-", "").upper()
    if len(plain) != 2 * GROUP + 1 or any(character not in ALPHABET for character in plain):
        return False
    return check_character(plain[:-1]) == plain[-1]


def is_safe_filename(name: str) -> bool:
    """Whether a name given by a person can be kept as a plain file name.

    No path part, no control or invisible direction character, no leading dot, 1 to 120 characters.
    """
    if not 1 <= len(name) <= MAX_NAME or name != name.strip() or name.startswith("."):
        return False
    return not any(character in FORBIDDEN or not character.isprintable() for character in name)
