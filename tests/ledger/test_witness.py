"""Witnesses: they follow one log, sign no other, and say what they know."""

from dataclasses import replace

import pytest

from ledger import keys, selectors, sources
from ledger.services.statements import ask_of
from ledger.timesources import SourceKnows, SourceRefused, SourceSilent
from ledger.witness import HttpWitness
from protocol import notes
from tests.ledger.builders import appended, cut, milliseconds, moment
from tests.ledger.servers import serving, witness_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def witness():
    return sources.local_witness()


def shown(witness, checkpoint, old=0, seconds=0):
    return ask_of(witness, checkpoint, old, at=moment(seconds))


def over_http(witness, url):
    return HttpWitness(witness.name, "other", witness.vkey, url=url)


def test_witness_signs_a_log_that_grows(witness):
    first, second = cut(), cut(10)

    one = witness.stamp(shown(witness, first, seconds=1.7))
    two = witness.stamp(shown(witness, second, old=8, seconds=12))

    assert (one.time_ms, two.time_ms) == (milliseconds(1), milliseconds(12))
    assert witness.remembered() == (16, bytes(second.root))
    note = notes.parse_note(second.note + two.token.decode())
    assert notes.verify(note, notes.VerifierKey.parse(witness.vkey)) == int(moment(12).timestamp())


def test_witness_signs_the_same_tree_again(witness):
    first = cut()
    witness.stamp(shown(witness, first))

    assert witness.stamp(shown(witness, first, old=8, seconds=60)).time_ms == milliseconds(60)


def test_witness_says_which_size_it_knows(witness):
    first, second = cut(), cut(10)
    witness.stamp(shown(witness, first))

    with pytest.raises(SourceKnows) as answer:
        witness.stamp(shown(witness, second))

    assert answer.value.size == 8


def test_witness_refuses_a_shrunk_log(witness):
    first, second = cut(), cut(10)
    witness.stamp(shown(witness, second))

    with pytest.raises(SourceRefused, match="shrunk"):
        witness.stamp(replace(shown(witness, first), old_size=16))
    assert witness.remembered()[0] == 16


def test_witness_refuses_a_forked_log(witness):
    cut()
    appended()
    real = cut(10)
    witness.stamp(shown(witness, real))
    text = notes.Checkpoint("sunlit.local/log", 16, b"\x01" * 32).encode()
    forged = notes.sign_note(text, "sunlit.local/log", keys.ed25519_of(keys.log_signer()))

    with pytest.raises(SourceKnows):
        witness.stamp(replace(shown(witness, real, old=16), note=forged))

    text = notes.Checkpoint("sunlit.local/log", 24, b"\x01" * 32).encode()
    longer = notes.sign_note(text, "sunlit.local/log", keys.ed25519_of(keys.log_signer()))
    with pytest.raises(SourceRefused, match="not the log"):
        witness.stamp(replace(shown(witness, real, old=16), note=longer))


def test_witness_refuses_another_log_and_an_unsigned_note(witness):
    first = cut()
    ask = shown(witness, first)
    text = notes.Checkpoint("other.example/log", 8, bytes(first.root)).encode()
    other = notes.sign_note(text, "other.example/log", keys.ed25519_of(keys.log_signer()))

    for note in (other, "nothing", ask.note.replace("\n8\n", "\n9\n")):
        with pytest.raises(SourceRefused):
            witness.stamp(replace(ask, note=note))


def test_witness_over_http(witness):
    cut()
    second = cut(10)
    with serving(witness_server(witness, 11)) as url:
        remote = over_http(witness, url)

        assert remote.stamp(shown(remote, second)).time_ms == milliseconds(11)
        with pytest.raises(SourceKnows) as answer:
            remote.stamp(shown(remote, cut(20)))

    assert answer.value.size == 16


def test_witness_over_http_that_refuses(witness):
    first, second = cut(), cut(10)
    witness.stamp(shown(witness, first))
    ask = replace(shown(witness, second, old=8), proof=(b"\x00" * 32,))

    with serving(witness_server(witness)) as url, pytest.raises(SourceRefused, match="422"):
        over_http(witness, url).stamp(ask)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"", SourceRefused),
        (200, "— trial-witness AAAA\n".encode(), SourceRefused),
        (409, b"many", SourceRefused),
        (503, b"", SourceSilent),
    ],
)
def test_witness_over_http_that_talks_nonsense(witness, status, body, error):
    ask = shown(witness, cut())

    with serving(lambda _path, _body: (status, body)) as url, pytest.raises(error):
        over_http(witness, url).stamp(ask)


def test_proof_for_a_witness_is_the_logs_own():
    cut()
    cut(1)
    third = cut(2)
    witness = sources.local_witness()

    assert list(shown(witness, third, old=16).proof) == selectors.consistency_proof(16, 24)
