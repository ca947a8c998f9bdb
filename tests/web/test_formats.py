"""How moments, durations, sums and digests read (look.md section 5), and where things stand on the day line."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from portal import checks, formats
from portal.dayline import day_line, position
from portal.selectors.paging import paged

T = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zh", "words"),
    [
        (True, "2026年11月27日 星期五 09:30:00 北京时间"),
        (False, "Friday 27 November 2026, 09:30:00, Beijing time (UTC+8)"),
    ],
)
def test_deadline_reads_in_full(zh, words):
    assert formats.moment_words(T, zh=zh) == words


@pytest.mark.parametrize(
    ("zh", "now", "words"),
    [
        (True, T, "11月27日 09:30"),
        (False, T, "27 Nov, 09:30"),
        (True, T + timedelta(days=60), "2026年11月27日 09:30"),
        (False, T + timedelta(days=60), "27 Nov 2026, 09:30"),
    ],
)
def test_year_is_left_out_in_lists_of_this_year(zh, now, words):
    assert formats.list_words(T, now=now, zh=zh) == words


def test_a_period_that_ends_with_its_day_says_2400_of_that_day():
    """A deadline of midnight is 24:00 of the day that ends (Civil Code, article 203), a beginning is 00:00."""
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)

    assert formats.moment_words(midnight, zh=True, end=True) == "2026年11月30日 星期一 24:00:00 北京时间"
    assert formats.list_words(midnight, now=T, zh=False, end=True) == "30 Nov, 24:00"
    assert formats.list_words(midnight, now=T, zh=False) == "1 Dec, 00:00"
    assert formats.list_words(T, now=T, zh=True, end=True) == "11月27日 09:30"


@pytest.mark.parametrize(
    ("left", "zh", "words"),
    [
        (timedelta(hours=4, minutes=45), True, "4 小时 45 分"),
        (timedelta(hours=4, minutes=45), False, "4 h 45 min"),
        (timedelta(days=4, hours=5), True, "4 天"),
        (timedelta(days=2, hours=5), True, "2 天 5 小时"),
        (timedelta(minutes=9, seconds=5), False, "9 min 5 s"),
        (timedelta(0), True, "0 分 0 秒"),
    ],
)
def test_time_left_reads_in_words(left, zh, words):
    assert formats.duration_words(left, zh=zh) == words


@pytest.mark.parametrize(
    ("amount", "currency", "zh", "exact", "short"),
    [
        ("45318260", "CNY", True, "45,318,260.00 元", "4531.83 万元"),
        ("45318260", "CNY", False, "CNY 45,318,260.00", "CNY 45.32 million"),
        ("216000000", "CNY", True, "216,000,000.00 元", "2.16 亿元"),
        ("3780000", "JPY", True, "3,780,000.00 日元", "378.00 万日元"),
        ("980.5", "CNY", True, "980.50 元", "980.50 元"),
        ("980.5", "CNY", False, "CNY 980.50", "CNY 980.50"),
    ],
)
def test_sums_read_exactly_beside_a_price_and_rounded_in_lists(amount, currency, zh, exact, short):
    assert formats.money_exact(Decimal(amount), currency, zh=zh) == exact
    assert formats.money_round(Decimal(amount), currency, zh=zh) == short


@pytest.mark.parametrize(
    ("size", "words"),
    [(980, "980 B"), (8_400, "8.4 KB"), (212_000_000, "212.0 MB"), (1_610_000_000, "1.61 GB")],
)
def test_file_sizes_count_in_thousands(size, words):
    assert formats.file_size(size) == words


def test_digest_stands_in_groups_of_four():
    assert formats.in_fours("0123456789abcdef") == "0123 4567 89ab cdef"
    assert formats.in_fours("0123456789abcdef", limit=2) == "0123 4567 …"


@pytest.mark.parametrize(
    ("text", "zh", "mark"),
    [
        ("主街道路工程", True, ""),
        ("主街道路工程", False, "zh-Hans"),
        ("Main street road works", True, "en"),
        ("Main street road works", False, ""),
        ("350100-GC-2026-00001", True, ""),
        ("09:30 SHA-256", True, ""),
    ],
)
def test_text_of_the_other_language_is_marked(text, zh, mark):
    assert formats.language_mark(text, zh=zh) == mark


def test_day_line_places_hours_and_holds_its_ends():
    morning = datetime(2026, 11, 27, 0, 0, tzinfo=UTC)

    assert position(morning) == 20
    assert position(morning + timedelta(hours=5)) == 600
    assert position(morning - timedelta(hours=3)) == 20
    assert position(morning + timedelta(hours=15)) == 1180


def test_day_line_drops_a_label_that_would_touch_its_neighbour():
    line = day_line([(T, "closes", "截止"), (T + timedelta(minutes=5), "closes", "截止")], now=T)

    assert [mark.label for mark in line.marks] == ["09:30 截止", ""]


def test_page_number_out_of_range_is_moved_into_it():
    window = paged(99, total=41, per_page=20, query={"q": "桥", "page": 99})

    assert (window.first, window.pages.number, window.pages.count) == (40, 3, 3)
    assert window.pages.previous_query == "q=%E6%A1%A5&page=2"
    assert window.pages.next_query == ""


def test_every_check_of_the_specification_stands_on_the_page_once():
    codes = [check.code for group in checks.GROUPS for check in group.checks]

    assert sorted(codes, key=lambda code: int(code[1:])) == [f"V{number}" for number in range(1, 27)]
