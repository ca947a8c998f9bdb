"""Officers who stall, lie, repeat themselves or are absent; seeds posted by bidders; bids set aside."""

from __future__ import annotations

from protocol import bodies, canonical
from tests.protocol.hostile_people import SMALL
from tests.protocol.stories import Told, closed, ended, sealed, signed_pair, story
from tests.protocol.world import CLOSE

REVEAL = CLOSE + 700


def failing(world, officers, bid):
    """`alter` for releases in which these officers say FAIL to one bid, which they could open."""

    def alter(i, pair):
        if i not in officers:
            return pair
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        for row in release["shares"]:
            row[1] = "FAIL" if row[0] == bid else row[1]
        commit["fails"] = [bid]
        return signed_pair(world, i, commit, release)

    return alter


def commits(world, officers, alter=lambda i, pair: pair, e=0, at=REVEAL):
    """Commits of these officers under a checkpoint; gives the pairs."""
    pairs = [alter(i, world.pair(i, e)) for i in officers]
    for commit, _ in pairs:
        world.put("release-commit", commit["body"], signatures=commit["signatures"])
    world.cut(at)
    return pairs


def reveals(world, pairs, e=0, at=REVEAL + 5):
    """Their releases under the next checkpoint."""
    for _, release in pairs:
        world.put("release", release["body"], signatures=release["signatures"])
    world.cut(at)
    found = [(release["body"]["officer"], dict(release["body"]["shares"])) for _, release in pairs]
    world._kept = getattr(world, "_kept", {}) | {e: [world.released(*row) for row in found]}


def post_seed(world, bid, seed=None):
    """The bidder posts S of a bid's envelope 0."""
    org = dict(world.manifests())[bid]["org"]
    value = (seed or world.secrets[bid][0].s).hex()
    body = bodies.body("seed", policy=world.policy_id, bid=bid, e=0, s=value)
    return world.put("seed", body, world.signer(org))


def finish_as(world, bid, verdict, *, attribute=True):
    """End with this verdict for one bid, whatever the shares alone would give."""
    body = canonical.decode(canonical.encode(world.result_body(0)))
    for row in body["rows"]:
        if row["bid"] == bid:
            row.update(verdict)
    world.finish(results={0: body}, attribute=attribute)
    return world


@story(verdicts={"OPENED": 3})
def an_officer_commits_and_stalls():
    """A11: with t+1 commits one of them may fall silent; the opening is completed."""
    world = closed()
    pairs = commits(world, (1, 2, 3, 4))
    reveals(world, pairs[:3])
    body = bodies.body("absent", policy=world.policy_id, e=0, officer=4, reason="committed, then silent")
    world.put("absent", body, world.platform)
    world.finish()
    return world


@story(verdicts={"OPENED": 4})
def a_seed_posted_before_the_first_reveal():
    """A11: n-t+1 officers say FAIL, blind; the bidder may show S then, and is opened."""
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4), failing(world, (1, 2, 3), bid))
    post_seed(world, bid)
    world.cut(REVEAL + 2)
    reveals(world, pairs)
    seed = world.secrets[bid][0].s
    plain = world.opened_with(bid, seed)
    return finish_as(world, bid, {"verdict": "OPENED", "seed": seed.hex(), "plain": plain}, attribute=False)


@story(verdicts={"OPENED": 3, "NOT_OPENABLE": 1})
def a_seed_posted_after_the_first_reveal():
    """A11: then it would be a free choice after seeing prices; it does not count."""
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4), failing(world, (1, 2, 3), bid))
    reveals(world, pairs)
    post_seed(world, bid)
    world.finish()
    return world


@story(verdicts={"OPENED": 4})
def a_seed_posted_without_a_majority_of_fails():
    """Without n-t+1 FAILs it does not count, and is not needed."""
    world = closed(4)
    post_seed(world, world.live()[0])
    world.cut(CLOSE + 650)
    return ended(world)


@story("V13", "V15", "V16", verdicts={"OPENED": 3, "NOT_OPENABLE": 1})
def a_late_seed_is_taken():
    """The platform opens by a seed shown after the first reveal."""
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4), failing(world, (1, 2, 3), bid))
    reveals(world, pairs)
    seed = world.secrets[bid][0].s
    post_seed(world, bid)
    row = {"verdict": "OPENED", "seed": seed.hex(), "plain": world.opened_with(bid, seed)}
    return finish_as(world, bid, row)


@story(verdicts={"OPENED": 3, "NOT_OPENABLE": 1})
def a_seed_which_is_not_the_one_committed_to():
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4), failing(world, (1, 2, 3), bid))
    post_seed(world, bid, b"\7" * 32)
    world.cut(REVEAL + 2)
    reveals(world, pairs)
    world.finish()
    return world


def unsettled(decide):
    """Two of four committed officers say FAIL to one bid: neither t good nor n-t+1 bad."""
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4), failing(world, (1, 2), bid))
    if decide:
        body = bodies.body(
            "decision",
            policy=world.policy_id,
            e=0,
            bid=bid,
            outcome="set-aside",
            reason="two officers cannot open it, three have not said",
            name="chair",
        )
        world.put("decision", body, world.owner, world.supervisor)
    world.cut(REVEAL + 2)
    reveals(world, pairs)
    verdict = {"verdict": "SET_ASIDE", "seed": None, "plain": None} if decide else {}
    return finish_as(world, bid, verdict)


@story(verdicts={"OPENED": 3, "SET_ASIDE": 1})
def a_bid_set_aside_by_name():
    """A11: a decision of owner and supervisor stands before the first reveal."""
    return unsettled(decide=True)


