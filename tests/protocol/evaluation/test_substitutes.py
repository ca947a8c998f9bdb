"""V25, rule 9: whom the owner sends after its first panel was named before as a substitute (法37); both verifiers ask.

Without the rule an owner could wait to see whom lots drew, have its member fall ill, and send another who knows them.
"""

import pytest

from tests.protocol.evaluation.judging import failed, refused
from tests.protocol.evaluation.panel import Evaluated


@pytest.fixture(scope="module")
def opened():
    return Evaluated()


def rows(lot, **kinds):
    """Seats with their kinds: ``owner=(5,)`` and so on, all others drawn."""
    seats = (1, 2, 3, 4, *sorted(seat for held in kinds.values() for seat in held))
    of = {seat: kind for kind, held in kinds.items() for seat in held}
    return [row | {"kind": of.get(row["seat"], "expert")} for row in lot.seated(seats)]


def evaluated(lot, first, *later):
    """The evaluation by the last of these panels, each in the place of the one before."""
    made = lot.panel(members=first)
    for members in later:
        made = lot.panel(replaces=lot.ev(made), members=members)
    lot.facts()
    seats = [row["seat"] for row in (later[-1] if later else first)]
    return lot.scored(seats=seats).ended(seats=seats)


def test_a_substitute_in_the_place_of_the_owners_member_verifies(opened, judged):
    lot = opened.copy()
    assert failed(judged(evaluated(lot, rows(lot, owner=(5,)), rows(lot, substitute=(6,))))) == {}


def test_a_substitute_may_sit_from_the_first_panel_on(opened, judged):
    """The member fell out before anybody had signed."""
    lot = opened.copy()
    assert failed(judged(evaluated(lot, rows(lot, substitute=(6,))))) == {}


def test_somebody_of_the_owners_who_comes_later_and_is_no_substitute(opened, judged):
    lot = opened.copy()
    refused(judged(evaluated(lot, rows(lot, owner=(5,)), rows(lot, owner=(6,)))), "is no substitute")


def test_more_of_the_owners_than_it_sent_first(opened, judged):
    lot = opened.copy()
    later = rows(lot, owner=(5,), substitute=(6,))
    refused(judged(evaluated(lot, rows(lot, owner=(5,)), later)), "more members than to its first")
