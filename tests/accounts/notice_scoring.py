"""What a panel's scoring tells: that time is short, that it rests and goes on, that it is called back; never who sits."""

from collections.abc import Iterator

from experts.services.panel_recall import panel_recall
from experts.services.time_ask import time_ask
from experts.states.recall import RecallGround
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.panels import nights, scored


def scoring_world() -> Iterator[Act]:
    """Two of five say that the time is short; later the panel is called back."""
    made = scored.scoring()
    names = [one.seat.person.name for one in made.members]
    first, second = made.members[:2]
    quiet()
    for member in (first, second):
        time_ask(panel_id=made.panel.pk, actor=member.actor, at=made.at)
    yield Act("panel_time_short", {"owner": {made.owner.id}}, (*names, "2 名", "two members"))
    yield from _night(made, names)
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


def _night(made, names) -> Iterator[Act]:
    """The panel rests, a seal is found broken, the supervisor decides."""
    members = {one.seat.person_id for one in made.members}
    everybody = {"owner": {made.owner.id}, "supervisor": {made.supervisor.id}, "expert": members}
    quiet()
    rest = nights.sealed(made)
    yield Act("panel_adjourned", everybody, (*names, made.lot.number))
    made.later(seconds=(rest.until - made.at).total_seconds())
    quiet()
    nights.broken(made, made.desk)
    yield Act("panel_seal_broken", {"supervisor": {made.supervisor.id}}, (*names, made.lot.number))
    quiet()
    nights.decided(made, made.supervisor.actor)
    yield Act("panel_resumed", everybody, (*names, made.lot.number))
    for member in made.members:
        nights.back(made, member)
