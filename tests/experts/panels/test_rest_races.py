"""A mark and an adjournment in the same second: what is being saved stands before the rest, what is not waits outside."""

import threading
import time

import pytest
from django.db import connection, transaction

from experts.models import Rest, Sheet
from kernel.errors import DomainError
from tests.experts.panels import nights, scored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
WAIT = 0.5


def after(first, second):
    """``first`` acts and commits only when ``second``, begun meanwhile, had time to wait; what each came to."""
    acted, ended, found = threading.Event(), [], {}

    def held():
        with transaction.atomic():
            found["first"] = first()
            acted.set()
            time.sleep(WAIT)
        ended.append("first")

    def waits():
        acted.wait(timeout=20)
        try:
            found["second"] = second()
        except DomainError as refusal:
            found["second"] = refusal
        ended.append("second")

    def closing(run):
        try:
            run()
        finally:
            connection.close()

    threads = [threading.Thread(target=closing, args=(run,)) for run in (held, waits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert ended == ["first", "second"]
    return found


def test_an_adjournment_waits_for_what_a_member_is_saving():
    world = scored.scoring()
    member = scored.sitting(world)[1]
    found = after(lambda: scored.save(world, member), lambda: nights.adjourned(world))

    assert found["second"] == Rest.objects.get()
    assert Sheet.objects.get(seat=member.id).marks


def test_a_save_that_began_before_the_adjournment_stood_is_refused():
    world = scored.scoring()
    member = scored.sitting(world)[1]
    scored.save(world, member)
    before = Sheet.objects.get(seat=member.id)
    other = scored.changes(world, {bid.ev: {"plan": "0"} for bid in world.bids})
    found = after(lambda: nights.adjourned(world), lambda: scored.save(world, member, other))

    assert found["second"].code == "panel_rests"
    assert Sheet.objects.get(seat=member.id).marks == before.marks
