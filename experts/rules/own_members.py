"""What stands against members of the owner's own (招标人代表): number, whose people they are, letters (法37)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.rules import paper_findings
from accounts.rules.papers import HEAD_BYTES
from kernel.errors import Finding
from protocol import hashing

PANEL: Final = "法37"
MIB: Final = 1 << 20


@dataclass(frozen=True)
class Letter:
    """A letter of authorisation (授权委托书) as it came: the name of the file and its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What ledger and report say of it, in lowercase hex."""
        return hashing.sha256(self.content).hex()


@dataclass(frozen=True)
class Delegate:
    """Whom the owner sends, and by which letter; without one the letter he was named with before stands."""

    person: UUID
    letter: Letter | None = None


def own_findings(
    named: Sequence[Delegate],
    *,
    asked: int,
    people: Collection[UUID],
    standing: Mapping[UUID, str],
    gone: Collection[str],
    most: int,
) -> list[Finding]:
    """What stands against naming these: at most the number that was asked for, of the owner, each by its own letter.

    ``people`` are the owner's. ``standing`` are the letters (SHA-256) of those named before, ``gone`` those of people
    who are not named any more; ``most`` bytes may a letter have. Fields are ``member_1``, ``letter_1`` and so on.
    """
    if len(named) != asked or len({one.person for one in named}) != asked:
        text = _("You asked for %(asked)s members of your own. Name exactly so many.")
        return [Finding("own_members", text, PANEL, field="member_1", data={"asked": asked})]
    found, seen = [], set(gone)
    for number, one in enumerate(named, start=1):
        if one.person not in people:
            text = _("Name people who are members of your organisation here.")
            found.append(Finding("own_stranger", text, PANEL, field=f"member_{number}"))
        field = f"letter_{number}"
        digest = one.letter.sha256 if one.letter else standing.get(one.person, "")
        if not digest:
            text = _("Add the letter of authorisation of this member. Nobody is named without one.")
            found.append(Finding("mandate", text, PANEL, field=field))
        elif digest in seen:
            text = _("This letter stands for another member. Add the letter that authorises this one.")
            found.append(Finding("mandate_other", text, PANEL, field=field))
        elif one.letter:
            found += letter_findings(one.letter, most, field)
        seen.add(digest)
    return found


def letter_findings(letter: Letter, most: int, field: str) -> list[Finding]:
    """What stands against keeping a letter: no PDF, OFD, PNG or JPEG, empty, or larger than ``most`` bytes."""
    size = len(letter.content)
    found = list(paper_findings(letter.name, letter.content[:HEAD_BYTES], size, field=field))
    if not found and size > most:
        text = _("The file is larger than %(limit)s MB. Save it with a lower resolution or in two files.")
        found.append(Finding("paper_too_large", text, field=field, data={"limit": most // MIB}))
    return found
