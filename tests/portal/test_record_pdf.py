"""The opening record as PDF: what it holds, that its Chinese is embedded, and what happens without a font."""

import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from config import checks
from portal import typesetting
from protocol.hashing import sha256
from tests import builders_bidding as build
from tests.bidding.security import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(kept):
    return kept(build.read_out)


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


def embedded_letter(reader, letter):
    """Whether a font whose file is inside the PDF draws this letter, so that any printer does."""
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            inside = {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
            drawn = font.get_object()["/ToUnicode"].get_object().get_data().decode().upper()
            if inside and f"<{ord(letter):04X}>" in drawn:
                return True
    return False


def flat(text):
    """Without the breaks a narrow column makes."""
    return re.sub(r"\s+", "", text)


SECURITIES = {
    "": (
        "投标保证金",
        "转账·20,000.00元·到账：是",
        "转账·10,000.00元·到账：否",
        "未提交",
        "投标保证金不足",
    ),
    "/en": (
        "Bid security",
        "transfer · CNY 20,000.00 · booked: yes",
        "transfer · CNY 10,000.00 · booked: no",
        "none given",
        "bid security below the sum asked",
    ),
}


@pytest.mark.parametrize("language", SECURITIES)
def test_record_of_a_lot_with_deposits_says_on_paper_what_each_bidder_gave(language, kept):
    """条例26: whether and how security was given is read out, so it stands on paper, too, in letters anybody can print."""
    of = kept(worlds.world)
    of.take(of.pay(of.sub(1)), of.pay(of.sub(2), amount=worlds.DEPOSIT / 2))
    of.hall.bids(3)
    of.hall.opened()
    of.hall.end()

    given = Client().get(f"{address(of.hall, language)}/record.pdf")
    reader = PdfReader(io.BytesIO(given.content))
    text = flat("".join(page.extract_text() for page in reader.pages))

    assert given.status_code == 200
    for words in SECURITIES[language]:
        assert flat(words) in text, (words, text)
    for handed in of.hall.handed:
        assert flat(handed.party.organisation.name) in text
    assert all(embedded for _name, embedded in fonts_of(reader))
    name = of.hall.handed[0].party.organisation.name
    assert [letter for letter in name if not letter.isascii() and not embedded_letter(reader, letter)] == []
    assert not name.isascii()


def test_record_of_a_lot_without_deposits_has_no_such_column(opened):
    opened.end()

    given = Client().get(f"{address(opened)}/record.pdf")

    assert "投标保证金" not in flat(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(given.content)).pages)
    )
