"""Whichever officers sit, a bid has one verdict (attack 14): every subset, every pattern of junk."""

import itertools

import pytest

from protocol import canonical, opening, sealing
from protocol.opening import Release
from tests.protocol.packs import SMALL
from tests.protocol.stories import begun


@pytest.fixture(scope="module")
def dealt():
    """Policy, manifest, seed, shares and ciphertext of one honest bid; three of five open."""
    world = begun(1)
    made = world.seal("firm-1", world.signer("firm-1"))
    ev = next(iter(world.secrets))
    secret = world.secrets[ev][0]
    sealed = sealing.Sealed.of(world.policy, made.body, 0)
    shares, _ = sealing.deal(world.policy, sealed.e_context, secret.s)
    return world.policy, made.body, secret.s, shares, world.contents[ev, 0]


def verdicts(policy, manifest, given, content):
    """Verdicts of every quorum of at least t officers, each releasing what its own client would."""
    found = set()
    sealed = sealing.Sealed.of(policy, manifest, 0)
    seats = range(1, len(policy["officers"]) + 1)
    for size in range(policy["t"], len(policy["officers"]) + 1):
        for quorum in itertools.combinations(seats, size):
            releases = [Release(i, {"bid": given[i]}) for i in quorum]
            shares = opening.sort_shares(sealed, "bid", releases)
            if len(shares.good) >= policy["t"]:
                found.add(opening.judge(sealed, shares, None, b"", lambda: [content]).word)
    return found


def patterns():
    """Which of five officers are dealt junk, and how: in the ciphertext alone, or commitment as well."""
    for junk in itertools.product((None, "enc", "both"), repeat=5):
        if junk != (None,) * 5:
            yield junk


def test_honest_dealing_is_opened_by_every_quorum(dealt):
    policy, manifest, _, shares, content = dealt

    assert verdicts(policy, manifest, {i: share.hex() for i, share in shares.items()}, content) == {"OPENED"}


def test_junk_for_any_officers_is_one_verdict_for_every_quorum(dealt):
    """Where any quorum can judge at all, all judge alike, and never OPENED."""
    policy, manifest, seed, shares, content = dealt
    sealed = sealing.Sealed.of(policy, manifest, 0)
    _, others = sealing.deal(policy, sealed.e_context, bytes(31) + b"\1")
    strange, _ = sealing.deal(policy, sealed.e_context, bytes(31) + b"\1")
    for junk in patterns():
        body = canonical.decode(canonical.encode(manifest))
        given = {}
        for i, kind in enumerate(junk, start=1):
            row = body["envelopes"][0]["shares"][i - 1]
            given[i] = shares[i].hex()
            if kind == "enc":
                row["enc"] = others[i - 1]["enc"]
                given[i] = "FAIL"
            elif kind == "both":
                row |= others[i - 1]
                given[i] = strange[i].hex()
        assert verdicts(policy, body, given, content) <= {"BAD_DEALING"}, junk
    assert sealed.honest(seed)


def test_wrong_shares_of_officers_change_nothing(dealt):
    """Attack 19: an officer's lie misses c_i and is named; the others' good shares decide."""
    policy, manifest, _, shares, content = dealt
    sealed = sealing.Sealed.of(policy, manifest, 0)
    for liars in itertools.chain.from_iterable(itertools.combinations(range(1, 6), size) for size in (1, 2)):
        releases = [Release(i, {"bid": "22" * 32 if i in liars else shares[i].hex()}) for i in range(1, 6)]
        found = opening.sort_shares(sealed, "bid", releases)

        assert found.wrong == list(liars)
        assert opening.judge(sealed, found, None, b"", lambda: [content]).word == "OPENED"


@pytest.mark.parametrize("fails", range(6))
@pytest.mark.parametrize("votes", range(6))
def test_a_bid_is_settled_by_t_without_fail_or_by_a_majority_of_fails(votes, fails):
    policy = {"officers": [0] * 5, "t": 3}
    given = [(i, frozenset(["bid"] if i < fails else [])) for i in range(votes)]
    said = min(votes, fails)

    settled = opening.ready(policy, "bid", given, decided=False)

    assert settled == (votes - said >= 3 or said >= 3)
    assert opening.ready(policy, "bid", given, decided=True)


def test_seed_posted_counts_only_if_it_matches(dealt):
    policy, manifest, seed, _, content = dealt
    sealed = sealing.Sealed.of(policy, manifest, 0)
    nobody = opening.Shares()

    assert opening.judge(sealed, nobody, seed, b"", lambda: [content]).word == "OPENED"
    assert opening.judge(sealed, nobody, bytes(32), b"", lambda: [content]).word == "NOT_OPENABLE"
    assert opening.judge(sealed, nobody, None, b"", lambda: [content]).word == "NOT_OPENABLE"
    assert opening.judge(sealed, nobody, seed, b"", lambda: None).word == "PLATFORM_FAULT"
    assert b"".join(sealed.open(seed, b"", [content])) == b"firm-1 envelope 0"


def test_small_lots_agree_too():
    world = begun(1, **SMALL)
    made = world.seal("firm-1", world.signer("firm-1"))
    ev = next(iter(world.secrets))
    sealed = sealing.Sealed.of(world.policy, made.body, 0)
    shares, _ = sealing.deal(world.policy, sealed.e_context, world.secrets[ev][0].s)

    found = verdicts(world.policy, made.body, {i: s.hex() for i, s in shares.items()}, world.contents[ev, 0])

    assert found == {"OPENED"}
