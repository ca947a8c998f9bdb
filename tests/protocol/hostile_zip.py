"""Bundles whose container two readers would read differently (A17). V1 refuses, so nothing else is made."""

from __future__ import annotations

import struct

from protocol import canonical
from tests.protocol.stories import Told, altered, chain_name, story
from tests.protocol.world import World

ALL = [f"V{number}" for number in range(1, 25)]
SMALL = {"t": 2, "n": 3, "orgs": ["org-a", "org-b", "org-c"]}


def played(**options):
    return World(**SMALL, **options).play()


def directory(data: bytes) -> tuple[int, int, int]:
    """Number of members, size and start of the central directory of a plain zip."""
    count, size, start = struct.unpack_from("<HLL", data, len(data) - 12)
    return count, size, start


def rows(data: bytes) -> list[bytes]:
    """Central headers."""
    count, _, at = directory(data)
    found = []
    for _ in range(count):
        name, extra = struct.unpack_from("<HH", data, at + 28)
        found.append(data[at : at + 46 + name + extra])
        at += 46 + name + extra
    return found


def rebuilt(body: bytes, central: list[bytes], end_extra: bytes = b"", comment: bytes = b"") -> bytes:
    """A zip of these local parts and central headers."""
    table = b"".join(central)
    end = struct.pack(
        "<4sHHHHLLH", b"PK\5\6", 0, 0, len(central), len(central), len(table), len(body), len(comment)
    )
    return body + table + end_extra + end + comment


def body_of(data: bytes) -> bytes:
    return data[: directory(data)[2]]


def told(change):
    """An honest tender with its zip changed."""
    return Told(played(), zipped=change)


def patched(
    data: bytes, row: int, offset: int, value: bytes, local: tuple[int, bytes] | None = None
) -> bytes:
    """Bytes of one central header, and maybe of its local one, replaced."""
    central = rows(data)
    place = struct.unpack_from("<L", central[row], 42)[0]
    central[row] = central[row][:offset] + value + central[row][offset + len(value) :]
    body = bytearray(body_of(data))
    if local:
        at, new = local
        body[place + at : place + at + len(new)] = new
    return rebuilt(bytes(body), central)


@story(*ALL)
def zip_a_name_twice():
    """Python's own reader takes the last of two, a stream reader the first."""

    def change(data):
        central = rows(data)
        second = bytearray(central[1])
        local_at = struct.unpack_from("<L", second, 42)[0]
        copy = body_of(data)[local_at : struct.unpack_from("<L", central[2], 42)[0]]
        body = body_of(data)
        second[42:46] = struct.pack("<L", len(body))
        return rebuilt(body + copy, [*central, bytes(second)])

    return told(change)


@story(*ALL)
def zip_a_lying_local_header():
    return told(lambda data: patched(data, 1, 16, b"", local=(14, b"\0\0\0\0")))


@story(*ALL)
def zip_another_name_in_the_local_header():
    return told(lambda data: patched(data, 1, 0, b"", local=(30, b"chain/999999.json")))


@story(*ALL)
def zip_something_before_the_first_member():
    def change(data):
        central = []
        for row in rows(data):
            at = struct.unpack_from("<L", row, 42)[0]
            central.append(row[:42] + struct.pack("<L", at + 4) + row[46:])
        return rebuilt(b"\0\0\0\0" + body_of(data), central)

    return told(change)


@story(*ALL)
def zip_something_between_two_members():
    def change(data):
        central, start = rows(data), struct.unpack_from("<L", rows(data)[3], 42)[0]
        moved = [
            row[:42]
            + struct.pack("<L", struct.unpack_from("<L", row, 42)[0] + (7 if n >= 3 else 0))
            + row[46:]
            for n, row in enumerate(central)
        ]
        body = body_of(data)
        return rebuilt(body[:start] + b"between" + body[start:], moved)

    return told(change)


@story(*ALL)
def zip_something_behind_the_end():
    return told(lambda data: data + b"PK\5\6" + bytes(18))


@story(*ALL)
def zip_a_comment():
    return told(lambda data: rebuilt(body_of(data), rows(data), comment=b"a comment"))


@story(*ALL)
def zip_an_encrypted_member():
    return told(lambda data: patched(data, 1, 8, b"\1\0", local=(6, b"\1\0")))


@story(*ALL)
def zip_a_data_descriptor():
    return told(lambda data: patched(data, 1, 8, b"\10\0", local=(6, b"\10\0")))


@story(*ALL)
def zip_a_compressed_member():
    return told(lambda data: patched(data, 1, 10, b"\10\0", local=(8, b"\10\0")))


def renamed(old: str, new: str):
    """A zip in which a member has another name of the same length, in both headers."""

    def change(data):
        if len(old) != len(new) or data.count(old.encode()) < 2:
            raise AssertionError("the names do not fit")
        central = [row.replace(old.encode(), new.encode()) for row in rows(data)]
        at = data.index(old.encode(), 30)
        for row in central:
            if new.encode() in row:
                at = struct.unpack_from("<L", row, 42)[0] + 30
        body = body_of(data)
        return rebuilt(body[:at] + new.encode() + body[at + len(new) :], central)

    return told(change)


