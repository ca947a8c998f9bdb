"""Draws that somebody bent: each bundle is refused by exactly the check named (amendments A19 to A24)."""

from dataclasses import dataclass

import pytest

from protocol import canonical
from protocol.draw import eligible, objects, panels, pool, problem, releasing
from protocol.verify import verify
from tests.protocol.drawn import test_honest
from tests.protocol.drawn.world import AFTER, DrawWorld

STORIES = {}


@dataclass
class Told:
    """What the reader gets."""

    world: DrawWorld
    anchors: bytes | None = None
    members: dict | None = None


def story(*fails):
    def register(function):
        STORIES[function.__name__] = (frozenset(fails), function)
        return function

    return register


def opened(name, **options):
    return DrawWorld(name, **options).play(3)


def contributed(name, *, max_rounds=2, **options):
    world = opened(name, max_rounds=max_rounds)
    world.header()
    world.contribute(**options)
    return world


def ended(world, **options):
    world.answers(0, world.run_round(0, **options))
    world.reveal()
    return Told(world)


def resigned(world, i, pair, **changes):
    """Another commit of an officer, signed by him."""
    commit, release = pair
    body = commit["body"] | changes
    signer = world.signer(f"draw {len(world.serials)} officer {i}")
    return {"body": body, "signatures": [signer.sign("draw-commit", body)]}, release


# V21: whose draw it is ---------------------------------------------------------------------------------------


@story("V21")
def a_required_contribution_is_missing():
    """A20: the centre leaves out its own and draws with two."""
    return ended(contributed("missing", skip=("platform-org",)))


@story("V21")
def a_required_contribution_comes_late():
    world = contributed("late", skip=("owner-org",))
    made = world.contribution("owner-org", world.owner)
    world.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
    world.cut(world.draw["body"]["close_at"] + 5)
    return ended(world)


@story("V21")
def a_required_contribution_is_signed_by_another():
    world = opened("another hand")
    world.header()
    forged = lambda org, made: world.contribution(org, world.platform) if org == "owner-org" else made  # noqa: E731
    world.contribute(alter=forged)
    return ended_without(world, "owner-org")


def ended_without(world, org):
    """Go on with what counts: the world's own list must not hold what the verifier will not count."""
    gone = [ev for ev, body in world.draw["contributions"].items() if body["org"] == org]
    for ev in gone:
        del world.draw["contributions"][ev]
    return ended(world)


@story("V21")
def the_header_is_not_the_one_published():
    world = contributed("unpublished")
    told = ended(world)
    told.anchors = world.anchors(draws={f"{world.tender}/{world.lot}/1": "00" * 32})
    return told


@story("V21")
def the_anchors_name_no_draw():
    told = ended(contributed("unnamed"))
    told.anchors = told.world.anchors(draws={})
    return told


@story("V21")
def the_bundle_leaves_out_the_draw():
    world = opened("left out")
    place = f"{world.tender}/{world.lot}/1"
    return Told(world, world.anchors(draws={place: "11" * 32}))


@story("V21")
def an_event_of_the_draw_is_left_out():
    """A1 for the draw's own chain: an answer disappears from the end."""
    world = opened("gap")
    world.header()
    world.contribute()
    world.answers(0, world.run_round(0), 0)
    world.put(
        "draw-postpone",
        objects.body("draw-postpone", header=world.draw["id"], close_at=AFTER + 9000, reason="never shown"),
        world.platform,
        world.supervisor,
        chain="draw",
    )
    world.cut(AFTER + 2000)
    world.events = [event for event in world.events if event["kind"] != "draw-postpone"]
    world.reveal()
    return Told(world)


@story("V21")
def officers_are_invented():
    world = opened("invented")
    world.orgs = [f"invented-{i}" for i in range(5)]
    world.header()
    world.contribute()
    told = ended(world)
    world.orgs = [f"officer-org-{1 + i // 2}" for i in range(5)]
    return told


@story("V21")
def one_organisation_holds_t_officers():
    world = opened("one org")
    held, world.orgs = world.orgs, [f"officer-org-{k}" for k in (1, 1, 1, 2, 3)]
    world.header()
    world.orgs = held
    world.contribute()
    return ended(world)


@story("V21")
def two_contributors_are_one_organisation():
    world = opened("one hand")
    rows = world.required()
    rows = [rows[0] | {"org": "owner-org"}, rows[2]]
    world.header(required=sorted(rows, key=lambda row: row["org"]))
    world.contribute()
    return ended_without(world, "platform-org")


