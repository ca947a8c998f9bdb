"""Filters and tags of the look: moments, durations, sums, digests, words of T, QR codes.

They only pick the page's language and hand over to `portal.formats`; components live in templates/components.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kernel import clock
from portal import formats
from trading.rules import paper_sums

register = template.Library()


def page_is_chinese() -> bool:
    """Whether the page being rendered is in Chinese; Chinese is the default without an active language."""
    return (get_language() or "zh-hans").startswith("zh")


def _time_tag(moment: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', formats.beijing(moment).isoformat(), text)


@register.filter
def moment(value: datetime | None, edge: str = "") -> str:
    """A deadline or receipt time in full, with weekday, seconds and zone; ``moment:"end"`` of a period to its end."""
    if not value:
        return ""
    return _time_tag(value, formats.moment_words(value, zh=page_is_chinese(), end=edge == "end"))


@register.filter
def day(value: datetime | None) -> str:
    """The date with its weekday."""
    return _time_tag(value, formats.day_words(value, zh=page_is_chinese())) if value else ""


@register.filter
def listed(value: datetime | None, edge: str = "") -> str:
    """Date and minute as written in lists; this year's dates without the year; ``listed:"end"`` as above."""
    if not value:
        return ""
    words = formats.list_words(value, now=clock.now(), zh=page_is_chinese(), end=edge == "end")
    return _time_tag(value, words)


@register.filter
def short_day(value: datetime | None) -> str:
    """Date alone, without year and tag (inside a `time` element of the template)."""
    return formats.day_in_year(value, zh=page_is_chinese()) if value else ""


@register.filter
def full_date(value: datetime | None) -> str:
    """Date with year, without weekday."""
    return formats.date_words(formats.beijing(value).date(), zh=page_is_chinese()) if value else ""


@register.filter
def calendar_day(value: date | datetime | None) -> str:
    """A day of the calendar with its year, kept on one line."""
    if not value:
        return ""
    on = formats.beijing(value).date() if isinstance(value, datetime) else value
    return format_html('<span class="nb">{}</span>', formats.date_words(on, zh=page_is_chinese()))


@register.filter
def figure(value: Decimal) -> str:
    """A figure without the zeros it is stored with: 0.97, 9,123,456.5."""
    return f"{value.normalize():,f}"


@register.filter
def year(value: datetime | None) -> str:
    """The year of a moment in Beijing: 2026年 / 2026."""
    if not value:
        return ""
    return f"{formats.beijing(value).year}" + ("年" if page_is_chinese() else "")


@register.filter
def seconds(value: datetime | None) -> str:
    """Clock time to the second."""
    return formats.time_words(value) if value else ""


@register.filter
def minutes(value: datetime | None) -> str:
    """Clock time to the minute."""
    return formats.time_words(value, seconds=False) if value else ""


@register.filter
def iso(value: datetime | None) -> str:
    """A moment for a `datetime` attribute: ISO 8601 with the offset of Beijing."""
    return formats.beijing(value).isoformat(timespec="seconds") if value else ""


@register.filter
def epoch(value: datetime) -> int:
    """Milliseconds since 1970, for scripts."""
    return int(value.timestamp() * 1000)


@register.filter
def until(value: datetime, now: datetime) -> str:
    """Time left as words: 4 小时 45 分 / 4 h 45 min."""
    return formats.duration_words(max(value - now, timedelta(0)), zh=page_is_chinese())


@register.simple_tag
def countdown_parts(value: datetime, now: datetime) -> SafeString:
    """The two largest units left, each unit in a `small`, as the script writes them too."""
    zh = page_is_chinese()
    parts = formats.split_duration(max(value - now, timedelta(0)))
    return format_html_join("", "{}<small>{}</small>", ((n, formats.unit_words(u, zh=zh)) for n, u in parts))


@register.simple_tag
def unit_list() -> str:
    """Duration units of the page's language for the countdown script, day first."""
    zh = page_is_chinese()
    return "|".join(formats.unit_words(code, zh=zh) for code in ("d", "h", "min", "s"))


@register.filter
def money(value: Decimal | None, currency: str = "CNY") -> str:
    """An exact sum with its currency."""
    return "" if value is None else formats.money_exact(Decimal(value), currency, zh=page_is_chinese())


@register.filter
def money_short(value: Decimal | None, currency: str = "CNY") -> str:
    """A large sum as written in lists."""
    return "" if value is None else formats.money_round(Decimal(value), currency, zh=page_is_chinese())


@register.filter
def currency_word(currency: str) -> str:
    """The unit behind a field of an amount."""
    return formats.currency_word(currency, zh=page_is_chinese())


@register.filter
def figures(value: Decimal | None) -> str:
    """An amount in a table column whose head names the unit."""
    return "" if value is None else f"{Decimal(value):,.2f}"


@register.filter
def grouped(value: object) -> str:
    """A plain figure that is kept as text, with its thousands apart; anything else as it is."""
    return paper_sums.grouped(str(value))


@register.filter
def capitals(value: object) -> str:
    """A sum in yuan in capitals (大写)."""
    return paper_sums.capitals(str(value))


@register.filter
def size(value: int) -> str:
    """A number of bytes as a file size."""
    return formats.file_size(int(value))


@register.filter
def counted(value: int) -> str:
    """A whole number with thousands separated."""
    return formats.counted(int(value))


@register.filter
def lang_attr(value: object) -> SafeString:
    """A `lang` attribute with a blank before it, when a text is not in the page's language; else nothing."""
    mark = formats.language_mark(str(value), zh=page_is_chinese())
    return format_html(' lang="{}"', mark) if mark else SafeString("")


@register.filter
def fours(value: str, groups: int = 0) -> str:
    """A digest in groups of four; `fours:4` shows the first four groups."""
    return formats.in_fours(str(value), limit=groups)


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as SVG with attributes only, dark on white in every theme, named for screen readers."""
    import segno  # noqa: PLC0415 - loaded with the first code that is drawn

    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    head, _, body = drawing.partition("<svg ")
    named = format_html('<svg role="img" aria-label="{}" ', label)
    return mark_safe(head + named + body)  # noqa: S308  # drawn by segno; the label is escaped above


@register.filter
def with_look(field: BoundField) -> SafeString:
    """A form field's widget with the look's class and its hint and errors tied to it."""
    kind = field.widget_type
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    described = [f"{field.auto_id}_hint"] if field.help_text else []
    attrs: dict[str, str | bool] = {"class": css}
    if field.errors:
        described.append(f"{field.auto_id}_bad")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    attrs["placeholder"] = False  # the label says it; allauth would repeat it here
    return field.as_widget(attrs=attrs)
