"""When two names or two account numbers are the same one: spelling is levelled, nothing is guessed."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from protocol import hashing

_OPEN: Final = "([{<〔【〖「『《〈"
_CLOSE: Final = ")]}>〕】〗」』》〉"
_DOTS: Final = "·•‧∙⋅・᛫"
_LEVEL = str.maketrans(dict.fromkeys(_OPEN, "(") | dict.fromkeys(_CLOSE, ")") | dict.fromkeys(_DOTS, "·"))
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_NO_ACCOUNT = re.compile(r"[^0-9A-Z]")
_MARK: Final = b"sunlit/v1 payer account\x00"


def normalised_name(text: str) -> str:
    """A registered name as it is compared: Unicode NFKC (so full width is half width), one kind of bracket, one middle
    dot, no case, no space of any kind and no invisible sign. Words, order and every other sign stay as they are.
    """
    before, after = "", text
    while before != after:  # leaving out a space may join signs that NFKC then composes
        before = after
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", before).casefold())
        after = "".join(
            sign for sign in folded.translate(_LEVEL) if unicodedata.category(sign) not in _UNSEEN
        )
    return after


def same_name(one: str, other: str) -> bool:
    """True when both name the same after ``normalised_name``; an empty name is nobody's."""
    return bool(plain := normalised_name(one)) and plain == normalised_name(other)


def normalised_account(text: str) -> str:
    """An account number as it is compared: digits and Latin capitals only, full width read as half width."""
    return _NO_ACCOUNT.sub("", unicodedata.normalize("NFKC", text).upper())


def same_account(one: str, other: str) -> bool:
    """True when both are the same number after ``normalised_account``; an empty one is nobody's."""
    return bool(plain := normalised_account(one)) and plain == normalised_account(other)


def mark(account: str, key: bytes) -> str:
    """HMAC-SHA-256 under ``key`` of the account as compared, 64 hexadecimal digits (RFC 2104).

    Payers of different bidders are compared by it before the opening (条例40(六)), when nobody may see the account.
    ``ValueError`` for an empty key or account.
    """
    plain = normalised_account(account)
    if not key or not plain:
        raise ValueError("a mark needs a key and an account")
    return hashing.hkdf_extract(key, _MARK + plain.encode("ascii"), "sha256").hex()


def addressed(payee_account: str, remittance: str, known: Iterable[str]) -> str:
    """Which of our sub-accounts a line names, or nothing.

    The credited account counts first. Else a whole word of the remittance that is a known number, provided that it is
    the only one: part of a number, a wrong digit, or two numbers name nothing.
    """
    by_number = {normalised_account(number): number for number in known}
    if found := by_number.get(normalised_account(payee_account)):
        return found
    words = re.findall(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", unicodedata.normalize("NFKC", remittance))
    named = {by_number[plain] for word in words if (plain := normalised_account(word)) in by_number}
    return named.pop() if len(named) == 1 else ""
