import pytest

from tests.bidding.security import worlds

pytestmark = pytest.mark.django_db


def test_smoke():
    w = worlds.world()
    sub = w.sub(1)
    paid = w.pay(sub)
    got = w.take(paid)
    line = worlds.line_of(paid)
    assert (line.state, line.reasons) == ("matched", [])
    assert got.new == 1
