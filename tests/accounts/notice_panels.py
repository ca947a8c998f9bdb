"""What a bidder is told of a panel's question: that there is one and until when; nobody's name, no rank, no text."""

from collections.abc import Iterator

from tests.accounts.notice_worlds import Act, quiet
from tests.experts.panels import world as panels


def panels_world() -> Iterator[Act]:
    """A question: the bidder who is asked hears of it, and no other."""
    world = panels.reviewing()
    bid = world.bids[0]
    names = [one.seat.person.name for one in world.members]
    others = [one.organisation.name for one in world.bids[1:]]
    quiet()
    world.ask(world.members[0], bid, text="请说明第 12 页的工期。")
    yield Act("panel_question", {"bidder": {bid.organisation_id}}, (*names, *others, "第 12 页", "评标室"))
