"""What an officer's device refuses: dry runs that are none, packs that do not hold, a second release (A9 to A12)."""

import pytest

from protocol import anchors as anchors_module
from protocol import canonical, dsse, hpke, officer, sealing
from protocol.errors import BadContent, ProtocolError
from tests.protocol.packs import SMALL, pack_of, signed, with_set
from tests.protocol.stories import closed
from tests.protocol.world import CLOSE


@pytest.fixture(scope="module")
def told():
    world = closed(**SMALL)
    world.last = CLOSE + 605
    return world


def read(world, data, e=0, **changes):
    return officer.read_pack(data, anchors_module.load(world.anchors(**changes)), e)


def refused(world, data, match, e=0, **changes):
    with pytest.raises(ProtocolError, match=match):
        read(world, data, e, **changes)


def test_a_dry_run_is_answered():
    secret, public = officer.generate_key(lambda size: b"\1" * size)
    challenge = b"\2" * 32
    sealed = officer.dryrun_challenge(public, "T-1", "01", 3, challenge, lambda size: b"\3" * size)

    assert officer.dryrun_answer(secret, "T-1", "01", 3, sealed) == officer.expected_answer(challenge)


@pytest.mark.parametrize("place", [("T-2", "01", 3), ("T-1", "02", 3), ("T-1", "01", 2)])
def test_a_dry_run_of_another_place_is_not_answered(place):
    secret, public = officer.generate_key(lambda size: b"\1" * size)
    sealed = officer.dryrun_challenge(public, "T-1", "01", 3, b"\2" * 32, lambda size: b"\3" * size)

    with pytest.raises(BadContent):
        officer.dryrun_answer(secret, *place, sealed)


def test_a_sealed_share_is_no_dry_run(told):
    """A10: the platform sends sealed_i as the challenge and would get the share back."""
    manifest = told.manifests()[0][1]
    for seat in told.seats:
        share = bytes.fromhex(manifest["envelopes"][0]["shares"][seat["i"] - 1]["enc"])
        with pytest.raises(BadContent):
            officer.dryrun_answer(seat["sk"], told.tender, told.lot, seat["i"], share)


def test_a_challenge_of_another_length_is_not_answered():
    secret, public = officer.generate_key(lambda size: b"\1" * size)
    sealed = hpke.seal_base(public, officer.dryrun_info("T", "1", 1), b"\2" * 31, b"\3" * 32)

    with pytest.raises(BadContent):
        officer.dryrun_answer(secret, "T", "1", 1, sealed)


def test_an_honest_pack_gives_what_the_officer_releases(told):
    pack = read(told, pack_of(told))
    seat = told.seats[1]

    commit, release = officer.release_from_pack(pack, 0, 2, seat["sk"], seat["signer"])

    assert (commit["body"], release["body"]) == tuple(side["body"] for side in told.pair(2, 0))


@pytest.mark.parametrize(("seat", "number"), [(1, 3), (1, 9)])
def test_keys_of_another_seat_release_nothing(told, seat, number):
    held = told.seats[seat - 1]

    with pytest.raises(ProtocolError, match="these keys"):
        officer.release_from_pack(read(told, pack_of(told)), 0, number, held["sk"], held["signer"])


def test_release_of_one_envelope_shows_nothing_of_another():
    """A11: byte for byte, no share of envelope 1 stands in a release of envelope 0."""
    world = closed(**SMALL, envelopes=2)
    _, first = world.pair(1, 0)
    _, second = world.pair(1, 1)
    shares = {share for _, share in second["body"]["shares"]}

    assert not any(share.encode() in canonical.encode(first["body"]) for share in shares)
    assert first["body"]["e"] == 0


def test_pack_of_another_t(told):
    refused(told, pack_of(told), "T is not", T={f"{told.tender}/{told.lot}": "00" * 32})
    refused(told, pack_of(told), "T is not", T={})


def test_pack_for_an_envelope_there_is_not(told):
    refused(told, pack_of(told), "no such envelope", e=1)


def test_close_of_somebody_else(told):
    body = told.close_event["body"]
    forged = {"body": body, "signatures": [told.owner.sign("close", body)]}

    refused(told, pack_of(told, close=forged), "not signed by the platform")


def test_close_which_is_not_in_the_log(told):
    body = told.close_event["body"] | {"n_close": 1}
    close = {"body": body, "signatures": [told.platform.sign("close", body)]}

    refused(told, pack_of(told, close=close), "inclusion proof")


def test_close_without_the_quorum(told):
    _, note, tokens = next(row for row in told.checkpoints if row[0] > told.close_event["leaf"])
    bare = note.rsplit("\n", 2)[0] + "\n"

    refused(told, pack_of(told, stated=(bare, tokens)), "quorum")


def test_before_the_opening_time(told):
    early = next(row for row in told.checkpoints if row[0] > told.close_event["leaf"])[1:]

    refused(told, pack_of(told, now=early), "no time source says yet")


def test_checkpoint_with_a_forged_signature(told):
    _, note, tokens = told.checkpoints[-1]

    refused(told, pack_of(told, now=(note.replace(told.origin, "log.example/other", 1), tokens)), ".")


def test_manifests_other_than_the_set(told):
    pack = canonical.decode_loose(pack_of(told))
    pack["manifests"].pop()

    refused(told, canonical.encode(pack), "not those of the set")


def test_fewer_bids_than_may_be_opened(told):
    refused(told, pack_of(told), "fewer bids", min_bids=4)


def test_a_bid_of_another_lot_in_the_set():
    """Officers hold one key for all lots of a tender: this pack would open a rival lot's bid early."""
    world = closed(**SMALL)
    world.last = CLOSE + 605
    made = world.seal("firm-1", world.signer("firm-1"), policy=world.policy_body(lot="02"))
    foreign = {"body": made.body, "signatures": made.signatures, "leaf": 1}
    rows = [(world.ev(event), event) for event in world.bids[:2]]
    rows.append((dsse.event_id("bid", made.body).hex(), foreign))

    refused(world, pack_of(world, **with_set(world, rows)), "another lot|bid id")


def test_a_bid_with_too_few_shares_in_the_set():
    world = closed(**SMALL)
    world.last = CLOSE + 605
    signer = world.signer("firm-1")
    body = canonical.decode(canonical.encode(world.bids[0]["body"]))
    body["envelopes"][0]["shares"].pop()
    short = {"body": body, "signatures": [signer.sign("bid", body)], "leaf": 1}
    rows = [(world.ev(event), event) for event in world.bids[1:]]
    rows.append((dsse.event_id("bid", body).hex(), short))

    refused(world, pack_of(world, **with_set(world, rows)), "not one share for each officer")


def test_an_officer_fails_a_share_that_misses_its_commitment(told):
    ev, manifest = told.manifests()[0]
    other = canonical.decode(canonical.encode(manifest))
    other["envelopes"][0]["shares"][0]["c"] = "00" * 32
    seat = told.seats[0]

    assert officer.open_share(sealing.Sealed.of(told.policy, manifest, 0), 1, seat["sk"]) is not None
    assert officer.open_share(sealing.Sealed.of(told.policy, other, 0), 1, seat["sk"]) is None
    assert officer.open_share(sealing.Sealed.of(told.policy, manifest, 0), 1, told.seats[1]["sk"]) is None
    assert signed(told.bids[0])["body"]["org"] == "firm-1"
    assert ev in told.live()
