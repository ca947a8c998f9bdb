"""The officer's watcher against the platform: real processes, killed and restarted, and packs that somebody bent (A22, A25)."""

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler

from experts.selectors.draw_pack import officer_pack
from experts.selectors.draws import DrawChain, round_now
from experts.states.draw import DrawState
from kernel import clock
from protocol import anchors, canonical, cli_officer
from protocol.draw import objects, watching
from protocol.errors import NotCanonical, ProtocolError
from tests.experts.draws import world

ROOT = Path(__file__).parents[3]
PATIENCE_S = 40


def folder_of(device, place, lot):
    """The officer's keys as `officer-key` leaves them."""
    place.mkdir(mode=0o700, parents=True)
    (place / "sign.pem").write_bytes(device.signer.save())
    (place / "open.hex").write_text(device.secret.hex())
    seat = {"tender": device.seat.draw.lot.tender.reference, "lot": lot, "i": device.seat.i}
    (place / "seat.json").write_bytes(canonical.encode(seat))
    return place


class Watcher:
    """A process of an officer's organisation."""

    def __init__(self, play, url, device, folder, *more):
        self.said = folder / "said.txt"
        keys = folder / "keys"
        if not keys.exists():
            folder_of(device, keys, objects.lot_of(play.draw.lot.code, 1))
        self.command = [
            sys.executable,
            "-m",
            "protocol",
            "officer",
            "--url",
            url,
            "--draw",
            str(play.draw_id),
        ]
        self.command += ["--seat", str(device.seat.i), "--keys", str(keys), "--state", str(folder / "state")]
        self.command += ["--every", "0.2", *more]
        self.process = None

    def start(self):
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=out, stderr=out)
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def words(self):
        return self.said.read_text(encoding="utf-8")


class Gate:
    """Our thread and the server's take turns: both are on one connection where the database is SQLite in memory."""

    def __init__(self, monkeypatch):
        self.lock = threading.Lock()
        plain = WSGIHandler.get_response

        def get_response(handler, request):
            with self.lock:
                return plain(handler, request)

        monkeypatch.setattr(WSGIHandler, "get_response", get_response)

    @contextmanager
    def ours(self):
        with self.lock:
            yield


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch)