@story("V21")
def the_header_is_said_to_be_after_the_opening_and_is_not():
    world = DrawWorld("early")
    world.publish()
    for number in range(3):
        world.enrol(f"firm-{number + 1}")
    world.header(world.moments[len(world.leaves)] + 5, open="none")
    world.bids = [world.bid(f"firm-{number + 1}") for number in range(3)]
    world.cut(world.moments[len(world.leaves)] + 5)
    world.to_end()
    world.contribute(bidders=())
    return ended(world)


@story("V21")
def a_header_before_the_opening_asks_bidders():
    """A24: contributors by name would tell who has bid."""
    world = opened("asks bidders")
    world.header(when="before-opening", open="bidders")
    world.contribute()
    return ended(world)


@story("V21")
def officers_commit_before_the_draw_closes():
    world = opened("hasty")
    world.header()
    close_at = world.draw["body"]["close_at"]
    signers = {"owner-org": world.owner, "platform-org": world.platform, "supervisor-org": world.supervisor}
    for org, signer in signers.items():
        made = world.contribution(org, signer)
        event = world.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
        world.draw["contributions"][world.ev(event)] = made["body"]
    world.cut(close_at - 60)
    for i in (1, 2, 3, 4):
        commit, _ = world.draw_pair(i, 0)
        world.put("draw-commit", commit["body"], signatures=commit["signatures"], chain="draw")
    world.cut(close_at - 50)
    return Told(world)


@story("V21")
def a_contribution_is_logged_together_with_its_header():
    """A19: before anybody contributes, the header stands in a checkpoint of its own."""
    world = opened("together")
    cut, calls = world.cut, []

    def held(at, **options):
        calls.append(at)
        return None if len(calls) == 2 else cut(at, **options)

    world.cut = held
    world.header()
    world.contribute()
    del world.cut
    return ended(world)


# V22: what counts --------------------------------------------------------------------------------------------


@story("V22")
def the_result_drops_an_honest_contribution():
    return altered_result("drops", lambda body: body | {"in": body["in"][1:], "out": body["in"][:1]})


@story("V22")
def a_round_has_two_results():
    world = contributed("twice")
    drawn = world.run_round(0)
    result = next(event for event in world.events if event["kind"] == "draw-result")
    again = result["body"] | {"out": ["ff" * 32]}
    world.put("draw-result", again, world.platform, chain="draw")
    world.cut(world.draw["body"]["close_at"] + 60)
    world.answers(0, drawn)
    world.reveal()
    return Told(world)


def altered_result(name, change):
    world = contributed(name)
    put = world.put

    def altering(kind, body, *signers, **options):
        return put(kind, change(body) if kind == "draw-result" else body, *signers, **options)

    world.put = altering
    drawn = world.run_round(0)
    del world.put
    world.answers(0, drawn)
    world.reveal()
    return Told(world)


@story("V22")
def a_result_names_another_header_of_its_round():
    return altered_result("other round", lambda body: body | {"round": "00" * 32})


@story("V22")
def a_result_for_a_round_that_was_never_asked():
    world = contributed("never asked")
    drawn = world.run_round(0)
    result = next(event for event in world.events if event["kind"] == "draw-result")
    world.put("draw-result", result["body"] | {"j": 2}, world.platform, chain="draw")
    world.cut(world.draw["body"]["close_at"] + 60)
    world.answers(0, drawn)
    world.reveal()
    return Told(world)


def blamed(name, *, changes=None, **options):
    """A round that is ended for want of officers."""
    world = contributed(name)
    world.stalled(0, **(options | (changes or {})))
    return revealed(world)


def revealed(world):
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    world.cut(world.draw["body"]["reveal_at"] + 4)
    return Told(world)


@story("V22")
def the_draw_is_ended_although_t_officers_released():
    """A23: who has seen the panel calls a decided round void, to draw again."""
    return blamed("void", releasing=(1, 2, 3), changes={"missing": [4, 5]})


@story("V22")
def the_draw_is_ended_before_the_time_of_its_officers_is_over():
    return blamed("too soon", after=AFTER + 600 + 1700)


@story("V22")
def the_end_blames_an_officer_who_released():
    return blamed("slander", changes={"missing": [2, 3, 4, 5]})


@story("V22")
def the_end_spares_an_officer_who_stayed_away():
    return blamed("friend", changes={"missing": [3, 4]})


@story("V22")
def officers_are_blamed_for_a_round_that_was_decided():
    world = contributed("decided")
    world.answers(0, world.run_round(0), 1)
    world.reveal(cause="officers", missing=[5])
    return Told(world)


@story("V22")
def a_round_is_left_undecided_without_a_word():
    return blamed("silent", changes={"cause": "short", "missing": []})


