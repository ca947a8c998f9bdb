"""How fast large content is sealed and opened, as a ratio to `openssl speed` of AES-256-GCM in the same run.

`python -m benchmarks.protocol_content [--mib N]`. One core, CPU seconds of this process alone. "content" is chunked
encryption as in docs/protocol.md, section 3, step 7; "with ct_root" adds the SHA-256 of every part (step 8).
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator

from protocol import cobblestone
from protocol.sealing import PartTree, padded

PIECE = 1 << 20
CONTEXT = bytes(49)


def openssl_rate(seconds: int = 3) -> float:
    """Bytes per CPU second of `openssl speed -evp aes-256-gcm` over blocks of 16 KiB."""
    command = ["openssl", "speed", "-mr", "-bytes", "16384", "-seconds", str(seconds), "-evp", "aes-256-gcm"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    row = next(line for line in done.stdout.splitlines() if line.startswith("+F:"))
    return float(row.split(":")[-1])


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def pieces(size: int) -> Iterator[bytes]:
    """`size` bytes in pieces of 1 MiB."""
    piece = secrets.token_bytes(PIECE)
    for _ in range(size // PIECE):
        yield piece


def drain(stream: Iterable[bytes]) -> None:
    """Take everything and keep nothing."""
    for _ in stream:
        pass


def hashed(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The stream, its parts hashed on the way."""
    tree = PartTree()
    for piece in stream:
        tree.update(piece)
        yield piece
    tree.root()


def run(mib: int = 256) -> dict[str, float]:
    """Ratios by name; `python -m benchmarks` calls this."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if shutil.which("openssl") is None:
        raise SystemExit("LEFT OUT: no openssl on this machine")
    size, key, salt = mib * PIECE, secrets.token_bytes(32), secrets.token_bytes(24)

    def sealing() -> Iterator[bytes]:
        return cobblestone.encrypt_stream(key, salt, CONTEXT, padded(size, pieces(size), 4096))

    sealed = memoryview(b"".join(sealing()))

    def arriving() -> Iterator[memoryview]:
        return (sealed[at : at + PIECE] for at in range(0, len(sealed), PIECE))

    before = openssl_rate()
    seal = min(spent(lambda: drain(sealing())) for _ in range(3))
    opened = min(
        spent(lambda: drain(cobblestone.decrypt_stream(key, salt, CONTEXT, arriving()))) for _ in range(3)
    )
    seal_hash = min(spent(lambda: drain(hashed(sealing()))) for _ in range(3))
    rate = max(before, openssl_rate())
    return {
        "openssl speed aes-256-gcm, MB/s": rate / 1e6,
        f"seal {mib} MiB, content: ratio to openssl": size / seal / rate,
        f"open {mib} MiB, content: ratio to openssl": size / opened / rate,
        f"seal {mib} MiB, with ct_root: ratio to openssl": size / seal_hash / rate,
    }


def main() -> None:
    """Print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    print(json.dumps(run(parser.parse_args().mib), indent=1))


if __name__ == "__main__":
    main()
