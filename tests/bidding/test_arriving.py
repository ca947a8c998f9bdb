"""A body read straight from gunicorn's socket: nothing lost, nothing taken that is another request's."""

import io
import socket
import threading

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser

from bidding import arriving

NEXT = b"GET /next HTTP/1.1\r\nHost: here\r\n\r\n"


def head(length):
    return f"PUT /part HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n\r\n".encode()


def never(_size):
    raise AssertionError("read by gunicorn's own reader")


@pytest.fixture
def line():
    """(our end, gunicorn's parser at the other, its socket)."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, get_parser(Config(), theirs, ("127.0.0.1", 1)), theirs


def sent(ours, data, *, end=False):
    """Send from a thread of its own: a body is larger than what a socket holds."""

    def send():
        ours.sendall(data)
        if end:
            ours.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.parametrize("length", [0, 1, 5_000, arriving.PIECE, 3 * arriving.PIECE + 17])
def test_the_body_and_nothing_else_is_taken(line, length):
    ours, parser, theirs = line
    body = bytes(index % 251 for index in range(length))
    thread = sent(ours, head(length) + body + NEXT)
    request = next(parser)

    environ = {"wsgi.input": request.body, "gunicorn.socket": theirs}
    assert arriving.is_untouched(request.body)
    taken = b"".join(bytes(piece) for piece in arriving.pieces(environ, never))

    thread.join()
    assert taken == body
    assert parser.finish_body()
    assert next(parser).path == "/next"


def test_a_body_left_unread_in_the_middle_does_not_run_into_the_next_request(line):
    ours, parser, theirs = line
    length = 3 * arriving.PIECE
    thread = sent(ours, head(length) + bytes(length) + NEXT)
    request = next(parser)

    taken = arriving.pieces({"wsgi.input": request.body, "gunicorn.socket": theirs}, never)
    next(taken)
    taken.close()

    assert parser.finish_body()
    assert next(parser).path == "/next"
    thread.join()


def test_a_line_that_ends_gives_what_came(line):
    ours, parser, theirs = line
    thread = sent(ours, head(arriving.PIECE * 2) + b"x" * 1_000_00, end=True)
    request = next(parser)

    taken = list(map(bytes, arriving.pieces({"wsgi.input": request.body, "gunicorn.socket": theirs}, never)))

    thread.join()
    assert b"".join(taken) == b"x" * 1_000_00


def test_a_chunked_body_and_any_other_server_are_read_as_django_does(line):
    ours, parser, theirs = line
    thread = sent(
        ours, b"PUT / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
    request = next(parser)
    plain = io.BytesIO(b"abc")

    environ = {"wsgi.input": request.body, "gunicorn.socket": theirs}
    assert b"".join(arriving.pieces(environ, request.body.read)) == b"abc"
    assert b"".join(arriving.pieces({"wsgi.input": plain}, plain.read)) == b"abc"
    thread.join()
