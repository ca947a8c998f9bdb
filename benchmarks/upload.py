"""Uploading with a hash: our part protocol on gunicorn as deployed, @tus/server, and a bare Django view, in one run.

`python -m benchmarks.upload [--mebibytes N] [--rounds N]`. The same bytes go three ways over loopback: as a bid's parts
through `bidding/api.py` (three at a time, as the page sends them; session, CSRF, permission, row), as one PATCH to
@tus/server, and as one PUT to a view that only hashes and writes. When each has answered, the system has the bytes:
they outlive the server's process. None has flushed them; ours does when the bid is submitted, and how long that takes
is measured by itself. Rounds alternate; the best of each counts. Meanwhile the memory of our processes, the master's
included, is looked at. Needs PostgreSQL, Redis, node and npm.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from benchmarks.place import ROOT, installation

AT_ONCE = 3
"""As many parts as static/js/seal/upload.js sends together."""
TUS = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")
SEND = 1 << 18


class Body:
    """Random parts of a lawful sealed file of about this size, with their digests."""

    def __init__(self, mebibytes: int) -> None:
        from bidding.rules import door
        from protocol.sealing import CHUNK_SIZE, ciphertext_size, padme

        length = padme(mebibytes * (1 << 20) // CHUNK_SIZE * CHUNK_SIZE)
        self.size = ciphertext_size(length)
        block = secrets.token_bytes(door.PART)
        self.parts = [
            memoryview(block)[: door.part_size(number, self.size)]
            for number in range(door.part_count(self.size))
        ]
        self.digests = [hashlib.sha256(part).digest() for part in self.parts]
        self.whole = hashlib.sha256(b"".join(self.parts)).hexdigest()


class Memory:
    """The largest resident memory of a process group's members, in MiB, while it is watched."""

    def __init__(self, leader: int) -> None:
        self.leader, self.first, self.most = leader, 0.0, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.first = self.most = self.now()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def now(self) -> float:
        """Of the largest process now."""
        found = [0.0]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                group = int(stat.read_text().rpartition(")")[2].split()[2])
                status = (stat.parent / "status").read_text() if group == self.leader else ""
            except OSError:
                continue
            found += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")]
        return max(found)

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, self.now())


def send(line: http.client.HTTPConnection, body: memoryview) -> tuple[int, bytes]:
    """Send a body whose head is sent; status and text of the answer."""
    assert line.sock is not None
    for start in range(0, len(body), SEND):
        line.sock.sendall(body[start : start + SEND])
    answer = line.getresponse()
    return answer.status, answer.read()


def ours(lot: Any, party: Any, server: Any, body: Body, flushes: list[float]) -> float:
    """Seconds for all parts of one upload; how long their flush takes afterwards goes into ``flushes``."""
    from tests.faults.served import API, Caller

    caller = Caller(server, party)
    status, opened = caller.post(f"{API}/lots/{lot.pk}/uploads", {"sizes": {"0": 4168, "1": body.size}})
    if status != 201:
        raise RuntimeError(str(opened))

    def put(number: int) -> None:
        part = body.parts[number]
        digest = base64.b64encode(body.digests[number]).decode()
        path = f"{API}/uploads/{opened['id']}/1/{number}"
        more = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/octet-stream"}
        line = caller.open("PUT", path, length=len(part), **more)
        status, text = send(line, part)
        line.close()
        if status != 200:
            raise RuntimeError(text.decode())

    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(put, range(len(body.parts))))
    spent = time.perf_counter() - begun
    flushes.append(flushed(opened["id"]))
    caller.call("DELETE", f"{API}/uploads/{opened['id']}")
    return spent


def flushed(upload: str) -> float:
    """Seconds for flushing every part of an upload, as its submission does."""
    from bidding import store
    from bidding.models import Part

    begun, box = time.perf_counter(), store.default()
    for part in Part.objects.filter(upload=upload):
        box.flush(part.key)
    return time.perf_counter() - begun


def one_stream(line: http.client.HTTPConnection, body: Body, method: str, path: str, **more: str) -> bytes:
    """The whole file in one request."""
    line.putrequest(method, path)
    for name, value in {"Content-Length": str(body.size), **more}.items():
        line.putheader(name.replace("_", "-"), value)
    line.endheaders()
    assert line.sock is not None
    for part in body.parts[:-1]:
        for start in range(0, len(part), SEND):
            line.sock.sendall(part[start : start + SEND])
    status, text = send(line, body.parts[-1])
    if status not in {200, 204}:
        raise RuntimeError(text.decode())
    return text


