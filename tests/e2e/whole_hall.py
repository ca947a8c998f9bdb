"""The hall: set closed, officers, the chair's seat, objections and answers, the record; then a citizen with a bundle."""

import subprocess
import sys
from datetime import timedelta
from functools import partial

from tests.e2e.conftest import ROOT
from tests.e2e.whole_world import tick

BEAT = timedelta(seconds=61)
"""Within which the log takes up what was published, once the rush of the deadline is over."""


def watch(world, name):
    """What everybody sees in the hall, without an account."""
    page = world.citizen
    page.goto(f"{world.url}/en/n/{world.number}/hall/1")
    world.look(page, name)
    return page.inner_text("main")


def supervised(world, name):
    """What the supervisor sees of it: the tender, its addenda, its officers; no bidder before the reading."""
    supervisor = world.supervisor
    supervisor.open("trading:supervised")
    supervisor.look(name)
    assert supervisor.says(world.number)
    assert not supervisor.says("投标单位")


def release(world, officers):
    """Four release in the browser, the fifth with the offline tool; every envelope opens by itself."""
    browsers, offline = (1, 2, 3, 4), 5
    pages = [officers.release(world, i).page for i in browsers]
    for e in (0, 1):
        waiting = officers.offline(world, offline, e)
        world.until_true(partial(officers.may_hand_in, world, offline, waiting))
    for page in pages:
        world.until(page, "html[data-ready=released]")


def answer(world, text, words):
    """The chair answers on the spot."""
    chair = world.agency
    chair.open("bidding:hall-chair", world.number, 1)
    assert chair.says(text)
    chair.look("chair's seat")
    chair.write("Answer", words)
    chair.press("Answer the objection")
    assert chair.says("Answered. Objection and answer are public.")


def read_out(world, lines):
    """The reader's seat: one line at a time."""
    reader = world.agency
    reader.open("bidding:hall-reader", world.number, 1)
    reader.look_twice("reader's seat")
    reader.press("Read the first line")
    for _ in range(lines - 1):
        reader.press("Next line")
    assert reader.says("All lines are read")


def close(world):
    """Chair, recorder and witness sign, each with a key of the own browser; the owner closes the record."""
    world.clock.to(world.clock.now() + BEAT)
    tick()
    for name, seat in (("agency", "chair"), ("owner", "recorder"), ("witness", "witness")):
        signer = getattr(world, name)
        signer.open("bidding:hall-record", world.number, 1, seat)
        signer.look_twice("record to sign")
        signer.sign("Sign the record", then="/chair/$")
    owner = world.owner
    owner.open("bidding:hall-chair", world.number, 1)
    owner.press("Close and publish the record")
    assert owner.says("The record is closed and public."), owner.page.inner_text("main")
    world.clock.to(world.clock.now() + BEAT)
    tick()


def verify(world, folder):
    """A citizen takes bundle and anchors from the page of the record; the tool says whether all checks hold."""
    page = world.citizen
    page.goto(f"{world.url}/en/n/{world.number}/opening/1")
    world.look(page, "record")
    taken = []
    for name in ("bundle.zip", "anchors.json"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).first.click()
        taken.append(folder / name)
        waiting.value.save_as(taken[-1])
    bundle, anchors = map(str, taken)
    command = [sys.executable, "-m", "protocol", "verify", bundle, "--anchors", anchors]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
