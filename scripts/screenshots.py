"""Take pictures of the main pages into docs/screenshots/, public and signed in: desktop and phone, both languages.

`make screenshots` runs it. It builds the demonstration market of `manage.py demo` unless it is there, serves it
on loopback, drives the system's Chromium, and ends what it started. Needs Chromium (or SUNLIT_CHROMIUM).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from portal.management.commands.demo import LOGINS, environment  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SIZES = {"desktop": {"width": 1440, "height": 1100}, "phone": {"width": 390, "height": 844}}
LANGUAGES = {"zh": "", "en": "/en"}
PATIENCE = 120_000
SETTLE = 800
"""Milliseconds for scripts and pictures; pages with a live stream never fall silent."""


@contextmanager
def served(place: Path) -> Iterator[str]:
    """The market in `place` behind a server on a free port of loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{found.getsockname()[1]}"
    command = [
        sys.executable,
        "manage.py",
        "runserver",
        "--noreload",
        "--insecure",
        url.removeprefix("http://"),
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment(place), stdout=quiet, stderr=quiet) as server:  # noqa: S603 - ourselves
        try:
            for _ in range(200):
                try:
                    urlopen(f"{url}/api/time", timeout=2).close()  # noqa: S310 - loopback
                    break
                except (URLError, ConnectionError, TimeoutError):
                    time.sleep(0.3)
            yield url
        finally:
            server.terminate()


def first(page: Page, url: str, path: str, word: str) -> str:
    """The address of the first row of a list whose status is `word`, without a language."""
    page.goto(f"{url}/en{path}")
    row = page.locator(".sl-row", has=page.get_by_text(word, exact=True)).first
    return str(row.locator("h3 a").get_attribute("href")).removeprefix("/en")


def verified(page: Page) -> None:
    """Run the verifier of the page to its end."""
    page.locator("#fetch").click()
    page.locator("#result:not([hidden])").wait_for(timeout=PATIENCE)
    page.locator("#label").scroll_into_view_if_needed()


def addresses(page: Page, url: str) -> dict[str, str]:
    """Name of a picture -> path without language."""
    awarded = first(page, url, "/openings", "Awarded")
    record = first(page, url, "/openings", "Under evaluation")
    page.goto(f"{url}/en{record}")
    verify = page.get_by_role("link", name="Verify this opening here").get_attribute("href") or "/verify"
    return {
        "home": "/",
        "notice": first(page, url, "/", "Open for bids"),
        "opening": record,
        "result": awarded.split("/opening/")[0],
        "draw": linked(page, url, awarded, r"/n/[^/]+/draw/[0-9]+$"),
        "verify": verify.removeprefix("/en"),
        "ledger": "/ledger",
        "receipt-check": "/r",
        "unsuccessful": first(page, url, "/openings", "Unsuccessful"),
    }


def sign_in(context: BrowserContext, url: str, place: Path, role: str) -> None:
    """As the person whom the demonstration's list of logins names for this role."""
    text = (place / LOGINS).read_text("utf-8")
    words = dict(line.split() for line in text.splitlines() if len(line.split()) == 2)
    page = context.new_page()
    page.goto(f"{url}/en/account/login/")
    page.fill("[name=login]", words[role])
    page.fill("[name=password]", words["password"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/en/account/**")
    page.goto(
        f"{url}/en/account/reauthenticate/?next=/en/account/"
    )  # sealing asks for a proof of these minutes
    page.fill("[name=password]", words["password"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/en/account/")
    page.close()


def linked(page: Page, url: str, start: str, pattern: str) -> str:
    """The first link of the page at `start` whose address has this form, without a language."""
    page.goto(f"{url}/en{start}")
    found = (str(link.get_attribute("href")) for link in page.locator("main a[href]").all())
    return next(address for address in found if re.search(pattern, address)).removeprefix("/en")


def of_owner(page: Page, url: str) -> dict[str, str]:
    """One's own tender."""
    return {"tender": linked(page, url, "/projects/", r"/tenders/[0-9a-f-]{36}/$")}


def of_bidder(page: Page, url: str) -> dict[str, str]:
    """The six lights of one tender, and sealing."""
    own = linked(page, url, "/bids/", r"/bids/t/[^/]+/$")
    return {"my-tender": own, "seal": linked(page, url, own, r"/bids/lot/[^/]+/seal/$")}


def of_everybody(page: Page, url: str) -> dict[str, str]:
    """The hall of the tender in its opening, and the wall in its room."""
    hall = linked(page, url, first(page, url, "/openings", "Opening in progress"), r"/n/[^/]+/hall/[0-9]+$")
    return {"hall": hall, "wall": f"{hall}/wall"}


def of_member(page: Page, url: str) -> dict[str, str]:
    """The report of the panel whose chair this is."""
    panel = linked(page, url, "/panels/", r"/panels/[0-9a-f-]{36}/$")
    return {"report": f"/panel/{panel.split('/')[2]}/report/"}


SIGNED_IN = {"owner": of_owner, "bidder": of_bidder, "panel-chair": of_member, "": of_everybody}


def pictures(context: BrowserContext, url: str, pages: dict[str, str], out: Path, device: str) -> int:
    """Every page in both languages; the number of pictures."""
    for language, prefix in LANGUAGES.items():
        for name, path in pages.items():
            page = context.new_page()
            page.goto(f"{url}{prefix}{path}", wait_until="load")
            page.wait_for_timeout(SETTLE)
            if name == "verify":
                verified(page)
            page.screenshot(path=out / f"{name}-{language}-{device}.png")
            page.close()
    return len(LANGUAGES) * len(pages)


def take(browser: Browser, url: str, place: Path, out: Path) -> int:
    """Every page in every language and size; the number of pictures."""
    page = browser.new_page()
    public = addresses(page, url)
    page.close()
    count = 0
    for device, size in SIZES.items():
        context = browser.new_context(viewport=size, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        count += pictures(context, url, public, out, device)
        context.close()
        for role, found in SIGNED_IN.items():
            context = browser.new_context(viewport=size, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
            if role:
                sign_in(context, url, place, role)
            page = context.new_page()
            count += pictures(context, url, found(page, url), out, device)
            context.close()
    return count


def main() -> None:
    """Build, serve, take, stop."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--place", type=Path, default=ROOT / "var" / "demo", help="where the market is or will be"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    options = parser.parse_args()
    chromium = os.environ.get("SUNLIT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium:
        sys.exit("No Chromium here: install it, or set SUNLIT_CHROMIUM.")
    if not options.place.exists():
        command = [sys.executable, "manage.py", "demo", "--no-serve", "--place", str(options.place)]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - ourselves
    options.out.mkdir(parents=True, exist_ok=True)
    with served(options.place.resolve()) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        count = take(browser, url, options.place, options.out)
        browser.close()
    sys.stdout.write(f"{count} pictures in {options.out}\n")


if __name__ == "__main__":
    main()
