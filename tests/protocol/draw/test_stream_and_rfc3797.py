"""Numbers from a seed and the IETF's selection, against vectors that others published or that a second person computed."""

import pytest

from protocol.draw import rfc3797
from protocol.draw.stream import WIDTH, Stream
from protocol.errors import ProtocolError

RFC = "9319./2.5.8.10.12./9.18.26.34.41.45./"
NOMCOM_2012 = "17.20.22.35.36.38.48./90193202./55598744./9.10.11.17.21.48.50./"
NOMCOM_2013 = "7.8.11.17.19.25.46./8285182./60115701./2.3.18.26.32.33.42./"


def test_the_stream_gives_the_vectors():
    stream = Stream(bytes(32), "vector")

    assert [stream.below(1000) for _ in range(8)] == [710, 138, 843, 113, 650, 385, 56, 559]
    assert Stream(bytes(32), "vector").sample(100, 7) == [10, 27, 81, 77, 70, 20, 4]


def test_every_seed_and_label_has_a_stream_of_its_own():
    firsts = {
        Stream(seed, label).below(WIDTH) for seed in (b"", bytes(1), bytes(32)) for label in ("", "a", "b")
    }

    assert len(firsts) == 9


def test_a_number_that_would_favour_the_low_ones_is_passed_over(monkeypatch):
    stream = Stream(bytes(32), "vector")
    blocks = iter([b"\xff" * 32, bytes(31) + b"\x05"])
    monkeypatch.setattr("protocol.draw.stream.sha256", lambda *_: next(blocks))

    assert stream.below(3) == 2


@pytest.mark.parametrize("n", [0, -1, WIDTH + 1])
def test_a_range_without_numbers_is_refused(n):
    with pytest.raises(ValueError):
        Stream(b"", "").below(n)


def test_a_sample_is_a_permutation_at_most():
    assert sorted(Stream(b"x", "y").sample(50, 50)) == list(range(50))
    assert Stream(b"x", "y").sample(5, 0) == []
    with pytest.raises(ValueError):
        Stream(b"x", "y").sample(5, 6)


@pytest.mark.parametrize(
    ("key", "pool", "chosen"),
    [
        (RFC, 25, [17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4]),
        (NOMCOM_2012, 134, [90, 25, 92, 126, 24, 31, 122, 96, 81, 132, 2, 41]),
        (NOMCOM_2013, 154, [138, 151, 89, 112, 117, 145, 118, 143, 144, 122, 95, 139]),
    ],
    ids=["RFC 3797 section 6", "NomCom 2012", "NomCom 2013"],
)
def test_published_selections_are_repeated(key, pool, chosen):
    assert rfc3797.select(key, pool, len(chosen)) == chosen


def test_the_key_is_made_of_sorted_sources():
    assert rfc3797.key([[9319], [5, 2, 12, 8, 10], [45, 9, 18, 26, 34, 41]]) == RFC


@pytest.mark.parametrize(
    ("key", "pool", "count"), [("", 5, 1), ("é", 5, 1), ("1./", 0, 0), ("1./", 5, 6), ("1./", 70000, 1)]
)
def test_wrong_sizes_are_refused(key, pool, count):
    with pytest.raises(ProtocolError):
        rfc3797.select(key, pool, count)
