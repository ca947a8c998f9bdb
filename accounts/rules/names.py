"""Registered names: when two spellings are one name.

A licence prints （ where a form holds (, and people type spaces; 条例 38 asks for the history of names.
"""

import unicodedata

_BRACKETS = str.maketrans("[]{}〔〕【】〖〗〈〉《》「」『』", "()" * 9)


def name_key(name: str) -> str:
    """The form under which names are compared: half width, one kind of bracket, no blanks, no case.

    Never shown: a name is always printed as it stands on the licence.
    """
    folded = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    if " " in folded or not folded.isprintable():  # whatever else is blank cannot be printed
        folded = "".join(character for character in folded if not _is_blank(character))
    return folded.casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are the same registered name."""
    return name_key(one) == name_key(other)


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Zs", "Cf", "Cc"}


def tidy(text: str) -> str:
    """Text as it is stored and recorded: Unicode form NFC (the ledger takes no other), no outer blanks."""
    return unicodedata.normalize("NFC", text).strip()
