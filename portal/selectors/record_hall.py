"""The published record's account of the hall: who was present, what was made public, who signed, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bidding.selectors.hall_desk import FIGURES, PRESENT, SEATS
from bidding.selectors.notes import about_words
from bidding.selectors.signing import digest_of
from bidding.states import FigureKind, HostSeat, PresentAs
from portal import formats
from portal.selectors.moments import moment
from portal.selectors.shapes import Fact, SeatSigned
from protocol.hashing import sha256


def present(facts: Mapping[str, Any]) -> list[Fact]:
    """Everybody written down, with the time."""
    rows = facts.get("present", [])
    return [
        Fact(
            _(PRESENT[PresentAs(row["role"])]),
            f"{row['name']} · {row['of']}" if row["of"] else row["name"],
            note=formats.time_words(at) if (at := moment(row["at"])) else "",
        )
        for row in rows
    ]


def figures(facts: Mapping[str, Any]) -> list[Fact]:
    """Reserve price and drawn coefficient, and what was confirmed about too few opened bids."""
    found = [
        Fact(
            _(FIGURES[FigureKind(row["kind"])]),
            f"{plain(row['value'])} · {row['how']}",
            note=proof_words(row),
        )
        for row in facts.get("figures", [])
    ]
    few = facts.get("few")
    if few:
        words = _("The bids that were opened are evaluated") if few["goes_on"] else _("The tender stops here")
        said = _("Clause %(clause)s: %(words)s") % {"clause": few["clause"], "words": words}
        found.append(Fact(_("Fewer than three bids could be opened"), said, note=few["reason"]))
    return found


def signed(facts: Mapping[str, Any]) -> list[SeatSigned]:
    """Each seat that signed this very record, and the recorded reasons of the others."""
    digest = digest_of(facts)
    rows = {row["seat"]: row for row in facts.get("signatures", []) if row["body"]["record"] == digest}
    why = {row["seat"]: row for row in facts.get("vacancies", [])}
    found = []
    for seat in HostSeat:
        row = rows.get(seat.value)
        if row is not None:
            key = sha256(bytes.fromhex(row["signature"]["key"])).hex()
            who = f"{row['org']} · {row['body']['name']}"
            found.append(SeatSigned(_(SEATS[seat]), who, moment(row["at"]), key))
        elif seat.value in why:
            found.append(SeatSigned(_(SEATS[seat]), reason=why[seat.value]["reason"]))
    return found


def proof_words(row: Mapping[str, Any]) -> str:
    """How a coefficient is repeated, or who watched it drawn and where it was filmed."""
    proof = row.get("proof") or {}
    if "digest" in proof:
        told = {"digest": formats.in_fours(proof["digest"]), "of": proof["of"], "index": proof["index"]}
        return _("SHA-256 %(digest)s mod %(of)s = %(index)s, repeated from the bundle alone") % told
    if "recording" in proof:
        return _("Watched by %(watched)s, recording %(recording)s") % proof
    return ""


def notes(facts: Mapping[str, Any]) -> list[Fact]:
    """What the supervisor noted on attributions and other exceptions, with its name and the time."""
    tenderers = {row["ev"]: row["tenderer"] for row in facts["bids"]}
    return [
        Fact(
            about_words(row["about"], tenderers.get(row["bid"], "")),
            row["text"],
            note=" · ".join(
                [row["of"], row["by"], formats.time_words(at) if (at := moment(row["at"])) else ""]
            ),
        )
        for row in facts.get("notes", [])
    ]


def statements(row: Mapping[str, Any]) -> str:
    """What the evidence and the bidder say about a bid that was not decrypted."""
    found = row["attribution"] or {}
    parts = [
        _("The bidder says: %(text)s") % said if said["text"] else _("The bidder makes no statement.")
        for said in found.get("statements", [])
    ]
    window = found.get("window")
    if window:
        parts.insert(
            0,
            _("Heartbeats of the log in the window: %(heartbeats)s; the platform was down for %(down)s s.")
            % window,
        )
    return " ".join(parts)


def plain(value: str) -> str:
    """A number without needless zeros."""
    return f"{Decimal(value).normalize():,f}"
