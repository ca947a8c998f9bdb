"""The number of a virtual sub-account: the bank's prefix, random digits, two check digits (ISO/IEC 7064, MOD 97-10)."""

from collections.abc import Callable

RANDOM_DIGITS = 14
"""Digits nobody can guess: two numbers of one million meet with a chance of about 0.5 %, and the draw is repeated."""
_MOST_BYTES = 16


def check_digits(digits: str) -> str:
    """The two digits which make ``digits`` plus them leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10).

    Every wrong digit and every swap of neighbours is found. ValueError unless ``digits`` are ASCII digits.
    """
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("only digits have check digits")
    return f"{98 - int(digits) * 100 % 97:02d}"


def is_well_formed(number: str) -> bool:
    """Whether a number carries its own check digits."""
    return number.isascii() and number.isdigit() and len(number) > 2 and int(number) % 97 == 1


def sub_account_number(prefix: str, entropy: Callable[[int], bytes]) -> str:
    """A fresh number: nothing in it says which lot, which bidder, or how many came before."""
    drawn = int.from_bytes(entropy(_MOST_BYTES)) % 10**RANDOM_DIGITS
    digits = f"{prefix}{drawn:0{RANDOM_DIGITS}d}"
    return digits + check_digits(digits)
