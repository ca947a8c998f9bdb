"""A paper of a draw that no verifier would read is not kept, and no header is signed over it (protocol 7.2)."""

import pytest

from experts.models import DrawPaper
from experts.services import draw_events
from kernel.errors import RuleBroken
from protocol.draw.case import PAPER_LIMIT
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def test_a_paper_longer_than_a_verifier_reads_is_refused(kept):
    play = kept(world.play)
    play.asked()
    play.begun()
    with pytest.raises(RuleBroken) as refused:
        draw_events.paper_kept(play.draw, bytes(PAPER_LIMIT + 1))
    assert (refused.value.code, refused.value.data) == ("paper_size", {"size": 257, "limit": 256})
    assert not DrawPaper.objects.exists()
