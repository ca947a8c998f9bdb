"""How far an evaluation is, for the owner and whoever watches: no opinion, no name, no number of those who asked."""

from experts.models import Panel, TimeAsked
from experts.rules.evaluated import must_extend
from experts.selectors.panels import seated


def turn_now(panel: Panel) -> int:
    """The turn of requests for more time that has not been answered yet, from 1."""
    return panel.time_given.count() + 1


def time_asked(panel: Panel) -> int:
    """How many members in their seats say, in this turn, that the time is short."""
    return TimeAsked.objects.filter(seat__in=seated(panel), turn=turn_now(panel)).count()


def time_short(panel: Panel) -> bool:
    """Whether the owner must give more time (条例 48)."""
    return must_extend(time_asked(panel), len(seated(panel)))
