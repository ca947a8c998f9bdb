"""The published record of an opening, in words: read-out table, releases, what happened, what was not opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bidding.selectors.security import readout
from portal import formats
from portal.selectors import record_hall, tenders
from portal.selectors.moments import moment
from portal.selectors.policy import officer_line, role_word
from portal.selectors.shapes import (
    Fact,
    Law,
    LogLine,
    Objection,
    OfficerLine,
    ReadOut,
    Stage,
    Status,
    Unread,
)
from protocol import canonical
from protocol.hashing import sha256

VERDICTS: Mapping[str, tuple[str, str]] = {
    "OPENED": (gettext_noop("Bid opened"), "done"),
    "FACTOR_MISSING": (gettext_noop("Opening factor missing"), "fail"),
    "NOT_OPENABLE": (gettext_noop("Could not be opened"), "fail"),
    "BAD_DEALING": (gettext_noop("Sealed wrongly"), "fail"),
    "BAD_CONTENT": (gettext_noop("Content cannot be read"), "fail"),
    "PLATFORM_FAULT": (gettext_noop("Platform’s fault"), "fail"),
    "SET_ASIDE": (gettext_noop("Set aside by decision"), "stop"),
}
FINDINGS: Mapping[str, str] = {
    "revoked": gettext_noop("Treated as revoked (bidder’s cause)"),
    "withdrawn": gettext_noop("Treated as withdrawn (not the bidder’s cause)"),
    "platform": gettext_noop("Platform’s cause"),
}
FLAGS: Mapping[str, str] = {
    "words_differ": gettext_noop("amount in words differs"),
    "over_ceiling": gettext_noop("above the ceiling"),
    "other_currency": gettext_noop("another currency"),
    "other_organisation": gettext_noop("line names another organisation"),
    "not_a_line": gettext_noop("not an opening line"),
    **readout.FLAGS,
}
EVENTS: Mapping[str, str] = {
    "close": gettext_noop("Sealed set fixed"),
    "factor": gettext_noop("An opening factor arrived"),
    "factor-end": gettext_noop("Factor phase ended"),
    "set-objection": gettext_noop("A tenderer objected to the set"),
    "decision": gettext_noop("A bid set aside by owner and supervisor"),
    "attribution": gettext_noop("Cause of an unopened bid decided"),
    "incident": gettext_noop("Incident recorded"),
    "postpone": gettext_noop("Postponed"),
}


def recorded(seats: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an `OpeningPage` that come from the record's frozen facts."""
    ceiling = Decimal(facts["ceiling"]) if facts["ceiling"] is not None else None
    lines = [read_out(no, row, ceiling, facts["currency"]) for no, row in enumerate(facts["bids"], start=1)]
    opened = sum(line.opened for line in lines)
    officers = [officer(seats, row) for row in facts["officers"]]
    released = sum(any("released" in act for act in row["acts"]) for row in facts["officers"])
    zh = tenders.chinese()
    return {
        "headline": _("Opening record: %(all)s bids, %(opened)s opened")
        % {"all": len(lines), "opened": opened},
        "stages": stages(facts),
        "lines": lines,
        "ceiling": ceiling,
        "currency": facts["currency"],
        "unit": formats.currency_word(facts["currency"], zh=zh),
        "has_ceiling_gap": ceiling is not None,
        "has_security": any(line.security for line in lines),
        "releases_title": _("%(all)s officers, %(released)s released")
        % {"all": len(officers), "released": released},
        "officers": officers,
        "log": log_of(facts),
        "unread": [found for row in facts["bids"] if (found := unread(row))],
        "objections": [
            *(objection(row) for row in facts["objections"]),
            *(spoken(row) for row in facts.get("spoken", [])),
        ],
        "attribution_law": attribution_law(),
        "facts": record_facts(facts),
        "present": record_hall.present(facts),
        "noted": record_hall.notes(facts),
        "signed": record_hall.signed(facts),
    }


