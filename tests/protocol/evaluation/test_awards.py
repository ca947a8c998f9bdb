"""V26: bundles in which the owner decides after the report. Each hostile one is refused by the check named and no other.

Where Node.js is at hand, the browser's verifier judges each of them too, and names the same checks.
"""

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from protocol import awarding, bodies, canonical, kinds
from protocol.award_check import check_award
from protocol.errors import ProtocolError
from protocol.events import Event
from tests.js.companion import NODE
from tests.protocol import changes
from tests.protocol.evaluated import without
from tests.protocol.evaluation.decided import THREE, Decided
from tests.protocol.evaluation.judging import failed, refused
from tests.protocol.world import CLOSE

MUTANTS = 40


@pytest.fixture(scope="module")
def reported():
    """Evaluated, its report signed; stories begin with copies."""
    return Decided().reported()


@pytest.fixture
def lot(reported):
    return reported.copy()


@pytest.fixture(scope="module")
def with_three():
    """The same, of a method that names three candidates."""
    return Decided(THREE).reported()


@pytest.fixture
def three(with_three):
    return with_three.copy()


@pytest.fixture(scope="module")
def opened():
    """Opened, not yet evaluated."""
    return Decided()


def last(report):
    assert report.checks[-1].check == "V26"
    return report.checks[-1].sentence


@pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js, the two verifiers are not compared")
def test_the_browsers_verifier_makes_v26_too(lot, tmp_path, browser):
    """Else agreement below could be that of two who look away."""
    lot.show_candidates()
    lot.award(bid=lot.derive("nobody's bid").hex())
    (tmp_path / "anchors.json").write_bytes(lot.anchors())

    said = browser.judge(lot.write(tmp_path / "bundle.zip"), tmp_path / "anchors.json")

    assert said["failed"] == ["V26"]
    assert "no candidate" in said["why"][0]


# honest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["audit", "public"])
def test_shown_awarded_and_reported(lot, judged, edition):
    report = judged(lot.decided(), edition)

    assert failed(report) == {}
    assert last(report).endswith("wins as first, a candidate of the report in force")
    assert lot.candidate(1)[:16] in last(report)


def test_before_the_owner_signs_nothing_is_asked(lot, judged):
    report = judged(lot)

    assert report.ok
    assert report.checks[-1].check == "V25"


def test_shown_and_not_yet_awarded(lot, judged):
    lot.show_candidates()

    assert last(judged(lot)) == "no award in force"


def test_awarded_without_publicity_where_none_is_asked_for(lot, judged):
    """条例 54 binds what must be tendered by law; a verifier does not know the pack, and the award says null."""
    lot.award()

    assert lot.award_event["body"]["publicity"] is None
    assert judged(lot).ok


def test_the_next_candidate_after_the_first_fell_out(lot, judged):
    """条例 55: the first award and its written report stay in the chain, and the owner's word why it fell."""
    said = last(judged(lot.followed()))

    assert said.startswith(f"bid {lot.candidate(2)[:16]} wins as next")
    assert said.endswith(f"; bid {lot.candidate(1)[:16]} fell out: declined")


@pytest.mark.parametrize("ground", awarding.OUT_GROUNDS)
def test_an_award_whose_winner_fell_out_is_in_force_no_more(lot, judged, ground):
    """条例 55: until the next is awarded, nobody has won; the sentence says who fell, and on which ground."""
    lot.decided()
    lot.fall(1, ground=ground)

    assert last(judged(lot)) == f"no award in force; bid {lot.candidate(1)[:16]} fell out: {ground}"


def test_the_third_after_two_fell_out_before_any_award(three, judged):
    three.show_candidates()
    three.fall(2, ground="unlawful")
    three.fall(1)
    three.award(3)

    said = last(judged(three))
    assert said.startswith(f"bid {three.candidate(3)[:16]} wins as next")
    assert said.index("unlawful") < said.index("declined"), "in the order in which they fell"


def test_the_first_wins_though_the_second_fell_out(lot, judged):
    lot.show_candidates()
    lot.fall(2)
    lot.award(1)

    assert "wins as first" in last(judged(lot))


