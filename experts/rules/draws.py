"""What the law and the house ask of a panel, and who of the pool stays out of one draw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key
from experts.rules.packs import DrawRule, PoolPack
from kernel.errors import Finding
from protocol import canonical, hashing
from protocol.draw import eligible
from protocol.draw.pool import Value

UNIT_REASONS: Final = ("own-employer", "related", "recent", "supervisor-staff", "ordered")
"""Reasons for which all people of a unit stay out; the others are about one person."""
OF_REGISTER: Final = ("own-employer", "supervisor-staff")
"""Of these, those that follow from the register: entering them is no choice of anybody's."""
TOLD: Final = ("category", "city", "fee")
"""What an invited expert is told in the owner's own words; time and hours are numbers."""
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


def request_findings(
    asked: Asked, pack: PoolPack, known: Iterable[str], at: datetime, *, size: tuple[int, str]
) -> list[Finding]:
    """Everything that stands against a request; empty when it may be made. Source: 法37, the pool's pack.

    ``size``: how many members at least, and the article that says so (``PoolPack.least``).
    """
    drawn = sum(asked.seats.values())
    total, of_three = drawn + asked.own_members, pack.number("panel_experts_of_three")
    least, article = size
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
            Finding("panel_size", text, article, field="seats", data={"least": least, "total": total})
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


def words_findings(words: Mapping[str, str], telling: Iterable[str]) -> list[Finding]:
    """What stands against the words an invited expert hears: none is empty, none names project, owner, tender or lot.

    ``telling`` are the names and numbers that must not be in them. Source: 法37, 条例46.
    """
    names, found = [folded(one) for one in telling], []
    for field, text in words.items():
        if not folded(text):
            found.append(Finding("empty", _("Fill this in: the invited expert must know it."), field=field))
        elif any(one in folded(text) for one in names):
            said = _(
                "This names the project, its owner or the lot. An expert hears of them after he has signed in."
            )
            found.append(Finding("words_tell", said, _PANEL, field=field))
    return found


def folded(text: str) -> str:
    """A text as it is compared with another: blanks apart, capitals as small letters."""
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class Window:
    """Close of contributions, reveal, evaluation; ``due``: the bids' deadline, of a draw before the opening."""

    close_at: datetime
    reveal_at: datetime
    begins_at: datetime
    due: datetime | None


def when_findings(when: str, rule: DrawRule) -> list[Finding]:
    """What stands against drawing before or after the opening in this trade (A24, the pool's pack)."""
    if when in rule.when:
        return []
    message = _("In this trade a panel is not drawn then. Choose another moment.")
    return [Finding("when", message, rule.article, field="when")]


def times_findings(asked: Window, rule: DrawRule, at: datetime) -> list[Finding]:
    """What stands against the times of a draw: their order, too early a draw, names before the bids are in."""
    found = []
    if not at < asked.close_at <= asked.reveal_at:
        text = _("Contributions close in the future, and the reveal is not before that.")
        found.append(Finding("draw_times", text, field="close_at"))
    if asked.begins_at - asked.close_at > timedelta(hours=rule.most_hours):
        text = _(
            "A panel is drawn at most %(hours)s hours before its evaluation. Let contributions close later."
        )
        data = {"hours": rule.most_hours}
        found.append(Finding("draw_early", text, rule.article, field="close_at", data=data))
    if asked.due is not None and asked.reveal_at < asked.due:
        text = _("Nobody may learn the panel before the bids are in. Set the reveal after the deadline.")
        found.append(Finding("draw_reveal_early", text, "法37", field="reveal_at"))
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
    own: Mapping[str, str],
) -> list[dict[str, str]]:
    """Who of the pool stays out, by eid, each with the first reason: by unit, then for what is his own.

    ``shown`` are opened records by eid, ``codes`` employers' credit codes by employer, ``own`` reasons by eid: what he
    declared, his recent panels, his calendar.
    """
    rows = []
    of_employer: dict[str, Unit | None] = {}
    for eid, record in sorted(shown.items()):
        employer = str(record["employer"])
        if employer not in of_employer:
            code = codes.get(employer, "")
            of_employer[employer] = next(
                (one for one in units if one.name == employer or (code and one.code == code)), None
            )
        unit = of_employer[employer]
        if unit is not None:
            rows.append({"eid": eid, "reason": unit.reason, "evidence": unit.evidence})
        elif eid in own:
            evidence = hashing.sha256(canonical.encode([eid, own[eid]])).hex()
            rows.append({"eid": eid, "reason": own[eid], "evidence": evidence})
    eligible.EXCLUSIONS(rows, "exclusions")
    return rows


def unit_of(name: str) -> str:
    """How units are compared: as employers of the pool are."""
    return name_key(name)


def profile_findings(t: int, *, trial: bool) -> list[Finding]:
    """What stands against one officer alone (t = 1): it is for trials, never for real tenders (design, decision 7)."""
    if t > 1 or trial:
        return []
    text = _(
        "One officer alone is for trials. In production at least two officers of three release together: "
        "give 2 or more."
    )
    return [Finding("draw_trial_only", text, "A9", field="t")]


def office_findings(orgs: Sequence[str], t: int, *, trial: bool = False) -> list[Finding]:
    """What stands against these officers' organisations with threshold ``t`` (A9, A19): n ≥ 2t-1, none holds t.

    With ``trial`` one officer alone may hold the draw (t = n = 1); its result is labelled self-attested.
    """
    n, most = len(orgs), max((orgs.count(one) for one in orgs), default=0)
    found = profile_findings(t, trial=trial)
    if trial and t == n == 1:
        return found
    if not 2 <= t < n or n < 2 * t - 1:
        text = _("With %(t)s officers needed, name at least %(n)s, and more than are needed.")
        found.append(Finding("officers", text, "A9", field="t", data={"t": t, "n": 2 * t - 1}))
    if most >= t:
        found.append(
            Finding("officers_org", _("One organisation sends as many officers as are needed."), "A9")
        )
    return found


def hand_findings(seats: Sequence[tuple[int, bool, bool]]) -> list[Finding]:
    """What stands against officers given as (number, dry run passed, acted for by a program) (A10, A25).

    Every key has been proven, and at least one officer is a person.
    """
    text = _("Officer %(i)s has not passed the dry run with the present key.")
    found = [
        Finding("officer_dryrun_missing", text, "A10", field=f"officers[{i}]", data={"i": i})
        for i, proven, _automated in seats
        if not proven
    ]
    if seats and all(automated for _i, _proven, automated in seats):
        text = _("A program acts for every officer. At least one officer is a person.")
        found.append(Finding("officers_automated", text, "A25", field="officers"))
    return found


def _hashed(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
