"""The demonstration market in the browser: every kind of page with data, and a stranger's check from end to end."""

import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.test_public_pages import show

NUMBER = re.compile(r'href="(/n/[^"/]+)"')
DONE = 120_000

pytestmark = pytest.mark.needs_browser


@pytest.fixture(scope="module")
def paths(served, browser):
    """One page of each kind: a notice of every status on the home page, and every kind of opening."""
    page = browser.new_page()
    page.goto(f"{served.url}/en/")
    notices = {}
    for row in page.locator(".sl-row").all():
        word = row.locator(".sl-st").inner_text()
        notices.setdefault(word, row.locator("h3 a").get_attribute("href"))
    page.goto(f"{served.url}/en/openings")
    openings = {}
    for row in page.locator(".sl-row").all():
        openings.setdefault(row.locator(".sl-st").inner_text(), row.locator("h3 a").get_attribute("href"))
    page.close()
    assert len(notices) >= 5
    assert len(openings) >= 3
    return {"notices": notices, "openings": openings}


def recorded(paths):
    return paths["openings"]["Under evaluation"]


def test_countdown_runs_on_the_servers_clock(served, context, paths):
    page = show(context, served.url + paths["notices"]["Open for bids"])

    timer = page.locator("[role=timer]")

    assert re.fullmatch(r"\d+d\d+h", timer.inner_text().replace("\n", "").replace(" ", ""))


def test_stranger_verifies_an_opening_on_the_page(served, context, paths):
    page = show(context, served.url + recorded(paths))
    page.get_by_role("link", name="Verify this opening here").click()
    page.locator("#fetch").click()
    page.locator("#result:not([hidden])").wait_for(timeout=DONE)

    assert page.locator("#verdict").inner_text() == "All 24 checks hold", page.locator(
        "#result"
    ).inner_text()[:3000]
    assert "not independence" in page.locator("#label").inner_text()
    assert page.locator(".sl-checks .is-done").count() == 24


def test_stranger_verifies_an_award_from_the_tenders_page(served, context, paths):
    """From the notice's result to all 26 checks: the panel's ranking, and that the award follows from it."""
    page = show(context, served.url + paths["notices"]["Awarded"])
    page.get_by_role("link", name="Check this award yourself").click()
    page.locator("#fetch").click()
    page.locator("#result:not([hidden])").wait_for(timeout=DONE)

    said = page.locator("#result").inner_text()
    assert page.locator("#verdict").inner_text() == "All 26 checks hold", said[:3000]
    assert page.locator('[data-check="V26"] [data-state]').inner_text() == "Holds"
    assert "wins as the first" in page.locator("#notes").inner_text()
    page.goto(page.url.replace("/en/", "/"))
    page.locator("#fetch").click()
    page.locator("#result:not([hidden])").wait_for(timeout=DONE)
    assert "作为排名第一的中标候选人中标" in page.locator("#notes").inner_text()
    assert not re.search("wins|withheld", page.locator("#notes").inner_text())