def test_a_choice_of_the_owner_needs_nobody_to_have_fallen(three, judged):
    """评定分离: the third is chosen, gives up, and the second is chosen instead; the first never fell."""
    three.show_candidates()
    three.award(3, ground="choice")
    three.fall(3)
    three.award(2, ground="choice")

    assert "wins as choice" in last(judged(three))


def test_who_fell_out_of_a_report_may_win_on_the_next(lot, judged):
    """条例 71: a fall is of one report; on the new one the panel has recommended the bid again."""
    lot.show_candidates()
    lot.award()
    lot.fall(1)
    lot.again()
    assert last(judged(lot)) == "no award in force"

    lot.show_candidates()
    lot.award()
    assert last(judged(lot)).endswith("wins as first, a candidate of the report in force")


def test_cancelled_after_a_candidate_fell_out(lot, judged):
    lot.show_candidates()
    lot.fall(1)
    lot.cancel()

    assert last(judged(lot)).startswith("the lot was cancelled after its opening; bid ")


def test_a_choice_of_the_owner(lot, judged):
    """评定分离: any candidate."""
    lot.show_candidates()
    lot.award(2, ground="choice")

    assert "wins as choice" in last(judged(lot))


def test_cancelled_after_the_report(lot, judged):
    lot.show_candidates()
    lot.cancel()

    assert last(judged(lot)) == "the lot was cancelled after its opening"


def test_cancelled_without_an_evaluation(opened, judged):
    """条例 31: ended between the opening and the panel; the chain holds that alone."""
    lot = opened.copy()
    lot.cancel()

    report = judged(lot)
    assert failed(report) == {}
    assert last(report) == "the lot was cancelled after its opening"


def test_a_new_report_between_publicity_and_award(lot, judged):
    """条例 71: the first publicity is history; the candidates are shown again, and the award follows from the new."""
    lot.show_candidates()
    lot.again().show_candidates()
    lot.award()
    lot.write_report()

    assert "wins as first" in last(judged(lot))


def test_a_new_report_after_an_award_that_fell(lot, judged):
    """The award stays in history and is not in force; on the new report the same bid may win again."""
    lot.show_candidates()
    lot.award()
    lot.again()
    assert last(judged(lot)) == "no award in force"

    lot.show_candidates()
    lot.award()
    assert "wins as first" in last(judged(lot))


# hostile -----------------------------------------------------------------------------------------------------


def test_an_award_to_a_bid_that_is_no_candidate(lot, judged):
    """法 40: the winner comes from the candidates; here one who was ranked and not recommended."""
    lot.show_candidates()
    ranked = [row["bid"] for row in lot.report_event["body"]["ranking"]]
    lot.award(bid=ranked[-1])

    refused(judged(lot), "the winner is no candidate", "V26")


def test_the_second_awarded_as_if_it_were_the_first(lot, judged):
    lot.show_candidates()
    lot.award(2, ground="first")

    refused(judged(lot), "the ground is not", "V26")


def test_the_first_awarded_as_if_others_had_fallen(lot, judged):
    lot.show_candidates()
    lot.award(1, ground="next")

    refused(judged(lot), "the ground is not", "V26")


@pytest.mark.parametrize("ground", ["first", "choice"])
def test_the_same_bid_wins_again_after_its_award_fell(lot, judged, ground):
    lot.decided()
    lot.fall(1)
    lot.award(1, ground=ground)

    refused(judged(lot), "the winner has fallen out", "V26")


def test_the_next_wins_though_it_fell_out_too(lot, judged):
    lot.show_candidates()
    lot.fall(1)
    lot.fall(2)
    lot.award(2)

    refused(judged(lot), "the winner has fallen out", "V26")


def test_the_next_wins_though_the_first_has_not_fallen_out(lot, judged):
    lot.show_candidates()
    lot.award(2)

    refused(judged(lot), "ranked before the winner has not fallen out", "V26")


def test_the_third_wins_though_only_the_second_fell_out(three, judged):
    """条例 55: the first is passed over because somebody between fell."""
    three.show_candidates()
    three.fall(2)
    three.award(3)

    refused(judged(three), "ranked before the winner has not fallen out", "V26")


