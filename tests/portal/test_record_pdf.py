"""The opening record as PDF: what it holds, that its Chinese is embedded, and what happens without a font."""

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from config import checks
from portal import typesetting
from protocol.hashing import sha256
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    hall = build.hall()
    hall.bids(3)
    hall.opened()
    return hall


@pytest.fixture
def without_fonts(monkeypatch):
    """A system on which none of the families is installed."""
    monkeypatch.setattr(typesetting, "CHINESE", ("No Such Family",))
    typesetting.chinese_font.cache_clear()
    yield
    typesetting.chinese_font.cache_clear()


def address(hall, language=""):
    return f"{language}/n/{hall.lot.tender.number}/opening/{hall.lot.no}"


def fonts_of(reader):
    """Every font of the pages, as (name, whether its file is inside)."""
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            files = {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
            yield font.get_object()["/BaseFont"], bool(files)


def test_record_is_printed_with_its_chinese_embedded_and_its_digest_on_the_page(opened):
    hall = opened
    assert Client().get(f"{address(hall)}/record.pdf").status_code == 404
    hall.end()

    given = Client().get(f"{address(hall)}/record.pdf")
    reader = PdfReader(io.BytesIO(given.content))
    text = "".join(page.extract_text() for page in reader.pages)

    assert (given.status_code, given["Content-Type"]) == (200, "application/pdf")
    assert list(fonts_of(reader))
    assert all(embedded for _name, embedded in fonts_of(reader))
    for words in ("开标记录", "开标记录员", "开标见证员", "玖佰万零贰元整", "9,000,002.00", hall.lot.number):
        assert words in text, words
    for handed in hall.handed:
        assert handed.party.organisation.name in text
    page = Client().get(address(hall)).content.decode()
    digest = sha256(given.content).hex()
    assert " ".join(digest[i : i + 4] for i in range(0, 64, 4)) in page
    assert "record.pdf" in page


def test_same_record_gives_the_same_bytes_and_english_its_own(opened):
    from django.core.cache import cache

    hall = opened
    hall.end()
    first = Client().get(f"{address(hall)}/record.pdf").content
    cache.clear()
    again = Client().get(f"{address(hall)}/record.pdf").content
    english = Client().get(f"{address(hall, '/en')}/record.pdf").content

    assert first == again
    assert "Opening record" in PdfReader(io.BytesIO(english)).pages[0].extract_text()


def test_without_a_chinese_font_the_address_says_so_and_the_page_stays(opened, without_fonts):
    hall = opened
    hall.end()

    given = Client().get(f"{address(hall, '/en')}/record.pdf")
    page = Client().get(address(hall, "/en"))

    assert given.status_code == 503
    assert "no font with Chinese characters" in given.content.decode()
    assert page.status_code == 200
    assert "Print the page instead" in page.content.decode()


def test_the_start_warns_without_a_chinese_font_and_production_refuses(without_fonts, settings):
    settings.PRODUCTION = False
    assert "sunlit.W002" in {message.id for message in checks.unsafe_combinations(None)}
    settings.PRODUCTION = True
    assert "sunlit.E025" in {message.id for message in checks.unsafe_combinations(None)}


def test_record_closed_by_a_clock_with_microseconds_is_shown_and_printed(opened):
    opened.clock.after(microseconds=123_456)
    opened.end()

    assert Client().get(address(opened)).status_code == 200
    assert Client().get(f"{address(opened)}/record.pdf").content.startswith(b"%PDF-")
