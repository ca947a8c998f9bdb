"""What a panel's scoring tells: the owner that time is short, members that they are called back; never who or how many."""

from collections.abc import Iterator

from experts.services.panel_recall import panel_recall
from experts.services.time_ask import time_ask
from experts.states.recall import RecallGround
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.panels import scored


def scoring_world() -> Iterator[Act]:
    """Two of five say that the time is short; later the panel is called back."""
    made = scored.scoring()
    names = [one.seat.person.name for one in made.members]
    first, second = made.members[:2]
    quiet()
    for member in (first, second):
        time_ask(panel_id=made.panel.pk, actor=member.actor, at=made.at)
    yield Act("panel_time_short", {"owner": {made.owner.id}}, (*names, "2 名", "two members"))
    scored.shown(made)
    scored.report(made)
    scored.handed(made)
    quiet()
    panel_recall(
        panel_id=made.panel.pk,
        ground=RecallGround.ERROR,
        reason="数量有误",
        evidence="",
        actor=made.supervisor.actor,
        at=made.at,
    )
    told = {one.seat.person_id for one in made.members}
    yield Act("panel_recalled", {"expert": told}, (*names, "数量有误"))
