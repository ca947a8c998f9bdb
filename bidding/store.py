"""Where ciphertext and bundles are kept: local disk, or a bucket (``store_s3``).

Files are written aside, flushed, renamed into place.
A part that can be read has therefore been written whole, whatever the machine did meanwhile. Names are built
from random ids by the callers; the store refuses any name that could leave its directory.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_noop as _

from bidding.store_names import PIECE, checked_name
from kernel.errors import NotFound, Unavailable
from protocol.hashing import Hasher


class Store(Protocol):
    """What every store can do; see ``LocalStore`` for what each promises."""

    def put(self, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Store the bytes under ``name``; returns (SHA-256 in hex, size)."""
        ...

    def rename(self, name: str, to: str) -> None:
        """Move a file to another name, replacing what was there."""
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

    def put(self, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Store the bytes under ``name``, replacing what was there; returns (SHA-256 in hex, size)."""
        target = self.path(name)
        aside = target.with_name(f"{target.name}.{secrets.token_hex(8)}.tmp")
        digest = Hasher()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
            self._flush_directory(target.parent)
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error
        finally:
            with suppress(OSError):  # where the directory itself is lost, there is nothing to clear away
                aside.unlink(missing_ok=True)
        return digest.digest().hex(), digest.size

    def rename(self, name: str, to: str) -> None:
        """Move a file to another name at once, replacing what was there."""
        source, target = self.path(name), self.path(to)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            self._flush_directory(target.parent)
        except OSError as error:
            raise Unavailable("store_unavailable", _("The store for files cannot be written.")) from error

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes under ``name`` in pieces of at most 1 MiB; NotFound when there are none."""
        try:
            with self.path(name).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError as error:
            if not self.root.is_dir():  # the disk itself is gone, and with it every file, not this one
                raise Unavailable("store_unavailable", _("The store for files cannot be read.")) from error
            raise NotFound("not_stored", _("This file is not in the store.")) from error
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

    def ready(self) -> None:
        """Put a file and forget it again."""
        name = f"ready/{secrets.token_hex(8)}"
        self.put(name, [b"ready"])
        self.delete(name)

    @staticmethod
    def _flush_directory(directory: Path) -> None:
        """Make the rename itself survive a power cut."""
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
