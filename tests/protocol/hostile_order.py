"""Events in a wrong order, twice, or for another object: V8, V11, V16 and V19."""

from __future__ import annotations

from protocol import bodies, canonical
from tests.protocol.hostile_officers import commits, reveals
from tests.protocol.packs import SMALL
from tests.protocol.stories import closed, ended, sealed, story
from tests.protocol.world import CLOSE, START

DAY = 86_400


def shut(world, **options):
    """Heartbeats to the closing, and the close."""
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close(**options)
    return world


def opened(world):
    """Factor phase, set check, opening and end."""
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


def postponed(world, at, **moments):
    """A postponement by owner and supervisor."""
    body = bodies.body(
        "postpone",
        **{
            "policy": world.policy_id,
            "close_at": CLOSE,
            "open_at": [CLOSE],
            "factor_until": world.policy["factor_until"],
            "check_until": world.policy["check_until"],
            "release_until": world.policy["release_until"],
            "reason": "",
        }
        | moments,
    )
    event = world.put("postpone", body, world.owner, world.supervisor)
    world.cut(at)
    return event


@story(verdicts={"OPENED": 3})
def postponed_after_a_silent_closing():
    """A5: no source spoke in the last minute; within a day owner and supervisor may move the closing."""
    world = sealed(**SMALL)
    world.heartbeats(CLOSE - 300, CLOSE - 90)
    late = CLOSE + 7200
    postponed(
        world, CLOSE + 600, close_at=late, open_at=[late], check_until=late + 600, release_until=late + 7200
    )
    world.heartbeats(late - 300, late + 1)
    world.close(late + 5, n_close=world.n_before(late), check_until=late + 600)
    world.end_factors(late + 400)
    world.cut(late + 605)
    world.release(0, at=late + 700)
    world.finish(late + 900)
    return world


@story("V8", verdicts={"OPENED": 3})
def postponed_to_an_earlier_time():
    world = sealed(**SMALL)
    postponed(world, START + 50, close_at=CLOSE - 60)
    return opened(shut(world))


@story("V8", verdicts={"OPENED": 3})
def a_postponement_that_moves_nothing():
    world = sealed(**SMALL)
    postponed(world, START + 50)
    return opened(shut(world))


@story("V8", verdicts={"OPENED": 3})
def a_postponement_out_of_order():
    """The closing after the set check."""
    world = sealed(**SMALL)
    postponed(world, START + 50, close_at=CLOSE + 5000, open_at=[CLOSE + 5000])
    return opened(shut(world))


@story("V8", verdicts={"OPENED": 3})
def a_postponement_with_moments_of_another_lot():
    """Two envelopes' opening times in a lot of one."""
    world = sealed(**SMALL)
    postponed(world, START + 50, open_at=[CLOSE + 60, CLOSE + 60])
    return opened(shut(world))


@story(verdicts={"OPENED": 3})
def the_set_check_is_made_longer():
    """A5: a later phase is moved before it ends."""
    world = sealed(**SMALL)
    postponed(world, START + 50, check_until=CLOSE + 900)
    shut(world, check_until=CLOSE + 900)
    world.end_factors()
    world.cut(CLOSE + 905)
    world.release(0, at=CLOSE + 1000)
    world.finish(CLOSE + 1100)
    return world


@story("V8", verdicts={"OPENED": 3, "STALE": 3})
def a_policy_replaced_after_the_closing():
    """A6: after the closing the rules stay."""
    world = shut(sealed(**SMALL))
    world.policy = world.policy_body(prev=world.policy_id, close_at=CLOSE + DAY, check_until=CLOSE + DAY + 600,
                                     release_until=CLOSE + DAY + 7200, envelopes=[
                                         {"e": 0, "name": "envelope 0", "open_at": CLOSE + DAY}])  # fmt: skip
    world.policy_event = world.put("policy", world.policy, world.owner)
    world.policy_id = world.ev(world.policy_event)
    world.cut(CLOSE + 60)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(CLOSE + 70)
    late = CLOSE + DAY
    world.heartbeats(late - 300, late + 1)
    world.close(late + 5, n_close=world.n_before(late))
    world.end_factors(late + 400)
    world.cut(late + 605)
    world.release(0, at=late + 700)
    world.finish(late + 900)
    return world


