"""What one run of the tests makes once for all its workers."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def root(factory: pytest.TempPathFactory) -> Path:
    """A directory all workers of this run share."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The file or directory of this name; the first worker that asks makes it, the others wait for it."""
    place = root(factory) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            make(place)
    return place
