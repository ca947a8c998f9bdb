"""The policy id T as words, for comparing by ear: 24 words on the printed notice, 12 for reading aloud.

One byte is one word of the lists words_zh.txt and words_en.txt (256 lines each, byte 0 first). The words are
the first 23 (or 11) bytes of T and, last, the first byte of SHA-256(T) as a check. Words prove nothing: whoever
writes a policy can search for one with the same short words. T is compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from protocol.errors import BadContent
from protocol.hashing import sha256

LANGUAGES: Final = ("zh", "en")
LONG: Final = 24
SHORT: Final = 12


@cache
def word_list(language: str) -> tuple[str, ...]:
    """The 256 words of "zh" or "en", byte 0 first."""
    if language not in LANGUAGES:
        raise BadContent("no words in this language", evidence=language[:16])
    text = resources.files("protocol").joinpath(f"words_{language}.txt").read_text("utf-8")
    return tuple(text.split())


def words(t: bytes, language: str, count: int = LONG) -> list[str]:
    """The 24 (or 12) words of a 32-byte T; BadContent for another length, count or language."""
    if len(t) != 32 or count not in (LONG, SHORT):
        raise BadContent("words are 24 or 12, of 32 bytes")
    listed = word_list(language)
    return [listed[byte] for byte in t[: count - 1] + sha256(t)[:1]]


def short(t: bytes, language: str) -> list[str]:
    """The 12 words of T for reading aloud."""
    return words(t, language, SHORT)


def matches(spoken: Sequence[str], t: bytes) -> bool:
    """Whether these are the 24 or 12 words of T in one of the languages, in any case of letters."""
    heard = [word.lower() for word in spoken]
    return len(heard) in (LONG, SHORT) and any(
        heard == words(t, language, len(heard)) for language in LANGUAGES
    )
