"""Rules of V21, V23 and V24 one by one: a draw which breaks one and no other is refused by its check, in its words.

Whoever switched such a rule off would let the bundle through. The others are among the stories of `test_hostile`; both
verifiers judge all of them (tests/js/test_drawn_agreement.py). Not broken here: that a round which is listed has a head
(no bundle can do it), and the bound of 2^256 on a lottery's denominator.
"""

import re

import pytest

from protocol import canonical
from protocol.draw import objects, panels
from protocol.verify import verify
from tests.protocol.drawn import test_honest
from tests.protocol.drawn.test_hostile import Told, contributed, ended, opened, resigned, revealed
from tests.protocol.drawn.world import AFTER, DrawWorld

STORIES = {}


def story(check, said):
    def register(function):
        STORIES[function.__name__] = (frozenset({check}), function, said)
        return function

    return register


def bent(name, change, **options):
    """A draw under a header which says something else from the beginning."""
    world = opened(name, **options)
    bend(world, change)
    world.contribute()
    return ended(world)


def bend(world, change, *args, **options):
    plain = objects.body

    def body(kind, **members):
        return plain(kind, **(change(members) if kind == "draw-header" else members))

    objects.body = body
    try:
        world.header(*args, **options)
    finally:
        objects.body = plain


def logging(world, change):
    """A world which logs this body in place of what it meant to, signed by the same."""
    put = world.put
    world.put = lambda kind, body, *signers, **options: put(kind, change(kind, body), *signers, **options)
    return world


def finished(world, declines=0, **options):
    world.answers(0, world.run_round(0, **options), declines)
    world.reveal()
    return Told(world)


def committed_again(world, i, **changes):
    """Another commit of an officer, logged like the first."""
    commit = next(e for e in world.events if e["kind"] == "draw-commit" and e["body"]["officer"] == i)
    signer = world.signer(f"draw {len(world.serials)} officer {i}")
    world.put("draw-commit", commit["body"] | changes, signer, chain="draw")


# V21: whose draw it is ---------------------------------------------------------------------------------------


def postponed(world, close_at, header=None):
    body = objects.body(
        "draw-postpone", header=header or world.draw["id"], close_at=close_at, reason="for a friend"
    )
    world.put("draw-postpone", body, world.platform, world.supervisor, chain="draw")


@story("V21", "names a draw the chain does not hold before it")
def an_event_is_of_no_draw():
    world = contributed("of no draw")
    postponed(world, AFTER + 9000, "11" * 32)
    return finished(world)


@story("V21", "revealed or ended twice")
def the_key_is_revealed_twice():
    world = contributed("twice revealed")
    told = finished(world)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 10)
    return told


@story("V21", "a draw of another lot")
def the_draw_is_of_another_lot():
    """Officers, keys and certificates of the other lot: nothing but its name is wrong."""
    world = opened("other lot")
    lot, world.lot = world.lot, "LOT-9"
    world.header()
    world.lot = lot
    world.contribute()
    return ended(world)


@story("V21", "names no policy of the chain before it")
def the_header_is_under_no_policy_of_the_lot():
    return bent("no policy", lambda members: members | {"policy": "00" * 32})


@story("V21", "postponed to an earlier time")
def a_postponement_moves_nothing():
    world = opened("not moved")
    world.header()
    postponed(world, world.draw["body"]["close_at"])
    world.contribute()
    return ended(world)


@story("V21", "postponed to an earlier time, or after commits")
def a_draw_is_postponed_after_commits():
    """Who dislikes what the officers are about to open lets more contributions in."""
    world = contributed("too late")
    put = world.put

    def after_commits(kind, body, *signers, **options):
        if kind == "draw-release" and body["officer"] == 1:
            postponed(world, world.draw["body"]["close_at"] + 1)
        return put(kind, body, *signers, **options)

    world.put = after_commits
    return finished(world)


@story("V21", "no officer-key event names this key before")
def an_officer_never_announced_the_key():
    world = opened("not announced")
    change = {"pk": world.derive("another key").hex()}
    logging(
        world, lambda kind, body: body | change if kind == "officer-key" and body["i"] == 5 else body
    ).header()
    del world.put
    world.contribute()
    return ended(world)


@story("V21", "two officers are one person or share a key")
def one_person_holds_two_seats():
    world = opened("one person")
    derive = world.derive
    world.derive = lambda name: derive("draw person 1" if name == "draw person 3" else name)
    world.header()
    del world.derive
    world.contribute()
    return ended(world)


@story("V21", "fewer officers than the anchors ask for")
def fewer_officers_decide_than_the_anchors_ask_for():
    """The opening keeps to it; the draw does not."""
    world = opened("fewer")
    world.draw_t, world.draw_n = 2, 3
    held, world.orgs = world.orgs, [f"officer-org-{k}" for k in (1, 2, 3)]
    world.header()
    world.orgs = held
    world.contribute()
    told = ended(world)
    told.anchors = world.anchors(min_t=3)
    return told