@story("V22")
def officers_are_blamed_who_could_not_be_asked():
    """Without the centre's contribution nobody may commit, and nobody is at fault but the centre."""
    world = contributed("not asked", skip=("platform-org",))
    world.stalled(0, officers=(), releasing=())
    return revealed(world)


def uncontributed(name, missing, *, skip=("platform-org",)):
    """A serial that is ended since the centre has not contributed; `missing` are places among those required."""
    world = contributed(name, skip=skip)
    world.end(outcome="short", cause="contributors", missing=missing)
    return revealed(world)


@story("V22")
def somebody_is_blamed_who_did_contribute():
    """The owner is named for what the centre has not done."""
    return uncontributed("slandered owner", [1])


@story("V22")
def the_end_spares_a_contributor_who_stayed_away():
    return uncontributed("spared", [2], skip=("owner-org", "platform-org"))


@story("V22")
def contributors_are_blamed_who_all_came():
    """Who does not like the contributions that came calls the draw off and begins another."""
    return uncontributed("all came", [1], skip=())


@story("V22")
def a_draw_is_ended_for_want_of_contributions_before_its_close():
    world = opened("not closed")
    world.header()
    for org, signer in (("owner-org", world.owner), ("supervisor-org", world.supervisor)):
        made = world.contribution(org, signer)
        world.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
    world.cut(AFTER + 60)
    world.end(outcome="short", cause="contributors", missing=[2])
    world.cut(world.draw["body"]["close_at"] + 2)
    return revealed(world)


@story("V22")
def contributors_are_blamed_for_a_round_of_the_officers():
    """All contributed, and the officers stayed away: the end names the wrong ones."""
    return blamed("mixed up", changes={"cause": "contributors", "missing": [1]})


@story("V22")
def a_decided_round_is_said_to_have_had_too_few_contributions():
    world = contributed("enough")
    world.answers(0, world.run_round(0), 1)
    world.reveal(cause="contributors")
    return Told(world)


@story("V22")
def too_few_contributions_are_called_seats_left_open():
    world = test_honest.junk_dealt("owner-org", "platform-org", seats=(1, 2, 4), cause="short")("seedless")
    return Told(world)


@story("V21")
def contributors_are_blamed_by_the_platform_alone():
    world = contributed("one word", skip=("platform-org",))
    supervisor, world.supervisor = world.supervisor, world.platform
    world.end(outcome="short", cause="contributors", missing=[2])
    world.supervisor = supervisor
    return revealed(world)


@story("V24")
def a_draw_is_ended_short_with_rounds_left():
    """Seats stay open although two more rounds could have filled them: another serial, other contributors."""
    world = contributed("given up")
    world.answers(0, world.run_round(0), 1)
    world.reveal(cause="short")
    return Told(world)


@story("V24")
def a_draw_is_ended_as_infeasible_with_a_panel_left():
    world = contributed("no panel")
    world.answers(0, world.run_round(0), 1)
    world.reveal(cause="infeasible")
    return Told(world)


@story("V24")
def a_draw_is_ended_while_a_seat_has_no_answer():
    world = contributed("in a hurry", max_rounds=0)
    for seat in sorted(world.run_round(0))[1:]:
        world.answer(0, seat, "accepted")
    world.cut(world.draw["body"]["close_at"] + 120)
    world.reveal(cause="short")
    return Told(world)


@story("V21")
def officers_are_blamed_by_the_platform_alone():
    world = contributed("alone")
    supervisor, world.supervisor = world.supervisor, world.platform
    world.stalled(0)
    world.supervisor = supervisor
    return revealed(world)


@story("V24")
def an_answer_is_logged_after_the_end():
    world = contributed("after the end", max_rounds=0)
    drawn = sorted(world.run_round(0))
    world.answers(0, drawn, 1)
    world.end()
    world.answer(0, drawn[1], "accepted")
    return revealed(world)


@story("V21")
def an_officer_commits_after_the_end():
    world = contributed("late officer")
    world.stalled(0)
    commit, _ = world.draw_pair(5, 0)
    world.put("draw-commit", commit["body"], signatures=commit["signatures"], chain="draw")
    return revealed(world)


# V23: what was asked and answered ----------------------------------------------------------------------------


@story("V23")
def a_release_is_not_what_was_committed():
    world = contributed("swapped")
    return ended(world, alter=lambda i, pair: resigned(world, i, pair, hash="00" * 32) if i == 2 else pair)


@story("V23")
def an_officer_answers_another_header_of_the_round():
    world = contributed("other head")
    return ended(world, alter=lambda i, pair: resigned(world, i, pair, round="00" * 32) if i == 2 else pair)


