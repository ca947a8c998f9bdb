"""Pages of a list: which part to read, and the queries that lead on and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.selectors.shapes import Pages


@dataclass(frozen=True)
class Window:
    """The rows from `first` on, and where that is."""

    first: int
    pages: Pages


def paged(number: int, *, total: int, per_page: int, query: Mapping[str, object]) -> Window:
    """The window of page `number`, moved into range; `query` is kept in the links but for its page."""
    count = max(1, -(-total // per_page))
    number = min(max(number, 1), count)
    kept = {name: value for name, value in query.items() if name != "page"}

    def link(page: int) -> str:
        return urlencode({**kept, "page": page}) if 1 <= page <= count else ""

    pages = Pages(number, count, link(number - 1), link(number + 1))
    return Window((number - 1) * per_page, pages)
