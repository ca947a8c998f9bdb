"""Bidders: documents, a question, a rehearsal, sealing to the receipt, a replacement, the factor, the own line."""

import re

from bidding.models import Opening
from tests.e2e.whole_world import tick

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{5}")
TECHNICAL = b"%PDF-1.7\n" + b"method statement " * 4000
QUESTION = "图纸第 3 页的标高以哪一张为准？"


def take(world, bidder):
    """Take the documents, and save one."""
    bidder.open("bidding:tender", world.number)
    bidder.look("bidder's page before the documents")
    bidder.press("Take the documents")
    bidder.page.wait_for_selector("main .sl-files a")
    assert bidder.download("drawings.pdf").stat().st_size > 0


def ask(world, bidder):
    """Ask; the page shows one's own question and nobody else's."""
    bidder.open("bidding:ask", world.number)
    bidder.look("question form")
    bidder.write("Your question", QUESTION)
    bidder.press("Send the question", then=f"/t/{world.number}/$")
    assert bidder.says(QUESTION)


def rehearse(world, bidder):
    """The same keys, the same device, a dummy lot."""
    bidder.open("bidding:rehearse", world.place, ready="rehearse")
    bidder.write("Passphrase of the key", bidder.passphrase)
    bidder.page.click("#form button[type=submit]")
    bidder.page.wait_for_selector("html[data-rehearsed]")
    bidder.look("rehearsal")
    assert bidder.says("Your key opens")


def seal(world, bidder, price):
    """Fill in, seal, wait for the receipt, save the self-copy and read it back; the receipt's number."""
    fill(world, bidder, price)
    bidder.look("sealing")
    bidder.press("Seal and submit")
    world.until(bidder.page, "html[data-submitted]")
    code = bidder.page.inner_text("#receipt-code")
    assert CODE.fullmatch(code)
    keep_copy(bidder, code)
    bidder.look("receipt")
    bidder.follow("Back to the tender")
    assert bidder.page.inner_text("main").count("Counts now") == 1
    return code


def fill(world, bidder, price):
    """The seal page, filled by its labels."""
    bidder.open("bidding:seal", world.place, ready="seal")
    bidder.form(
        {
            "Bid price": price,
            "Project manager": "周某某 一级建造师 闽1350000000",
            "商务和技术文件": {"name": "technical.pdf", "mimeType": "application/pdf", "buffer": TECHNICAL},
            "Passphrase of the key": bidder.passphrase,
            "I have compared the words of T with the notice, and checked the price": True,
        }
    )


def two_devices(world, laptop, phone, price):
    """Both devices have the page open; the slower one is told what counts, seals again, and replaces it."""
    fill(world, phone, "4,790,000.00")
    first = seal(world, laptop, "4,780,000.00")
    phone.press("Seal and submit")
    phone.page.wait_for_selector("#errors a:has-text('Another bid of your organisation counts now')")
    second = seal(world, phone, price)
    laptop.open("bidding:tender", world.number)
    assert second in laptop.page.inner_text("main")
    assert first != second


def keep_copy(bidder, code):
    """Save the self-copy, write its passphrase down, prove that both work."""
    page = bidder.page
    with page.expect_download() as waiting:
        bidder.press("Save the self-copy")
    bidder.copy = bidder.files / f"self-copy-{code}.json"
    waiting.value.save_as(bidder.copy)
    bidder.copy_passphrase = page.inner_text("#copy-passphrase")
    page.set_input_files("#copy-file", bidder.copy)
    page.fill("#copy-typed", bidder.copy_passphrase)
    bidder.press("Read the self-copy back")
    page.wait_for_selector("html[data-copied]")


def restore_key(device, backup, passphrase):
    """Bring the key to a second device by its backup file."""
    device.open("accounts:keys", ready="keys")
    device.page.set_input_files("#restore-file", backup)
    device.page.fill("#restore-passphrase", passphrase)
    device.page.click("#restore button")
    device.page.wait_for_selector("#browser-list li")
    device.passphrase = passphrase


def own_opening(world, bidder):
    """To one's own part in the opening, from the page of the tender."""
    bidder.open("bidding:tender", world.number)
    bidder.follow("Your part in the opening")
    bidder.ready("opening")
    assert bidder.says("The platform says: your bid is in the closed set")


def decrypt(world, bidder, *, from_copy=False):
    """Check the own seal and show the factor: from this device, or from the self-copy on another."""
    own_opening(world, bidder)
    page = bidder.page
    if from_copy:
        page.set_input_files("#copy", bidder.copy)
        page.fill("#copy-passphrase", bidder.copy_passphrase)
    else:
        assert page.is_visible("#factor-here")
    bidder.write("Passphrase of the key", bidder.passphrase)
    bidder.look("factor phase")
    bidder.press("Decrypt my bid")
    world.until(page, "html[data-revealed]")
    assert bidder.says("its receipt was checked here")


def check_seal(world, bidder):
    """The device looks for the receipt it kept in the closed set, by itself, and tells the hall."""
    for _ in range(20):
        tick()
        if Opening.objects.get(lot__tender__number=world.number).state == "check":
            break
    bidder.open("bidding:tender", world.number)
    bidder.follow("Your part in the opening")
    world.until(bidder.page, "html[data-sealed=told]")
    bidder.look("seal check")
    assert bidder.says("With the receipt this device kept")
    assert bidder.says("Proved by this device itself")


def confirm(world, bidder):
    """The own line as read out."""
    bidder.open("bidding:hall-mine", world.number, 1)
    bidder.look("own line")
    bidder.press("Confirm my line")
    assert bidder.says("You have confirmed this line.")


def object_(world, bidder, text):
    """Object on the spot."""
    bidder.open("bidding:hall-mine", world.number, 1)
    bidder.write("What you object to", text)
    bidder.press("Raise the objection")
    assert bidder.says(text)
    tick()
