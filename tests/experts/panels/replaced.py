"""A panel whose own member fell out with no substitute left, and the owner's request to send somebody else."""

from accounts.states import Role
from experts.rehearsal.letters import delegate
from experts.services.member_out import member_miss
from experts.services.own_replacement import own_replacement_agree, own_replacement_ask
from tests.experts.panels import world as panels

REASON = "原派代表突发疾病住院，替补代表亦不能到场"


def short(**given):
    """Called in; the owner's member does not come, nor does anybody who was named to follow."""
    made = panels.called(**given)
    while (seat := made.panel.seats.filter(kind="owner", left_at__isnull=True).first()) is not None:
        member_miss(seat_id=seat.pk, reason="未到", actor=made.desk, at=made.at)
    return made


def other(made, name="周代表"):
    """Somebody else of the owner's."""
    return made.hall.registry.staff(made.owner, Role.OWNER, name, at=made.at).actor


def asked(made, who, **changes):
    """The owner asks to send him."""
    given = {"cause": "ill", "reason": REASON, "actor": made.owner.actor, "one": delegate(who, made.lot)}
    return own_replacement_ask(panel_id=made.panel.pk, at=made.at, **given | changes)


def agreed(made, who, **changes):
    """Asked and agreed to."""
    row = asked(made, who, **changes)
    return own_replacement_agree(replacement_id=row.pk, actor=made.supervisor.actor, at=made.at)