def read_out(no: int, row: Mapping[str, Any], ceiling: Decimal | None, currency: str) -> ReadOut:
    """One row of the table, as written; flags are words and nothing more."""
    verdict = row["verdicts"][0]["verdict"] if row["verdicts"] else ""
    word, kind = VERDICTS.get(verdict, (verdict, "wait"))
    flags = [_(FLAGS[code]) if code in FLAGS else code for code in row["flags"]]
    line, given = row["line"], row.get("security")
    sum_given = formats.money_exact(Decimal(given["amount"]), currency, zh=tenders.chinese()) if given else ""
    security = readout.words(given, sum_given)
    if line is None:
        of_line = [_(FLAGS[code]) for code in row["flags"] if code in FLAGS and code not in readout.FLAGS]
        reason = of_line[0] if of_line else _("Not opened; the cause is given below.")
        more = [_(FLAGS[code]) for code in row["flags"] if code in readout.FLAGS]
        status = Status(_(word), kind)
        return ReadOut(
            no, row["tenderer"], status, opened=False, reason=reason, flags=more, security=security
        )
    price = Decimal(line["price"])
    below = f"{(ceiling - price) * 100 / ceiling:.2f}%" if ceiling else ""
    return ReadOut(
        no,
        row["tenderer"],
        Status(_(word), kind),
        price=price,
        capitals=line["price_words"],
        below=below,
        duration=str(line["duration_days"] or "–"),
        quality=line["quality"] or "–",
        manager=line["manager"] or "–",
        flags=flags,
        security=security,
    )


