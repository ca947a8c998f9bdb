"""One notice as it was published: old versions stay readable under their own address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from kernel.errors import NotFound
from portal.selectors import tenders
from portal.selectors.shapes import Fact
from protocol import canonical
from trading.models import Notice
from trading.rules.paper_sums import for_reading
from trading.selectors.public import notice_by_number, tender_by_number

VERSIONED = frozenset({"tender", "addendum", "postponement"})


@dataclass(frozen=True)
class VersionLink:
    """Another version: its number within the tender, when, where."""

    version: int
    title: str
    at: datetime
    url: str
    current: bool


@dataclass(frozen=True)
class VersionPage:
    """A notice word for word, its digest, its file, and the other versions."""

    number: str
    version: int
    tender: str
    title: str
    lang: str
    at: datetime
    rows: Sequence[Fact]
    sha256: str
    url: str
    versions: Sequence[VersionLink]


def notice_version(number: str, version: int) -> Notice:
    """The notice of this number and version; for a tender's number its n-th notice that changed what stands."""
    if "-N" in number:
        return notice_by_number(number, version)
    tender = tender_by_number(number)
    rows = list(tender.notices.filter(kind__in=VERSIONED).order_by("at", "sequence").select_related("tender"))
    if not 1 <= version <= len(rows):
        raise NotFound("not_published", _("There is no such thing, or none you may know of."))
    return rows[version - 1]


def version_page(number: str, version: int) -> VersionPage:
    """The page of one version; ``NotFound`` for a number or version never published."""
    found = notice_version(number, version)
    tender = found.tender
    rows = tender.notices.filter(kind__in=VERSIONED).order_by("at", "sequence")
    title = tenders.said({"title": found.title, "title_en": found.title_en}, "title")
    content = found.content.get("zh" if tenders.chinese() else "en", [])
    return VersionPage(
        number=f"{found.number} v{found.version}",
        version=version,
        tender=tender.number,
        title=title,
        lang=tenders.language_mark(title),
        at=found.at,
        rows=[Fact(label, value) for label, value in for_reading(content)],
        sha256=found.sha256,
        url=reverse("portal-notice-file", args=[number, version]),
        versions=[
            VersionLink(
                place,
                tenders.said({"title": row.title, "title_en": row.title_en}, "title"),
                row.at,
                reverse("portal:notice-version", args=[tender.number, place]),
                row.pk == found.pk,
            )
            for place, row in enumerate(rows, start=1)
        ],
    )


def notice_file(number: str, version: int) -> tuple[str, bytes]:
    """A notice as canonical JSON, the very bytes its digest in the ledger is of, and a name for the file."""
    found = notice_version(number, version)
    return f"{found.number}-v{found.version}.json", canonical.encode(found.content)
