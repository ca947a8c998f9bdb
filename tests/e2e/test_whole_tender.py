"""A whole tender as its people live it: eleven organisations, five officers and a citizen, each in a browser of its own.

Nothing happens between their clicks but the passing of time and the tick of worker and beat. Several people act at
once, each in a transaction of their own: PostgreSQL answers this.
"""

from datetime import timedelta

import pytest

from tests.e2e import whole_bidders, whole_hall, whole_officers, whole_owner
from tests.e2e.pages import WALK
from tests.e2e.whole_look import Look
from tests.e2e.whole_world import World, keys

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_browser,
    pytest.mark.needs_postgres,
    pytest.mark.slow,
]
ORGANISATIONS = ("owner", "agency", "body1", "body2", "body3", "bidder1", "bidder2", "bidder3", "witness")
DAY = timedelta(days=1)


@pytest.fixture
def world(monkeypatch, settings, live_server, new_context, tmp_path):
    """Registered organisations without a key, and a clock which goes on when days pass."""
    settings.RUSH_CHECKPOINT_SECONDS = 60
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    look = Look()
    made = World(live_server.url.replace("127.0.0.1", "localhost"), new_context, look, tmp_path / "people")
    monkeypatch.setattr("kernel.clock.now", made.clock.now)
    made.register()
    yield made
    assert not look.faults, "\n".join(look.faults)
    assert look.views >= WALK


def prepared(world):
    """From keys and intake to the published notice."""
    keys(world, *ORGANISATIONS)
    whole_owner.project(world)
    whole_owner.mandate(world)
    whole_owner.draft(world)
    for i in whole_officers.OFFICERS:
        whole_officers.seat(world, i)
    for body in ("body1", "body2", "body3"):
        whole_officers.certify(world, body)
    for i in whole_officers.OFFICERS:
        whole_officers.dry_run(world, i)
    whole_owner.publish(world)


def bid(world):
    """Three bidders: documents, question, rehearsal, an addendum that makes a bid stale, two devices, a replacement."""
    first, second, third = world.bidder1, world.bidder2, world.bidder3
    for bidder in (first, second, third):
        whole_bidders.take(world, bidder)
    whole_bidders.ask(world, first)
    whole_owner.answer(world, whole_bidders.QUESTION)
    whole_bidders.rehearse(world, first)
    world.clock.to(world.clock.now() + 6 * DAY)
    whole_bidders.seal(world, first, "4,500,000.00")
    whole_owner.addendum(world)
    first.open("bidding:tender", world.number)
    first.look("bidder's page with a stale bid")
    assert first.says("Must be submitted again")
    whole_bidders.seal(world, first, "4,510,000.00")
    whole_bidders.seal(world, second, "4,600,000.00")
    whole_bidders.seal(world, second, "4,400,000.00")
    phone = world.device("bidder3", "phone")
    whole_bidders.restore_key(phone, third.backup, third.passphrase)
    whole_bidders.two_devices(world, third, phone, "4,450,000.00")
    return phone


def opened(world, phone):
    """Deadline, seal checks and factors, releases, the reading, an objection, the record."""
    first, second, third = world.bidder1, world.bidder2, world.bidder3
    world.clock.to(world.close_at - DAY)
    whole_officers.dry_run(world, 1)
    whole_hall.supervised(world, "supervisor's page")
    assert "投标单位" not in whole_hall.watch(world, "hall before the deadline")
    world.clock.past(world.close_at)
    whole_bidders.decrypt(world, first)
    whole_bidders.decrypt(world, second)
    third.copy, third.copy_passphrase = phone.copy, phone.copy_passphrase
    whole_bidders.decrypt(world, third, from_copy=True)
    assert "投标单位" not in whole_hall.watch(world, "hall in the factor phase")
    whole_bidders.check_seal(world, first)
    world.clock.to(world.close_at + whole_owner.CHECKED)
    whole_hall.release(world, whole_officers)
    reading = whole_hall.watch(world, "hall at the reading")
    assert all(price in reading for price in ("4,510,000.00", "4,400,000.00", "4,450,000.00"))
    whole_hall.read_out(world, 3)
    whole_bidders.confirm(world, first)
    whole_bidders.object_(world, second, "唱标时漏读了工期。")
    whole_hall.answer(world, "唱标时漏读了工期。", "工期为 150 日历天，已当场补读。")
    whole_hall.close(world)


def test_a_whole_tender_from_intake_to_the_verified_bundle(world, tmp_path):
    prepared(world)
    phone = bid(world)
    opened(world, phone)
    done = whole_hall.verify(world, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "all checks hold" in done.stdout
