"""Small HTTP servers on the loopback: a time authority, a witness, and one that never answers."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ledger.timesources import Ask, SourceKnows, SourceRefused
from ledger.trial_tsa import TrialAuthority
from ledger.witness import TrialWitness
from protocol import notes
from tests.ledger.builders import moment

Answer = tuple[int, bytes]


@contextmanager
def serving(answer: Callable[[str, bytes], Answer]) -> Iterator[str]:
    """The address of a server that answers each POST by ``answer(path, body)``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def stalled() -> Iterator[str]:
    """The address of a server that takes the request and does not answer before the test is over."""
    over = threading.Event()

    def answer(path: str, body: bytes) -> Answer:
        over.wait(30)
        return 500, b""

    with serving(answer) as url:
        try:
            yield url
        finally:
            over.set()


def time_authority(authority: TrialAuthority, seconds: float = 0) -> Callable[[str, bytes], Answer]:
    """RFC 3161 over HTTP: the digest stands at the end of our request, before certReq."""

    def answer(path: str, body: bytes) -> Answer:
        assert body[-3:] == b"\x01\x01\xff"
        return 200, authority.respond(body[-35:-3], at=moment(seconds), serial=1, accuracy_ms=200)

    return answer


def witness_server(witness: TrialWitness, seconds: float = 0) -> Callable[[str, bytes], Answer]:
    """tlog-witness ``add-checkpoint`` around the trial witness."""

    def answer(path: str, body: bytes) -> Answer:
        assert path == "/add-checkpoint"
        head, _, note = body.decode().partition("\n\n")
        old, *proof = head.split("\n")
        text = notes.parse_note(note).text
        found = notes.Checkpoint.parse(text)
        hashes = tuple(base64.b64decode(line) for line in proof)
        size = int(old.removeprefix("old "))
        try:
            line = witness.cosignature(Ask(note, text, found.size, found.root, moment(seconds), size, hashes))
        except SourceKnows as error:
            return 409, f"{error.size}\n".encode()
        except SourceRefused:
            return 422, b""
        return 200, line.encode()

    return answer
