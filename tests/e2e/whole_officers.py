"""Five officers: a seat accepted, a key made and proved, certified by the own body, tried; on the day, released."""

import subprocess
import sys

from tests.e2e.conftest import ROOT
from tests.e2e.whole_world import tick

OFFICERS = (1, 2, 3, 4, 5)


def seat(world, i):
    """Accept the seat and make its key on the own device."""
    officer = getattr(world, f"officer{i}")
    officer.open("trading:seats")
    officer.page.locator("main .sl-keys a").first.click()
    officer.page.wait_for_url("**/seats/*-*/")
    if i == 1:
        officer.look("seat offered")
    officer.press("Accept the seat")
    officer.follow("Make the key")
    officer.ready("key")
    officer.look_twice("officer's key")
    officer.keep_key()
    officer.press("Hand in the public half", then="/seats/[0-9a-f-]{36}/$")


def certify(world, body):
    """The body's own signature under the keys of its officers."""
    signer = getattr(world, body)
    signer.open("trading:seats")
    waiting = signer.page.locator("section[aria-labelledby=waiting] a")
    while waiting.count():
        waiting.first.click()
        signer.page.wait_for_url("**/certify/")
        signer.prove()
        signer.look_twice("officer's key to certify")
        signer.sign("Certify the key", then="/seats/$")


def dry_run(world, i):
    """Answer the challenge with the key of this device."""
    officer = getattr(world, f"officer{i}")
    officer.open("trading:seats")
    officer.page.locator("main .sl-keys a").first.click()
    officer.page.wait_for_url("**/seats/*-*/")
    again = officer.page.get_by_role("button", name="Repeat the dry run").count()
    officer.press("Repeat the dry run" if again else "Begin the dry run")
    officer.ready("dryrun")
    officer.write("Passphrase of the key", officer.passphrase)
    officer.press("Answer with my key")
    officer.page.wait_for_selector("text=Passed: your key opens.")


def at_seat(world, i):
    """To the own seat in the hall, by the page of today."""
    officer = getattr(world, f"officer{i}")
    officer.open("bidding:hall-today")
    with officer.page.expect_navigation():
        officer.page.locator("main .sl-row h3 a").first.click()
    officer.prove()
    return officer


def release(world, i):
    """One press: the device checks the log, promises, and releases by itself when enough have promised."""
    officer = at_seat(world, i)
    officer.ready("seat")
    officer.page.wait_for_selector("#seat-verdict:has-text('All checks hold on this device.')")
    officer.look("officer's seat")
    officer.write("Passphrase of the key", officer.passphrase)
    officer.page.click("#seat-release")
    return officer


def offline(world, i, envelope):
    """The other way: key and pack on another machine, the tool there, the promise handed in; the release to come."""
    officer = at_seat(world, i)
    pack = officer.download("Take the opening pack")
    anchors = officer.download("Trust anchors as published")
    keys, out = officer.files / "held", officer.files / f"out{envelope}"
    if not keys.exists():
        tool("unlock", officer.backup, "--out", keys, typed=officer.passphrase)
    given = ("--pack", pack, "--anchors", anchors, "--keys", keys, "--seat", i, "--envelope", envelope)
    tool("open", *given, "--out", out)
    hand_in(officer, out / "release-commit.json")
    tick()
    return out / "release.json"


def hand_in(officer, file):
    """One file of the tool, by its own button."""
    officer.page.set_input_files("#id_file", file)
    officer.press(f"Hand in {file.name}")


def may_hand_in(world, i, file):
    """Hand the release in as soon as enough have promised; whether it was taken."""
    tick()
    officer = at_seat(world, i)
    hand_in(officer, file)
    tick()
    return officer.says("Released.")


def tool(*words, typed=""):
    """The offline tool, in a process of its own."""
    command = [sys.executable, "-m", "protocol", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, input=f"{typed}\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
