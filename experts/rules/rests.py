"""What an adjournment of a panel asks: a cause, a moment, two people's seals; and how long the clocks stood."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from experts.states.rest import REST, RestAction, RestCause, RestOffice, RestState, RestWord
from kernel.errors import Finding
from kernel.transitions import next_state
from protocol import hashing

MOST_DAYS: Final = 7
"""The longest rest in one piece: ours, no article names one. Whoever needs longer adjourns again, on the record."""
_BOTH: Final = frozenset(RestOffice)


def rest_findings(cause: str, reason: str, until: datetime, at: datetime) -> list[Finding]:
    """What stands against adjourning until ``until``: an unknown cause, another one without words, an odd moment."""
    found = []
    if cause not in [one.value for one in RestCause]:
        found.append(Finding("cause", _("Choose one of the causes of the list."), field="cause"))
    if cause == RestCause.OTHER and not reason:
        found.append(Finding("reason", _("Say in words why the panel rests."), field="reason"))
    if not at < until <= at + timedelta(days=MOST_DAYS):
        text = _("Choose a moment later than now, at most %(days)s days from now.")
        found.append(Finding("until", text, field="until", data={"days": MOST_DAYS}))
    return found


def seal_findings(seals: str, place: str, other: str | None) -> list[Finding]:
    """What stands against a seal: no numbers where there is a room, or others than ``other``, which the first gave."""
    if place and not seals:
        text = _("Give the numbers of the seals on the room and the cabinet.")
        return [Finding("seals", text, field="seals")]
    if other is not None and seals != other:
        text = _("These are not the numbers the other has given. Read them off together.")
        return [Finding("seals_differ", text, field="seals")]
    return []


def rest_state(said: Iterable[tuple[str, str]]) -> RestState:
    """The state of an adjournment after what was stated, in order, as pairs of ``RestWord`` and ``RestOffice``.

    StateConflict where a statement leads nowhere: nobody opens what two have not sealed.
    """
    state, heard = RestState.CALLED, {word: set[str]() for word in RestWord}
    for word, office in said:
        heard[RestWord(word)].add(office)
        if word == RestWord.BROKEN:
            state = next_state(REST, RestAction.REPORT_BROKEN, state)
        elif word == RestWord.DECIDED:
            state = next_state(REST, RestAction.DECIDE, state)
        elif heard[RestWord(word)] == _BOTH:
            action = RestAction.SEAL if word == RestWord.SEALED else RestAction.OPEN
            state = next_state(REST, action, state)
    return state


def stood(rests: Iterable[tuple[datetime, datetime]], since: datetime) -> timedelta:
    """How long the clocks of the evaluation stood after ``since``, by the rests' beginnings and ends."""
    return sum((end - max(begin, since) for begin, end in rests if end > since), timedelta())


def incident_code(rest: UUID) -> str:
    """The public code of a broken seal: it tells neither lot nor day."""
    return f"SEAL-{hashing.tagged('panel rest', rest.bytes).hex()[:8].upper()}"
