"""Honest draws verify, whatever honest people do in them."""

from functools import partial

import pytest

from protocol.draw import releasing
from protocol.verify import verify
from tests.protocol.drawn.world import AFTER, DrawWorld


def two_serials(seed):
    """A seat stays open; a second draw fills it, and who had declined is excluded from it as unavailable."""
    world = DrawWorld(seed, max_rounds=0).play_draw((1,))
    standing = world.draw["standing"]
    declined = {standing.seats[seat].id for seat, code in standing.codes.items() if code == "declined"}
    gone = [person for person in world.persons if world.eid_of(person).hex() in declined]
    return world.play_draw((0,), excluded=tuple(gone))


def somebody_leaves(seed):
    """A member of a complete panel turns out to be tied; another is drawn in his place (实施条例 46, 48)."""
    world = DrawWorld(seed).play_draw()
    standing = world.draw["standing"]
    seat = min(standing.codes)
    world.answer(0, seat, "recused")
    world.cut(AFTER + 4990)
    gone = [person for person in world.persons if world.eid_of(person).hex() == standing.seats[seat].id]
    return world.play_draw((0,), excluded=tuple(gone), cause="order")


def junk_dealt(*orgs, seats, **ends):
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
        world.reveal(**ends)
        return world

    return play


def stalled(*declines, **options):
    """The officers of the last round stay away; another serial fills the seats that are open."""

    def play(seed):
        world = DrawWorld(seed).play(3)
        world.header()
        world.contribute()
        for j, count in enumerate(declines):
            world.answers(j, world.run_round(j), count)
            world.next_round(j + 1)
        world.stalled(len(declines), **options)
        world.cut(world.draw["body"]["reveal_at"] + 2)
        world.key_out()
        world.cut(world.draw["body"]["reveal_at"] + 4)
        return world.play_draw((0,), cause="officers")

    return play


def centre_stays_away(seed):
    """Who must contribute does not, by T_close: the serial ends with its name, and another is drawn by all (A20)."""
    world = DrawWorld(seed).play(3)
    world.header()
    world.contribute(skip=("platform-org",))
    world.end(cause="contributors", missing=[2])
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    return world.play_draw((0,), cause="contributors")


def nobody_is_left(seed):
    """Three experts for three seats, and one declines: no panel keeps the rules."""
    world = DrawWorld(seed, experts=3).play(3)
    world.header()
    world.contribute()
    world.answers(0, world.run_round(0), 1)
    world.reveal(cause="infeasible")
    return world


def leaves_while_a_round_runs(seed):
    """Who accepted falls ill after a round was asked: the round draws what its head named, the next one his seat."""
    world = DrawWorld(seed).play(3)
    world.header()
    world.contribute()
    drawn = sorted(world.run_round(0))
    world.answers(0, drawn, 1)
    world.next_round(1)
    world.answer(0, drawn[1], "unavailable")
    world.answers(1, world.run_round(1))
    world.next_round(2)
    world.answers(2, world.run_round(2))
    world.reveal()
    return world


def third_share_wrong(seed):
    """Three release as they committed, but what one of them committed to is no share: fewer than t good ones."""
    world = DrawWorld(seed).play(3)
    plain = world.draw_pair

    def draw_pair(i, j):
        opened = releasing.open_share
        releasing.open_share = lambda sealed, i, sk: bytes(32) if i == 3 else opened(sealed, i, sk)
        try:
            return plain(i, j)
        finally:
            releasing.open_share = opened

    world.draw_pair = draw_pair
    world.header()
    world.contribute()
    world.stalled(0, releasing=(1, 2, 3), missing=[3, 4, 5])
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    return world


def one_officer(seed):
    """A trial: one officer alone, which anchors must allow, and the label says."""
    world = DrawWorld(seed, t=1, n=1)
    world.anchors = partial(world.anchors, min_t=1)
    world.play(3)
    world.header()
    world.contribute()
    world.answers(0, world.run_round(0, officers=(1,)))
    world.reveal()
    return world


def not_ended_yet(seed):
    """The bundle was made between the gateway's key and the end, which will say what the answers say."""
    world = DrawWorld(seed).play(3)
    world.header()
    world.contribute()
    world.answers(0, world.run_round(0))
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    return world


STORIES = {
    "the draw has not ended yet": not_ended_yet,
    "a trial with one officer": one_officer,
    "officers stay away from the first round": stalled(),
    "no officer comes at all": stalled(officers=(), releasing=()),
    "officers stay away from a replacement round": stalled(1),
    "a third officer gives a wrong share": third_share_wrong,
    "the centre never contributes, and a second draw follows": centre_stays_away,
    "nobody is left to be drawn": nobody_is_left,
    "a seat is given up while a round runs": leaves_while_a_round_runs,
    "everybody accepts": lambda seed: DrawWorld(seed).play_draw((0,)),
    "one declines, one round more": lambda seed: DrawWorld(seed).play_draw((1, 0)),
    "two rounds more": lambda seed: DrawWorld(seed).play_draw((2, 1, 0)),
    "two experts are excluded": lambda seed: DrawWorld(seed).play_draw(
        (0,), excluded=("person 1", "person 4")
    ),
    "a second draw for an open seat": two_serials,
    "a second draw for who left a complete panel": somebody_leaves,
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
    assert report.label["draws"] == ("self-attested" if "trial" in name else "independent")


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
