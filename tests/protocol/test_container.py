"""The container by itself: what is written is read; 64-bit fields where needed and nowhere else (7.1)."""

import struct
import zipfile

import pytest

from protocol import container
from protocol.container import Container
from protocol.errors import BadContainer


def written(path, *members):
    container.write(path, members)
    return path


def test_what_is_written_is_read(tmp_path):
    (tmp_path / "source").write_bytes(b"x" * 3_000_000)
    path = written(
        tmp_path / "a.zip", ("index.json", b"{}"), ("content/a.bin", tmp_path / "source"), ("empty", b"")
    )

    with Container(path) as opened:
        assert list(opened.members) == ["index.json", "content/a.bin", "empty"]
        assert opened.read("index.json", 2) == b"{}"
        assert opened.read("empty", 0) == b""
        assert b"".join(opened.pieces("content/a.bin")) == b"x" * 3_000_000
        with pytest.raises(BadContainer, match="larger than"):
            opened.read("content/a.bin", 100)
    with zipfile.ZipFile(path) as other:
        assert other.testzip() is None
        assert other.read("content/a.bin") == b"x" * 3_000_000


def test_the_same_members_give_the_same_bytes(tmp_path):
    one, two = (
        written(tmp_path / name, ("a", b"1"), ("b", b"2")).read_bytes() for name in ("1.zip", "2.zip")
    )

    assert one == two
    assert not list(tmp_path.glob("*.part"))


def test_a_wrong_crc_is_refused_at_the_end(tmp_path):
    path = written(tmp_path / "a.zip", ("a", b"content"))
    path.write_bytes(path.read_bytes().replace(b"content", b"kontent", 1))

    with Container(path) as opened, pytest.raises(BadContainer, match="CRC"):
        opened.read("a", 10)


def test_more_members_than_16_bits_hold(tmp_path):
    names = [f"m/{number}" for number in range(65_536)]
    path = written(tmp_path / "a.zip", *((name, b"") for name in names))

    with Container(path) as opened:
        assert list(opened.members) == names


def test_exactly_as_many_members_as_16_bits_hold(tmp_path):
    path = written(tmp_path / "a.zip", *((f"m/{number}", b"") for number in range(0xFFFF)))

    with Container(path) as opened:
        assert len(opened.members) == 0xFFFF


@pytest.mark.parametrize("at", [0, 4, 8, 16, 24, 32, 40, 48])
def test_a_changed_64_bit_end_is_refused(at, tmp_path):
    path = written(tmp_path / "a.zip", *((f"m/{number}", b"") for number in range(0xFFFF)))
    data = bytearray(path.read_bytes())
    data[-(22 + 20 + 56) + at] ^= 1
    path.write_bytes(data)

    with pytest.raises(BadContainer):
        Container(path)


@pytest.mark.parametrize("at", [0, 4, 8, 16])
def test_a_changed_64_bit_locator_is_refused(at, tmp_path):
    path = written(tmp_path / "a.zip", *((f"m/{number}", b"") for number in range(0xFFFF)))
    data = bytearray(path.read_bytes())
    data[-(22 + 20) + at] ^= 1
    path.write_bytes(data)

    with pytest.raises(BadContainer):
        Container(path)


def test_sizes_beyond_32_bits_are_taken_from_the_extra_field():
    big, small = 5_000_000_000, 7
    extra = container._extra([big, small, big])

    assert container._sizes(extra, [0xFFFFFFFF, small, 0xFFFFFFFF]) == [big, small, big]
    assert container._extra([small]) == b""


@pytest.mark.parametrize(
    "extra",
    [
        b"",
        struct.pack("<HHQ", 1, 8, 5),  # without need
        struct.pack("<HHQ", 2, 8, 5_000_000_000),  # another kind of field
        struct.pack("<HHQ", 1, 16, 5_000_000_000),
        struct.pack("<HHQQ", 1, 16, 5_000_000_000, 1),
    ],
)
def test_other_extra_fields_are_refused(extra):
    with pytest.raises(BadContainer):
        container._sizes(extra, [0xFFFFFFFF, 5])


def test_an_extra_field_where_none_is_needed_is_refused():
    with pytest.raises(BadContainer):
        container._sizes(struct.pack("<HHQ", 1, 8, 5), [5, 5])


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "A", "a b", "a\\b", "a\0", "ä", "a/./b"]
)
def test_names_that_are_not_allowed(name, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        info = zipfile.ZipInfo("x" * max(1, len(name.encode())), (1980, 1, 1, 0, 0, 0))
        made.writestr(info, b"1")
    raw = name.encode() or b"x"
    data = path.read_bytes().replace(b"x" * len(raw), raw)
    path.write_bytes(data if name else data.replace(b"x", b"X"))

    with pytest.raises(BadContainer):
        Container(path)


@pytest.mark.parametrize("size", [0, 21, 22, 60])
def test_files_too_short(size, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(written(tmp_path / "b.zip", ("a", b"1")).read_bytes()[:size])

    with pytest.raises(BadContainer):
        Container(path)


def test_more_members_than_the_directory_can_hold(tmp_path):
    path = written(tmp_path / "a.zip", ("a", b"1"))
    data = bytearray(path.read_bytes())
    data[-14:-10] = struct.pack("<HH", 500, 500)
    path.write_bytes(data)

    with pytest.raises(BadContainer, match="too many"):
        Container(path)