def officer(seats: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> OfficerLine:
    """An officer with the moment of the release, or why there was none; no personal name."""
    seat = next((seat for seat in seats if seat["i"] == row["i"]), None)
    released = [moment(act["released"]) for act in row["acts"] if act.get("released")]
    if row["wrong"]:
        status = Status(_("Wrong share, proven"), "fail")
    elif released:
        status = Status(
            _("Released %(time)s") % {"time": formats.time_words(min(filter(None, released)))}, "done"
        )
    elif any("released" in act for act in row["acts"]):
        status = Status(_("Released"), "done")
    elif row["absent"]:
        status = Status(_("Absent: %(reason)s") % {"reason": row["absent"][0]["reason"]}, "stop")
    else:
        status = Status(_("No release needed"), "wait")
    if seat is None:
        return OfficerLine(row["org"], role_word(row["role"]), "", status)
    return officer_line(seat, status)


def log_of(facts: Mapping[str, Any]) -> list[LogLine]:
    """What happened, newest first: the lot's events, and each officer's acts by number."""
    with_factor = facts["times"]["factor_until"] is not None
    rows = [row for row in facts["events"] if with_factor or row["kind"] != "factor-end"]
    lines = [*event_lines(rows), *officer_lines(facts["officers"])]
    return sorted(lines, key=lambda line: (line.at, line.text), reverse=True)


def event_lines(rows: Sequence[Mapping[str, Any]]) -> list[LogLine]:
    """Events that are nobody's act in particular; one without a time statement is left to the bundle."""
    lines = []
    results = 0
    for row in rows:
        at = moment(row["stated"])
        word = _(EVENTS[row["kind"]]) if row["kind"] in EVENTS else ""
        if row["kind"] == "result":
            results += 1
            word = _("Envelope %(number)s opened, verdicts published") % {"number": results}
        if at and word:
            leaf = formats.counted(row["leaf"])
            lines.append(LogLine(at, _("%(what)s, entry %(leaf)s") % {"what": word, "leaf": leaf}))
    return lines


def officer_lines(rows: Sequence[Mapping[str, Any]]) -> list[LogLine]:
    """Promises and releases, officer by officer and envelope by envelope."""
    sentences = {
        "committed": _("Officer %(officer)s promised the release of envelope %(number)s"),
        "released": _("Officer %(officer)s released envelope %(number)s"),
    }
    lines = []
    for row in rows:
        for act in row["acts"]:
            values = {"officer": row["i"], "number": act["e"] + 1}
            for name, sentence in sentences.items():
                at = moment(act.get(name))
                if at:
                    lines.append(LogLine(at, sentence % values))
    return lines


def unread(row: Mapping[str, Any]) -> Unread | None:
    """A bid of the set that was not opened, with the cause a person decided on."""
    found = row["attribution"]
    if found is None:
        return None
    finding = found["finding"]
    reason = " ".join(part for part in (found["reason"], record_hall.statements(row)) if part)
    return Unread(row["tenderer"], _(FINDINGS[finding]) if finding in FINDINGS else finding, reason)


def objection(row: Mapping[str, Any]) -> Objection:
    """An objection to the set."""
    text = (
        _("A tenderer objected with a receipt.")
        if row["grounded"]
        else _("A tenderer objected without ground.")
    )
    at = moment(row["at"])
    assert at is not None  # the record always holds this moment
    return Objection(at, text, _("The set was corrected.") if row["corrected"] else "")


def spoken(row: Mapping[str, Any]) -> Objection:
    """An objection made on the spot, with its answer (Implementing Regulation, article 44)."""
    at = moment(row["at"])
    assert at is not None  # the record always holds this moment
    return Objection(at, f"{row['tenderer']}: {row['text']}", row["answer"])


def attribution_law() -> Law:
    """Why a person decides."""
    text = _(
        "A bid that was not decrypted through the bidder’s cause counts as revoked, otherwise as withdrawn. "
        "A person decides on evidence; the deposit depends on it."
    )
    return Law(text, _("Measures for Electronic Tendering, article 31"))


def stages(facts: Mapping[str, Any]) -> list[Stage]:
    """The strip of a closed record, each phase with its second."""
    times = facts["times"]
    stated: dict[str, int] = {}
    for row in facts["events"]:
        if row["stated"]:
            stated.setdefault(row["kind"], row["stated"])
    latest = max([times["recorded"] or 0, *(row["stated"] or 0 for row in facts["events"])])
    steps = [
        (_("Deadline"), times["close_at"]),
        (_("Sealed set"), stated.get("close", times["closed"])),
        *([(_("Opening factors"), times["factor_until"])] if times["factor_until"] else []),
        (_("Set check"), times["check_until"]),
        (_("Officers release"), stated.get("release")),
        (_("Read out"), stated.get("result", times["revealed"])),
        (_("Record closed"), latest or None),
    ]
    last = len(steps) - 1
    return [
        Stage(word, "now" if place == last else "done", _when(seconds, times["close_at"]))
        for place, (word, seconds) in enumerate(steps)
    ]


def _when(seconds: int | None, deadline: int) -> str:
    """The second of a phase; with its day for the deadline itself and for whatever fell on another day."""
    at, closed = moment(seconds), moment(deadline)
    if at is None or closed is None:
        return ""
    day = formats.beijing(at).date()
    if seconds != deadline and day == formats.beijing(closed).date():
        return formats.time_words(at)
    return f"{formats.date_words(day, zh=tenders.chinese())} {formats.time_words(at)}"


def record_facts(facts: Mapping[str, Any]) -> list[Fact]:
    """What binds the record: place, hosts, root of the set, T, its own digest."""
    lot = facts["lot"]
    named = (
        (_("Hall"), lot["hall"]),
        (_("Chair"), lot["chair"]),
        (_("Reader"), lot["reader"]),
        (_("Recorder"), lot["recorder"]),
        (_("Supervisor"), lot["supervisor"]),
    )
    hashes = (
        (_("Policy digest T"), facts["policy"]),
        (_("Root of the sealed set"), facts["set"]["root"]),
        (_("Digest of this record"), sha256(canonical.encode(dict(facts))).hex()),
    )
    incidents = [
        Fact(_("Incident"), f"{row['code']}: {row['note']}", note=words_of_span(row))
        for row in facts["incidents"]
    ]
    return [
        *(Fact(label, value) for label, value in named if value),
        *record_hall.figures(facts),
        *incidents,
        *(Fact(label, formats.in_fours(value), hash=True) for label, value in hashes if value),
    ]


def words_of_span(row: Mapping[str, Any]) -> str:
    """From when to when an incident lasted."""
    first, last = moment(row["from"]), moment(row["to"])
    return f"{formats.time_words(first)}–{formats.time_words(last)}" if first and last else ""
