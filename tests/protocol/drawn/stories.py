"""Draws that are kept as golden bundles: an honest one, and for each check one which only it refuses.

All other stories of `test_honest` and `test_hostile` are told in the run, to both verifiers
(tests/js/test_drawn_agreement.py).
"""

from __future__ import annotations

from tests.protocol.drawn import test_hostile
from tests.protocol.drawn.world import DrawWorld
from tests.protocol.stories import Told, story

KEPT = {
    "only_v21_a_required_contribution_is_missing": "a_required_contribution_is_missing",
    "only_v22_the_result_drops_an_honest_contribution": "the_result_drops_an_honest_contribution",
    "only_v23_a_release_is_not_what_was_committed": "a_release_is_not_what_was_committed",
    "only_v24_an_expert_is_left_out_without_a_reason": "an_expert_is_left_out_without_a_reason",
}


@story(verdicts={"OPENED": 3})
def a_panel_is_drawn_in_two_rounds():
    """Two experts are excluded, one declines, another is drawn in his place."""
    return DrawWorld("golden").play_draw((1, 0), excluded=("person 1", "person 4"))


def _keep(name: str, told_as: str) -> None:
    fails, tell = test_hostile.STORIES[told_as]

    def told() -> Told:
        given = tell()
        return Told(given.world, members=given.members, anchors=given.anchors)

    told.__name__ = name
    story(*fails, verdicts={"OPENED": 3})(told)


for _name, _told_as in KEPT.items():
    _keep(_name, _told_as)
