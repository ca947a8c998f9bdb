"""What people are told of experts named by the owner: that something waits for them or is decided; never whom."""

from collections.abc import Iterator

from experts.models import Expert
from experts.services.naming_decide import naming_refuse
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.draws import world
from tests.experts.panels import named


def naming_world() -> Iterator[Act]:
    """Proposed, confirmed, read and refused."""
    play = world.play()
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    play.answered(declines=1)
    secret = tuple(Expert.objects.values_list("name", flat=True))
    asker = play.asker()
    [one] = named.free(play)
    quiet()
    naming = named.propose(play, one, actor=asker)
    yield Act("naming_to_confirm", {"owner": {play.owner.actor.person}}, secret)
    quiet()
    named.confirm(play, naming)
    yield Act("naming_to_agree", {"supervisor": {play.supervisor.id}}, secret)
    named.take(play, naming)
    quiet()
    naming_refuse(naming_id=naming.pk, reason="理由不足", actor=play.supervisor.actor, at=play.now)
    yield Act("naming_decided", {"owner": {asker.person, play.owner.actor.person}}, secret)
