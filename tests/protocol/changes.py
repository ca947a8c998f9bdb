"""Small changes of JSON values and of zip files, each with a name, in a fixed order."""

from __future__ import annotations

import copy
import re
import struct
from collections.abc import Iterator

from protocol.hashing import sha256

HEX = re.compile(r"(?:[0-9a-f]{2})+")
LONG = 130
LOCAL_MEANINGLESS = {4, 5, 10, 11, 12, 13}
"""Offsets in a local header: version needed, time, date."""
CENTRAL_MEANINGLESS = {4, 5, 6, 7, 12, 13, 14, 15, 36, 37, 38, 39, 40, 41}
"""Offsets in a central header: versions, time, date, modes (internal and external attributes)."""


def pick(label: str, below: int) -> int:
    """A number below `below` which is always the same for a label."""
    return int.from_bytes(sha256(label.encode())[:8], "big") % below


def sample(items: list, count: int, name=str) -> list:
    """`count` of the items, always the same ones, in their order."""
    chosen = sorted(range(len(items)), key=lambda at: sha256(name(items[at]).encode()))[:count]
    return [items[at] for at in sorted(chosen)]


def _text_changes(text: str, path: str) -> Iterator[tuple[str, str]]:
    if not text:
        yield "lengthened", "x"
        return
    step = 1 if HEX.fullmatch(text) else 2
    positions = {pick(f"{path} {n}", len(text)) for n in range(1 + len(text) // LONG)}
    for at in sorted(positions | ({len(text) - 1} if step == 2 else set())):
        old = text[at]
        new = f"{int(old, 16) ^ 1:x}" if step == 1 else chr(ord(old) ^ 1)
        yield f"character {at}", text[:at] + new + text[at + 1 :]
    if step == 1:
        yield "a byte less", text[:-2]
        yield (
            "in capitals" if text.upper() != text else "in another case",
            (text.upper() if text.upper() != text else text + "AA"),
        )


def _scalar_changes(value, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, bool):
        yield "negated", not value
    elif isinstance(value, int):
        yield "plus one", value + 1
        if value:
            yield "minus one", value - 1
        yield "as text", str(value)
    elif isinstance(value, str):
        yield from _text_changes(value, path)
        yield "null", None
    else:
        yield "a digest", "00" * 32
        yield "zero", 0


def json_changes(value, path="") -> Iterator[tuple[str, tuple, object]]:
    """(label, path of keys, function of the container) for every scalar, object and list inside `value`."""
    yield from _changes(value, (), path)


def _changes(value, keys: tuple, path: str):
    if isinstance(value, dict):
        yield f"{path} with a member more", (*keys, "zz"), ("set", 0)
        for name in sorted(value):
            yield f"{path}/{name} removed", (*keys, name), ("del", None)
            yield from _changes(value[name], (*keys, name), f"{path}/{name}")
    elif isinstance(value, list):
        for at in sorted({0, len(value) // 2, len(value) - 1} & set(range(len(value)))):
            yield f"{path}/{at} removed", (*keys, at), ("del", None)
            yield f"{path}/{at} twice", (*keys, at), ("twice", None)
        if len(value) > 1 and value[0] != value[-1]:
            yield f"{path} turned round", keys, ("turn", None)
        for at, item in enumerate(value):
            yield from _changes(item, (*keys, at), f"{path}/{at}")
    else:
        for label, new in _scalar_changes(value, path):
            yield f"{path} {label}", keys, ("set", new)


def changed(value, keys: tuple, what: tuple):
    """A copy of `value` with one change of `json_changes`."""
    made = copy.deepcopy(value)
    if not keys:
        return list(reversed(made))
    place = made
    for key in keys[:-1]:
        place = place[key]
    act, new = what
    if act == "set":
        place[keys[-1]] = new
    elif act == "del":
        del place[keys[-1]]
    elif act == "twice":
        place.insert(keys[-1], copy.deepcopy(place[keys[-1]]))
    else:
        place[keys[-1]] = list(reversed(place[keys[-1]]))
    return made


def header_bytes(data: bytes) -> list[tuple[str, int]]:
    """(label, position) of every byte of a zip's headers that carries a meaning."""
    end = len(data) - 22
    count, size, start = struct.unpack_from("<H2xLL", data, end + 8)
    found = [(f"end record {n}", end + n) for n in range(22)]
    at, locals_ = start, []
    for row in range(count):
        name, extra = struct.unpack_from("<HH", data, at + 28)
        locals_.append(struct.unpack_from("<L", data, at + 42)[0])
        for n in set(range(46 + name + extra)) - CENTRAL_MEANINGLESS:
            found.append((f"central {row} byte {n}", at + n))
        at += 46 + name + extra
    for row, place in enumerate(locals_):
        name, extra = struct.unpack_from("<HH", data, place + 26)
        for n in set(range(30 + name + extra)) - LOCAL_MEANINGLESS:
            found.append((f"local {row} byte {n}", place + n))
    if at != start + size:
        raise AssertionError("the zip is not plain")
    return found


def header_flips(data: bytes) -> list[tuple[str, int, int]]:
    """(label, position, mask) of bits of header bytes; none is the flag 0x0800 (mask 8), which has no meaning."""
    return [
        (f"{label} mask {mask}", position, mask)
        for label, position in header_bytes(data)
        for mask in (1, 4, 128)
    ]
