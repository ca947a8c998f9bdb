"""Where a decryption factor is used, the page does not let go before the self-copy has been read back."""

import json
import subprocess
import sys

import pytest

from portal.management.commands.demo import environment
from tests.e2e.conftest import ROOT
from tests.e2e.test_bidder_seal import READY, Clerk

pytestmark = pytest.mark.needs_browser


@pytest.fixture
def factor(market, tmp_path):
    """A tender with a factor, and one of its bidders."""
    command = [sys.executable, "-m", "tests.e2e.factor_lot", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environment(market), check=True, capture_output=True, timeout=120)
    return json.loads((tmp_path / "factor.json").read_text("utf-8"))


class FactorClerk(Clerk):
    """The clerk of the tender with a factor."""

    def __init__(self, served, context, tmp_path, factor):
        self.served, self.context, self.tmp = served, context, tmp_path
        self.secret = {"passphrase": factor["passphrase"], "password": factor["password"]}
        self.page = context.new_page()
        self.page.set_default_timeout(READY)
        self.sign_in(factor["login"], factor["password"])
        self.prove()

    def key(self):
        if self.page.locator("#key-none:not([hidden])").count():
            self.page.set_input_files("#key-file", str(self.tmp / "factor-key.json"))
            self.page.wait_for_selector("#key-here:not([hidden])")
        self.page.fill("#key-passphrase", self.secret["passphrase"])


def test_leaving_is_held_until_the_self_copy_is_read_back(served, new_context, tmp_path, factor, axe):
    clerk = FactorClerk(served, new_context(), tmp_path, factor)
    clerk.seal(factor["number"])
    clerk.receipt()
    page = clerk.page

    page.click("#back")
    held = page.locator("#copy-problem").inner_text()
    with page.expect_download() as waiting:
        page.click("#copy-save")
    copy = tmp_path / "self-copy.json"
    waiting.value.save_as(copy)
    passphrase = page.locator("#copy-passphrase").inner_text()
    page.set_input_files("#copy-file", str(copy))
    page.fill("#copy-typed", "0000-0000-0000-0000")
    page.click("#copy-read")
    page.wait_for_selector("#copy-problem .sl-bad")
    wrong = page.locator("#copy-problem").inner_text()
    page.fill("#copy-typed", passphrase.lower().replace("-", " "))
    page.click("#copy-read")
    page.wait_for_selector("html[data-copied]")

    assert "treated as revoked" in held
    assert "视为撤销" in held
    assert "does not open" in wrong
    assert '"factor"' not in copy.read_text("utf-8")
    assert not axe(page)
    page.click("#back")
    page.wait_for_url(f"**/bids/t/{factor['number']}/")