@story("V19", verdicts={"OPENED": 3, "STALE": 3})
def a_policy_which_follows_another():
    """A1: a spare policy was kept in hand and its predecessor left out."""
    world = sealed(**SMALL)
    world.policy = world.policy_body(prev="00" * 32, ceiling="900000.00")
    world.policy_event = world.put("policy", world.policy, world.owner)
    world.policy_id = world.ev(world.policy_event)
    world.cut(START + 30)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(START + 40)
    world.to_end()
    return world


@story("V11", verdicts={"OPENED": 3})
def a_close_with_other_moments_than_those_in_force():
    world = shut(sealed(**SMALL), check_until=CLOSE + 900)
    world.end_factors()
    world.cut(CLOSE + 905)
    world.release(0, at=CLOSE + 1000)
    world.finish(CLOSE + 1100)
    return world


@story("V11", verdicts={"OPENED": 3})
def a_corrected_close_shortens_the_set_check():
    world = shut(sealed(**SMALL))
    first = world.ev(world.close_event)
    world.close(CLOSE + 20, replaces=first, check_until=CLOSE + 300)
    return opened(world)


@story("V11", verdicts={"OPENED": 3})
def a_close_with_a_factor_phase_the_policy_does_not_have():
    return opened(shut(sealed(**SMALL), factor_until=CLOSE + 300))


@story("V6", "V11", "V19", verdicts={"OPENED": 3})
def a_close_after_a_release_commit():
    """A1: the set is fixed before anybody commits to open it."""
    world = closed(**SMALL)
    pair = world.pair(3, 0)[0]
    world.put("release-commit", pair["body"], signatures=pair["signatures"])
    world.cut(CLOSE + 610)
    first = world.ev(world.close_event)
    world.close(CLOSE + 620, n_close=world.n_close, replaces=first)
    end = bodies.body("factor-end", policy=world.policy_id, close=world.ev(world.close_event), factors=[])
    world.put("factor-end", end, world.platform)
    world.cut(CLOSE + 630)
    return ended(world)


@story("V11", verdicts={"OPENED": 3})
def a_second_factor_end():
    world = closed(**SMALL)
    end = bodies.body("factor-end", policy=world.policy_id, close=world.ev(world.close_event), factors=[])
    world.put("factor-end", end | {"policy": world.policy_id}, world.platform)
    world.cut(CLOSE + 620)
    return ended(world)


@story("V11", verdicts={"OPENED": 3})
def no_factor_end_for_the_close_in_force():
    """The close was corrected, the factor phase ended under the one before."""
    world = closed(**SMALL)
    world.close(CLOSE + 620, n_close=world.n_close, replaces=world.ev(world.close_event))
    world.cut(CLOSE + 630)
    return ended(world)


@story("V11", verdicts={"OPENED": 2, "FACTOR_MISSING": 1})
def a_factor_end_before_the_factors_time():
    """One bidder was slow; the phase was ended two minutes early."""
    world = shut(sealed(**SMALL, factor="required", min_bids=2))
    world.end_factors(CLOSE + 290, evs=world.live()[:2])
    world.cut(CLOSE + 605)
    return ended(world)


@story(verdicts={"OPENED": 2, "FACTOR_MISSING": 1})
def a_factor_after_its_time():
    """Attack 24: B shown after the factor phase does not count, and nothing was opened before."""
    world = shut(sealed(**SMALL, factor="required", min_bids=2))
    late = world.live()[2]
    world.end_factors(evs=world.live()[:2])
    factors = [{"e": 0, "b": world.secrets[late][0].b.hex()}]
    body = bodies.body("factor", policy=world.policy_id, bid=late, factors=factors)
    return _with_factor(world, body, dict(world.manifests())[late]["org"])


@story(verdicts={"OPENED": 2, "FACTOR_MISSING": 1})
def a_factor_which_is_not_the_one_committed_to():
    world = shut(sealed(**SMALL, factor="required", min_bids=2))
    wrong = world.live()[2]
    world.end_factors(evs=world.live()[:2])
    body = bodies.body("factor", policy=world.policy_id, bid=wrong, factors=[{"e": 0, "b": "55" * 32}])
    return _with_factor(world, body, dict(world.manifests())[wrong]["org"])


def _with_factor(world, body, org):
    """A factor event which stands beside the opening and is not accepted."""
    event = world.put("factor", body, world.signer(org))
    world.cut(CLOSE + 605)
    world.events.remove(event)
    world.release(0)
    results = world.result_body(0)
    world.events.append(event)
    world.events.sort(key=lambda row: row["leaf"] if row["leaf"] is not None else 1 << 40)
    world.finish(results={0: results})
    return world