@story(*ALL)
def zip_an_absolute_path():
    return renamed("method.json", "/ethod.json")


@story(*ALL)
def zip_a_way_out_of_the_folder():
    return renamed("method.json", "../hod.json")


@story(*ALL)
def zip_a_hidden_file():
    return renamed("method.json", ".ethod.json")


@story(*ALL)
def zip_a_backslash():
    return renamed("docs.json", "do\\s.json")


@story(*ALL)
def zip_sizes_in_64_bits_without_need():
    """One reader takes the saturated field, another the extra one."""

    def change(data):
        central = rows(data)
        row = central[-1]
        name, _ = struct.unpack_from("<HH", row, 28)
        size = struct.unpack_from("<L", row, 24)[0]
        extra = struct.pack("<HHQQ", 1, 16, size, size)
        wide = (
            row[:20] + b"\xff" * 8 + row[28:30] + struct.pack("<H", len(extra)) + row[32 : 46 + name] + extra
        )
        return rebuilt(body_of(data), [*central[:-1], wide])

    return told(change)


@story(*ALL)
def zip_an_end_in_64_bits_without_need():
    def change(data):
        count, size, start = directory(data)
        end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 20, 20, 0, 0, count, count, size, start)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, size, 0xFFFFFFFF, 0)
        return data[: start + size] + end64 + locator + end

    return told(change)


@story(*ALL)
def zip_two_ends_which_differ():
    """The 64-bit record says one thing, the old one another."""

    def change(data):
        count, size, start = directory(data)
        end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 20, 20, 0, 0, count, count, size, start)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size + 1, 0xFFFFFFFF, 0)
        return data[: start + size] + end64 + locator + end

    return told(change)


@story(*ALL)
def json_which_is_not_canonical():
    """Attack 25."""
    world = played()
    members = world.members()
    name = chain_name(world, "close")
    return Told(world, members=members | {name: members[name].replace(b'{"body"', b'{ "body"', 1)})


@story(*ALL)
def json_with_a_name_twice():
    """Attack 25."""
    world = played()
    members = world.members()
    name = chain_name(world, "close")
    return Told(world, members=members | {name: members[name][:-1] + b',"signatures":[]}'})


@story(*ALL)
def json_with_a_float():
    world = played()
    members = world.members()
    leaf = str(canonical.decode(members["chain/000000.json"])["leaf"]).encode()
    data = members["chain/000000.json"].replace(b'"leaf":' + leaf, b'"leaf":' + leaf + b".0")
    return Told(world, members=members | {"chain/000000.json": data})


@story(*ALL)
def shares_of_a_manifest_out_of_order():
    """4.2: where lists could stand in more than one order, it is the ascending one."""
    world = played()
    change = altered(world, chain_name(world, "bid"), lambda v: v["body"]["envelopes"][0]["shares"].reverse())
    return Told(world, members=change)


@story(*ALL)
def a_signature_of_a_wrong_length():
    """A signature is as long as its algorithm says, or the bundle is malformed."""
    world = played()
    change = altered(
        world,
        chain_name(world, "bid"),
        lambda v: v["signatures"][0].update(sig=v["signatures"][0]["sig"][:-2]),
    )
    return Told(world, members=change)


@story(*ALL)
def an_event_of_an_unknown_kind():
    world = played()
    return Told(world, members=altered(world, chain_name(world, "close"), lambda v: v.update(kind="closing")))


@story(*ALL)
def events_out_of_order():
    """Attack 3: two rows swapped."""
    world = played()
    members = world.members()
    first, second = "chain/000001.json", "chain/000002.json"
    return Told(world, members=members | {first: members[second], second: members[first]})


@story(*ALL)
def a_withheld_event_in_the_audit_edition():
    world = World(**SMALL, envelopes=2).play()
    hidden = world.members("public")
    return Told(world, members=world.members() | {n: d for n, d in hidden.items() if b'"withheld"' in d})


@story(*ALL)
def a_member_which_has_no_place():
    world = played()
    return Told(world, members=world.members() | {"notes/readme.txt": b"hello"})


@story(*ALL)
def a_member_which_the_index_does_not_list():
    def change(data):
        central, body = rows(data), body_of(data)
        last = struct.unpack_from("<L", central[-1], 42)[0]
        name = struct.unpack_from("<H", central[-1], 28)[0]
        old = central[-1][46 : 46 + name]
        local = body[last:].replace(old, old[:-1] + b"x", 1)
        row = central[-1].replace(old, old[:-1] + b"x", 1)
        row = row[:42] + struct.pack("<L", len(body)) + row[46:]
        return rebuilt(body + local, [*central, row])

    return told(change)
