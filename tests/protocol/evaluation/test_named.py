"""V25, rule 8: a lot is drawn, or its experts are named on ground special (条例46, 47; 87号令48); both verifiers refuse both.

Without the rule an owner could have a draw made, look at its panel, and name friends in its place: the signed panel
says of each expert that he was named, and a bundle that holds a draw beside him is refused.
"""

import pytest

from tests.protocol.drawn.world import AFTER, DrawWorld
from tests.protocol.evaluation.judging import failed, refused
from tests.protocol.evaluation.panel import SEATS, Evaluated

AFTER_DRAW = AFTER + 20_000


class Drawn(Evaluated, DrawWorld):
    """A lot that was opened, its panel drawn, then evaluated."""


@pytest.fixture(scope="module")
def opened():
    return Evaluated()


def kinds(lot, *special):
    """The panel's rows, those seats named on ground special."""
    return [row | ({"kind": "special"} if row["seat"] in special else {}) for row in lot.seated()]


def evaluated(lot, *special):
    """The whole evaluation by a panel in which these seats are special."""
    lot.panel(members=kinds(lot, *special))
    lot.facts()
    return lot.scored().ended()


def drawn(*special):
    """The same after a draw of the lot, which the bundle holds."""
    lot = Drawn().play_draw()
    lot.now = AFTER_DRAW
    return evaluated(lot, *special)


def test_a_panel_named_whole_verifies_where_nothing_was_drawn(opened, judged):
    assert failed(judged(evaluated(opened.copy(), *SEATS))) == {}


def test_the_owners_own_members_sit_beside_the_named(opened, judged):
    lot = opened.copy()
    rows = kinds(lot, 1, 2, 3, 4)
    rows[-1]["kind"] = "owner"
    lot.panel(members=rows)
    lot.facts()

    assert failed(judged(lot.scored().ended())) == {}


def test_a_drawn_panel_beside_its_draw_is_no_fault(judged):
    """Else the refusals below could come from the draw itself."""
    assert failed(judged(drawn())) == {}


@pytest.mark.parametrize("special", [SEATS, (3,)])
def test_named_on_ground_special_beside_a_draw(judged, special):
    refused(judged(drawn(*special)), "beside a draw of the lot")


def test_named_on_ground_special_beside_members_said_to_be_drawn(opened, judged):
    """The draw left out of the bundle does not help: its members cannot stand beside the named."""
    refused(judged(evaluated(opened.copy(), 1, 2, 3)), "beside drawn ones")


def test_a_panel_before_counts_too(opened, judged):
    """Named first, replaced by a panel said to be drawn: the chain keeps both, and neither verifier looks away."""
    lot = opened.copy()
    first = lot.panel(members=kinds(lot, *SEATS))
    lot.panel(replaces=lot.ev(first))
    lot.facts()

    refused(judged(lot.scored().ended()), "beside drawn ones")
