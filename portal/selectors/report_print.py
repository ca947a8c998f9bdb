"""The evaluation report on paper (12号令 42), for those who may read its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.selectors.draw_label import self_attested
from experts.selectors.pool import specialty_words
from experts.selectors.report_page import ReportPage, report_page
from portal import formats, typesetting
from portal.selectors import tenders
from trading.rules.paper_sums import capitals, grouped

Part = dict[str, Any]


def report_pdf(panel_id: UUID, number: int, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """A report as PDF and its file name; refusals as those of the page."""
    seen, zh = report_page(panel_id, actor, at, number), tenders.chinese()
    assert seen.report is not None
    lot, n = seen.content["basic"]["lot"], seen.content["number"]
    handed = seen.report.handed_at
    state = _("Handed over") + " · " + formats.moment_words(handed, zh=zh) if handed else _("Being signed")
    data = {
        "lang": "zh" if zh else "en",
        "title": _("Evaluation report"),
        "number": f"{lot} · {n} · {seen.report.entry.ev}",
        "state": state,
        "parts": _parts(seen, zh=zh),
    }
    return typesetting.typeset("report", data, at=seen.report.at), f"report-{lot}-{n}.pdf"


def _parts(seen: ReportPage, *, zh: bool) -> list[Part]:
    content, none = seen.content, _("None.")
    lowest = content["method"]["kind"] == "lowest_evaluated"
    method = _("Lowest evaluated price") if lowest else _("Comprehensive evaluation")
    names = [name for name, _points in seen.rows[0]["criteria"]] if seen.rows else []
    head = [_("Rank"), _("Tenderer"), _("Evaluated price"), *names, _("Ranked by") if lowest else _("Total")]
    return [
        _part(_("1 Basic data"), pairs=_basic(seen, zh=zh)),
        _part(
            _("2 Panel"),
            head=[_("Seat"), _("Name"), _("Kind"), _("Specialty")],
            rows=[
                [_seat(row), row["name"], row["word"], _specialty(row["specialty"])] for row in seen.members
            ],
            lines=[
                *_drawn(seen),
                *(_mandate(row) for row in seen.members if row["kind"] == "owner"),
                *(f"{row['seat']}: {row['word']} {row['reason']}" for row in seen.replaced),
            ],
        ),
        _part(
            _("3 Opening record"),
            head=[_("Tenderer"), _("Price read out"), _("Days"), _("Quality"), _("Project manager")],
            rows=[[row["tenderer"], *_line(row["line"])] for row in seen.opening],
        ),
        _part(_("4 Compliant bids"), lines=seen.compliant or [none]),
        _part(_("5 Rejected bids"), lines=[*map(_rejected, seen.rejected), *_competing(seen)] or [none]),
        _part(
            _("6 Standards and method"),
            head=[_("Criterion"), _("Most points")] if content["method"]["criteria"] else (),
            rows=[[node["name"], node["max"]] for node in content["method"]["criteria"]],
            lines=[
                method,
                *(f"{row['word']}: {grouped(row['price'])} {row['reason']}" for row in seen.corrections),
                *_changes(seen),
            ],
        ),
        _part(
            _("7 Scores and ranking"),
            head=head if seen.rows else (),
            rows=[
                [str(row["rank"]), row["word"], grouped(row["price"]), *_points(row), grouped(row["value"])]
                for row in seen.rows
            ],
            lines=[] if seen.rows else [none],
        ),
        _part(_("8 Candidates"), lines=_candidates(seen) or [_("No candidate.")]),
        _part(_("9 Clarifications"), lines=[_asked(row) for row in seen.clarifications] or [none]),
        _part(_("10 Deviations looked at, votes"), lines=_looks(seen) or [none]),
        _part(
            _("11 Signatures"),
            head=[_("Seat"), _("Name"), _("The report"), _("Reasons for not agreeing")],
            rows=[
                [str(one.seat), one.name, one.word or _("has not signed yet"), one.note]
                for one in seen.stances
            ],
        ),
    ]


def _drawn(seen: ReportPage) -> list[str]:
    """The label of a panel drawn in a trial."""
    if not self_attested(seen.panel.lot_id):
        return []
    said = _(
        "Self-attested: one officer, or one organisation alone, could have chosen or foreseen this result."
    )
    return [_("Self-attested: for trials only.") + " " + said]


def _part(
    title: str,
    *,
    pairs: Sequence[Sequence[str]] = (),
    head: Sequence[str] = (),
    rows: Iterable[Sequence[str]] = (),
    lines: Iterable[str] = (),
) -> Part:
    return {
        "title": title,
        "pairs": [list(row) for row in pairs],
        "head": list(head),
        "rows": [[str(cell) for cell in row] for row in rows],
        "lines": list(lines),
    }


def _rested(row: dict[str, Any], *, zh: bool) -> str:
    """An adjournment in a line: from when to when, under which seals, and what was found."""
    moments = [formats.moment_words(row[name], zh=zh) for name in ("begin", "end") if row[name]]
    more = [row[name] for name in ("seals", "reason", "incident", "decision") if row[name]]
    return " · ".join([" – ".join(moments), *more])


def _basic(seen: ReportPage, *, zh: bool) -> list[tuple[str, str]]:
    basic = seen.content["basic"]
    rows = [
        (_("Tender"), basic["title"]),
        (_("Lot"), f"{basic['lot']} {basic['name']}"),
        (_("Owner"), basic["owner"]),
        (_("Agency"), basic["agency"]),
        (_("Supervisor"), basic["supervisor"]),
        (_("Room"), basic["place"]),
        (_("Ceiling price"), _sum(basic["ceiling"] or "")),
        (_("Bids opened"), str(basic["bids"])),
    ]
    moments = (("opened", _("Opening")), ("seated", _("Panel formed")))
    rows += [(word, formats.moment_words(at, zh=zh)) for name, word in moments if (at := seen.moments[name])]
    rows += [(row["word"], row["reason"]) for row in seen.recalls]
    rows += [(row["word"], _rested(row, zh=zh)) for row in seen.rests]
    return [row for row in rows if row[1]]


def _seat(row: dict[str, Any]) -> str:
    return f"{row['seat']} · {_('chair')}" if row["chair"] else str(row["seat"])


def _mandate(row: dict[str, Any]) -> str:
    """By which letter the owner sent its own member; reports made before letters were kept have none."""
    if digest := row.get("mandate", ""):
        told = {"seat": row["seat"], "digest": formats.in_fours(digest)}
        return _("Seat %(seat)s, mandate: SHA-256 %(digest)s") % told
    return _("Seat %(seat)s, mandate: none is kept; named before letters were kept here.") % {
        "seat": row["seat"]
    }


def _line(line: dict[str, Any]) -> list[str]:
    return [
        grouped(line["price"]),
        str(line["duration_days"] or ""),
        line["quality"] or "",
        line["manager"] or "",
    ]


def _rejected(row: dict[str, Any]) -> str:
    against = "; ".join(
        _("Seat %(seat)s voted against:") % {"seat": vote["seat"]} + f" {vote['note']}"
        for vote in row["against"]
    )
    told = f"{row['word']}: {row['article']} · {row['clause']} · {row['page']} · {row['reason']}"
    return f"{told} ({against})" if against else told


def _points(row: dict[str, Any]) -> list[str]:
    return [points for _name, points in row["criteria"]]


def _sum(text: str) -> str:
    """A sum grouped, and in capitals (大写)."""
    words = capitals(text)
    return f"{grouped(text)} ({words})" if words else grouped(text)


def _candidates(seen: ReportPage) -> list[str]:
    found = [f"{row['rank']} {row['word']}, {_sum(row['offered'])}" for row in seen.rows if row["candidate"]]
    matters = seen.content["matters"]
    return [*found, _("To be settled before the contract is signed") + f": {matters}"] if matters else found


def _asked(row: dict[str, Any]) -> str:
    return f"{row['word']}: {row['question']} — {row['answer'] or _('No answer in time')}"


def _changes(seen: ReportPage) -> list[str]:
    said = _("%(name)s: %(before)s before, %(after)s now")
    return [
        f"{row['word']}, "
        + said % {"name": row["name"], "before": grouped(row["before"]), "after": grouped(row["after"])}
        + f". {row['reason']}"
        for row in seen.changes
    ]


def _competing(seen: ReportPage) -> list[str]:
    """Why members found that the few bids left compete enough; reports of before the question have no such member."""
    word = _("Why competition is enough all the same")
    return [f"{word} ({row['seat']}): {row['reason']}" for row in seen.content.get("competition", ())]


def _looks(seen: ReportPage) -> list[str]:
    found = []
    for row in seen.content["looks"]:
        data = {"seat": row["seat"], "look": row["round"]}
        kept, further = (
            _("Seat %(seat)s keeps its marks"),
            _("Seat %(seat)s has locked a further sheet, look %(look)s"),
        )
        found.append((kept if row["kept"] else further) % data + f": {row['reason']}")
    return found


def _specialty(code: str) -> str:
    return specialty_words([code])[0] if code else "–"