@story("V23")
def shares_are_handed_over_with_t_commits():
    """A11: whoever holds the t-th release could stall or cry FAIL after reading the others'."""
    world = contributed("t only")
    return ended(world, officers=(1, 2, 3))


@story("V23")
def a_replacement_round_has_two_headers():
    """A22: after the nonces are open, another list of answers for the round would be a re-roll."""
    world = contributed("second head")
    drawn = world.run_round(0)
    world.answers(0, drawn, 1)
    world.next_round(1)
    world.answers(1, world.run_round(1))
    head = world.draw["heads"][1]["body"]
    second = head | {"events": "00" * 32}
    world.put("draw-round", second, world.platform, chain="draw")
    world.cut(world.draw["body"]["close_at"] + 2200)
    world.reveal()
    return Told(world)


@story("V23")
def the_key_is_revealed_before_its_time():
    """A23: names are open to whoever reads the log, while experts are called and may be spoken to."""
    world = contributed("early key")
    world.answers(0, world.run_round(0))
    world.key_out()
    world.end()
    world.cut(world.draw["body"]["reveal_at"] + 1)
    return Told(world)


@story("V23")
def the_key_is_revealed_before_the_last_release():
    world = contributed("open key")
    world.answers(0, world.run_round(0), 1)
    world.cut(world.draw["body"]["reveal_at"] + 2)
    world.key_out()
    cut, start = world.cut, world.draw["body"]["reveal_at"] - world.draw["body"]["close_at"]
    world.cut = lambda at, **options: cut(at + start, **options)
    world.next_round(1)
    world.answers(1, world.run_round(1))
    world.end()
    world.cut(world.draw["body"]["close_at"] + 2000)
    del world.cut
    return Told(world)


# V24: who sits -----------------------------------------------------------------------------------------------


@story("V24")
def the_panel_is_another():
    return altered_result("other panel", lambda body: body | {"panel": "00" * 32})


@story("V24")
def the_lottery_is_not_the_fair_one():
    world = opened("unfair")
    world.header(plan=world.paper(canonical.encode({"levels": [], "certificate": {}})))
    world.contribute()
    return ended(world)


def with_problem(name, change):
    """A header whose problem was edited; the lottery is that of the edited one."""
    world = opened(name)
    plain = panels.paper_of

    def edited(posed):
        return plain(change(world, posed))

    panels.paper_of = edited
    try:
        world.header()
    finally:
        panels.paper_of = plain
    world.contribute()
    return ended(world)


@story("V24")
def an_expert_is_left_out_without_a_reason():
    return with_problem(
        "left out",
        lambda _, posed: problem.Problem(posed.seats, posed.experts[1:], posed.employer_cap, posed.regions),
    )


@story("V24")
def a_stranger_is_slipped_into_the_pool():
    def change(_, posed):
        friend = problem.Expert("ff" * 32, ("A08", "B02"), "ee" * 32, "5001")
        return problem.Problem(posed.seats, (*posed.experts, friend), posed.employer_cap, posed.regions)

    return with_problem("slipped in", change)


@story("V24")
def an_expert_is_given_a_specialty():
    def change(_, posed):
        first, *rest = posed.experts
        both = first._replace(specialties=("A08", "B02"))
        return problem.Problem(posed.seats, (both, *rest), posed.employer_cap, posed.regions)

    return with_problem("specialty", change)


@story("V24")
def an_employer_binds_across_regions():
    """15.3: no proof without a solver is known of rules that cross, so nobody may draw by them."""
    world = opened("crossing")
    world.persons["person 0"]["region"] = "5001"
    world.header()
    world.contribute()
    return ended(world)


@story("V24")
def the_problem_has_quotas():
    def change(_, posed):
        experts = tuple(one._replace(values=("h",)) for one in posed.experts)
        quotas = {"title": {"h": (0, 3)}}
        return problem.Problem(posed.seats, experts, posed.employer_cap, posed.regions, quotas)

    return with_problem("quotas", change)


@story("V24")
def the_pool_shows_names():
    """15.3: what is published of a pool hides who the experts are."""
    world = opened("names")
    shown = (*eligible.SHOWN, "name")
    rows = [
        pool.record(world.epoch_secret, world.eid_of(person), attributes, shown)
        for person, attributes in world.persons.items()
    ]
    world.rows = lambda: sorted(rows, key=lambda row: row["attributes"]["eid"]["value"])
    world.header()
    world.contribute()
    return ended(world)


