"""The leaves of a whole epoch, made in a row: byte for byte those an expert opens his own record with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.rules.leaves import Leaves
from protocol import canonical, hashing
from protocol.draw import eligible, pool
from protocol.errors import NotCanonical
from tests.protocol.test_draw_pool import SECRET, attributes

GOLDEN = "16d984de1d1a1dcd6db302245420b39d598f7372321bef59c1ef5985ad054270"


@given(name=st.text(), group=st.text(), codes=st.sets(st.text(), min_size=1), number=st.integers(0, 2**64))
def test_many_leaves_in_a_row_are_byte_for_byte_those_made_one_by_one(name, group, codes, number):
    """The way for a whole epoch, against the way by which an expert opens his own record."""
    person = number.to_bytes(16, "big")
    given_ = attributes(number, name=name, group=group, specialties=sorted(codes))
    eid, quick = pool.eid(SECRET, person), Leaves(SECRET)
    assert quick.eid(person) == eid
    try:
        slow, _shown = pool.record_leaf(pool.record(SECRET, eid, given_))
    except NotCanonical:
        with pytest.raises(NotCanonical):
            quick.leaf(eid, given_)
    else:
        assert quick.leaf(eid, given_) == slow
        shown = pool.record(SECRET, eid, given_, eligible.SHOWN)
        assert quick.opened(eid, given_) == (slow, canonical.encode(shown))


def test_a_leaf_stays_what_it_has_always_been():
    """Epochs in the ledger were made by the version before: their roots must come out of this one, too."""
    quick = Leaves(SECRET)
    made = [quick.leaf(quick.eid(bytes([n])), attributes(n, name='引"号\\')) for n in range(3)]

    assert hashing.sha256(*made).hex() == GOLDEN


@pytest.mark.parametrize(
    "wrong",
    [{"specialties": []}, {"specialties": ["B", "A"]}, {"name": 7}, {"more": "x"}, {"name": "e\u0301"}],
)
def test_many_leaves_in_a_row_refuse_what_one_refuses(wrong):
    with pytest.raises(NotCanonical):
        Leaves(SECRET).leaf(bytes(32), attributes(1, **wrong))
