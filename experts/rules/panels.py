"""What the law asks of a panel that is to take its seats, and who may not be on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key
from experts.rules.packs import PoolPack
from kernel.errors import Finding

_PANEL: Final = "法37"
_AVOID: Final = "法37；条例46"


@dataclass(frozen=True)
class Bidder:
    """A bidder in what ties people to it: its code and its name for comparison."""

    code: str
    name: str


@dataclass(frozen=True)
class Sitting:
    """A member who is ready to take a seat."""

    seat: int
    kind: str


def sitting_findings(
    sitting: Sequence[Sitting], waiting: int, asked: int, pack: PoolPack, *, size: tuple[int, str]
) -> list[Finding]:
    """What stands against seating these members; ``waiting`` have not signed in or not declared yet (法37).

    ``size``: how many members at least, and the article that says so (``PoolPack.least``).
    """
    total, experts = len(sitting), sum(one.kind == "expert" for one in sitting)
    (least, article), of_three = size, pack.number("panel_experts_of_three")
    found = []
    if waiting:
        text = _("%(waiting)s members have not signed in or not declared yet.")
        found.append(Finding("panel_waiting", text, _PANEL, data={"waiting": waiting}))
    if total != asked:
        text = _(
            "The panel has %(total)s of %(asked)s members. Those missing are drawn anew, or named where the law "
            "allows it."
        )
        found.append(Finding("panel_open", text, _AVOID, data={"total": total, "asked": asked}))
    if total < least or total % 2 == 0:
        text = _("A panel has at least %(least)s members, and an odd number; this one would have %(total)s.")
        found.append(Finding("panel_size", text, article, data={"least": least, "total": total}))
    if experts * 3 < total * of_three:
        text = _("At least %(of)s of three members are drawn experts. Name fewer members of your own.")
        found.append(Finding("panel_experts", text, _PANEL, data={"of": of_three}))
    return found


def tie_of(
    employer: str,
    employer_code: str,
    organisations: Collection[str],
    bidders: Sequence[Bidder],
    supervisor: str,
) -> str:
    """Why somebody may not sit, or "": works for a bidder, belongs to one here, or to who supervises (条例 46).

    ``employer`` is for comparison; ``organisations`` are codes of those this account belongs to, ``supervisor`` is one.
    """
    if supervisor and supervisor in organisations:
        return "supervisor-staff"
    for one in bidders:
        if one.code in organisations or (employer_code and employer_code == one.code):
            return "own-employer"
        if employer and name_key(employer) == name_key(one.name):
            return "own-employer"
    return ""
