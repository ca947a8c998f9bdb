"""The offline verifier: numbered checks over a bundle (docs/protocol.md, section 10).

V1 reads the bundle, V20 asks for anchors; without them nothing else can be made. All other checks are made each on
its own, so that every failure is named once. Nothing here trusts a word of the bundle that is not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from protocol import anchors as anchors_module
from protocol import canonical, checks_bids, checks_log
from protocol.award_check import check_award
from protocol.case import RECEIPT, Case, read_case
from protocol.container import Container
from protocol.draw import case as draw_case
from protocol.draw import checks as draw_checks
from protocol.draw import objects
from protocol.errors import ProtocolError
from protocol.evaluation_check import check_evaluation

NUMBERS = tuple(f"V{number}" for number in range(1, 25))
CHECKS: dict[str, Callable[[Case], str]] = {
    "V2": checks_bids.v02,
    "V3": checks_bids.v03,
    "V4": checks_bids.v04,
    "V5": checks_log.v05,
    "V6": checks_log.v06,
    "V7": checks_log.v07,
    "V8": checks_log.v08,
    "V9": checks_bids.v09,
    "V10": checks_bids.v10,
    "V11": checks_bids.v11,
    "V12": checks_bids.v12,
    "V13": checks_bids.v13,
    "V14": checks_bids.v14,
    "V15": checks_bids.v15,
    "V16": checks_bids.v16,
    "V18": checks_bids.v18,
    "V19": checks_log.v19,
    "V20": checks_log.v20,
}
EVALUATION = "V25"
"""Made only where the bundle has an evaluation; then every part of it must be there."""
AWARD = "V26"
"""Made only where the owner has signed something after the opening."""


@dataclass(frozen=True)
class Outcome:
    """One line of the report: `status` is "ok", "failed" or "not made"."""

    check: str
    status: str
    sentence: str
    obj: str = ""
    evidence: str = ""


@dataclass
class Report:
    """What the verifier found. `ok` only if every check is."""

    label: dict[str, Any] = field(default_factory=dict)
    checks: list[Outcome] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every check was made and holds."""
        return len(self.checks) >= len(NUMBERS) and all(row.status == "ok" for row in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {**asdict(self), "ok": self.ok}


def verify(bundle: Path, anchors: bytes, receipts: Iterable[bytes] = ()) -> Report:
    """Make every check. Never raises for what bundle, anchors or receipts hold; OSError if a file cannot be read."""
    report = Report()
    try:
        held = anchors_module.load(anchors)
    except ProtocolError as error:
        _settle(report, {"V20": error})
        return report
    try:
        with Container(bundle) as container:
            _examine(container, held, list(receipts), report)
    except ProtocolError as error:
        _settle(report, {"V1": error})
    return report


def _examine(
    container: Container, held: anchors_module.Anchors, receipts: list[bytes], report: Report
) -> None:
    parsed, bad_receipt = [], None
    for data in receipts:
        try:
            value = canonical.decode(data)
            RECEIPT(value, "receipt")
            parsed.append(value)
        except ProtocolError as error:
            bad_receipt = error
    case, others = read_case(container, held, parsed, apart=(draw_case.ROOM, draw_case.PAPERS))
    draws = draw_case.read_draws(case, others)
    case.elsewhere = draws.chain
    found: dict[str, ProtocolError | str] = {"V1": f"{len(container.members)} members"}
    made = [(number, partial(check, case)) for number, check in CHECKS.items()]
    made.append(("V17", partial(v17, case, draws)))
    made += [(number, partial(check, draws)) for number, check in draw_checks.CHECKS.items()]
    if case.evaluation:
        made.append((EVALUATION, partial(v25, case)))
    if case.award:
        made.append((AWARD, partial(v26, case)))
    for number, check in made:
        try:
            found[number] = check()
        except ProtocolError as error:
            found[number] = error
    if bad_receipt is not None:
        found["V17"] = bad_receipt
    report.label = label(case) | {"draws": draws_label(draws)}
    report.notes = case.notes + draws.notes
    report.verdicts = [
        {
            "e": e,
            "bid": ev,
            "org": case.manifests[ev]["org"] if ev in case.manifests else "",
            "verdict": verdict.word,
        }
        for e, rows in case.verdicts.items()
        for ev, verdict in sorted(rows.items())
    ]
    _settle(report, found)


def v17(case: Case, draws: draw_case.Draws) -> str:
    """Every receipt is honoured; a contribution's counts if it was on time by all that bundle and receipts state."""
    said = checks_log.v17(case)
    given = {row["body"]["ev"] for row in case.receipts if row["body"]["kind"] == "contribution"}
    clock = case.clockwork(extra=[s for s in map(case.stating.receipt, case.receipts) if not s.faults])
    for draw in draws.all if given else []:
        if left := sorted(given & draw.counted(clock, []).keys() - draw.contributions.keys()):
            raise ProtocolError(
                "a contribution with a receipt was on time and does not count",
                obj=draw.name,
                evidence=left[0],
            )
    return said


def v25(case: Case) -> str:
    """The evaluation's ranking and candidates are what its sheets, facts and method give."""
    drawn = next((event.name for event in case.elsewhere), "")
    result = check_evaluation(case.evaluation, case.opened, case.method, drawn)
    for row in result.warnings:
        case.notes.append(f"seat {row['member']}, bid {row['bid']} {row['criterion']}: {row['warning']} mark")
    case.notes.extend(f"bid {row['bid']}: price {row['flag']}" for row in result.flags)
    return f"{len(result.ranking)} bids ranked, {len(result.candidates)} candidates"


def v26(case: Case) -> str:
    """What the owner decided after the report follows from it; says what holds, and who fell out on which ground."""
    if not case.finished:
        raise ProtocolError("there is an award without an opening that has ended", obj="award")
    found = check_award(case.award, case.evaluation, policy=case.policy_id, end=case.chain[-1].leaf)
    said = "no award in force"
    if case.award[-1].kind == "cancelled":
        said = "the lot was cancelled after its opening"
    elif found.award is not None:
        won = found.award.body
        said = f"bid {won['bid'][:16]} wins as {won['ground']}, a candidate of the report in force"
    return "; ".join(
        [said, *(f"bid {row.body['bid'][:16]} fell out: {row.body['ground']}" for row in found.out)]
    )


def _settle(report: Report, found: Mapping[str, ProtocolError | str]) -> None:
    """One outcome for each number, in order; what was not made is not passed."""
    numbers = [*NUMBERS, *(number for number in found if number not in NUMBERS)]
    report.checks = [_outcome(number, found.get(number)) for number in numbers]


def _outcome(number: str, result: ProtocolError | str | None) -> Outcome:
    if result is None:
        return Outcome(number, "not made", "could not be made")
    return _failed(number, result) if isinstance(result, ProtocolError) else Outcome(number, "ok", result)


def _failed(number: str, error: ProtocolError) -> Outcome:
    return Outcome(number, "failed", error.message, error.obj, error.evidence)


def draws_label(draws: draw_case.Draws) -> str:
    """What stands behind the draws: "none" without one, "self-attested" if one of them is."""
    try:
        orgs = [(draw.header, [body["org"] for body in draw.contributions.values()]) for draw in draws.all]
    except ProtocolError:
        return "self-attested"
    return max((objects.attested(header, given) for header, given in orgs), default="none")


def label(case: Case) -> dict[str, Any]:
    """The trust label, computed from the anchors and never read from the bundle (A15)."""
    own = case.anchors.data["log"]["org"]
    sources, k = case.stating.counting(case.policy)
    independent = set(case.stating.independent_sources()) & set(sources)
    quorum = checks_log.quorum_of(case)
    last = case.stated[-1] if case.stated else None
    witnesses = "none"
    if quorum:
        witnesses = "independent" if last and len(last.independent) >= quorum else "self-attested"
    apart = all(seat["org"] != own for seat in case.policy["officers"]) and case.policy["t"] >= 2
    return {
        "time": "independent" if len(independent) >= k else "self-attested",
        "witnesses": witnesses,
        "officers": "independent" if apart else "self-attested",
        "trial": case.policy["t"] == 1,
        "origin": case.anchors.data["origin"],
        "withheld": [e for e in range(len(case.policy["envelopes"])) if case.withheld(e)],
    }
