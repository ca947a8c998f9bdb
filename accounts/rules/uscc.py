"""Unified social credit code (统一社会信用代码, GB 32100-2015): form and check character."""

import unicodedata

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
SOURCE = "GB 32100-2015"


def uscc_normalise(text: str) -> str:
    """The code as stored: half width, upper case, without any blank."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def uscc_check_character(body: str) -> str:
    """The 18th character for the first 17.

    Σ value × 3^(i-1) mod 31, then (31 - Σ mod 31) mod 31. Raises ``ValueError`` when ``body`` is not 17
    characters of the alphabet.
    """
    if len(body) != LENGTH - 1 or any(character not in ALPHABET for character in body):
        raise ValueError("17 characters of 0-9A-HJ-NP-RTUWXY are needed")
    total = sum(ALPHABET.index(character) * pow(3, i, 31) for i, character in enumerate(body))
    return ALPHABET[(31 - total % 31) % 31]


def uscc_findings(code: str) -> tuple[Finding, ...]:
    """What is wrong with ``code`` (already normalised); empty when it is well formed and its check holds."""
    if len(code) != LENGTH:
        return (
            Finding(
                code="uscc_length",
                message=_("The code has %(count)s characters; a unified social credit code has 18."),
                source=SOURCE,
                field="code",
                data={"count": len(code)},
            ),
        )
    if wrong := sorted({character for character in code if character not in ALPHABET}):
        return (
            Finding(
                code="uscc_alphabet",
                message=_("“%(wrong)s” cannot occur in a unified social credit code (no I, O, S, V or Z)."),
                source=SOURCE,
                field="code",
                data={"wrong": "".join(wrong)},
            ),
        )
    if uscc_check_character(code[:-1]) != code[-1]:
        return (
            Finding(
                code="uscc_check",
                message=_("The last character of the code does not fit the others; one of them is mistyped."),
                source=SOURCE,
                field="code",
            ),
        )
    return ()