def test_the_third_wins_though_the_second_has_not_fallen_out(three, judged):
    three.decided()
    three.fall(1)
    three.award(3)

    refused(judged(three), "ranked before the winner has not fallen out", "V26")


def test_the_next_wins_and_the_first_falls_out_afterwards(lot, judged):
    """The owner makes room for a friend first and finds the reason later."""
    lot.show_candidates()
    lot.award(2)
    lot.fall(1)

    refused(judged(lot), "ranked before the winner has not fallen out", "V26")


@pytest.mark.parametrize(("rank", "ground"), [(1, "first"), (2, "choice")])
def test_a_second_award_while_one_is_in_force(lot, judged, rank, ground):
    """Two winners of one lot: the first has a letter and nobody said why it fell; nor is one bid awarded twice."""
    lot.decided()
    lot.award(rank, ground=ground)

    refused(judged(lot), "another award on the same report is in force", "V26")


def test_somebody_else_than_the_winner_falls_out(lot, judged):
    """While an award is in force the others have nothing to give up."""
    lot.decided()
    lot.fall(2)

    refused(judged(lot), "another than the winner falls out", "V26")


def test_a_candidate_falls_out_twice(lot, judged):
    """A second ground for one fall: which one did the owner act on?"""
    lot.decided()
    lot.fall(1)
    lot.fall(1, ground="unlawful")

    refused(judged(lot), "falls out twice", "V26")


def test_a_bid_falls_out_that_is_no_candidate(lot, judged):
    lot.show_candidates()
    lot.fall(bid=lot.report_event["body"]["ranking"][-1]["bid"])

    refused(judged(lot), "who falls out is no candidate", "V26")


def test_a_fall_of_a_report_that_was_replaced(lot, judged):
    lot.show_candidates()
    old, first = lot.report_event, lot.candidate(1)
    lot.again()
    lot.fall(report=lot.ev(old), bid=first)

    refused(judged(lot), "another report than the one that stands", "V26")


def test_a_fall_while_the_panel_looks_again(lot, judged):
    """条例 56, 71: whether the candidate stands is what the panel is asked."""
    lot.show_candidates()
    lot.lock(2, 2)
    lot.fall(1)
    lot.show(2)
    lot.ended(replaces=lot.ev(lot.report_event))

    refused(judged(lot), "had gone on", "V26")


def test_a_fall_left_out_of_the_room(lot, judged):
    """What made room for the next is not made unseen: V19 misses the event, V26 what it said."""
    lot.followed()

    assert set(failed(judged(lot, members=without(lot, "candidate-out", "award")))) == {"V19", "V26"}


def test_a_written_report_of_an_award_whose_winner_fell_out(lot, judged):
    """法 47: on what stands; the supervisor is not told of a winner that is none any more."""
    lot.show_candidates()
    lot.award()
    lot.fall(1)
    lot.write_report()

    refused(judged(lot), "not of the award in force", "V26")


def test_an_award_on_the_report_before_the_last(lot, judged):
    """条例 71: a report which was replaced decides nothing, however well its candidates were shown."""
    lot.show_candidates()
    old, shown, winner = lot.report_event, lot.shown_event, lot.candidate(1)
    lot.again()
    lot.award(report=lot.ev(old), publicity=lot.ev(shown), bid=winner)

    refused(judged(lot), "another report than the one that stands", "V26")


def test_an_award_while_the_panel_looks_again(lot, judged):
    lot.show_candidates()
    lot.lock(2, 2)
    lot.award()
    lot.show(2)
    lot.ended(replaces=lot.ev(lot.report_event))

    refused(judged(lot), "had gone on", "V26")


def test_a_publicity_before_every_member_has_signed(opened, judged):
    """条例 53, 54: a report is one when all have signed, dissented or are recorded as silent."""
    lot = opened.copy()
    lot.begun().scored().report()
    for seat in (1, 2, 3, 4):
        lot.sign(seat)
    lot.show_candidates()
    lot.sign(5)
    lot.award()

    refused(judged(lot), "before every member", "V26")


def test_a_publicity_before_there_is_a_report(opened, judged):
    lot = opened.copy()
    lot.begun().scored()
    lot.show_candidates(report=lot.paper("no report"))
    lot.ended()

    refused(judged(lot), "no report before it", "V26")


