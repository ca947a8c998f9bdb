"""The opening record as PDF: the same page data, set on paper; bound to the ledger by the record's digest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bidding.models import OpeningRecord
from kernel.errors import NotFound, Unavailable
from portal import formats, typesetting
from portal.selectors import tenders
from portal.selectors.shapes import OpeningPage, ReadOut, SeatSigned
from protocol.hashing import sha256
from trading.models import Lot

KEPT_S = 24 * 3600
COMMAND = "python -m protocol verify bundle.zip --anchors anchors.json"


def record_pdf(lot: Lot, page: OpeningPage) -> tuple[bytes, str]:
    """The PDF in the reader's language and its SHA-256.

    NotFound before the record is published, Unavailable ``no_chinese_font`` where nothing can be printed.
    """
    record = OpeningRecord.objects.filter(lot=lot).first()
    if record is None:
        raise NotFound("record", _("There is no record to print yet: it is made when the opening is closed."))
    font = sha256(typesetting.chinese_font().encode()).hex()[:8]
    key = f"record-pdf:{record.digest}:{get_language()}:{font}"
    made: bytes | None = cache.get(key)
    if made is None:
        made = typesetting.typeset("record", printed(lot, page), at=record.published_at)
        cache.set(key, made, KEPT_S)
    return made, sha256(made).hex()


def pdf_linked(lot: Lot, page: OpeningPage) -> OpeningPage:
    """The record's page with address and digest of its PDF; without them where it cannot be made."""
    try:
        _made, digest = record_pdf(lot, page)
    except (NotFound, Unavailable):
        return page
    address = reverse("portal:record", args=[lot.tender.number, lot.no])
    return replace(page, pdf_url=address, pdf_sha256=digest)


def printed(lot: Lot, page: OpeningPage) -> dict[str, Any]:
    """What the template sets: words and lists of words, nothing to be worked out."""
    zh = tenders.chinese()
    address = settings.PUBLIC_URL.rstrip("/") + reverse("portal:opening", args=[lot.tender.number, lot.no])
    plain = [fact for fact in page.facts if not fact.hash]
    return {
        "lang": "zh" if zh else "en",
        "heading": _("Opening record"),
        "title": page.title,
        "number": lot.number,
        "owner": lot.tender.project.owner.name,
        "facts": [
            [_("Number"), lot.number],
            [_("Owner"), lot.tender.project.owner.name],
            *([fact.label, " ".join(part for part in (fact.value, fact.note) if part)] for fact in plain),
            *([stage.word, stage.when] for stage in page.stages if stage.when),
        ],
        "sections": [section for section in sections(page, zh=zh) if section["rows"]],
        "check": {
            "title": _("Take it home and check it"),
            "text": _("Bundle and anchors are at %(address)s. Offline, without this platform:")
            % {"address": address},
            "command": COMMAND,
        },
        "hashes": [[fact.label, fact.value] for fact in page.facts if fact.hash],
    }


def sections(page: OpeningPage, *, zh: bool) -> list[dict[str, Any]]:
    """The parts of the record in the order of the page; empty ones are left out by the caller."""
    ceiling = ""
    if page.ceiling is not None:
        amount = formats.money_exact(page.ceiling, page.currency, zh=zh)
        ceiling = _("Ceiling price %(amount)s; in the order of the sealed set.") % {"amount": amount}
    return [
        {
            "title": _("Read out"),
            "note": ceiling,
            "head": [
                _("No."),
                _("Tenderer"),
                _("Bid price"),
                _("Duration (days)"),
                _("Quality"),
                _("Project manager"),
                *([_("Bid security")] if page.has_security else []),
                _("State"),
            ],
            "widths": [5, 17, 21, 11, 9, 10, 13, 14] if page.has_security else [5, 21, 25, 11, 10, 12, 16],
            "rows": [line_cells(line, page, zh=zh) for line in page.lines],
        },
        listed(
            _("Not opened, and why"), [[row.tenderer, f"{row.word}. {row.reason}"] for row in page.unread]
        ),
        listed(
            _("Objections at the opening"),
            [
                [formats.time_words(row.at), " ".join([row.text, _("Answer:"), row.answer or "–"])]
                for row in page.objections
            ],
        ),
        listed(
            _("Notes of the supervisor"), [[fact.label, f"{fact.value} ({fact.note})"] for fact in page.noted]
        ),
        listed(
            _("Present in the hall"), [[fact.label, f"{fact.value} {fact.note}"] for fact in page.present]
        ),
        listed(
            page.releases_title,
            [[row.organisation, f"{row.role} · {row.status.word}"] for row in page.officers],
        ),
        listed(_("Signatures under the record"), [[row.seat, signed_words(row)] for row in page.signed]),
    ]


def listed(title: str, rows: list[list[str]]) -> dict[str, Any]:
    """A section of labels and values."""
    return {"title": title, "note": "", "head": [], "widths": [], "rows": rows}


def line_cells(line: ReadOut, page: OpeningPage, *, zh: bool) -> list[str]:
    """One line of the read-out, figures and capitals as written."""
    state = "\n".join([str(line.status.word), *line.flags])
    given = [line.security] if page.has_security else []
    if line.price is None:
        return [str(line.no), line.tenderer, line.reason, "–", "–", "–", *given, state]
    price = formats.money_exact(line.price, page.currency, zh=zh)
    cells = [line.duration, line.quality, line.manager]
    return [str(line.no), line.tenderer, f"{price}\n{line.capitals}", *cells, *given, state]


def signed_words(row: SeatSigned) -> str:
    """Who signed with which key and when, or why nobody did."""
    if not row.who or row.at is None:
        return _("Does not sign: %(reason)s") % {"reason": row.reason}
    told = {"who": row.who, "time": formats.time_words(row.at), "key": formats.in_fours(row.key, limit=4)}
    return _("%(who)s, signed %(time)s with the key %(key)s") % told