@story("V24")
def an_answer_names_another_round():
    world = contributed("other answer")
    drawn = sorted(world.run_round(0))
    world.answer(1, drawn[0], "accepted")
    for seat in drawn[1:]:
        world.answer(0, seat, "accepted")
    world.cut(world.draw["body"]["close_at"] + 200)
    world.reveal()
    return Told(world)


@story("V24")
def the_day_of_the_draw_is_beyond_all_days():
    """A moment of the profile which is no day of a calendar: refused, and nothing stumbles."""
    world = opened("no day")
    far = canonical.MAX_INT - 5000
    world.header(close_at=far, reveal_at=far)
    return Told(world)


@story("V24")
def someone_accepts_who_was_not_drawn():
    world = contributed("not drawn")
    drawn = world.run_round(0)
    seats = sorted(drawn)
    gateway, draw = world.gateways[1], bytes.fromhex(world.draw["id"])
    friend = next(e for e in world.draw["posed"].experts if e.id not in {s.id for s in drawn.values()})
    false = releasing.seat(gateway, draw, 0, friend.specialties[0], friend.id)
    for seat in (*seats[1:], false):
        world.answer(0, seat, "accepted")
    del world.draw["standing"].codes[false]
    world.cut(world.draw["body"]["close_at"] + 200)
    world.reveal()
    return Told(world)


@story("V24")
def a_round_begins_while_a_seat_is_unanswered():
    """A25: all unavailable seats of a window go into one round; nobody is called twice as often."""
    world = contributed("unanswered")
    drawn = sorted(world.run_round(0))
    world.answer(0, drawn[0], "declined")
    world.answer(0, drawn[1], "accepted")
    world.cut(world.draw["body"]["close_at"] + 120)
    standing = world.draw["standing"]
    standing.codes[drawn[2]] = "accepted"
    world.next_round(1, accepted=sorted([drawn[1].hex()]))
    standing.codes[drawn[2]] = "declined"
    world.answers(1, world.run_round(1))
    world.reveal()
    return Told(world)


@story("V24")
def a_later_draw_gives_another_cause():
    world = DrawWorld("cause").play_draw((1,))
    return Told(world.play_draw((0,), cause="officers"))


@story("V24")
def somebody_declines_after_the_end():
    """Only an acceptance can still be taken away, and only for what keeps a member from sitting."""
    world = DrawWorld("late no").play_draw()
    world.answer(0, min(world.draw["standing"].codes), "declined")
    world.cut(AFTER + 4990)
    return Told(world)


@story("V24")
def a_seat_is_taken_by_an_acceptance_after_the_end():
    world = DrawWorld("late yes").play_draw((1,))
    gone = next(seat for seat, code in world.draw["standing"].codes.items() if code == "declined")
    world.answer(0, gone, "accepted")
    world.cut(AFTER + 4990)
    return Told(world)


@story("V24")
def somebody_leaves_and_the_next_serial_keeps_him():
    world = DrawWorld("kept").play_draw()
    kept = world.draw["standing"].listed("accepted")
    world.answer(0, min(world.draw["standing"].codes), "recused")
    world.cut(AFTER + 4990)
    world.header(AFTER + 5000, cause="order", kept=kept)
    return Told(world)


@story("V24")
def a_complete_panel_is_drawn_again():
    world = DrawWorld("again").play_draw()
    world.draw["standing"] = panels.Standing(
        dict(world.draw["standing"].seats), dict(world.draw["standing"].codes)
    )
    world.header(AFTER + 5000, cause="order")
    return Told(world)


@pytest.mark.parametrize("name", STORIES)
def test_a_bent_draw_is_refused_by_its_check_alone(tmp_path, name):
    fails, tell = STORIES[name]
    told = tell()
    path = told.world.write(tmp_path / "b.zip", members=told.members)

    report = verify(path, told.anchors or told.world.anchors())

    failed = {row.check: row.sentence for row in report.checks if row.status != "ok"}
    assert failed.keys() == fails, failed


@pytest.mark.parametrize("leaf", ["draw/000000.json", "drawn"])
def test_papers_and_events_are_named_by_what_they_are(tmp_path, leaf):
    """V1: a paper under another hash, an event out of number."""
    world = DrawWorld("named").play_draw()
    members = world.members()
    name = leaf if leaf in members else next(n for n in members if n.startswith("drawn/"))
    other = "draw/000900.json" if name.startswith("draw/") else f"drawn/{'0' * 64}.json"
    members[other] = members.pop(name)

    report = verify(world.write(tmp_path / "b.zip", members=members), world.anchors())

    assert [row.check for row in report.checks if row.status == "failed"] == ["V1"]