def test_an_award_without_any_evaluation_in_the_bundle(lot, judged):
    """Whoever leaves the panel out of the bundle cannot show that the award follows from it."""
    lot.decided()
    members = {name: data for name, data in lot.members().items() if not name.startswith("eval/")}

    refused(judged(lot, members=members), "no report before it", "V26")


@pytest.mark.parametrize("who", ["platform", "supervisor", "agency"])
@pytest.mark.parametrize("act", ["award", "show_candidates", "fall"])
def test_signed_by_another_than_the_owner(lot, judged, who, act):
    """法 45, journeys 9: the owner's own key; neither the platform's nor an agency's counts."""
    signer = getattr(lot, who, None) or lot.signer("an agency")
    if act != "show_candidates":
        lot.show_candidates()
    getattr(lot, act)(signer=signer)

    refused(judged(lot), "a signature is by none of: owner", "V2")


class EndedEarly(Decided):
    """A lot whose owner ends it in the award's chain while bids are still sealed."""

    def to_end(self):
        body = bodies.body("cancelled", policy=self.policy_id, reason="no bid of a friend")
        self.put("cancelled", body, self.owner, chain="award")
        super().to_end()


def test_an_end_in_this_chain_before_the_opening_has_ended(judged):
    """条例 31: before the opening a lot ends in the chain of its bids, which a bundle cannot leave out."""
    refused(judged(EndedEarly()), "before the opening has ended", "V26")


class NeverOpened(Decided):
    """A lot that was cancelled while bids were sealed."""

    def to_end(self):
        body = bodies.body("cancelled", policy=self.policy_id, reason="the works are no longer wanted")
        self.put("cancelled", body, self.owner)
        self.cut(CLOSE - 100)


def test_an_act_of_the_owner_on_a_lot_that_was_never_opened(judged):
    lot = NeverOpened()
    lot.cancel()

    refused(judged(lot), "without an opening that has ended", "V26")


def test_cancelled_by_the_platform(lot, judged):
    lot.cancel(lot.platform)

    refused(judged(lot), "a signature is by none of: owner", "V2")


def test_the_publicity_of_another_report(lot, judged):
    lot.show_candidates(report=lot.paper("another report"))

    refused(judged(lot), "another report than the one that stands", "V26")


def test_an_award_names_the_publicity_of_the_report_before(lot, judged):
    """The candidates of the new report were never shown; the old notice does not stand for them."""
    lot.show_candidates()
    lot.again()
    lot.award()

    refused(judged(lot), "does not name the publicity of its report", "V26")


def test_an_award_that_denies_its_publicity(lot, judged):
    lot.show_candidates()
    lot.award(publicity=None)

    refused(judged(lot), "does not name the publicity of its report", "V26")


def test_candidates_shown_twice(lot, judged):
    """A second notice with other words under one report: which one did the bidders read?"""
    lot.show_candidates()
    lot.show_candidates(content=lot.paper("another notice"))

    refused(judged(lot), "shown twice", "V26")


def test_an_award_after_the_lot_was_cancelled(lot, judged):
    lot.show_candidates()
    lot.cancel()
    lot.award()

    refused(judged(lot), "after the lot has been cancelled", "V26")


def test_a_written_report_of_another_award(lot, judged):
    """法 47: the supervisor reads of the award which stands."""
    lot.decided()
    fell = lot.award_event
    lot.fall(1)
    lot.award(2)
    lot.write_report(award=lot.ev(fell))

    refused(judged(lot), "not of the award in force", "V26")


def test_an_award_reported_twice(lot, judged):
    lot.decided()
    lot.write_report(content=lot.paper("another report"))

    refused(judged(lot), "reported twice", "V26")


def test_a_written_report_without_an_award(lot, judged):
    lot.show_candidates()
    lot.write_report(award=lot.paper("no award"))

    refused(judged(lot), "not of the award in force", "V26")


def test_an_act_under_another_policy(lot, judged):
    body = awarding.body(
        "publicity", policy=lot.paper("T"), report=lot.ev(lot.report_event), content=lot.paper("notice")
    )
    lot.log_award("publicity", body, lot.owner)

    refused(judged(lot), "another policy", "V26")


