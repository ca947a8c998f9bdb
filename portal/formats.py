"""How moments, durations, sums and digests are written for readers (look.md section 5). Pure.

Each function takes `zh`: True for a Chinese page, False for an English one. Moments are aware, shown in Beijing time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_WEEK_ZH = "一二三四五六日"
_WEEK_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNIT_ZH = {"CNY": "元", "JPY": "日元", "USD": "美元", "EUR": "欧元"}
_WAN = Decimal(10_000)
_YI = Decimal(100_000_000)
_CENT = Decimal("0.01")


def beijing(moment: datetime) -> datetime:
    """The same instant on the wall clock of Asia/Shanghai."""
    return moment.astimezone(BEIJING)


def date_words(day: date, *, zh: bool) -> str:
    """2026年11月27日 / 27 November 2026."""
    if zh:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTH_EN[day.month - 1]} {day.year}"


def weekday_words(day: date, *, zh: bool) -> str:
    """星期五 / Friday."""
    return f"星期{_WEEK_ZH[day.weekday()]}" if zh else _WEEK_EN[day.weekday()]


def day_words(moment: datetime, *, zh: bool) -> str:
    """Date with weekday: 2026年11月27日 星期五 / Friday 27 November 2026."""
    day = beijing(moment).date()
    parts = (date_words(day, zh=zh), weekday_words(day, zh=zh))
    return " ".join(parts if zh else reversed(parts))


def day_in_year(moment: datetime, *, zh: bool) -> str:
    """Date without the year: 11月27日 / 27 Nov."""
    day = beijing(moment)
    return f"{day.month}月{day.day}日" if zh else f"{day.day} {_MONTH_EN[day.month - 1][:3]}"


def time_words(moment: datetime, *, seconds: bool = True) -> str:
    """Clock time in Beijing, 24 hours."""
    return beijing(moment).strftime("%H:%M:%S" if seconds else "%H:%M")


def end_of_day(moment: datetime) -> bool:
    """Whether a deadline is the end of a day, written 24:00 of that day (Civil Code, article 203)."""
    return beijing(moment).time() == time()


def moment_words(moment: datetime, *, zh: bool, end: bool = False) -> str:
    """A deadline in full, to the second, with its zone; ``end``: midnight is 24:00 of the day before."""
    if end and end_of_day(moment):
        return moment_words(moment - timedelta(minutes=1), zh=zh).replace("23:59:00", "24:00:00")
    if zh:
        return f"{day_words(moment, zh=True)} {time_words(moment)} 北京时间"
    return f"{day_words(moment, zh=False)}, {time_words(moment)}, Beijing time (UTC+8)"


def list_words(moment: datetime, *, now: datetime, zh: bool, end: bool = False) -> str:
    """A moment in a list: the year is left out when it is this year; ``end`` as in `moment_words`."""
    if end and end_of_day(moment):
        return list_words(moment - timedelta(minutes=1), now=now, zh=zh).replace("23:59", "24:00")
    day = beijing(moment)
    this_year = day.year == beijing(now).year
    if zh:
        head = day_in_year(moment, zh=True) if this_year else date_words(day.date(), zh=True)
        return f"{head} {time_words(moment, seconds=False)}"
    head = day_in_year(moment, zh=False) + ("" if this_year else f" {day.year}")
    return f"{head}, {time_words(moment, seconds=False)}"


def split_duration(left: timedelta) -> tuple[tuple[int, str], tuple[int, str]]:
    """The two largest units of a duration as (number, unit code) pairs; seconds only in the last hour."""
    total = max(0, int(left.total_seconds()))
    days, hours, minutes = total // 86400, total // 3600 % 24, total // 60 % 60
    if days:
        return (days, "d"), (hours, "h")
    if hours:
        return (hours, "h"), (minutes, "min")
    return (minutes, "min"), (total % 60, "s")


_UNITS_ZH = {"d": "天", "h": "小时", "min": "分", "s": "秒"}


def unit_words(code: str, *, zh: bool) -> str:
    """The word of a duration unit: d, h, min, s."""
    return _UNITS_ZH[code] if zh else code


def duration_words(left: timedelta, *, zh: bool) -> str:
    """4 小时 45 分 / 4 h 45 min; a day count alone once more than three days are left."""
    first, second = split_duration(left)
    parts = (first,) if first[1] == "d" and first[0] > 3 else (first, second)
    return " ".join(f"{number} {unit_words(unit, zh=zh)}" for number, unit in parts)


def money_exact(amount: Decimal, currency: str, *, zh: bool) -> str:
    """45,318,260.00 元 / CNY 45,318,260.00; two places, exact."""
    figures = f"{amount.quantize(_CENT, ROUND_HALF_UP):,.2f}"
    return f"{figures} {_UNIT_ZH.get(currency, currency)}" if zh else f"{currency} {figures}"


def money_round(amount: Decimal, currency: str, *, zh: bool) -> str:
    """Large sums in lists: 4826.37 万元, 2.16 亿元 / CNY 48.26 million."""
    if zh:
        unit = _UNIT_ZH.get(currency, currency)
        for size, word in ((_YI, "亿"), (_WAN, "万")):
            if amount >= size:
                return f"{(amount / size).quantize(_CENT, ROUND_HALF_UP)} {word}{unit}"
    elif amount >= 1_000_000:
        return f"{currency} {(amount / 1_000_000).quantize(_CENT, ROUND_HALF_UP)} million"
    return money_exact(amount, currency, zh=zh)


def currency_word(currency: str, *, zh: bool) -> str:
    """The unit of a column of amounts: 元 / CNY."""
    return _UNIT_ZH.get(currency, currency) if zh else currency


def file_size(size: int) -> str:
    """Bytes as KB, MB or GB of 1,000, as shops and ministries count them."""
    value = Decimal(size)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value.quantize(Decimal('0.1') if unit != 'B' else Decimal(1))} {unit}"
        value /= 1000
    return f"{value.quantize(Decimal('0.01'))} GB"


def in_fours(text: str, *, limit: int = 0) -> str:
    """A hexadecimal digest in groups of four; with `limit` only that many groups and an ellipsis."""
    groups = [text[i : i + 4] for i in range(0, len(text), 4)]
    if limit and len(groups) > limit:
        return " ".join(groups[:limit]) + " …"
    return " ".join(groups)


def language_mark(text: str, *, zh: bool) -> str:
    """The language of a text when it is not the page's (zh-Hans, en), empty otherwise.

    On Chinese pages only a text of several Latin words counts as English: codes and units do not.
    """
    has_chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    if has_chinese:
        return "" if zh else "zh-Hans"
    several = sum(word.isalpha() and word.isascii() for word in text.split()) > 1
    return "en" if zh and several else ""


def counted(number: int) -> str:
    """A whole number with thousands separated: 128,455."""
    return f"{number:,}"