def tus(port: int, body: Body, said: Path) -> float:
    """Seconds for one upload to @tus/server, whose digest must be right."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    version = {"Tus-Resumable": "1.0.0"}
    line.request(
        "POST", "/files", headers={**version, "Upload-Length": str(body.size), "Content-Length": "0"}
    )
    created = line.getresponse()
    created.read()
    place = (created.getheader("Location") or "").partition(f":{port}")[2]
    kind = {"Tus_Resumable": "1.0.0", "Upload_Offset": "0", "Content_Type": "application/offset+octet-stream"}
    begun = time.perf_counter()
    one_stream(line, body, "PATCH", place, **kind)
    spent = time.perf_counter() - begun
    if not said.read_text("utf-8").rstrip().endswith(body.whole):
        raise RuntimeError("tus: another digest")
    return spent


def bare(port: int, body: Body, _said: Path) -> float:
    """Seconds for one PUT to the bare view, whose digest must be right."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    begun = time.perf_counter()
    text = one_stream(line, body, "PUT", "/file")
    spent = time.perf_counter() - begun
    if text.decode() != body.whole:
        raise RuntimeError("bare: another digest")
    return spent


@contextmanager
def running(command: list[str], said: Path, **settings: str) -> Iterator[int]:
    """A server of this benchmark's own on a free port, which takes the place of PORT in its command."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    words = [word.replace("PORT", str(port)) for word in command]
    env = {**os.environ, "BIND": f"127.0.0.1:{port}", **settings}
    with said.open("wb") as out:
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def yardsticks(home: Path, stack: ExitStack) -> dict[str, Callable[[Body], float]]:
    """@tus/server from npm in a directory of its own; the bare view under gunicorn with as many workers and threads."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise RuntimeError("there is no node and npm")
    place = home / "tus"
    (place / "files").mkdir(parents=True)
    shutil.copy(ROOT / "benchmarks" / "upload_tus.mjs", place)
    subprocess.run(
        [npm, "install", "--silent", "--prefix", str(place), *TUS], check=True, capture_output=True
    )
    (home / "bare").mkdir()
    script = [node, str(place / "upload_tus.mjs"), str(place / "files"), "PORT"]
    gunicorn = [sys.executable, "-m", "gunicorn", "benchmarks.upload_bare:application"]
    gunicorn += ["--workers", "2", "--threads", "4", "--bind", "127.0.0.1:PORT"]
    tus_port = stack.enter_context(running(script, home / "tus.log"))
    bare_port = stack.enter_context(running(gunicorn, home / "bare.log", BARE_DIR=str(home / "bare")))
    return {
        "tus": lambda body: tus(tus_port, body, home / "tus.log"),
        "bare": lambda body: bare(bare_port, body, home / "bare.log"),
    }


def run(mebibytes: int = 500, rounds: int = 3) -> dict[str, float]:
    """Measure; `python -m benchmarks` calls this."""
    with installation() as home, ExitStack() as stack:
        from benchmarks.rush import published
        from tests.faults.served import Server

        body = Body(mebibytes)
        one, (party,) = published(1, datetime.now(UTC).replace(microsecond=0) + timedelta(days=2))
        server = Server(home / "web.log")
        stack.callback(server.end)
        server.start()
        flushes: list[float] = []
        ways = {"ours": lambda body: ours(one.lot, party, server, body, flushes), **yardsticks(home, stack)}
        best = dict.fromkeys(ways, float("inf"))
        ways["ours"](Body(16))
        with Memory(server.process.pid) as memory:
            for _ in range(rounds):
                for name, way in ways.items():
                    best[name] = min(best[name], way(body))
        size = body.size / (1 << 20)
        return {
            "upload: ratio to @tus/server with SHA-256": best["tus"] / best["ours"],
            "upload: ratio to a bare Django PUT with SHA-256": best["bare"] / best["ours"],
            "upload: MiB/s": size / best["ours"],
            "upload: s to flush it when the bid is submitted": max(flushes[1:]),
            f"upload: MiB of the largest server process while {size:.0f} MiB pass": memory.most,
            "upload: MiB by which it grew meanwhile": memory.most - memory.first,
        }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(run(options.mebibytes, options.rounds), indent=1))


if __name__ == "__main__":
    main()
