"""Every story there is: importing this registers them all."""

from tests.protocol import (
    awarded,
    evaluated,
    honest,
    honest_openings,
    hostile,
    hostile_content,
    hostile_limits,
    hostile_officers,
    hostile_opening,
    hostile_order,
    hostile_people,
    hostile_zip,
)
from tests.protocol.drawn import stories as drawn_stories
from tests.protocol.stories import STORIES

MODULES = (
    drawn_stories,
    awarded,
    evaluated,
    honest,
    honest_openings,
    hostile,
    hostile_content,
    hostile_limits,
    hostile_officers,
    hostile_opening,
    hostile_order,
    hostile_people,
    hostile_zip,
)
__all__ = ["MODULES", "STORIES"]