@story("V21", "the anchors do not know a required contributor")
def a_required_key_is_none_the_anchors_know():
    """The platform writes a key of its own into the owner's row."""
    world = opened("own key")
    rows, other = world.required(), world.signer("the owner's, says the platform")
    own = [row | {"spki": other.spki.hex()} if row["role"] == "owner" else row for row in rows]
    bend(world, lambda members: members | {"required": own})
    world.contribute(alter=lambda org, made: world.contribution(org, other) if org == "owner-org" else made)
    return ended(world)


# V23: what was asked and answered ----------------------------------------------------------------------------


@story("V23", "officers answered a round that was never asked")
def an_officer_commits_to_a_round_that_was_never_asked():
    world = contributed("not asked")
    world.answers(0, world.run_round(0))
    committed_again(world, 2, j=2)
    world.reveal()
    return Told(world)


@story("V23", "the key revealed is not the gateway's")
def another_key_is_revealed():
    world = contributed("other key", skip=("platform-org",))
    world.gateways[1] = world.derive("another gateway")
    world.end(outcome="short", cause="contributors", missing=[2])
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    return Told(world)


@story("V23", "an officer answered a round twice")
def an_officer_commits_twice():
    world = contributed("twice committed")
    put = world.put

    def again(kind, body, *signers, **options):
        if kind == "draw-release":
            world.put = put
            committed_again(world, 2)
        return put(kind, body, *signers, **options)

    world.put = again
    return finished(world)


@story("V23", "a release without a commit before it")
def an_officer_releases_who_has_not_committed():
    """A23: after reading the others' shares an officer can still choose what to say."""
    world = contributed("not committed")
    drawn = world.run_round(0)
    _, release = world.draw_pair(5, 0)
    world.put("draw-release", release["body"], signatures=release["signatures"], chain="draw")
    world.answers(0, drawn)
    world.reveal()
    return Told(world)


@story("V23", "it leaves out a contribution or adds one")
def a_release_leaves_a_contribution_out():
    world = contributed("left out of a release")
    plain = world.draw_pair

    def draw_pair(i, j):
        whole = world.draw["contributions"]
        if i == 2:
            world.draw["contributions"] = {ev: whole[ev] for ev in sorted(whole)[1:]}
        try:
            return plain(i, j)
        finally:
            world.draw["contributions"] = whole

    world.draw_pair = draw_pair
    return finished(world)


def failing(world, *officers):
    """These officers commit to FAIL for the first contribution, whatever their shares are."""
    ev, plain = min(world.draw["contributions"]), world.draw_pair
    world.draw_pair = lambda i, j: (
        resigned(world, i, plain(i, j), fails=[ev]) if i in officers else plain(i, j)
    )
    return world


@story("V23", "its FAILs are not those of the commit")
def an_officer_calls_bad_what_he_then_opens():
    return finished(failing(contributed("called bad"), 2))


@story("V23", "before enough commits settled what counts")
def shares_are_handed_over_while_a_contribution_waits():
    """Two of four call it bad: neither in nor out, and who releases now lets the fifth choose."""
    world = failing(contributed("waits"), 3, 4)
    world.stalled(0)
    return revealed(world)


@story("V23", "nothing shows that this stood in the log before it was answered")
def a_round_is_answered_before_a_witness_has_seen_it():
    """A22: else the log could show another head to others, and keep the one whose answers it likes."""
    world = contributed("unseen round")
    world.answers(0, world.run_round(0), 1)
    cut = world.cut
    world.cut = lambda at: cut(at, cosign=False)
    world.next_round(1)
    del world.cut
    world.answers(1, world.run_round(1))
    world.reveal()
    return Told(world)


# V24: who sits -----------------------------------------------------------------------------------------------


@story("V24", "does not follow the one before it")
def a_second_draw_follows_another():
    world = DrawWorld("other first", max_rounds=0).play_draw((1,))
    bend(world, lambda members: members | {"prev": "00" * 32}, AFTER + 5000)
    return Told(world)


@story("V24", "a second draw while the first was not ended")
def a_second_draw_begins_before_the_first_has_ended():
    world = contributed("not ended", max_rounds=0)
    world.answers(0, world.run_round(0), 1)
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    world.header(AFTER + 5000)
    return Told(world)


@story("V24", "another cause than the end before it")
def a_second_draw_gives_another_cause():
    world = DrawWorld("other cause", max_rounds=0).play_draw((1,))
    world.header(AFTER + 5000, cause="officers")
    return Told(world)


@story("V24", "a later draw is from another pool")
def a_second_draw_is_from_another_pool():
    world = DrawWorld("other pool", max_rounds=0).play_draw((1,))
    bend(world, lambda members: members | {"pool": members["pool"] | {"epoch": 2}}, AFTER + 5000)
    return Told(world)


@story("V24", "the lottery committed to is not the fair one")
def the_lottery_favours_somebody():
    """A plan in the right form, with levels of its own."""
    world = opened("favour")
    plain = panels.stated

    def favouring(made):
        value = canonical.decode(plain(made))
        return canonical.encode(value | {"levels": ["1/1" for _ in value["levels"]]})

    panels.stated = favouring
    try:
        world.header()
    finally:
        panels.stated = plain
    world.contribute()
    return ended(world)


