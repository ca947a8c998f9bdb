"""The sequencer: places, pads, links, checkpoints."""

from itertools import pairwise

import pytest

from kernel.errors import StateConflict, Unavailable
from ledger import keys, rules, selectors
from ledger.audit import log_check
from ledger.models import ChainHead, Checkpoint, Entry, LogState, PadSeed, Tile
from ledger.services import cut as cutting
from ledger.services import heartbeat, tree_grow
from protocol import events, merkle, notes
from tests.ledger.builders import CHAIN, appended, cut, moment, recorded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("bids", [0, 1, 7])
def test_growth_does_not_count_bids(bids):
    """法 22: on a small platform growth would be the number of bids (A8)."""
    cut()
    for _ in range(bids):
        appended()

    checkpoint = cut(10)

    assert checkpoint.size == 16
    assert len(selectors.tile_bytes(0, 0)) == 16 * 32
    assert Tile.objects.count() == 1


def test_growth_stays_a_multiple_of_eight_beyond_it():
    sizes = []
    for count in (0, 9, 3, 17, 0, 8):
        for _ in range(count):
            appended()
        sizes.append(cut(len(sizes)).size)

    assert sizes == [8, 24, 32, 56, 64, 72]


def test_places_are_random_but_keep_the_order_of_arrival():
    seen = set()
    for round_ in range(12):
        entries = [appended() for _ in range(3)]
        size = cut(round_).size
        places = [Entry.objects.get(pk=entry.pk).leaf_index for entry in entries]
        assert places == sorted(places)
        assert size - 8 <= places[0] < places[-1] < size
        seen.add(tuple(place % 8 for place in places))

    assert len(seen) > 3


def test_chooser_decides_the_places():
    appended()
    appended()

    cut(choose=lambda leaves, events: [leaves - events, leaves - 1])

    assert list(Entry.objects.order_by("seq").values_list("leaf_index", flat=True)) == [6, 7]


def test_links_run_along_each_chain_and_across_cuts():
    first, other, second = appended(), appended("T-1/L-2/bid"), appended()
    cut()
    third, alone = appended(), recorded()
    cut(1)
    first, other, second, third, alone = (
        Entry.objects.get(pk=entry.pk) for entry in (first, other, second, third, alone)
    )

    def linked(entry, prev):
        found = rules.chained_leaf(
            r=bytes(entry.r),
            k=bytes(entry.k),
            prev=prev,
            ev=bytes.fromhex(entry.ev),
            sigs=rules.signatures_hash(entry.signatures_text),
        )
        return found == (bytes(entry.link), bytes(entry.leaf))

    assert linked(first, bytes(32))
    assert linked(other, bytes(32))
    assert linked(second, bytes(first.leaf))
    assert linked(third, bytes(second.leaf))
    assert linked(alone, bytes(32))
    assert bytes(ChainHead.objects.get(chain=CHAIN).leaf) == bytes(third.leaf)
    assert [entry.pk for entry in selectors.chain_entries(CHAIN)] == [first.pk, second.pk, third.pk]


def test_checkpoint_is_a_note_signed_by_the_log():
    checkpoint = cut()

    note = notes.parse_note(checkpoint.note)
    notes.verify(note, notes.VerifierKey.parse(keys.log_vkey()))
    head = notes.Checkpoint.parse(note.text)
    assert (head.size, head.root) == (8, bytes(checkpoint.root))
    assert len(note.signatures) == 1


def test_every_leaf_is_proved_in_every_later_checkpoint():
    heads = []
    for round_ in range(5):
        appended()
        heads.append(cut(round_))
    leaves = selectors.leaves_between(0, heads[-1].size)

    for head in heads:
        for index in range(head.size):
            path = selectors.inclusion_proof(index, head.size)
            merkle.verify_inclusion(merkle.leaf_hash(leaves[index]), index, head.size, path, bytes(head.root))
    for first, second in pairwise(heads):
        path = selectors.consistency_proof(first.size, second.size)
        merkle.verify_consistency(first.size, second.size, path, bytes(first.root), bytes(second.root))


