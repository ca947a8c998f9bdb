"""Where ciphertext and bundles are kept: local disk, or a bucket (``store_s3``).

Files are written aside, flushed, renamed into place.
A part that can be read has therefore been written whole, whatever the machine did meanwhile. Names are built
from random ids by the callers; the store refuses any name that could leave its directory.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_noop as _

from bidding.store_names import PIECE, Found, Piece, checked_name
from kernel.errors import NotFound, Unavailable
from protocol.hashing import Hasher

ASIDE = ".tmp"
"""How the name of a file ends which is not yet whole."""


class Store(Protocol):
    """What every store can do; see ``LocalStore`` for what each promises."""

    def put(
        self, name: str, pieces: Iterable[Piece], *, expected: Found | None = None, flush: bool = True
    ) -> Found:
        """Store the bytes under ``name``, if they are what is expected; returns (SHA-256 in hex, size)."""
        ...

    def flush(self, name: str) -> None:
        """Return when what is under ``name`` would survive a power cut."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes under ``name`` in pieces."""
        ...

    def exists(self, name: str) -> bool:
        """Whether something is stored under ``name``."""
        ...

    def size(self, name: str) -> int:
        """Bytes stored under ``name``."""
        ...

    def delete(self, name: str) -> None:
        """Forget what is under ``name``."""
        ...

    def sweep(self, before: datetime) -> int:
        """Remove what was begun before this moment and never ended; how much that was."""
        ...

    def ready(self) -> None:
        """Return when things can be stored; Unavailable otherwise."""
        ...


class LocalStore:
    """Files below one directory. Every method raises Unavailable when the disk does."""

    def __init__(self, root: Path) -> None:
        """Keep everything below ``root``, which is made when needed."""
        self.root = root

    def path(self, name: str) -> Path:
        """The file of this name; ValueError for a name that is not made of plain path parts."""
        return self.root / checked_name(name)

    def put(
        self, name: str, pieces: Iterable[Piece], *, expected: Found | None = None, flush: bool = True
    ) -> Found:
        """Store the bytes under ``name``, replacing what was there; returns (SHA-256 in hex, size).

        Bytes other than ``expected`` are not stored. Without ``flush`` they are on their way to the disk, safe
        from the end of this process but not from a power cut before ``flush``.
        """
        target = self.path(name)
        aside = target.with_name(f"{target.name}.{secrets.token_hex(8)}{ASIDE}")
        digest = Hasher()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                fcntl.flock(
                    file, fcntl.LOCK_EX
                )  # says that it is in use, until this process closes it or ends
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                if flush:
                    os.fsync(file.fileno())
                elif hasattr(os, "posix_fadvise"):  # begin to write now: the later flush finds little left
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                found = digest.digest().hex(), digest.size
                if expected is None or found == expected:
                    aside.replace(target)
            if flush:
                self._flush_directory(target.parent)
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error
        finally:
            with suppress(OSError):  # where the directory itself is lost, there is nothing to clear away
                aside.unlink(missing_ok=True)
        return found

    def flush(self, name: str) -> None:
        """Return when what is under ``name`` would survive a power cut; NotFound when nothing is there."""
        path = self.path(name)
        try:
            with path.open("rb") as file:
                os.fsync(file.fileno())
            self._flush_directory(path.parent)
        except FileNotFoundError as error:
            raise self._absent() from error
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes under ``name`` in pieces of at most 1 MiB; NotFound when there are none."""
        try:
            with self.path(name).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError as error:
            raise self._absent() from error
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be read.")) from error

    def exists(self, name: str) -> bool:
        """Whether something is stored under ``name``."""
        return self.path(name).is_file()

    def size(self, name: str) -> int:
        """Bytes stored under ``name``; NotFound when there are none."""
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError as error:
            raise NotFound("not_stored", _("This file is not in the store.")) from error

    def delete(self, name: str) -> None:
        """Forget what is under ``name``; nothing happens when nothing is."""
        try:
            self.path(name).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error

    def sweep(self, before: datetime) -> int:
        """Remove the files aside which killed processes left, last written to before this moment; how many.

        One that is being written is locked by its writer and stays, however long its sender pauses.
        """
        try:
            return sum(_removed(path, before) for path in self.root.rglob(f"*{ASIDE}"))
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error

    def ready(self) -> None:
        """Put a file and forget it again."""
        name = f"ready/{secrets.token_hex(8)}"
        self.put(name, [b"ready"])
        self.delete(name)

    def _absent(self) -> NotFound | Unavailable:
        """Why a file is not there: where the disk itself is gone, it is every file, not this one."""
        if not self.root.is_dir():
            return Unavailable("store_unavailable", _("The store for files cannot be read."))
        return NotFound("not_stored", _("This file is not in the store."))

    @staticmethod
    def _flush_directory(directory: Path) -> None:
        """Make the rename itself survive a power cut."""
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _removed(path: Path, before: datetime) -> bool:
    """Whether this file aside was old and nobody's, and is gone."""
    with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
        if os.fstat(file.fileno()).st_mtime < before.timestamp():
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
            return True
    return False


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file of this machine in pieces, to be put into a store."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def default() -> Store:
    """The store of this installation: the bucket when S3 is configured, else the local disk."""
    if not settings.S3_ENABLED:
        return LocalStore(settings.STORE_DIR)
    from bidding.store_s3 import connected  # noqa: PLC0415  (boto3 is an extra, loaded where it is used)

    return connected(
        endpoint=settings.S3_ENDPOINT_URL,
        region=settings.S3_REGION,
        key_id=settings.S3_ACCESS_KEY_ID,
        secret=settings.S3_SECRET_ACCESS_KEY,
        bucket=settings.S3_BUCKET,
    )
