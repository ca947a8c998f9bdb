"""Awards, honest and hostile, as golden bundles; tests/protocol/evaluation/test_awards.py tells many more."""

from __future__ import annotations

from tests.protocol.evaluated import OPENED, without
from tests.protocol.evaluation.decided import THREE, Decided
from tests.protocol.stories import Told, story


@story(verdicts=OPENED)
def an_honest_award():
    """Candidates shown, the first awarded, the supervisor told; in the public edition."""
    return Told(Decided().reported().decided(), edition="public")


@story(verdicts=OPENED)
def an_award_to_the_next_after_the_first_fell_out():
    return Decided().reported().followed()


@story(verdicts=OPENED)
def an_award_to_the_third_after_two_fell_out_before_any_award():
    world = Decided(THREE).reported()
    world.show_candidates()
    world.fall(1, ground="force-majeure")
    world.fall(2, ground="unlawful")
    world.award(3)
    return Told(world, edition="public")


@story(verdicts=OPENED)
def an_award_whose_winner_fell_out_and_nobody_followed():
    world = Decided().reported().decided()
    world.fall(1, ground="no-bond")
    return world


@story(verdicts=OPENED)
def an_award_after_the_panel_reported_anew():
    """The publicity of the first report is history (条例 71)."""
    world = Decided().reported()
    world.show_candidates()
    world.again().decided()
    return world


@story(verdicts=OPENED)
def a_lot_cancelled_after_its_opening():
    world = Decided()
    world.cancel()
    return world


@story("V26")
def only_v26_an_award_to_a_bid_that_is_no_candidate():
    world = Decided().reported()
    world.show_candidates()
    world.award(bid=world.report_event["body"]["ranking"][-1]["bid"])
    return world


@story("V26")
def the_second_awarded_as_if_it_were_the_first():
    world = Decided().reported()
    world.show_candidates()
    world.award(2, ground="first")
    return world


@story("V26")
def an_award_on_a_report_that_was_replaced():
    world = Decided().reported()
    world.show_candidates()
    old, winner = world.report_event, world.candidate(1)
    world.again()
    world.award(report=world.ev(old), bid=winner)
    return world


@story("V26")
def candidates_shown_before_every_member_has_signed():
    world = Decided().begun().scored()
    world.report()
    for seat in (1, 2, 3, 4):
        world.sign(seat)
    world.show_candidates()
    world.sign(5)
    world.award()
    return world


@story("V26")
def an_award_after_the_lot_was_cancelled():
    world = Decided().reported()
    world.show_candidates()
    world.cancel()
    world.award()
    return world


@story("V26")
def a_written_report_of_an_award_that_fell():
    world = Decided().reported().decided()
    fell = world.award_event
    world.fall(1)
    world.award(2)
    world.write_report(award=world.ev(fell))
    return world


@story("V26")
def the_next_awarded_while_the_first_has_not_fallen_out():
    world = Decided().reported()
    world.show_candidates()
    world.award(2)
    return world


@story("V26")
def the_third_awarded_while_the_second_has_not_fallen_out():
    world = Decided(THREE).reported()
    world.show_candidates()
    world.fall(1)
    world.award(3)
    return world


@story("V26")
def a_candidate_that_fell_out_wins_by_the_owners_choice():
    world = Decided().reported()
    world.show_candidates()
    world.fall(2)
    world.award(2, ground="choice")
    return world


@story("V26")
def a_second_award_while_the_first_is_in_force():
    world = Decided().reported()
    world.show_candidates()
    world.award()
    world.award(2, ground="choice")
    return world


@story("V26")
def a_loser_falls_out_while_an_award_is_in_force():
    world = Decided().reported().decided()
    world.fall(2)
    return world


@story("V26")
def a_candidate_falls_out_twice():
    world = Decided().reported()
    world.show_candidates()
    world.fall(1)
    world.fall(1, ground="unlawful")
    return world


@story("V26")
def a_bid_that_is_no_candidate_falls_out():
    world = Decided().reported()
    world.show_candidates()
    world.fall(bid=world.report_event["body"]["ranking"][-1]["bid"])
    return world


@story("V26")
def a_written_report_of_an_award_whose_winner_fell_out():
    world = Decided().reported()
    world.show_candidates()
    world.award()
    world.fall(1)
    world.write_report()
    return world


@story("V2")
def a_fall_signed_by_the_platform():
    """The platform alone cannot make room for the next (条例 55): the owner's own key says who fell and why."""
    world = Decided().reported()
    world.show_candidates()
    world.fall(1, signer=world.platform)
    world.award(2)
    return world


@story("V19")
def a_fall_left_out_of_the_bundle():
    """That the second was found to have acted unlawfully is not made unseen."""
    world = Decided().reported()
    world.show_candidates()
    world.fall(2, ground="unlawful")
    world.award(1)
    return Told(world, members=without(world, "candidate-out", "award"))


@story("V2")
def an_award_signed_by_the_platform():
    world = Decided().reported()
    world.show_candidates()
    world.award(signer=world.platform)
    return world


@story("V19")
def an_award_that_fell_left_out_of_the_bundle():
    world = Decided().reported()
    world.show_candidates()
    world.award()
    world.fall(1)
    world.award(2)
    return Told(world, members=without(world, "award", "award"))


@story("V26")
def an_award_without_its_evaluation():
    world = Decided().reported().decided()
    members = {name: data for name, data in world.members().items() if not name.startswith("eval/")}
    return Told(world, members=members)
