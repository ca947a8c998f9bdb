"""What stands against changing an officer of a draw before its header is signed (A9, A10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.rules import tidy
from experts.rules.draws import office_findings
from kernel.errors import Finding

PREVENTED, KEY_LOST, BODY_LEFT = "prevented", "key-lost", "body-left"
CAUSES: Final = (PREVENTED, KEY_LOST, BODY_LEFT)
"""Why an officer is changed; the words stand in experts/selectors/draw_tables.py."""
REASON: Final = 500
"""Characters of a reason at most."""


@dataclass(frozen=True)
class Asked:
    """A change as it is proposed: cause and reason, whether person and body stay, and all bodies after it.

    ``others`` are the organisations (codes) of the other seats, ``organisation`` that of the new officer.
    """

    cause: str
    reason: str
    same_person: bool
    same_body: bool
    organisation: str
    others: Sequence[str]


def reason_findings(reason: str) -> list[Finding]:
    """What stands against a reason, of a change or of its refusal: it is public, and not endless."""
    if 0 < len(tidy(reason)) <= REASON:
        return []
    text = _("Give the reason in at most %(most)s characters.")
    return [Finding("reason", text, field="reason", data={"most": REASON})]


def exchange_findings(asked: Asked, t: int, *, trial: bool) -> list[Finding]:
    """What stands against a change with threshold ``t``. Source: A9; who holds keys is public, so why is, too.

    The number of officers does not change; that it is enough, the header's preparation checks again.
    """
    found = []
    if asked.cause not in CAUSES:
        found.append(Finding("cause", _("Choose one of the causes of the list."), field="cause"))
    found += reason_findings(asked.reason)
    if asked.same_person and asked.cause != KEY_LOST:
        text = _("This person holds the seat. Name another one, or give the lost key as the cause.")
        found.append(Finding("officer_same", text, field="candidate"))
    if asked.same_body and asked.cause == BODY_LEFT:
        text = _("This is the body that withdrew. Name an officer of another one.")
        found.append(Finding("officer_same_body", text, field="candidate"))
    whole = office_findings([*asked.others, asked.organisation], t, trial=trial)
    return found + [one for one in whole if one.code != "officers"]