@story("V11", verdicts={"OPENED": 3, "NOT_OPENABLE": 1})
def shown_while_a_bid_was_unsettled():
    return unsettled(decide=False)


@story("V16", verdicts={"OPENED": 3, "SET_ASIDE": 1})
def a_bid_set_aside_is_opened_all_the_same():
    world = closed(4)
    bid = world.live()[0]
    pairs = commits(world, (1, 2, 3, 4))
    body = bodies.body(
        "decision",
        policy=world.policy_id,
        e=0,
        bid=bid,
        outcome="set-aside",
        reason="its bidder asked",
        name="chair",
    )
    world.put("decision", body, world.owner, world.supervisor)
    reveals(world, pairs)
    return finish_as(world, bid, {"verdict": "OPENED", "seed": None, "plain": None})


@story()
def fewer_than_t_officers_came():
    """Liveness is lost, not secrecy: the tender fails and nothing is shown."""
    world = closed()
    commits(world, (1, 2))
    for i in (3, 4, 5):
        body = bodies.body("absent", policy=world.policy_id, e=0, officer=i, reason="did not come")
        world.put("absent", body, world.platform)
    body = bodies.body("failed", policy=world.policy_id, reason="officers-below-threshold")
    world.put("failed", body, world.platform)
    world.cut(CLOSE + 7300)
    return world


@story("V11", verdicts={"OPENED": 3})
def fewer_than_t_commits_before_the_reveal():
    """Even with window and incident, t must have committed."""
    world = closed()
    body = bodies.body(
        "incident",
        policy=world.policy_id,
        code="commit-window",
        from_=CLOSE,
        to=CLOSE + 1800,
        note="three officers absent",
    )
    world.put("incident", body, world.platform)
    first = commits(world, (1, 2), at=CLOSE + 1900)
    for _, release in first:
        world.put("release", release["body"], signatures=release["signatures"])
    world.cut(CLOSE + 1910)
    rest = commits(world, (3, 4), at=CLOSE + 1920)
    for _, release in rest:
        world.put("release", release["body"], signatures=release["signatures"])
    world.cut(CLOSE + 1930)
    world._kept = {
        0: [world.released(r["body"]["officer"], dict(r["body"]["shares"])) for _, r in (*first, *rest)]
    }
    world.finish(CLOSE + 2000)
    return world


@story("V11", verdicts={"OPENED": 3})
def the_window_had_not_passed():
    """An incident alone does not let t officers open before commit_s."""
    world = closed()
    body = bodies.body(
        "incident", policy=world.policy_id, code="commit-window", from_=CLOSE, to=CLOSE + 700, note=""
    )
    world.put("incident", body, world.platform)
    world.release(0, officers=(1, 3, 5))
    world.finish()
    return world


@story("V11", verdicts={"OPENED": 3})
def an_officer_commits_twice():
    world = closed(**SMALL)
    pairs = commits(world, (1, 2, 3))
    again = bodies.body("release-commit", **without_header(pairs[0][0]["body"] | {"hash": "00" * 32}))
    world.put("release-commit", again, world.seats[0]["signer"])
    world.cut(REVEAL + 2)
    reveals(world, pairs)
    world.finish()
    return world


def without_header(body):
    """Members of a body without v and suite."""
    return {name: value for name, value in body.items() if name not in ("v", "suite")}


@story("V12", verdicts={"OPENED": 3})
def an_officer_releases_twice():
    world = closed(**SMALL)
    pairs = commits(world, (1, 2, 3))
    reveals(world, [*pairs, pairs[0]])
    world.finish()
    return world


@story("V12", verdicts={"OPENED": 3})
def a_release_nobody_committed_to():
    world = closed()
    pairs = commits(world, (1, 2, 3, 4))
    reveals(world, [*pairs, world.pair(5, 0)])
    world.finish()
    return world


@story("V12", verdicts={"OPENED": 3})
def a_release_for_another_set():
    world = closed(**SMALL)

    def alter(i, pair):
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        return signed_pair(world, i, commit, release | {"set_root": "00" * 32}) if i == 1 else pair

    reveals(world, commits(world, (1, 2, 3), alter))
    world.finish()
    return world


@story("V11", "V12", verdicts={"OPENED": 3})
def a_commit_to_another_close():
    """The officer and the platform had another set in mind."""
    world = closed(**SMALL)

    def alter(i, pair):
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        if i != 1:
            return pair
        return signed_pair(world, i, commit | {"close": "00" * 32}, release | {"close": "00" * 32})

    reveals(world, commits(world, (1, 2, 3), alter))
    world.finish()
    return world


@story("V2", "V12", verdicts={"OPENED": 3})
def a_release_signed_by_another_officer():
    """Attack 19: officer 2 speaks for officer 1."""
    world = closed(**SMALL)
    pairs = commits(world, (1, 2, 3))
    body = canonical.decode(canonical.encode(pairs[0][1]["body"]))
    body["shares"][0][1] = "33" * 32
    pairs[0] = (pairs[0][0], {"body": body, "signatures": [world.seats[1]["signer"].sign("release", body)]})
    reveals(world, pairs)
    world.finish()
    return world


@story(verdicts={"OPENED": 3})
def an_officer_who_is_absent():
    """n-t may be missing: four of five commit, the fifth is recorded as absent."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    body = bodies.body("absent", policy=world.policy_id, e=0, officer=5, reason="ill")
    world.put("absent", body, world.platform)
    return Told(ended(world))