class Auditor:
    roles = frozenset({"auditor"})


def test_auditor_opens_every_leaf():
    for _ in range(3):
        appended()
    recorded(a=1)
    cut()
    appended()
    cut(86_400)

    openings = [selectors.leaf_opening(index, reader=Auditor()) for index in range(16)]

    assert sorted(opening.kind for opening in openings) == ["pad"] * 11 + ["record"] + ["withdraw"] * 4
    assert [opening.leaf for opening in openings] == selectors.leaves_between(0, 16)
    for opening in openings:
        sigs = events.sigs_hash(opening.signatures)
        found = rules.chained_leaf(r=opening.r, k=opening.k, prev=opening.prev, ev=opening.ev, sigs=sigs)
        assert found[1] == opening.leaf
    assert PadSeed.objects.count() == 2


def test_back_dating_is_refused():
    cut(100)

    with pytest.raises(StateConflict) as refusal:
        cut(99)

    assert refusal.value.code == "ledger_back_dated"
    assert Checkpoint.objects.count() == 1
    assert cut(100).size == 16


def test_cut_that_fails_leaves_no_trace():
    entry = appended()
    cut()
    appended()
    before = (Checkpoint.objects.count(), bytes(Tile.objects.get().hashes), LogState.objects.get().size)

    def power_cut(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tree_grow(at=moment(86_400), seed=power_cut)

    assert (
        Checkpoint.objects.count(),
        bytes(Tile.objects.get().hashes),
        LogState.objects.get().size,
    ) == before
    assert Entry.objects.filter(leaf_index__isnull=True).count() == 1
    assert cut(86_400).size == 16
    assert not Entry.objects.filter(leaf_index__isnull=True).exists()
    assert Entry.objects.get(pk=entry.pk).leaf_index < 8
    assert log_check().faults == []


def test_flood_is_placed_over_several_cuts(monkeypatch):
    monkeypatch.setattr(cutting, "LARGEST", 20)
    for _ in range(33):
        appended()

    sizes = [cut(round_).size for round_ in range(3)]

    assert sizes == [24, 40, 48]
    assert log_check().faults == []


def test_tree_smaller_than_a_witness_signed_is_not_signed():
    """A restored backup would otherwise fork the log (sealed-bids 2.6)."""
    cut()
    keys.mark_raise(24, b"\x01" * 32)

    with pytest.raises(Unavailable) as refusal:
        cut(1)

    assert refusal.value.code == "ledger_behind_witness"
    assert Checkpoint.objects.count() == 1
    assert keys.mark() == (24, b"\x01" * 32)


def test_other_tree_of_a_size_a_witness_signed_is_not_signed():
    keys.mark_raise(8, b"\x01" * 32)

    with pytest.raises(Unavailable):
        cut()


def test_mark_never_falls():
    keys.mark_raise(24, None)
    keys.mark_raise(16, b"\x01" * 32)

    assert keys.mark() == (24, None)


def test_heartbeat_cuts_on_the_grid_whether_or_not_something_waits():
    assert heartbeat(at=moment(1)).size == 8
    appended()

    assert heartbeat(at=moment(9)) is None
    assert heartbeat(at=moment(10)).size == 16
    assert heartbeat(at=moment(20)).size == 24


def test_keys_are_made_once_and_for_their_owner_only(own_keys):
    first = keys.log_vkey()
    keys.platform_signer()

    assert keys.log_vkey() == first
    assert {path.stat().st_mode & 0o777 for path in own_keys.glob("*.pem")} == {0o600}
    assert sorted(path.name for path in own_keys.iterdir()) == ["log.pem", "platform.pem"]


def test_production_makes_no_keys(settings):
    settings.PRODUCTION = True

    with pytest.raises(Unavailable):
        keys.log_signer()
    with pytest.raises(Unavailable):
        keys.trial_file("tsa.pem")
