"""What stands against members of the owner's own (招标人代表): number, whose people they are, letters (法37)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.rules import paper_findings, tidy
from accounts.rules.papers import HEAD_BYTES
from experts.states.own import ReplacementCause
from kernel.errors import Finding
from protocol import hashing

PANEL: Final = "法37"
MIB: Final = 1 << 20
REASON: Final = 500


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


@dataclass(frozen=True)
class Sent:
    """All whom the owner sends: members, and who steps in for them (替补代表), in the order in which they would."""

    members: Sequence[Delegate]
    substitutes: Sequence[Delegate] = ()

    @property
    def people(self) -> list[UUID]:
        """Members first, then substitutes."""
        return [one.person for one in (*self.members, *self.substitutes)]


@dataclass(frozen=True)
class Bounds:
    """How many members were asked for, how many substitutes there may be, how many bytes a letter may have."""

    asked: int
    substitutes: int
    letter: int


def own_findings(
    named: Sent,
    bounds: Bounds,
    *,
    people: Collection[UUID],
    standing: Mapping[UUID, str],
    gone: Collection[str],
) -> list[Finding]:
    """What stands against naming these: the number that was asked for, of the owner, each by its own letter.

    ``people`` are the owner's. ``standing`` are the letters (SHA-256) of those named before, ``gone`` those of people
    who are not named any more. Fields are ``member_1``, ``letter_1``, ``substitute_1``, ``substitute_letter_1`` and so
    on. Source: 法37; substitutes are ours.
    """
    if found := _number_findings(named, bounds):
        return found
    seen = set(gone)
    for one, field, paper in _placed(named):
        if one.person not in people:
            text = _("Name people who are members of your organisation here.")
            found.append(Finding("own_stranger", text, PANEL, field=field))
        digest = one.letter.sha256 if one.letter else standing.get(one.person, "")
        if not digest:
            text = _("Add the letter of authorisation of this member. Nobody is named without one.")
            found.append(Finding("mandate", text, PANEL, field=paper))
        elif digest in seen:
            text = _("This letter stands for another member. Add the letter that authorises this one.")
            found.append(Finding("mandate_other", text, PANEL, field=paper))
        elif one.letter:
            found += letter_findings(one.letter, bounds.letter, paper)
        seen.add(digest)
    return found


def _number_findings(named: Sent, bounds: Bounds) -> list[Finding]:
    """As many members as were asked for, substitutes for members alone, and nobody twice."""
    if len(named.members) != bounds.asked or len({one.person for one in named.members}) != bounds.asked:
        text = _("You asked for %(asked)s members of your own. Name exactly so many.")
        return [Finding("own_members", text, PANEL, field="member_1", data={"asked": bounds.asked})]
    most = bounds.substitutes if bounds.asked else 0
    if len(named.substitutes) > most:
        text = _("Name at most %(most)s substitutes.")
        return [Finding("own_substitutes", text, field="substitute_1", data={"most": most})]
    if len(set(named.people)) < len(named.people):
        text = _("Name each person once: as a member, or as a substitute.")
        return [Finding("own_twice", text, PANEL, field="substitute_1")]
    return []


def _placed(named: Sent) -> Iterator[tuple[Delegate, str, str]]:
    """Everybody with the fields of the form for the person and for the letter."""
    for number, one in enumerate(named.members, start=1):
        yield one, f"member_{number}", f"letter_{number}"
    for number, one in enumerate(named.substitutes, start=1):
        yield one, f"substitute_{number}", f"substitute_letter_{number}"


def letter_findings(letter: Letter, most: int, field: str) -> list[Finding]:
    """What stands against keeping a letter: no PDF, OFD, PNG or JPEG, empty, or larger than ``most`` bytes."""
    size = len(letter.content)
    found = list(paper_findings(letter.name, letter.content[:HEAD_BYTES], size, field=field))
    if not found and size > most:
        text = _("The file is larger than %(limit)s MB. Save it with a lower resolution or in two files.")
        found.append(Finding("paper_too_large", text, field=field, data={"limit": most // MIB}))
    return found


@dataclass(frozen=True)
class Standing:
    """What is known here of somebody who would follow: of the owner's people, called in to this panel before, tied."""

    of_owner: bool
    called: bool
    tied: bool

    @property
    def free(self) -> bool:
        """Whether he may step in."""
        return self.of_owner and not self.called and not self.tied


def replacement_findings(
    one: Delegate, cause: str, reason: str, standing: Standing, *, gone: Collection[str], letter: int
) -> list[Finding]:
    """What stands against sending ``one`` where no substitute is left; ``gone`` are letters given for others.

    Why he may not sit is not told apart: a tie would name a bidder. Source: 法37, 条例46, 48; the letter is ours.
    """
    found = []
    if cause not in {row.value for row in ReplacementCause}:
        found.append(Finding("cause", _("Choose one of the causes of the list."), field="cause"))
    if not 0 < len(tidy(reason)) <= REASON:
        text = _("Give the reason in at most %(most)s characters.")
        found.append(Finding("reason", text, field="reason", data={"most": REASON}))
    if not standing.of_owner:
        text = _("Name people who are members of your organisation here.")
        found.append(Finding("own_stranger", text, PANEL, field="person"))
    elif not standing.free:
        text = _(
            "This person was called in to this panel before, or is tied as far as is known here. Name somebody else."
        )
        found.append(Finding("own_barred", text, "法37；条例46", field="person"))
    if one.letter is None:
        text = _("Add the letter of authorisation of this member. Nobody is named without one.")
        found.append(Finding("mandate", text, PANEL, field="letter"))
    elif one.letter.sha256 in gone:
        text = _("This letter stands for another member. Add the letter that authorises this one.")
        found.append(Finding("mandate_other", text, PANEL, field="letter"))
    else:
        found += letter_findings(one.letter, letter, "letter")
    return found
