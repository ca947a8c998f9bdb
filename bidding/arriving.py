"""The body of a request, piece by piece as it arrives.

Under gunicorn the pieces come straight from the socket into memory that is used again: its own reader copies every
byte four times, which costs more than hashing it. What it has read ahead is taken first, and its count of what is
left is kept, so that the connection stays usable. Any other server's body is read as Django hands it over.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gunicorn.http.body import Body, LengthReader

PIECE: Final = 1 << 18
"""Bytes of a piece at most: large enough to hash and write without holding the interpreter, small enough to keep."""


def pieces(environ: Mapping[str, Any], read: Callable[[int], bytes]) -> Iterator[bytes | memoryview]:
    """The body of the request of this WSGI environment; ``read`` is Django's way. A piece is good until the next.

    The pieces end early where the line does. OSError, or what ``read`` raises, when it breaks.
    """
    body, line = environ.get("wsgi.input"), environ.get("gunicorn.socket")
    if body is not None and type(line) is socket.socket and is_untouched(body):
        yield from _received(body.reader, line)
        return
    while piece := read(PIECE):
        yield piece


def is_untouched(body: Any) -> bool:
    """Whether this is gunicorn's body of a known length of which nobody has read anything yet."""
    return type(body) is Body and type(body.reader) is LengthReader and body.buf.tell() == 0


def _received(reader: LengthReader, line: socket.socket) -> Iterator[bytes | memoryview]:
    early = reader.unreader.take_buffered()
    reader.unreader.unread(early[reader.length :])
    if ahead := early[: reader.length]:
        reader.length -= len(ahead)
        yield ahead
    room = memoryview(bytearray(min(PIECE, reader.length)))
    while reader.length > 0:
        count = line.recv_into(room, min(len(room), reader.length), socket.MSG_WAITALL)
        if count == 0:
            return
        reader.length -= count
        yield room[:count]
