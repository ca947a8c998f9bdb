"""Runs `python -m protocol` where nothing but the package and its two libraries can be imported, and nothing connected."""

import runpy
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {"protocol", "cryptography", "rfc3161_client", "_cffi_backend", "cffi", "_rust"}
BANNED = {
    "accounts", "allauth", "bidding", "bootstrap_wrapper", "celery", "config", "django", "experts", "kernel",
    "ledger", "ninja", "portal", "psycopg", "redis", "requests", "supervision", "tests", "trading", "urllib3",
}  # fmt: skip


class Blocker:
    """Refuses every package of the platform, and every library it uses besides."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in BANNED:
            raise ImportError(f"{name} is not there")


def no_network(*_, **__):
    raise OSError(1, "no network here", "network")


if __name__ == "__main__":
    sys.meta_path.insert(0, Blocker())
    socket.socket.connect = no_network
    socket.create_connection = no_network
    socket.getaddrinfo = no_network
    sys.path[:] = [
        str(ROOT),
        *(entry for entry in sys.path if Path(entry).resolve() != Path(__file__).parent),
    ]
    sys.argv = ["protocol", *sys.argv[1:]]
    try:
        runpy.run_module("protocol", run_name="__main__", alter_sys=True)
    finally:
        if found := BANNED & {name.split(".")[0] for name in sys.modules}:
            sys.exit(f"imported: {found}")
