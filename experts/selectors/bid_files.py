"""The files in the envelopes of an opened bid, for members in their seats: listed, searched, read, handed out."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.utils.translation import gettext_noop as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from experts.rules.blind import blind_envelopes
from experts.selectors.evaluated import Evaluation
from kernel.errors import NotFound

IN_MEMORY: Final = 16 << 20
SEARCHED: Final = 64 << 20
"""A file above this size is not searched."""
AROUND: Final = 60
"""Characters shown on each side of what was found."""
HITS: Final = 200


@dataclass(frozen=True)
class BidFile:
    """A file of an envelope: ``n`` is its place, ``name`` as the bidder packed it."""

    e: int
    n: int
    name: str
    size: int

    @property
    def is_pdf(self) -> bool:
        """Whether it has pages that can be searched and shown."""
        return self.name.lower().endswith(".pdf")


@dataclass(frozen=True)
class Hit:
    """A place where a text was found."""

    file: BidFile
    page: int
    before: str
    found: str
    after: str


def files_of(evaluation: Evaluation, ev: str) -> list[BidFile]:
    """Every file of every opened envelope after the first, in order; blind ones stand under their labels alone."""
    evaluation.get(ev)
    blind = blind_envelopes(evaluation.lot.method)
    return [
        BidFile(e, n, name, size)
        for e in sorted(evaluation.results)
        if e >= 1 and e not in blind
        for n, (name, size) in enumerate(listed(evaluation, ev, e))
    ]


def listed(evaluation: Evaluation, ev: str, e: int) -> list[tuple[str, int]]:
    """Names and sizes of the files of an envelope; none while it is not open."""
    return _names(evaluation, ev, e) if _seed(evaluation, ev, e) else []


def open_bytes(evaluation: Evaluation, ev: str, e: int, n: int) -> tuple[str, bytes]:
    """Name and bytes of a file for a page that names its bidder; NotFound for one of a blind envelope."""
    if e in blind_envelopes(evaluation.lot.method):
        raise NotFound("file", _("There is no such file."))
    return file_bytes(evaluation, ev, e, n)


def file_bytes(evaluation: Evaluation, ev: str, e: int, n: int) -> tuple[str, bytes]:
    """Name and bytes of one file; NotFound when the envelope is not open or holds no such file."""
    evaluation.get(ev)
    for number, (name, _size) in enumerate(listed(evaluation, ev, e)):
        if number == n:
            with _envelope(evaluation, ev, e) as held:
                if not zipfile.is_zipfile(held):
                    held.seek(0)
                    return name, held.read()
                with zipfile.ZipFile(held) as packed:
                    return name, packed.read(packed.infolist()[n])
    raise NotFound("file", _("There is no such file."))


def search(evaluation: Evaluation, ev: str, words: str) -> list[Hit]:
    """Where ``words`` stand in the PDF files of a bid, case and blanks apart; at most ``HITS``."""
    wanted = "".join(words.split()).casefold()
    found: list[Hit] = []
    if not wanted:
        return found
    for file in files_of(evaluation, ev):
        if not file.is_pdf or file.size > SEARCHED:
            continue
        for page, text in pages_of(file_bytes(evaluation, ev, file.e, file.n)[1]):
            plain = "".join(text.split())
            at = plain.casefold().find(wanted)
            while at >= 0 and len(found) < HITS:
                end = at + len(wanted)
                found.append(
                    Hit(file, page, plain[max(0, at - AROUND) : at], plain[at:end], plain[end : end + AROUND])
                )
                at = plain.casefold().find(wanted, end)
    return found


def pages_of(data: bytes) -> Iterator[tuple[int, str]]:
    """The text of each page of a PDF, from 1; nothing of a file that cannot be read."""
    try:
        reader = PdfReader(io.BytesIO(data))
        for number, page in enumerate(reader.pages, start=1):
            yield number, page.extract_text() or ""
    except (PyPdfError, ValueError, KeyError, RecursionError):
        return


def _seed(evaluation: Evaluation, ev: str, e: int) -> str:
    """The seed of an envelope judged OPENED, else nothing."""
    rows = evaluation.results.get(e, ())
    return next((row["seed"] for row in rows if row["bid"] == ev and row["verdict"] == "OPENED"), "") or ""


def _envelope(evaluation: Evaluation, ev: str, e: int) -> IO[bytes]:
    held = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by who asked for it
    for piece in evaluation.contents.file(ev, e, _seed(evaluation, ev, e)):
        held.write(piece)
    held.seek(0)
    return held


def _names(evaluation: Evaluation, ev: str, e: int) -> list[tuple[str, int]]:
    """Names and sizes; an envelope that is no zip is one file."""
    with _envelope(evaluation, ev, e) as held:
        if zipfile.is_zipfile(held):
            held.seek(0)
            with zipfile.ZipFile(held) as packed:
                return [(one.filename, one.file_size) for one in packed.infolist()]
        held.seek(0)
        head = held.read(5)
        size = held.seek(0, io.SEEK_END)
        return [(f"envelope-{e}{'.pdf' if head == b'%PDF-' else '.bin'}", size)]
