"""What people are told of experts named by the owner: that something waits for them or is decided; never whom."""

from collections.abc import Iterator

from experts.models import Expert
from experts.services.further_naming import further_agree, further_confirm
from experts.services.naming_decide import naming_refuse
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.draws import world
from tests.experts.panels import named, special


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


def further_world() -> Iterator[Act]:
    """A panel named whole has come apart: the owner asks to name again, a second person confirms, it is agreed to."""
    made = special.apart()
    secret = (*Expert.objects.values_list("name", flat=True), special.AGAIN)
    asker = made.play.asker()
    quiet()
    asked = special.further(made, actor=asker)
    quiet()
    further_confirm(further_id=asked.pk, actor=made.owner.actor, at=made.at)
    yield Act("further_to_agree", {"supervisor": {made.supervisor.id}}, secret)
    quiet()
    further_agree(further_id=asked.pk, actor=made.supervisor.actor, at=made.at)
    yield Act("further_decided", {"owner": {asker.person, made.owner.actor.person}}, secret)
