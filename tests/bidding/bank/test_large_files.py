"""A statement of many entries is read in the memory of a short one, in time that grows with its lines."""

import io
import tracemalloc

import pytest

from bidding.rules.bank import camt as reader
from bidding.rules.bank.lines import StatementRefused
from tests.bidding.bank.files import camt, entry, payment


class Endless(io.RawIOBase):
    """A file that is made while it is read: head, many entries, tail."""

    def __init__(self, count, tail=""):
        whole = camt("@" + tail)
        self.head, self.tail = (part.encode() for part in whole.split("@"))
        self.count = count
        self.seek(0)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, _place, _whence=0):
        self.made, self.rest = -1, b""
        return 0

    def read(self, size=-1):
        while len(self.rest) < size and self.made <= self.count:
            self.rest += self.piece()
            self.made += 1
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def piece(self):
        if self.made < 0:
            return self.head
        if self.made == self.count:
            return self.tail
        return entry(payment(self.made, sub=f"V{self.made}"), reference=f"R{self.made}").encode()


def peak(count):
    """Most memory held while reading, in bytes, and the number of lines."""
    tracemalloc.start()
    lines = sum(1 for statement in reader.read(Endless(count)) for _line in statement.lines)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most, lines


def test_memory_does_not_grow_with_the_file():
    short, few = peak(300)
    long, many = peak(3000)

    assert (few, many) == (300, 3000)
    assert long < short * 1.5


def test_fault_at_the_end_is_found_before_the_first_line_is_given():
    with pytest.raises(StatementRefused):
        reader.read(Endless(1000, tail="<Ntry/>"))
