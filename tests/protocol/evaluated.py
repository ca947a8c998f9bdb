"""Evaluations, honest and hostile, as golden bundles; tests/protocol/evaluation/test_bundles.py tells many more."""

from __future__ import annotations

from protocol import canonical
from tests.protocol.evaluation.panel import SEATS, Evaluated
from tests.protocol.stories import Told, story

OPENED = {"OPENED": 4}


def without(world, kind, room="eval"):
    """All members but the first event of a kind, those behind it numbered anew."""
    members = world.members()
    names = sorted(name for name in members if name.startswith(room + "/"))
    gone = next(name for name in names if canonical.decode(members[name])["kind"] == kind)
    kept = [members.pop(name) for name in names]
    kept.pop(names.index(gone))
    return members | {f"{room}/{number:06d}.json": data for number, data in enumerate(kept)}


@story(verdicts=OPENED)
def an_honest_evaluation():
    return Evaluated().begun().scored().ended()


@story(verdicts=OPENED)
def an_evaluation_in_the_public_edition():
    """A rejection, a question about the second envelope, a second look, a substitute, a dissent and a silence."""
    world = Evaluated(envelopes=2).begun()
    bid = world.ev(world.bids[0])
    asked = {"seat": 2, "bid": bid, "e": 1, "text": "of the technical bid", "until": world.now + 7200}
    question = world.act("clarification-question", world.member(2), **asked)
    answer = {"question": world.ev(question), "bid": bid, "e": 1, "text": "an answer", "files": []}
    world.act("clarification-answer", world.signer("firm-1"), **answer)
    world.reject(3)
    world.scored()
    world.lock(2, 2, lambda rows: rows[0]["marks"].__setitem__(0, ["plan", "9"]))
    world.show(2)
    world.panel((1, 2, 3, 4, 6), replaces=world.ev(world.panel_event))
    del world.shown[5]
    world.lock(6)
    world.show(6)
    world.ended((1, 2, 3))
    world.sign(4, "dissent")
    silent = {"report": world.ev(world.report_event), "seat": 6, "reason": "left without a word"}
    world.act("report-silence", world.platform, **silent)
    return Told(world, edition="public")


@story(verdicts=OPENED)
def an_evaluation_whose_rejection_was_taken_back():
    """A member falls out; the panel formed anew does not carry the rejection he voted for (条例 48)."""
    world = Evaluated().begun()
    rejected = world.reject(1)
    world.panel((1, 2, 3, 4, 6), replaces=world.ev(world.panel_event))
    world.take_back(rejected)
    return world.scored((1, 2, 3, 4, 6)).ended((1, 2, 3, 4, 6))


@story("V25")
def a_rejection_taken_back_and_counted_all_the_same():
    world = Evaluated().begun()
    rejected = world.reject(1)
    world.take_back(rejected)
    world.rejected = [rejected]
    return world.scored().ended()


@story("V25")
def only_v25_a_sheet_left_out_of_the_report():
    world = Evaluated().begun().scored()
    return world.ended(sheets=sorted(world.ev(event) for event in world.shown.values())[1:])


@story("V25")
def a_sheet_altered_after_it_was_locked():
    world = Evaluated().begun()
    for seat in SEATS:
        world.lock(seat)
    for seat in SEATS[:-1]:
        world.show(seat)
    world.show(5, world.sheet_body(5, change=lambda rows: rows[0]["marks"].__setitem__(0, ["plan", "20"])))
    return world.ended()


@story("V25")
def a_first_sheet_shown_again_after_the_second_look():
    world = Evaluated().begun().scored()
    first = world.locked[2]
    world.lock(2, 2, lambda rows: rows[0]["marks"].__setitem__(0, ["plan", "9"]))
    world.show(2)
    world.show(2, first)
    return world.ended()


@story("V2")
def a_sheet_signed_by_another_member():
    world = Evaluated().begun()
    for seat in SEATS:
        world.lock(seat)
    world.member = lambda seat: world.signer(f"member {1 if seat == 5 else seat}")
    for seat in SEATS:
        world.show(seat)
    del world.member
    return world.ended()


@story("V19", "V25")
def a_sheet_left_out_of_the_evaluation():
    world = Evaluated().begun().scored().ended()
    return Told(world, members=without(world, "score-sheet"))


@story("V25")
def an_evaluation_ranks_by_a_coefficient_of_its_own():
    world = Evaluated()
    world.panel()
    world.facts()
    other = next(
        x for x in world.rules["coefficient"]["values"] if x != world.facts_event["body"]["coefficient"]
    )
    world.facts(replaces=world.ev(world.facts_event), coefficient=other)
    return world.scored().ended()
