"""Codes people read to each other by telephone: random, never serial, with a check character.

Eight characters of Crockford's base 32 (no I, L, O, U) and one check character, ``7K2M-9QXDC``. The check
is a weighted sum in GF(2^5): it finds every single wrong character and every swap of two neighbours.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_READ_AS = str.maketrans("ILO", "110")


def code_from(random: bytes) -> str:
    """The code for five random bytes (40 bits), written in two groups, the check character last."""
    if len(random) != 5:
        raise ValueError("a code needs five random bytes")
    number = int.from_bytes(random, "big")
    values = [number >> 5 * place & 31 for place in range(LENGTH - 1, -1, -1)]
    text = "".join(ALPHABET[value] for value in values) + ALPHABET[_check(values)]
    return f"{text[:4]}-{text[4:]}"


def code_read(text: str) -> str | None:
    """The code in its one spelling, or None when the check character or the form is wrong.

    Small letters, spaces, missing hyphens, and I, L, O for 1, 1, 0 are read as meant.
    """
    plain = "".join(text.split()).replace("-", "").upper().translate(_READ_AS)
    if len(plain) != LENGTH + 1 or any(character not in ALPHABET for character in plain):
        return None
    values = [ALPHABET.index(character) for character in plain]
    if _check(values[:-1]) != values[-1]:
        return None
    return f"{plain[:4]}-{plain[4:]}"


def _check(values: list[int]) -> int:
    """Sum of value_i times x^(i+1) in GF(2^5) modulo x^5 + x^2 + 1."""
    total = 0
    for place, value in enumerate(values):
        weighted = value
        for _ in range(place + 1):
            weighted <<= 1
            if weighted & 32:
                weighted ^= 0b100101
        total ^= weighted
    return total
