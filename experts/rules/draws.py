"""What the law and the house ask of a panel, and who of the pool stays out of one draw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key
from experts.rules.packs import PoolPack
from kernel.errors import Finding
from protocol import canonical, hashing
from protocol.draw import eligible
from protocol.draw.pool import Value

UNIT_REASONS: Final = ("own-employer", "related", "recent", "supervisor-staff", "ordered")
"""Reasons for which all people of a unit stay out; the others are about one person."""
_PANEL = "法37"


@dataclass(frozen=True)
class Asked:
    """A request in numbers: drawn seats by specialty, own members, bounds by region, cap by employer."""

    seats: Mapping[str, int]
    own_members: int
    employer_cap: int | None
    regions: Mapping[str, tuple[int, int]]
    begins_at: datetime


@dataclass(frozen=True)
class Unit:
    """An excluded unit: its name for comparison, its code, why, and the hash of the evidence."""

    name: str
    code: str
    reason: str
    evidence: str


def request_findings(asked: Asked, pack: PoolPack, known: Iterable[str], at: datetime) -> list[Finding]:
    """Everything that stands against a request; empty when it may be made. Source: 法37, the pool's pack."""
    drawn = sum(asked.seats.values())
    total, least, of_three = (
        drawn + asked.own_members,
        pack.number("panel_least"),
        pack.number("panel_experts_of_three"),
    )
    found: list[Finding] = []
    if not asked.seats or any(type(n) is not int or n < 1 for n in asked.seats.values()):
        found.append(Finding("seats", _("Give each specialty at least one seat."), _PANEL, field="seats"))
        return found
    if strange := sorted(set(asked.seats) - set(known)):
        found.append(
            Finding(
                "specialty",
                _("There is no specialty %(specialty)s."),
                field="seats",
                data={"specialty": strange[0]},
            )
        )
    if total < least or total % 2 == 0:
        text = _("A panel has at least %(least)s members, and an odd number; this one would have %(total)s.")
        found.append(
            Finding("panel_size", text, _PANEL, field="seats", data={"least": least, "total": total})
        )
    if drawn * 3 < total * of_three:
        text = _("At least %(of)s of three members are drawn experts. Name fewer members of your own.")
        found.append(Finding("panel_experts", text, _PANEL, field="own_members", data={"of": of_three}))
    if asked.employer_cap is not None and asked.employer_cap < 1:
        found.append(
            Finding("employer_cap", _("One expert of an employer is the least."), field="employer_cap")
        )
    if any(low < 0 or high < low for low, high in asked.regions.values()):
        found.append(Finding("regions", _("A region needs bounds from low to high."), field="regions"))
    if asked.begins_at <= at:
        found.append(
            Finding(
                "begins_at", _("The evaluation begins in the future. Give a later time."), field="begins_at"
            )
        )
    return found


def unit_findings(reason: str, evidence: str) -> list[Finding]:
    """What stands against excluding a unit."""
    found = []
    if reason not in UNIT_REASONS:
        found.append(Finding("reason", _("Choose one of the reasons of the list."), field="reason"))
    if not _hashed(evidence):
        text = _("Give the SHA-256 of the evidence: 64 characters 0-9 and a-f.")
        found.append(Finding("evidence", text, field="evidence"))
    return found


def out_of_draw(
    shown: Mapping[str, Mapping[str, Value]],
    units: Sequence[Unit],
    codes: Mapping[str, str],
    away: Iterable[str],
) -> list[dict[str, str]]:
    """Who of the pool stays out, by eid, each with the first reason: by unit, then by his own calendar.

    ``shown`` are opened records by eid, ``codes`` employers' credit codes by employer, ``away`` eids with days away.
    """
    absent, rows = frozenset(away), []
    for eid, record in sorted(shown.items()):
        employer = str(record["employer"])
        code = codes.get(employer, "")
        unit = next((one for one in units if one.name == employer or (code and one.code == code)), None)
        if unit is not None:
            rows.append({"eid": eid, "reason": unit.reason, "evidence": unit.evidence})
        elif eid in absent:
            evidence = hashing.sha256(canonical.encode([eid, "away"])).hex()
            rows.append({"eid": eid, "reason": "unavailable", "evidence": evidence})
    eligible.EXCLUSIONS(rows, "exclusions")
    return rows


def unit_of(name: str) -> str:
    """How units are compared: as employers of the pool are."""
    return name_key(name)


def office_findings(orgs: Sequence[str], t: int) -> list[Finding]:
    """What stands against these officers' organisations with threshold ``t`` (A9, A19): n ≥ 2t-1, none holds t."""
    n, most = len(orgs), max((orgs.count(one) for one in orgs), default=0)
    found = []
    if not 2 <= t < n or n < 2 * t - 1:
        text = _("With %(t)s officers needed, name at least %(n)s, and more than are needed.")
        found.append(Finding("officers", text, "A9", field="t", data={"t": t, "n": 2 * t - 1}))
    if most >= t:
        found.append(
            Finding("officers_org", _("One organisation sends as many officers as are needed."), "A9")
        )
    return found


def _hashed(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