def until(gate, true):
    """Wait for what other processes do."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with gate.ours():
            if true():
                return
        time.sleep(0.1)
    raise AssertionError("the watchers did not act in time")


def officers_of(play, kind):
    """Who has an event of this kind for the round asked, with or without its place."""
    rows = round_now(play.draw).commits if kind == "draw-commit" else round_now(play.draw).releases
    return Counter(rows.values_list("officer", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_watchers_and_three_people_draw_in_four_rounds(live_server, gate, monkeypatch, tmp_path):
    """A25: killed after its commit was written down, and again before its release, a watcher releases once."""
    with gate.ours():
        play = world.play(experts=20)
        monkeypatch.setattr(clock, "now", lambda: play.now)
        play.asked(max_rounds=3)
        play.begun(automated=(1, 2))
        play.prepared()
        play.signed()
        play.contributed()
        watchers = [
            Watcher(play, live_server.url, device, tmp_path / f"officer {device.seat.i}", "--watch")
            for device in play.devices[:2]
        ]
    try:
        for one in watchers:
            one.start()
        for j in range(4):
            _round(play, gate, watchers, j)
    finally:
        for one in watchers:
            one.kill()
    with gate.ours():
        chain = DrawChain(play.draw)
        for kind in ("draw-commit", "draw-release"):
            seen = Counter((event.body["officer"], event.body["j"]) for event in chain.of(kind))
            assert set(seen.values()) == {1}
            assert {(i, j) for i in (1, 2) for j in range(4)} <= set(seen)
        assert DrawState(play.draw.state) is DrawState.COMPLETE
    assert watchers[0].words().count("released, sealed to the gateway") == 4


def _round(play, gate, watchers, j):
    """Two people beside the watchers; the first watcher is killed and begun anew around its commit and its release."""
    with gate.ours():
        assert round_now(play.draw).j == j
        pairs = [(one, play.pair(one)) for one in play.devices[2:4]]
        for one, (commit, _) in pairs:
            play.commit(one, commit)
    until(gate, lambda: {1, 2} <= set(officers_of(play, "draw-commit")))
    watchers[0].kill()
    with gate.ours():
        play.hall.cut()
    watchers[0].start()
    until(gate, lambda: {1, 2} <= set(officers_of(play, "draw-release")))
    with gate.ours():
        for one, (_, release) in pairs:
            play.release(one, release)
        play.hall.cut()
        play.drive()
        play.answered(declines=1 if j < 3 else 0)


class Robber(BaseHTTPRequestHandler):
    """Stands between watcher and platform: kills the watcher before its commit arrives, and after its release did."""

    platform = ""
    watcher = None
    robbed: list[str] = []

    def do_GET(self):
        self.answer(*self.ask())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        what = self.path.rpartition("/")[2]
        first = what not in self.robbed
        self.robbed.append(what)
        if first and what == "commit":
            self.watcher.kill()
            return
        given = self.ask(body)
        if first:
            self.watcher.kill()
        else:
            self.answer(*given)

    def ask(self, body=None):
        request = urllib.request.Request(
            self.platform + self.path, body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def answer(self, status, data):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words):
        """Nothing."""


@pytest.fixture
def robber(live_server):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Robber)
    Robber.platform, Robber.robbed = live_server.url, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_killed_before_a_commit_arrived_and_after_a_release_did(robber, gate, monkeypatch, tmp_path):
    """A22: what was written down is sent after the crash, byte for byte; what had arrived is not sent again."""
    with gate.ours():
        play = asked(monkeypatch, automated=(1,))
    watcher = Robber.watcher = Watcher(play, robber, play.devices[0], tmp_path / "one", "--watch")
    watcher.start().process.wait(PATIENCE_S)
    with gate.ours():
        assert not officers_of(play, "draw-commit")
    state = json.loads(next((tmp_path / "one" / "state").glob("*-1.json")).read_bytes())
    watcher.start()
    until(gate, lambda: officers_of(play, "draw-commit"))
    with gate.ours():
        for one in play.devices[1:4]:
            play.commit(one, play.pair(one)[0])
        play.hall.cut()
    watcher.process.wait(PATIENCE_S)
    with gate.ours():
        assert officers_of(play, "draw-release") == {1: 1}
        play.hall.cut()
    watcher.start()
    until(gate, lambda: "released, nothing more to do" in watcher.words())
    watcher.kill()

    assert Robber.robbed == ["commit", "commit", "release"]
    with gate.ours():
        chain = DrawChain(play.draw)
        for kind, name in (("draw-commit", "commit"), ("draw-release", "release")):
            found = [event.body for event in chain.of(kind) if event.body["officer"] == 1]
            assert found == [state["rounds"]["0"][name]["body"]]


def asked(monkeypatch, **options):
    """A draw whose officers are asked for the first round."""
    play = world.play()
    monkeypatch.setattr(clock, "now", lambda: play.now)
    play.asked()
    play.begun(**options)
    play.prepared()
    play.signed()
    play.contributed()
    return play


@pytest.mark.django_db(transaction=True)
def test_a_program_serves_declared_seats_alone_and_within_its_hours(live_server, gate, monkeypatch, tmp_path):
    with gate.ours():
        play = asked(monkeypatch, automated=(1,))
    person = Watcher(play, live_server.url, play.devices[1], tmp_path / "two", "--watch").start()
    assert person.process.wait(PATIENCE_S) == 1
    assert "nobody declared that a program acts" in person.words()
    nobody = (clock_of_china() + 720) % 1440
    hours = f"{nobody // 60:02}:{nobody % 60:02}-{nobody // 60:02}:{nobody % 60:02}"
    late = Watcher(play, live_server.url, play.devices[0], tmp_path / "one", "--once")
    late.command += ["--hours", hours[:6] + f"{(nobody + 1) // 60:02}:{(nobody + 1) % 60:02}"]
    assert late.start().process.wait(PATIENCE_S) == 0
    assert "outside the announced hours" in late.words()
    with gate.ours():
        assert not officers_of(play, "draw-commit")
    once = Watcher(play, live_server.url, play.devices[1], tmp_path / "two", "--once").start()
    assert once.process.wait(PATIENCE_S) == 0
    with gate.ours():
        assert officers_of(play, "draw-commit") == {2: 1}


def of_another_header(state):
    state["header"] = "11" * 32


def of_another_head(state):
    state["rounds"]["0"]["commit"]["body"]["round"] = "11" * 32


def of_other_contributions(state):
    state["rounds"]["0"]["evs"].pop()


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (of_another_header, "a second header of this draw"),
        (of_another_head, "a second head of this round"),
        (of_other_contributions, "other contributions are shown"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_who_has_committed_to_one_head_sends_nothing_for_another(
    live_server, gate, monkeypatch, tmp_path, alter, words
):
    """A22: what was written down was for something else than is shown now; the release stays where it is."""
    with gate.ours():
        play = asked(monkeypatch, automated=(1,))
    watcher = Watcher(play, live_server.url, play.devices[0], tmp_path / "one", "--once")
    assert watcher.start().process.wait(PATIENCE_S) == 0
    with gate.ours():
        for one in play.devices[1:4]:
            play.commit(one, play.pair(one)[0])
        play.hall.cut()
    path = next((tmp_path / "one" / "state").glob("*-1.json"))
    state = json.loads(path.read_bytes())
    alter(state)
    path.write_bytes(canonical.encode(state))

    assert watcher.start().process.wait(PATIENCE_S) == 1

    assert words in watcher.words()
    with gate.ours():
        assert not officers_of(play, "draw-release")


def clock_of_china():
    """Minutes of the real day: the watcher's clock is not ours to set."""
    return int(time.time() + cli_officer.CHINA_S) % 86_400 // 60