def test_downloaded_bundle_verifies_offline_with_anchors_from_elsewhere(served, context, paths, tmp_path):
    page = show(context, served.url + recorded(paths))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="bundle.zip").click()
    bundle = tmp_path / "bundle.zip"
    waiting.value.save_as(bundle)
    with zipfile.ZipFile(bundle) as archive:
        index = json.loads(archive.read("index.json"))
    anchors = next(
        folder / "anchors.json"
        for folder in served.bundles
        if f"{index['tender']}/{index['lot']}" in json.loads((folder / "anchors.json").read_bytes())["T"]
    )
    command = [sys.executable, "-m", "protocol", "verify", str(bundle), "--anchors", str(anchors)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "all checks hold" in done.stdout


def choose(page, *files):
    page.set_input_files("#files", [str(file) for file in files])
    page.locator("#result:not([hidden])").wait_for(timeout=DONE)


def test_forged_bundle_fails_by_name_and_the_rest_is_not_called_passed(served, context, tmp_path, axe):
    forged = tmp_path / "forged.zip"
    folder = served.bundles[0]
    shutil.copy(folder / "bundle.zip", forged)
    data = bytearray(forged.read_bytes())
    place = data.find(b'"price') if b'"price' in data else len(data) // 2
    data[place] ^= 1
    forged.write_bytes(data)
    page = show(context, f"{served.url}/en/verify")

    choose(page, forged, folder / "anchors.json")

    assert re.fullmatch(r"\d+ of 24 checks failed", page.locator("#verdict").inner_text())
    assert page.locator("[data-check].is-bad").count() >= 1
    passed, waiting = (page.locator(f"[data-check] .{word}").count() for word in ("is-done", "is-wait"))
    assert passed + waiting < page.locator("[data-check]").count()
    assert not axe(page)


def test_bundle_without_anchors_is_not_judged(served, context):
    page = show(context, f"{served.url}/en/verify")
    page.set_input_files("#files", str(served.bundles[0] / "bundle.zip"))

    page.get_by_text("The trust anchors are still missing.").wait_for()

    assert page.locator("#result").is_hidden()


def test_receipt_is_found_in_the_verified_bundle(served, context):
    folder = served.bundles[0]
    page = show(context, f"{served.url}/en/verify")

    choose(page, folder / "bundle.zip", folder / "anchors.json", *sorted((folder / "receipts").iterdir())[:3])

    assert page.locator("#verdict").inner_text() == "All 24 checks hold", page.locator(
        "#result"
    ).inner_text()[:3000]
    assert page.locator("#chosen li").count() == 5


def test_receipt_holds_by_itself_and_a_changed_one_does_not(served, context, tmp_path, axe):
    receipt = min((served.bundles[0] / "receipts").iterdir())
    value = json.loads(receipt.read_text("utf-8"))
    value["body"]["leaf"] += 1
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True), "utf-8")
    page = show(context, f"{served.url}/en/r")

    choose(page, receipt)
    assert page.locator("#verdict").inner_text() == "The receipt holds"
    assert not axe(page)
    choose(page, changed)

    assert page.locator("#verdict").inner_text() == "The receipt does not hold"


def test_receipt_can_be_pasted(served, context):
    receipt = min((served.bundles[0] / "receipts").iterdir())
    page = show(context, f"{served.url}/en/r")
    page.fill("#text", receipt.read_text("utf-8"))
    page.get_by_role("button", name="Check the receipt").click()
    page.locator("#result:not([hidden])").wait_for(timeout=DONE)

    assert page.locator("#verdict").inner_text() == "The receipt holds"


def test_number_of_a_receipt_shows_digest_and_time_only(served, context, axe):
    receipt = min((served.bundles[0] / "receipts").iterdir())
    page = show(context, f"{served.url}/en/r")
    page.fill("#code", receipt.stem.lower())
    page.press("#code", "Enter")

    page.wait_for_url(f"**/en/r/{receipt.stem}")
    assert page.locator(".sl-receipt dt").all_inner_texts() == ["Received at", "Digest"]
    assert not axe(page)


def test_leaf_of_a_receipt_is_found_with_its_proof(served, context):
    page = show(context, f"{served.url}/en/r")
    choose(page, min((served.bundles[0] / "receipts").iterdir()))
    leaf = page.locator("[data-check=leaf] [data-evidence]").inner_text()

    page.goto(f"{served.url}/en/ledger?leaf={leaf}")

    assert "The leaf is number" in page.inner_text("main")


def test_failed_tender_shows_neither_names_nor_numbers(served, context, paths):
    page = show(context, served.url + paths["openings"]["Unsuccessful"])

    assert page.locator("table").count() == 0
    assert page.locator("a[href$='bundle.zip']").count() == 0
    assert "stays sealed for good" in page.inner_text("main")


def test_record_prints_without_navigation_and_buttons(served, context, paths):
    page = show(context, served.url + recorded(paths))
    page.emulate_media(media="print")

    assert not page.locator(".sl-nav").is_visible()
    assert not page.get_by_role("button", name="Print the record").is_visible()
    assert page.locator("table.sl-live").is_visible()
