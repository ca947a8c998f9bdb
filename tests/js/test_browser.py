"""The browser modules inside Chromium: what Node runs too, and what only a browser has.

The page is served from loopback; nothing leaves the machine.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.js.test_vectors_node import AT_LEAST

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
BUNDLES = VECTORS / "bundles"
LISTED = ("merkle/testdata/inclusion", "merkle/testdata/consistency")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the repository without writing a log; modules need their media type."""

    extensions_map: dict[str, str] = {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".html": "text/html",
        "": "application/octet-stream",
    }

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A loopback server over the repository."""
    handler = functools.partial(Quiet, directory=str(ROOT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def lab(page: Any, address: str) -> Any:
    """A page that can import the modules."""
    page.set_default_timeout(180_000)
    page.goto(f"{address}/tests/js/page.html")
    return page


def test_primitives_agree_with_the_outside_vectors(lab: Any) -> None:
    """The same suites as under Node, on the browser's own cryptography."""
    lists = {
        folder: sorted(str(path.relative_to(VECTORS)) for path in (VECTORS / folder).rglob("*.json"))
        for folder in LISTED
    }

    report = lab.evaluate(
        """async (lists) => {
            const { runPrimitives } = await import("/tests/js/primitives.mjs");
            const load = async (path) => (await fetch(`/tests/vectors/${path}`)).json();
            return runPrimitives(load, async (folder) => lists[folder]);
        }""",
        lists,
    )

    assert {name: suite["failures"] for name, suite in report.items() if suite["failures"]} == {}
    assert {
        name: report[name]["cases"] for name, least in AT_LEAST.items() if report[name]["cases"] < least
    } == {}


def test_bundles_get_the_outcome_they_expect(lab: Any) -> None:
    """Every golden bundle, verdict for verdict."""
    cases = {
        path.parent.name: sorted(receipt.name for receipt in path.parent.glob("receipt*.json"))
        for path in BUNDLES.glob("*/expect.json")
    }

    wrong = lab.evaluate(
        """async (cases) => {
            const { runBundle } = await import("/tests/js/bundles.mjs");
            const wrong = [];
            for (const [name, receipts] of Object.entries(cases)) {
                const get = (file) => fetch(`/tests/vectors/bundles/${name}/${file}`);
                const bytes = async (file) => new Uint8Array(await (await get(file)).arrayBuffer());
                const result = await runBundle(name, {
                    bundle: await (await get("bundle.zip")).blob(), anchors: await bytes("anchors.json"),
                    receipts: await Promise.all(receipts.map(async (file) => ({ name: file, bytes: await bytes(file) }))),
                    expect: await (await get("expect.json")).json(),
                });
                if (!result.good) wrong.push([name, result.failed, result.verdicts]);
            }
            return wrong;
        }""",
        cases,
    )

    assert len(cases) >= 70
    assert wrong == []


def test_sealing_and_releasing_do_and_refuse_what_they_must(lab: Any) -> None:
    """The cases that Node runs too, here with the worker pool."""
    outcomes = lab.evaluate("async () => (await import('/tests/js/cases.mjs')).runCases()")

    assert {name: why for name, why in outcomes.items() if why} == {}


def test_unfinished_upload_survives_a_reload_and_is_forgotten(lab: Any, address: str) -> None:
    """The randomness of a bid comes back after a reload, its wrapping key cannot be read, and it can be deleted."""
    kept = lab.evaluate(
        """async () => {
            const { freshSecrets } = await import("/static/js/seal/seal.js");
            const { keep } = await import("/static/js/seal/state.js");
            const secrets = freshSecrets({ envelopes: [{}, {}], factor: "required" });
            await keep("lot-1", secrets, { stored: [0, 1] });
            return Array.from(secrets.envelopes[1].fresh);
        }"""
    )
    lab.goto(f"{address}/tests/js/page.html")

    found = lab.evaluate(
        """async () => {
            const { advance, forget, restore } = await import("/static/js/seal/state.js");
            await advance("lot-1", { stored: [0, 1, 2] });
            const { secrets, progress } = await restore("lot-1");
            const request = indexedDB.open("sealed-bids");
            const database = await new Promise((done) => { request.onsuccess = () => done(request.result); });
            const reading = database.transaction("unfinished").objectStore("unfinished").get("lot-1");
            const record = await new Promise((done) => { reading.onsuccess = () => done(reading.result); });
            const exported = await crypto.subtle.exportKey("raw", record.key).then(() => true, () => false);
            database.close();
            await forget("lot-1");
            const after = await restore("lot-1");
            return { fresh: Array.from(secrets.envelopes[1].fresh), progress, exported, after };
        }"""
    )

    assert found == {"fresh": kept, "progress": {"stored": [0, 1, 2]}, "exported": False, "after": None}


def test_officers_memory_lasts_and_refuses_a_second_release(lab: Any, address: str) -> None:
    """What an officer committed to is still known after a reload."""
    take = """async () => {
        const { lastingMemory } = await import("/static/js/officer/memory.js");
        return (await lastingMemory()).add("release/T/0", { release: {} });
    }"""

    first = lab.evaluate(take)
    lab.goto(f"{address}/tests/js/page.html")

    assert (first, lab.evaluate(take)) == (True, False)


def test_sealing_uses_workers_in_a_browser(lab: Any) -> None:
    """The page's thread stays free: two module workers do the work."""
    workers = lab.evaluate(
        """async () => {
            const { PartPool } = await import("/static/js/seal/pool.js");
            const pool = new PartPool();
            const count = pool.workers.length;
            pool.close();
            return count;
        }"""
    )

    assert workers == 2