@pytest.mark.parametrize(
    ("hours", "seconds", "within"),
    [
        ("08:00-18:00", 0, True),
        ("08:01-18:00", 59, False),
        ("08:01-18:00", 60, True),
        ("00:00-08:00", 0, False),
        ("00:00-24:00", 57_599, True),
    ],
)
def test_hours_are_those_of_china(hours, seconds, within):
    assert cli_officer.within_hours(hours, seconds) is within


@pytest.mark.parametrize(
    "hours", ["8-18", "08:00-07:00", "08:00", "25:00-26:00", "08:00-18:00 ", "aa:bb-cc:dd"]
)
def test_other_hours_are_refused(hours):
    with pytest.raises(NotCanonical):
        cli_officer.within_hours(hours, 0)


# packs that somebody bent ------------------------------------------------------------------------------------


def drop(kind):
    def bent(pack):
        gone = next(n for n, (_, text) in enumerate(pack["events"]) if json.loads(text)["kind"] == kind)
        del pack["events"][gone]

    return bent


def edit(kind, **changes):
    def bent(pack):
        for row in pack["events"]:
            event = json.loads(row[1])
            if event["kind"] == kind:
                event["body"] |= changes
                row[1] = canonical.encode(event).decode()
                return

    return bent


def no_witness(pack):
    """The platform's own signature alone under every checkpoint."""
    for row in pack["checkpoints"]:
        point = json.loads(row[1])
        head, _, lines = point["note"].partition("\n\n")
        point["note"] = f"{head}\n\n" + lines.splitlines()[0] + "\n"
        row[1] = canonical.encode(point).decode()


def before_the_close(pack):
    """Only the checkpoints from before T_close, each event proven in one of them as far as it can be."""
    del pack["checkpoints"][1:]
    last = json.loads(pack["checkpoints"][0][1])["note"].splitlines()[1]
    pack["events"] = [row for row in pack["events"] if json.loads(row[1])["proof"]["size"] == int(last)]


def other_policy(pack):
    pack["policy"]["time"]["k"] += 1


def nothing_of_it(pack):
    pack.clear()


BENT = {
    "a contribution is left out": (drop("contribution"), "leaves out"),
    "the header is left out": (drop("draw-header"), "header"),
    "the header says something else": (edit("draw-header", max_rounds=1), "proof"),
    "a contribution is another's": (edit("contribution", org="other"), "proof"),
    "no witness has seen the head": (no_witness, "witnessed"),
    "the close is not proven": (before_the_close, "contributions are over"),
    "the policy is another": (other_policy, "T is not that"),
    "it is no pack": (nothing_of_it, "not a pack"),
}


@pytest.mark.django_db
def test_a_bent_pack_is_refused(monkeypatch):
    """A22: head not in a witnessed checkpoint, something left out or altered, T_close not over: nothing is signed."""
    play = asked(monkeypatch)
    play.commit(play.devices[0], play.pair(play.devices[0])[0])
    play.hall.cut()
    held = anchors.load(play.anchors())
    given = json.dumps(officer_pack(play.draw_id, 1))
    assert watching.read_pack(json.loads(given), held).j == 0
    refused = {}
    for name, (bend, _words) in BENT.items():
        pack = json.loads(given)
        bend(pack)
        with pytest.raises(ProtocolError) as error:
            watching.read_pack(pack, held)
        refused[name] = str(error.value)

    assert {name for name, (_, words) in BENT.items() if words not in refused[name]} == set(), refused


@pytest.mark.django_db
def test_nobody_but_the_parties_of_the_anchors_signs_a_header(monkeypatch):
    play = asked(monkeypatch)
    stranger = json.loads(play.anchors())
    for row in stranger["parties"]:
        if row["role"] == "supervisor":
            row["spki"] = play.owner.signer.spki.hex()
    held = anchors.load(canonical.encode(stranger))

    with pytest.raises(ProtocolError, match="not signed by: supervisor"):
        watching.read_pack(json.loads(json.dumps(officer_pack(play.draw_id, 1))), held)