@story("V24", "the bundle lacks a paper")
def the_list_of_exclusions_is_left_out():
    told = ended(contributed("no paper"))
    members = told.world.members()
    digest = told.world.draw["body"]["exclusions"]["rows"]
    told.members = {name: data for name, data in members.items() if name != f"drawn/{digest}.json"}
    return told


@story("V24", "not by eid, each once")
def the_rows_of_the_pool_are_in_another_order():
    world = opened("other order")
    rows = world.rows()
    world.rows = lambda: [rows[1], rows[0], *rows[2:]]
    world.header()
    del world.rows
    world.contribute()
    return ended(world)


@story("V24", "not those of the pool committed to")
def the_pool_is_not_the_one_committed_to():
    return bent("other root", lambda members: members | {"pool": members["pool"] | {"root": "00" * 32}})


@story("V24", "counts another pool or other exclusions")
def the_header_counts_more_experts_than_the_pool_has():
    return bent("counted", lambda members: members | {"pool": members["pool"] | {"count": 25}})


@story("V24", "counts another pool or other exclusions")
def the_header_counts_no_exclusion_though_there_is_one():
    world = opened("uncounted")
    bend(
        world,
        lambda members: members | {"exclusions": members["exclusions"] | {"count": 0}},
        excluded=("person 1",),
    )
    world.contribute()
    return ended(world)


def second_round(name, **changes):
    """One declines, and the head of the replacement round says something else than is so."""
    world = contributed(name)
    world.answers(0, world.run_round(0), 1)
    world.next_round(1, **changes)
    world.answers(1, world.run_round(1))
    world.reveal()
    return Told(world)


@story("V24", "a round does not follow the one before it")
def a_round_follows_another_head():
    return second_round("other head before", prev="00" * 32)


@story("V24", "begins from other answers than were logged")
def a_round_begins_from_other_answers():
    return second_round("other answers", events="00" * 32)


@story("V24", "begins from another panel than the answers give")
def a_round_begins_from_another_panel():
    return second_round("other accepted", accepted=[])


@story("V24", "an answer before its panel was drawn")
def an_answer_stands_before_the_result():
    """Whom the platform knows to be drawn before it is said, it can call before it is said."""
    world = contributed("before the result")
    put = world.put

    def answering(kind, body, *signers, **options):
        if kind == "draw-result":
            world.put = put
            world.answer(0, min(world.draw["standing"].seats), "accepted")
        return put(kind, body, *signers, **options)

    world.put = answering
    drawn = sorted(world.run_round(0))
    world.answers(0, drawn[1:])
    world.reveal()
    return Told(world)


@story("V24", "a second answer for a seat that was given up")
def who_declined_accepts_after_all():
    world = contributed("after all")
    drawn = sorted(world.run_round(0))
    world.answer(0, drawn[0], "declined")
    world.answers(0, drawn)
    world.reveal()
    return Told(world)


@story("V24", "the panel at the end is not that of the answers")
def the_end_names_another_panel():
    world = contributed("other end")
    world.answers(0, world.run_round(0))
    world.reveal(panel=[])
    return Told(world)


@story("V24", "says it is complete and is not")
def the_end_says_it_is_complete_and_is_not():
    world = contributed("not complete", max_rounds=0)
    world.answers(0, world.run_round(0), 1)
    world.reveal(outcome="complete", cause="")
    return Told(world)


@story("V24", "an answer of an earlier draw while this one runs")
def somebody_of_the_first_draw_leaves_while_the_second_runs():
    """The second draw fills what was open when it began; a seat that falls empty under it would be nobody's."""
    put = DrawWorld.put

    def meanwhile(world, kind, body, *signers, **options):
        if kind == "draw-result" and len(world.serials) == 2:
            first = world.serials[0]
            left = {"header": first["id"], "seat": max(first["standing"].codes).hex(), "code": "recused"}
            answered = next(event["body"] for event in world.events if event["kind"] == "draw-event")
            put(world, "draw-event", answered | left, world.platform, chain="draw")
        return put(world, kind, body, *signers, **options)

    DrawWorld.put = meanwhile
    try:
        return Told(test_honest.somebody_leaves("left meanwhile"))
    finally:
        DrawWorld.put = put


@story("V24", "an answer for a seat that its round did not draw")
def who_leaves_after_the_end_is_said_to_be_of_another_round():
    world = DrawWorld("other round left").play_draw()
    world.answer(1, min(world.draw["standing"].codes), "recused")
    world.cut(AFTER + 4990)
    return Told(world)


@pytest.mark.parametrize("name", STORIES)
def test_a_rule_refuses_by_itself(tmp_path, name):
    fails, tell, said = STORIES[name]
    told = tell()
    path = told.world.write(tmp_path / "b.zip", members=told.members)

    report = verify(path, told.anchors or told.world.anchors())

    failed = {row.check: row.sentence for row in report.checks if row.status != "ok"}
    assert failed.keys() == fails, failed
    assert re.search(re.escape(said), *failed.values()), failed
