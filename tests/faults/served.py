"""The platform as it is deployed, on loopback, to be killed: gunicorn over this test's own database and store."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client

from accounts.models import Person
from protocol.hashing import sha256
from tests import engines

ROOT = Path(__file__).parents[2]
API = "/api/v1/bidding"
PATIENCE_S = 60
TOKEN = "t" * 32
DATABASE_NAME = "sunlit-killed"
"""What the server's connections call themselves, to be told from those that other tests left open."""


def database_url():
    """Where the tables of this test are; PostgreSQL only, since other processes are to reach them."""
    place, parts = connection.settings_dict, urlsplit(engines.POSTGRES_URL)
    user = parts.netloc.rpartition("@")[0] or place["USER"]
    return f"postgresql://{user}@{place['HOST']}:{place['PORT'] or 5432}/{place['NAME']}"


def environment(port):
    """The settings of this test, for processes of their own, in the mode of an installation on trial."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "PGAPPNAME": DATABASE_NAME,
        "REDIS_URL": engines.REDIS_URL,
        "SUNLIT_MODE": os.environ.get("SUNLIT_MODE", "trial"),
        "DEBUG": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUST_PROXY": "1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SUNLIT_VAR_DIR": str(settings.STORE_DIR.parent),
        "SUNLIT_STORE_DIR": str(settings.STORE_DIR),
        "SUNLIT_KEYS_DIR": str(settings.KEYS_DIR),
        "SUNLIT_LOG_KEY_FILE": str(settings.LOG_KEY_FILE),
        "SUNLIT_PLATFORM_KEY_FILE": str(settings.PLATFORM_KEY_FILE),
        "SUNLIT_TIME_SOURCES": "local",
        "SUNLIT_WITNESS_URLS": "local",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "4",
        "BIND": f"127.0.0.1:{port}",
    }


class Server:
    """gunicorn with deploy/gunicorn.py: master and two workers, killed together without a warning."""

    def __init__(self, log):
        self.log, self.process, self.port = Path(log), None, 0

    def start(self):
        """Start (again), on a free port, and return when it answers."""
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
        command += ["--config", str(ROOT / "deploy" / "gunicorn.py")]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(self.port), stdout=out, stderr=out, start_new_session=True
            )
        wait_until(self.answers, what=f"the server, see {self.log}")
        return self

    def answers(self):
        """Whether it does."""
        assert self.process.poll() is None, self.log.read_text("utf-8")[-2000:]
        with suppress(OSError, http.client.HTTPException):
            return Caller(self).get("/healthz")[0] == 200
        return False

    def kill(self):
        """SIGKILL to master and workers at once: no handler runs, nothing is flushed or rolled back by them."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self):
        """Whatever became of it, it is gone afterwards."""
        if self.process and self.process.poll() is None:
            self.kill()


class Caller:
    """A browser's requests, one connection each, so that a dead server is a dead line."""

    def __init__(self, server, party=None):
        self.server = server
        self.cookies = {"csrftoken": TOKEN}
        if party is not None:
            self.cookies[settings.SESSION_COOKIE_NAME] = session_of(party)

    def headers(self, **more):
        """What a page of ours sends behind the proxy."""
        host = f"127.0.0.1:{self.server.port}"
        return {
            "Host": host,
            "Origin": f"https://{host}",
            "X-Forwarded-Proto": "https",
            "X-CSRFToken": TOKEN,
            "Accept": "application/json",
            "Accept-Language": "en",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **more,
        }

    def open(self, method, path, *, length=None, **more):
        """Send the head of a request and hand over its connection; the body is the caller's."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers(**more).items():
            line.putheader(name, value)
        if length is not None:
            line.putheader("Content-Length", str(length))
        line.endheaders()
        return line

    def call(self, method, path, body=None, **more):
        """(status, JSON or text) of a whole request."""
        line = self.open(method, path, length=len(body or b"") if method != "GET" else None, **more)
        if body:
            line.send(body)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(text) if is_json and text else text

    def get(self, path):
        """A GET."""
        return self.call("GET", path)

    def post(self, path, value):
        """A POST of JSON."""
        return self.call("POST", path, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def put(self, path, part):
        """A part with its digest."""
        return self.call("PUT", path, part, **part_headers(part))

    def begin(self, method, path, body, **more):
        """Send a whole request and leave its answer unread: (the open line)."""
        line = self.open(method, path, length=len(body), **more)
        line.send(body)
        return line


def part_headers(part):
    """What says beforehand what a part is."""
    digest = base64.b64encode(sha256(part)).decode()
    return {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/octet-stream"}


def session_of(party):
    """A session of this party's member, as the database keeps it for whatever process asks."""
    client = Client()
    client.force_login(Person.objects.get(pk=party.actor.person))
    assert isinstance(client.session, SessionStore)
    return client.session.session_key


def wait_until(holds, *, what, seconds=PATIENCE_S):
    """Return when it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError(what)


def waiting_for_lock(text):
    """Whether a process of the server waits for a lock in a statement that contains this."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query ILIKE %s",
            [f"%{text}%"],
        )
        return cursor.fetchone()[0] > 0


def connections_of_server():
    """How many connections of the server this database still has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
            [DATABASE_NAME],
        )
        return cursor.fetchone()[0]
