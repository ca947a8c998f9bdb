"""A world that is kept begins each test as it was built, whatever the test before did to it."""

import pytest
from django.conf import settings as own
from django.db import IntegrityError, connection, transaction

from tests import builders_bidding as build
from trading.models import Lot

pytestmark = pytest.mark.django_db


def test_rows_files_and_the_builders_answer_are_put_back(kept, keeper, settings):
    with keeper.back(settings, build.hall) as hall:
        at, files = hall.clock.now, sorted(own.KEYS_DIR.rglob("*"))
        hall.bids(2)
        (own.KEYS_DIR / "stray").write_text("x")
        Lot.objects.filter(pk=hall.lot.pk).update(name="changed")
        assert (len(hall.handed), hall.clock.now > at) == (2, True)

    with keeper.back(settings, build.hall) as hall:
        assert (hall.handed, hall.clock.now) == ([], at)
        assert sorted(own.KEYS_DIR.rglob("*")) == files
        assert Lot.objects.get(pk=hall.lot.pk).name != "changed"


def test_a_world_whose_test_broke_its_transaction_stands_again(kept, keeper, settings):
    with keeper.back(settings, build.hall) as hall:
        row = Lot.objects.get(pk=hall.lot.pk)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            transaction.set_rollback(True)

    with keeper.back(settings, build.hall) as hall:
        assert not connection.needs_rollback
        assert Lot.objects.count() == 1


def test_another_builder_or_an_empty_database_drops_it(kept, keeper, settings):
    with keeper.back(settings, build.hall) as first:
        number = first.lot.number
    with keeper.back(settings, build.hall, panel=build.Panel(t=2, n=3, factor=True)) as other:
        assert Lot.objects.count() == 1
        assert other.lot.number == number  # begun anew: the first lot of an empty database
    keeper.drop()
    assert (keeper.key, keeper.made) == (None, None)
