"""The zip container of a bundle, read strictly and written plainly (docs/protocol.md, section 7.1)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Self

from protocol.errors import BadContainer

_LOCAL = Struct("<4sHHHHHLLLHH")
_CENTRAL = Struct("<4sHHHHHHLLLHHHHHLL")
_END = Struct("<4sHHHHLLH")
_END64 = Struct("<4sQHHLLQQQQ")
_LOCATOR64 = Struct("<4sLQL")
_BIG, _MANY = 0xFFFFFFFF, 0xFFFF
_NEEDS_64 = 0x7FFFFFFF  # writers go over to 64-bit fields at 2 or at 4 GiB; below that nothing needs them
_DOS_DATE = 0x21
NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*", re.ASCII)
MAX_MEMBERS = 200_000
PIECE = 1 << 20


@dataclass(frozen=True)
class Member:
    """A stored member: where its bytes lie in the file."""

    name: str
    start: int
    size: int
    crc: int


class Container:
    """A bundle file opened for reading; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path` and check the whole structure. BadContainer says what is wrong."""
        self._file = path.open("rb")
        try:
            self.members = {member.name: member for member in _read(self._file)}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Stream a member; BadContainer at its end if its CRC-32 is wrong."""
        member = self.members[name]
        crc, at, end = 0, member.start, member.start + member.size
        while at < end:
            self._file.seek(at)
            piece = self._file.read(min(PIECE, end - at))
            crc = zlib.crc32(piece, crc)
            at += len(piece)
            yield piece
        if crc != member.crc:
            raise BadContainer(f"{name}: wrong CRC-32", obj=name)

    def read(self, name: str, limit: int) -> bytes:
        """A whole member of at most `limit` bytes."""
        if self.members[name].size > limit:
            raise BadContainer(f"{name}: larger than {limit} bytes", obj=name)
        return b"".join(self.pieces(name))


def _take(file: BinaryIO, at: int, size: int) -> bytes:
    if at < 0:
        raise BadContainer("the file is too short")
    file.seek(at)
    data = file.read(size)
    if len(data) != size:
        raise BadContainer("the file is cut short")
    return data


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Number of members, start and end of the central directory."""
    total = file.seek(0, 2)
    end = total - _END.size
    magic, disk, start_disk, here, count, size, offset, comment = _END.unpack(_take(file, end, _END.size))
    if magic != b"PK\5\6" or disk or start_disk or comment or here != count:
        raise BadContainer("not a plain zip file: its end record is wrong or followed by something")
    if count == _MANY or _BIG in (size, offset):
        magic, disk, record, disks = _LOCATOR64.unpack(_take(file, end - _LOCATOR64.size, _LOCATOR64.size))
        end -= _LOCATOR64.size + _END64.size
        if magic != b"PK\6\7" or disk or disks != 1 or record != end:
            raise BadContainer("the zip64 locator is wrong")
        small = (count, size, offset)
        magic, rest, _, _, disk, start_disk, here, count, size, offset = _END64.unpack(
            _take(file, end, _END64.size)
        )
        if magic != b"PK\6\6" or rest != _END64.size - 12 or disk or start_disk or here != count:
            raise BadContainer("the zip64 end record is wrong")
        _agree(small, (count, size, offset))
    if offset + size != end:
        raise BadContainer("there is something between the central directory and the end record")
    if count > MAX_MEMBERS or count * (_CENTRAL.size + 1) > size:
        raise BadContainer("too many members", evidence=str(count))
    return count, offset, end


def _agree(small: tuple[int, int, int], wide: tuple[int, int, int]) -> None:
    """Two end records must not tell two readers two things, and the second must be needed."""
    tops = (_MANY, _BIG, _BIG)
    if any(a not in (b, top) for a, b, top in zip(small, wide, tops, strict=True)):
        raise BadContainer("the two end records differ")
    if wide[0] < _MANY and wide[1] <= _NEEDS_64 and wide[2] <= _NEEDS_64:
        raise BadContainer("a zip64 end record without need")


def _sizes(extra: bytes, wanted: list[int]) -> list[int]:
    """Values of 0xffffffff taken from the zip64 extra field, which must hold exactly those."""
    big = [value == _BIG for value in wanted]
    if not any(big):
        if extra:
            raise BadContainer("a member has an extra field")
        return wanted
    if len(extra) != 4 + 8 * sum(big) or extra[:4] != b"\1\0" + (len(extra) - 4).to_bytes(2, "little"):
        raise BadContainer("a zip64 extra field is wrong")
    values = [int.from_bytes(extra[at : at + 8], "little") for at in range(4, len(extra), 8)]
    if min(values) <= _NEEDS_64:
        raise BadContainer("a zip64 extra field without need")
    found = iter(values)
    return [next(found) if is_big else value for value, is_big in zip(wanted, big, strict=True)]


def _read(file: BinaryIO) -> Iterator[Member]:
    count, offset, end = _directory(file)
    table = _take(file, offset, end - offset)
    at, body, names = 0, 0, set()
    for _ in range(count):
        if at + _CENTRAL.size > len(table):
            raise BadContainer("the central directory is cut short")
        row = _CENTRAL.unpack_from(table, at)
        magic, _, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, disk, _, _, local = (
            row
        )
        at += _CENTRAL.size + n_name + n_extra
        raw = table[at - n_name - n_extra : at - n_extra]
        packed, size, local = _sizes(table[at - n_extra : at], [packed, size, local])
        name = raw.decode("ascii", "replace")
        if magic != b"PK\1\2" or flags not in (0, 0x0800) or method or packed != size or n_comment or disk:
            raise BadContainer(f"{name}: not a plainly stored member", obj=name)
        if not NAME.fullmatch(name) or name in names:
            raise BadContainer(f"{name}: a name that is not allowed, or twice", obj=name)
        names.add(name)
        if local != body:
            raise BadContainer(f"{name}: there is something before its local header", obj=name)
        body = _local(file, local, name, (flags, method, crc, size, raw))
        yield Member(name, body - size, size, crc)
    if at != len(table) or body != offset:
        raise BadContainer("there is something between the members and the central directory")


def _local(file: BinaryIO, at: int, name: str, wanted: tuple[int, int, int, int, bytes]) -> int:
    """Check a local header against its central one; the position after the member."""
    row = _LOCAL.unpack(_take(file, at, _LOCAL.size))
    magic, _, flags, method, _, _, crc, packed, size, n_name, n_extra = row
    rest = _take(file, at + _LOCAL.size, n_name + n_extra)
    packed, size = _sizes(rest[n_name:], [packed, size])
    if magic != b"PK\3\4" or (flags, method, crc, size, rest[:n_name]) != wanted or packed != size:
        raise BadContainer(f"{name}: its local header differs from the central one", obj=name)
    end: int = at + _LOCAL.size + n_name + n_extra + size
    return end


Source = bytes | Path


def stream(source: Source) -> Iterator[bytes]:
    """The bytes of a member to be written."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _extra(values: list[int]) -> bytes:
    big = [value for value in values if value >= _BIG]
    return (
        b"\1\0" + (8 * len(big)).to_bytes(2, "little") + b"".join(v.to_bytes(8, "little") for v in big)
        if big
        else b""
    )


def write(path: Path, members: Iterable[tuple[str, Source]]) -> None:
    """Write members in the order given; a file that exists is replaced at once. Same members, same bytes."""
    temporary = path.with_name(path.name + ".part")
    table = []
    with temporary.open("wb") as out:
        for name, source in members:
            crc = size = 0
            for piece in stream(source):
                crc, size = zlib.crc32(piece, crc), size + len(piece)
            at, raw = out.tell(), name.encode("ascii")
            extra = _extra([size, size])
            shown = min(size, _BIG)
            out.write(_LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DOS_DATE, crc, shown, shown, len(raw), len(extra)))
            out.write(raw + extra)
            for piece in stream(source):
                out.write(piece)
            extra = _extra([size, size, at])
            table.append(
                _CENTRAL.pack(
                    b"PK\1\2",
                    20,
                    20,
                    0,
                    0,
                    0,
                    _DOS_DATE,
                    crc,
                    shown,
                    shown,
                    len(raw),
                    len(extra),
                    0,
                    0,
                    0,
                    0,
                    min(at, _BIG),
                )
                + raw
                + extra
            )
        start = out.tell()
        out.write(b"".join(table))
        _write_end(out, len(table), start)
    temporary.replace(path)


def _write_end(out: BinaryIO, count: int, start: int) -> None:
    at = out.tell()
    size = at - start
    if count >= _MANY or size >= _BIG or start >= _BIG:
        out.write(_END64.pack(b"PK\6\6", _END64.size - 12, 20, 20, 0, 0, count, count, size, start))
        out.write(_LOCATOR64.pack(b"PK\6\7", 0, at, 1))
    few = min(count, _MANY)
    out.write(_END.pack(b"PK\5\6", 0, 0, few, few, min(size, _BIG), min(start, _BIG), 0))