def test_a_written_report_left_out_of_the_room(lot, judged):
    """V19: whoever leaves out what was logged between two events is found out by the second."""
    lot.followed()

    refused(judged(lot, members=without(lot, "written-report", "award")), "leaves out what was logged", "V19")


def test_a_first_award_left_out_of_the_room(lot, judged):
    """An award that fell is not made unseen."""
    lot.show_candidates()
    lot.award()
    lot.fall(1)
    lot.award(2)

    refused(judged(lot, members=without(lot, "award", "award")), "leaves out what was logged", "V19")


def test_a_publicity_left_out_of_the_room(lot, judged):
    lot.decided()

    assert set(failed(judged(lot, members=without(lot, "publicity", "award")))) == {"V19", "V26"}


def test_an_award_which_the_log_does_not_hold(lot, judged):
    """A paper made for the reader alone: signed by the owner, and in no tree."""
    lot.show_candidates()
    lot.award()
    members = lot.members()
    name = max(name for name in members if name.startswith("award/"))
    value = canonical.decode(members[name])
    body = value["body"] | {"bid": lot.candidate(2), "ground": "choice"}
    value |= {"body": body, "signatures": [lot.owner.sign("award", body)]}

    report = judged(lot, members=members | {name: canonical.encode(value)})

    assert list(failed(report)) == ["V5"]


@pytest.mark.parametrize("kind", ["open-end", "report-sign"])
def test_events_of_other_chains_have_no_place_in_the_room(lot, judged, kind):
    lot.decided()
    members = lot.members()
    found = next(data for data in members.values() if b'"kind":"%s"' % kind.encode() in data)

    assert "V1" in failed(judged(lot, members=members | {"award/000003.json": found}))


def test_no_value_of_the_room_changes_unnoticed_or_makes_it_stumble(lot, judged):
    """A sample of changes to every file under award/, index made anew: refused, never an accident."""
    members = lot.followed().members()
    found = [
        (name, label, keys, what)
        for name in sorted(members)
        if name.startswith("award/")
        for label, keys, what in changes.json_changes(canonical.decode(members[name]))
    ]

    for name, label, keys, what in changes.sample(found, MUTANTS, lambda row: f"{row[0]} {row[1]}"):
        value = changes.changed(canonical.decode(members[name]), keys, what)
        data = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert not judged(lot, members=members | {name: data}).ok, (name, label)


def test_a_body_logged_anew_with_anything_in_it_never_makes_v26_stumble(lot):
    """Who writes the log may put any well-formed body into it: the check refuses in its own words."""
    lot.followed()
    rooms = {
        room: [as_event(event) for event in lot.events if event["chain"] == room]
        for room in ("eval", "award")
    }
    assert check_award(rooms["award"], rooms["eval"], policy=lot.policy_id, end=0).award is not None
    found = [
        (room, at, label, keys, what)
        for room, events in rooms.items()
        for at, event in enumerate(events)
        for label, keys, what in changes.json_changes(event.body)
    ]
    tried = 0
    for room, at, _, keys, what in changes.sample(found, 400, lambda row: f"{row[0]} {row[1]} {row[2]}"):
        chain = list(rooms[room])
        chain[at] = replace(chain[at], body=changes.changed(chain[at].body, keys, what))
        with suppress(ProtocolError):
            kinds.check_body(chain[at].kind, chain[at].body)
            tried += 1
            played = rooms | {room: chain}
            check_award(played["award"], played["eval"], policy=lot.policy_id, end=0)

    assert tried >= 20


def test_an_award_is_in_force_no_more_once_the_lot_is_cancelled(lot):
    """条例 31: what a caller of the check reads, whatever sentence is made of it."""
    lot.decided()
    lot.cancel()
    rooms = [
        [as_event(event) for event in lot.events if event["chain"] == room] for room in ("award", "eval")
    ]

    assert check_award(rooms[0][:-1], rooms[1], policy=lot.policy_id, end=0).award is not None
    assert check_award(*rooms, policy=lot.policy_id, end=0).award is None


def as_event(event):
    """A logged event as a bundle's reader has it."""
    return Event(event["chain"], event["kind"], event["body"], [], b"", b"", b"", event["leaf"], 0, [])
