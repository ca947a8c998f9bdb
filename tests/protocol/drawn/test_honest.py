"""Honest draws verify, whatever honest people do in them."""

import pytest

from protocol.verify import verify
from tests.protocol.drawn.world import DrawWorld


def two_serials(seed):
    """A seat stays open; a second draw fills it, and who had declined is excluded from it as unavailable."""
    world = DrawWorld(seed).play_draw((1,))
    standing = world.draw["standing"]
    declined = {standing.seats[seat].id for seat, code in standing.codes.items() if code == "declined"}
    gone = [person for person in world.persons if world.eid_of(person).hex() in declined]
    return world.play_draw((0,), excluded=tuple(gone))


def junk_dealt(*orgs, seats):
    """These contributors deal junk to these officers; all officers commit, and say FAIL to what does not open."""

    def play(seed):
        world = DrawWorld(seed).play(3)
        world.header()
        keys = {"owner-org": world.owner, "platform-org": world.platform, "firm-1": world.signer("firm-1")}

        def alter(org, made):
            if org not in orgs:
                return made
            rounds = [
                row
                | {
                    "shares": [
                        one | {"enc": "ab" * 80} if one["i"] in seats else one for one in row["shares"]
                    ]
                }
                for row in made["body"]["rounds"]
            ]
            body = made["body"] | {"rounds": rounds}
            return {"body": body, "signatures": [keys[org].sign("contribution", body)]}

        world.contribute(alter=alter)
        world.answers(0, world.run_round(0, officers=range(1, 6)))
        world.reveal()
        return world

    return play


STORIES = {
    "everybody accepts": lambda seed: DrawWorld(seed).play_draw((0,)),
    "one declines, one round more": lambda seed: DrawWorld(seed).play_draw((1, 0)),
    "two rounds more": lambda seed: DrawWorld(seed).play_draw((2, 1, 0)),
    "two experts are excluded": lambda seed: DrawWorld(seed).play_draw(
        (0,), excluded=("person 1", "person 4")
    ),
    "a second draw for an open seat": two_serials,
    "the owner deals junk to two officers, which re-dealing shows": junk_dealt("owner-org", seats=(1, 2)),
    "the owner deals junk to three officers, who say so": junk_dealt("owner-org", seats=(1, 3, 5)),
    "owner and centre deal junk, and nobody is drawn": junk_dealt(
        "owner-org", "platform-org", seats=(1, 2, 4)
    ),
    "a bidder deals junk to all": junk_dealt("firm-1", seats=range(1, 6)),
    "a lot with no witness asked for": lambda seed: DrawWorld(seed, witness_quorum=0).play_draw((1, 0)),
    "many rounds may be asked": lambda seed: DrawWorld(seed, max_rounds=4).play_draw((1, 1, 1, 1, 0)),
}


@pytest.mark.parametrize("name", STORIES)
def test_an_honest_draw_verifies(tmp_path, name):
    world = STORIES[name](name)

    report = verify(world.write(tmp_path / "b.zip"), world.anchors())

    assert [row for row in report.checks if row.status != "ok"] == []
    assert report.ok


@pytest.mark.parametrize(
    ("seats", "counts"),
    [((1, 2), (3, 0, 1)), ((1, 3, 5), (3, 1, 0))],
)
def test_junk_leaves_as_it_must(seats, counts):
    """A21: with t good shares the dealing is proven bad; with fewer the FAILs of an honest officer put it out."""
    world = junk_dealt("owner-org", seats=seats)("junk")
    result = next(event["body"] for event in world.events if event["kind"] == "draw-result")

    assert tuple(len(result[name]) for name in ("in", "out", "bad")) == counts
    assert result["seats"] == 3
