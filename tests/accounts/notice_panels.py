"""What a bidder is told of a panel's question, and a substitute of his stepping in: nobody's name, no rank, no text."""

from collections.abc import Iterator

from experts.services.member_out import member_replace
from experts.services.own_replacement import own_replacement_agree
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.panels import replaced
from tests.experts.panels import world as panels


def panels_world() -> Iterator[Act]:
    """A question: the bidder who is asked hears of it, and no other. A member falls out: the substitute hears."""
    world = panels.reviewing(substitutes=1)
    bid = world.bids[0]
    names = [one.seat.person.name for one in world.members]
    others = [one.organisation.name for one in world.bids[1:]]
    quiet()
    world.ask(world.members[0], bid, text="请说明第 12 页的工期。")
    yield Act("panel_question", {"bidder": {bid.organisation_id}}, (*names, *others, "第 12 页", "评标室"))
    own = next(one for one in world.members if one.seat.kind == "owner")
    quiet()
    member_replace(seat_id=own.id, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)
    new = world.panel.seats.get(kind="owner", left_at__isnull=True)
    secret = (*names, new.person.name, world.lot.tender.title, world.lot.number)
    yield Act("substitute_called", {"owner": {new.person_id}}, secret)


def replaced_world() -> Iterator[Act]:
    """No substitute is left: the owner asks to send somebody else, the supervisor agrees; he alone hears that he is called."""
    world = replaced.short()
    reason, new = replaced.REASON, replaced.other(world)
    quiet()
    asked = replaced.asked(world, new)
    secret = (new.name, reason)
    yield Act("replacement_to_agree", {"supervisor": {world.supervisor.id}}, secret)
    quiet()
    own_replacement_agree(replacement_id=asked.pk, actor=world.supervisor.actor, at=world.at)
    yield Act("replacement_decided", {"owner": {world.owner.actor.person}}, secret)
