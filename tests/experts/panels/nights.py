"""A panel that rests: what chair, desk, supervisor and members do around a night."""

from datetime import timedelta

from experts.services.member_sign_in import passage_log
from experts.services.panel_rest import panel_adjourn, rest_broken, rest_decide, rest_seal, rest_unbroken
from tests.experts.panels.world import PLACE

SEALS = "门 0417 柜 0418"


def adjourned(made, *, actor=None, hours=12, cause="night", reason=""):
    """The chair sends the panel to rest."""
    actor = actor or made.chair.actor
    until = made.at + timedelta(hours=hours)
    return panel_adjourn(
        panel_id=made.panel.pk, cause=cause, until=until, reason=reason, actor=actor, at=made.at
    )


def offices(made):
    """Desk and supervisor."""
    return made.desk, made.supervisor.actor


def sealed(made, **given):
    """Adjourned, and sealed by both."""
    rest = adjourned(made, **given)
    for actor in offices(made):
        rest_seal(panel_id=made.panel.pk, seals=SEALS, actor=actor, at=made.at)
    return rest


def unbroken(made, actor):
    """One of the two states that the seals are as they were left."""
    return rest_unbroken(panel_id=made.panel.pk, actor=actor, at=made.at)


def broken(made, actor, reason="柜门封条断开"):
    """One of the two reports a seal."""
    return rest_broken(panel_id=made.panel.pk, reason=reason, actor=actor, at=made.at)


def decided(made, actor, reason="监控录像显示无人进入"):
    """Somebody decides that the panel goes on."""
    return rest_decide(panel_id=made.panel.pk, reason=reason, actor=actor, at=made.at)


def back(made, member):
    """A member signs in again."""
    return passage_log(seat_id=member.id, way="in", place=PLACE, actor=member.actor, at=made.at)


def morning(made, rest, *, members=None):
    """The moment has come, both find the seals unbroken, the members are back."""
    made.later(seconds=(rest.until - made.at).total_seconds())
    for actor in offices(made):
        unbroken(made, actor)
    for member in made.members if members is None else members:
        back(made, member)
