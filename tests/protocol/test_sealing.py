"""Sealing: lengths, padding, parts, randomness (docs/protocol.md, section 3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import cobblestone, sealing
from protocol.errors import BadContent
from protocol.hashing import sha256
from tests.protocol.packs import SMALL
from tests.protocol.world import World


def padme_by_floats(size):
    """Padme as its authors write it."""
    exponent = size.bit_length() - 1
    significant = exponent.bit_length()
    mask = (1 << (exponent - significant)) - 1 if exponent > significant else 0
    return (size + mask) & ~mask


@pytest.mark.parametrize(
    ("size", "padded"),
    [(2, 2), (3, 3), (8, 8), (9, 10), (15, 16), (17, 18), (100, 104), (1000, 1024), (4097, 4352), (1 << 20, 1 << 20),
     ((1 << 20) + 1, (1 << 20) + (1 << 15))],
)  # fmt: skip
def test_padme_by_hand(size, padded):
    assert sealing.padme(size) == padded


@settings(max_examples=300, deadline=None)
@given(size=st.integers(9, 1 << 50))
def test_padme_hides_and_costs_little(size):
    padded = sealing.padme(size)

    assert size <= padded <= size * 1.12 + 1
    assert sealing.padme(padded) == padded
    assert sealing.padme(size - 1) <= padded


@settings(max_examples=300, deadline=None)
@given(size=st.integers(0, 1 << 40), floor=st.sampled_from([4096, 8192, 1 << 20]))
def test_sizes_of_honest_files_are_lawful(size, floor):
    length = sealing.padded_length(size, floor)
    made = cobblestone.ciphertext_size(length)

    assert length >= floor
    assert sealing.lawful_size(made, floor)
    assert not sealing.lawful_size(made + 1, floor)
    assert not sealing.lawful_size(made - 1, floor)


@pytest.mark.parametrize("size", [0, 55, 56, 72, 4095 + 56 + 16, 2**53 - 1])
def test_sizes_which_no_file_has(size):
    assert not sealing.lawful_size(size, 4096)


def test_lawful_sizes_are_exactly_those_of_padded_files():
    lawful = {size for size in range(70_000) if sealing.lawful_size(size, 4096)}

    assert lawful == {
        cobblestone.ciphertext_size(sealing.padded_length(n, 4096)) for n in range(69_900)
    } & set(range(70_000))


@pytest.mark.parametrize("length", [0, 7, 55, 56, 57, 100_000])
def test_part_tree_takes_pieces_of_any_size(length):
    data = bytes(i % 251 for i in range(length))
    whole, pieces = sealing.PartTree(), sealing.PartTree()
    whole.update(data)
    for at in range(0, length, 13):
        pieces.update(data[at : at + 13])

    assert (whole.root(), whole.size) == (pieces.root(), length)
    if length > 56:
        assert whole.hashes == [sha256(data[:56]), sha256(data[56:])]


def test_part_tree_begins_a_new_part_after_512_chunks():
    tree = sealing.PartTree()
    tree.update(bytes(56 + sealing.PART_SIZE))
    assert len(tree.hashes) == 2
    tree.update(b"\1")
    tree.root()

    assert tree.hashes == [sha256(bytes(56)), sha256(bytes(sealing.PART_SIZE)), sha256(b"\1")]


def unpadded(data, floor=4096, piece=1000):
    pieces = iter([data[at : at + piece] for at in range(0, len(data), piece)])
    return b"".join(sealing._unpad(pieces, floor))


@pytest.mark.parametrize("size", [0, 1, 7, 999, 1000, 1001, 4088, 4089, 20_000])
@pytest.mark.parametrize("piece", [1, 3, 8, 1000, 1 << 20])
def test_padding_comes_off_as_it_went_on(size, piece):
    file = bytes(1 + i % 255 for i in range(size))

    assert unpadded(b"".join(sealing.padded(size, [file], 4096)), piece=piece) == file


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        b"\0" * 4095,
        b"\0" * 4097,
        b"\0" * 8192,
        (4089).to_bytes(8, "big") + bytes(4088),
        (1 << 63).to_bytes(8, "big") + bytes(4088),
        (3).to_bytes(8, "big") + b"abc" + b"\0" * 4084 + b"\1",
        (3).to_bytes(8, "big") + b"abc\1" + b"\0" * 4084,
    ],
)
def test_other_padding_is_refused(data):
    with pytest.raises(BadContent):
        unpadded(data)


def test_a_file_that_changes_while_it_is_sealed_is_refused():
    with pytest.raises(BadContent, match="changed while"):
        list(sealing.padded(4, [b"abc"], 4096))


def sealed(world, files, random=None, **options):
    out = {}
    made = sealing.seal_bid(
        policy=world.policy,
        org="firm-1",
        signer=world.signer("firm-1"),
        files={e: (len(data), [data]) for e, data in files.items()},
        sink=lambda e, data: out.setdefault(e, bytearray()).extend(data),
        replaces=None,
        random=random or world.random,
        client="t",
        **options,
    )
    return made, out


def world_of(**options):
    world = World(**SMALL, **options)
    world.policy = world.policy_body()
    return world


def test_an_envelope_without_a_file_is_refused():
    with pytest.raises(BadContent, match="has no file"):
        sealed(world_of(envelopes=2), {0: b"x"})


def test_a_file_larger_than_the_tender_allows_is_refused():
    world = world_of()
    world.policy = world.policy | {"max_size": 4167}

    with pytest.raises(BadContent, match="larger than"):
        sealed(world, {0: b"x"})


def test_a_broken_generator_still_gives_different_seeds():
    """A14: with a constant generator every envelope has its own S, for E goes into it."""
    made, _ = sealed(world_of(envelopes=3), dict.fromkeys(range(3), b"x"), random=lambda size: b"\7" * size)

    assert len({secret.s for secret in made.secrets}) == 3
    assert len({row["seed"] for row in made.body["envelopes"]}) == 3


def test_bid_id_binds_policy_signer_and_nonce():
    base = (bytes(32), b"spki", bytes(16))
    made = sealing.bid_id(*base)

    assert len(made) == 16
    for at, other in enumerate((b"\1" * 32, b"other", b"\1" * 16)):
        changed = [*base]
        changed[at] = other
        assert sealing.bid_id(*changed) != made


def test_another_factor_or_seed_does_not_open():
    world = world_of(factor="required")
    made, out = sealed(world, {0: b"price"})
    opened = sealing.Sealed.of(world.policy, made.body, 0)
    secret = made.secrets[0]

    assert b"".join(opened.open(secret.s, secret.b, [bytes(out[0])])) == b"price"
    for seed, factor in ((bytes(32), secret.b), (secret.s, bytes(32)), (secret.s, b"")):
        with pytest.raises(BadContent):
            list(opened.open(seed, factor, [bytes(out[0])]))
    assert opened.factor_matches(secret.b)
    assert not opened.factor_matches(b"")