@story("V11", verdicts={"OPENED": 3})
def a_result_before_the_last_release():
    world = closed(**SMALL)
    pairs = commits(world, (1, 2, 3))
    reveals(world, pairs[:2])
    result = world.result_body(0)
    world.put("result", result, world.platform)
    world.cut(CLOSE + 720)
    release = pairs[2][1]
    world.put("release", release["body"], signatures=release["signatures"])
    made = [[0, world.ev(next(e for e in world.events if e["kind"] == "result"))]]
    body = bodies.body("open-end", policy=world.policy_id, close=world.ev(world.close_event), results=made)
    world.put("open-end", body, world.platform)
    world.cut(CLOSE + 900)
    return world


def attribution(world, bid):
    body = bodies.body(
        "attribution", policy=world.policy_id, bid=bid, finding="platform", reason="", evidence=[], by="chair"
    )
    return world.put("attribution", body, world.owner)


@story("V11", verdicts={"OPENED": 3})
def whose_fault_was_said_before_the_result():
    world = closed(**SMALL)
    world.release(0)
    attribution(world, world.live()[0])
    world.cut(CLOSE + 800)
    world.finish()
    return world


@story("V11", "V13", "V15", "V16", verdicts={"NOT_OPENABLE": 3})
def nobody_committed_and_nobody_released():
    """The platform opened without officers; results alone stand in the chain."""
    world = closed(**SMALL)
    kept = closed(**SMALL)
    kept.release(0)
    body = kept.result_body(0)
    world._kept = kept._kept
    world.finish(results={0: body})
    return world


def said_unopenable(world):
    """End with every bid called NOT_OPENABLE, and attributed."""
    world._kept = {0: []}
    world.finish()
    return world


@story("V11", verdicts={"NOT_OPENABLE": 3})
def the_platform_says_that_nothing_could_be_opened():
    """No officer was asked, and the tender ends as if it had been opened."""
    return said_unopenable(closed(**SMALL))


@story("V11", verdicts={"NOT_OPENABLE": 3})
def officers_committed_and_nobody_released():
    world = closed(**SMALL)
    commits(world, (1, 2, 3))
    return said_unopenable(world)


@story("V16", verdicts={"OPENED": 3})
def an_end_which_names_another_result():
    world = closed(**SMALL)
    world.release(0)
    put = world.put

    def other(kind, body, *signers, **options):
        if kind == "open-end":
            body = body | {"results": [[0, "00" * 32]]}
        return put(kind, body, *signers, **options)

    world.put = other
    world.finish()
    return world


@story("V16", verdicts={"OPENED": 3})
def an_end_which_names_another_close():
    world = closed(**SMALL)
    world.release(0)
    put = world.put

    def other(kind, body, *signers, **options):
        return put(kind, body | {"close": "00" * 32} if kind == "open-end" else body, *signers, **options)

    world.put = other
    world.finish()
    return world


@story("V16", "V19", verdicts={"OPENED": 3})
def two_results_for_one_envelope():
    """A1: a spare result, to be forgotten later."""
    world = closed(**SMALL)
    world.release(0)
    body = world.result_body(0)
    spare = canonical.decode(canonical.encode(body))
    spare["rows"][0]["verdict"] = "BAD_CONTENT"
    world.put("result", spare, world.platform)
    world.cut(CLOSE + 800)
    world.finish(results={0: body})
    return world


@story("V19", verdicts={"OPENED": 3})
def an_event_after_the_end():
    world = ended(closed(**SMALL))
    body = bodies.body("incident", policy=world.policy_id, code="late", from_=CLOSE, to=CLOSE, note="")
    world.put("incident", body, world.platform)
    world.cut(CLOSE + 1000)
    return world


@story("V19", verdicts={"OPENED": 3})
def a_key_event_tied_to_another():
    """Key events stand outside chains."""
    world = ended(closed(**SMALL))
    signer = world.signer("firm-9")
    body = bodies.body("signer-key", org="firm-9", name="firm-9", spki=signer.spki.hex())
    event = world.put("signer-key", body, world.registrar, chain=True)
    world.cut(CLOSE + 1000)
    event["chain"] = False
    return world
