"""Files by content address: written once under their SHA-256, never changed, shared by all apps.

A file is there completely or not at all: bytes go to a temporary file which is flushed to the disk and then
renamed. What a row keeps is the address (64 hex digits), the size and the name its owner gave.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_noop as _

from kernel.errors import NotFound, RuleBroken, Unavailable
from protocol import hashing

PIECE = 1 << 20
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class StoredFile:
    """Where a file is and how large: ``sha256`` in lowercase hex, ``size`` in bytes."""

    sha256: str
    size: int


class ContentStore:
    """Files below ``root``, each at ``ab/cd/abcd…`` of its SHA-256."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made when the first file is written."""
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the file with this address lies, whether it is there or not; ``NotFound`` for no address."""
        if len(sha256) != 64 or not _HEX.issuperset(sha256):
            raise NotFound("file_address", _("This is not the address of a file."))
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, pieces: bytes | Iterable[bytes], *, limit: int | None = None) -> StoredFile:
        """Store a file given as bytes or in pieces and return its address; the same bytes are stored once.

        Raises ``RuleBroken`` (``file_too_large``) beyond ``limit`` bytes and ``Unavailable`` when the disk
        does not take it; in both cases nothing is left behind.
        """
        try:
            return self._write(pieces, limit)
        except OSError as error:
            raise Unavailable("file_store", _("The file store cannot be written.")) from error

    def _write(self, pieces: bytes | Iterable[bytes], limit: int | None) -> StoredFile:
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                stored = _copy([pieces] if isinstance(pieces, bytes) else pieces, target, limit)
                target.flush()
                os.fsync(target.fileno())
            final = self.path(stored.sha256)
            final.parent.mkdir(parents=True, exist_ok=True)
            temporary.chmod(0o440)
            temporary.replace(final)
            _sync_directory(final.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return stored

    def exists(self, sha256: str) -> bool:
        """Whether the file is there."""
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """The file for reading; ``NotFound`` when it is not there."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("file_missing", _("The file is not in the store.")) from None

    def read(self, sha256: str) -> bytes:
        """The whole file; ``Unavailable`` (``file_damaged``) when its bytes no longer fit its address."""
        with self.open(sha256) as source:
            data = source.read()
        if hashing.sha256(data).hex() != sha256:
            raise Unavailable("file_damaged", _("A stored file no longer has the bytes it was stored with."))
        return data

    def pieces(self, sha256: str, size: int = PIECE) -> Iterator[bytes]:
        """The file in pieces of ``size`` bytes, for large downloads; not checked, see ``verify``."""
        with self.open(sha256) as source:
            while piece := source.read(size):
                yield piece

    def verify(self, sha256: str) -> bool:
        """Whether the stored bytes still have their address; reads the whole file in pieces."""
        hasher = hashing.Hasher()
        for piece in self.pieces(sha256):
            hasher.update(piece)
        return hasher.digest().hex() == sha256


def _copy(pieces: Iterable[bytes], target: BinaryIO, limit: int | None) -> StoredFile:
    hasher = hashing.Hasher()
    for piece in pieces:
        hasher.update(piece)
        if limit is not None and hasher.size > limit:
            raise RuleBroken("file_too_large", _("The file is larger than %(limit)s bytes."), limit=limit)
        target.write(piece)
    return StoredFile(sha256=hasher.digest().hex(), size=hasher.size)


def _sync_directory(directory: Path) -> None:
    """Make the rename itself survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
