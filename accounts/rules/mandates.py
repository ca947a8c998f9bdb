"""Mandates (委托代理): what owner and agency sign, and whether it covers an act.

The signed body is canonical JSON in the profile of docs/protocol.md section 2, kind ``mandate``; it is not
an event of a bundle, only a paper both parties signed with their registered keys.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop as _

from accounts.states import MandatePower
from kernel.errors import Finding

KIND = "mandate"


@dataclass(frozen=True)
class MandateFacts:
    """A mandate as agreed. ``owner`` and ``agency`` are codes, ``tender`` is the reference it stands for."""

    owner: str
    agency: str
    tender: str
    powers: frozenset[MandatePower]
    valid_from: datetime
    valid_to: datetime
    fee_basis: str
    fee_payer: str


def mandate_body(facts: MandateFacts) -> dict[str, object]:
    """The body both parties sign: times in whole UTC seconds, powers in ascending order."""
    return {
        "v": "sunlit-mandate/v1",
        "owner": facts.owner,
        "agency": facts.agency,
        "tender": facts.tender,
        "powers": sorted(power.value for power in facts.powers),
        "from": int(facts.valid_from.timestamp()),
        "to": int(facts.valid_to.timestamp()),
        "fee_basis": facts.fee_basis,
        "fee_payer": facts.fee_payer,
    }


def mandate_findings(facts: MandateFacts) -> tuple[Finding, ...]:
    """What stands against a mandate as such; all at once."""
    findings = []
    if facts.owner == facts.agency:
        findings.append(
            Finding("mandate_self", _("An owner cannot be its own agency."), source="法12", field="agency")
        )
    if not facts.powers:
        findings.append(Finding("mandate_powers", _("Name at least one power."), field="powers"))
    if facts.valid_to <= facts.valid_from:
        findings.append(Finding("mandate_term", _("The term ends before it begins."), field="valid_to"))
    if not facts.tender.strip():
        findings.append(Finding("mandate_tender", _("A mandate stands for one tender."), field="tender"))
    if facts.fee_payer not in {"owner", "winner"}:
        findings.append(
            Finding(
                "mandate_fee",
                _("Say who pays the agency: the owner or the winner."),
                source="条14",
                field="fee",
            )
        )
    return tuple(findings)


def mandate_covers(
    *,
    powers: Collection[MandatePower],
    valid_from: datetime,
    valid_to: datetime,
    power: MandatePower,
    at: datetime,
) -> bool:
    """Whether a mandate signed by both gives ``power`` at the moment ``at``; the last moment is outside."""
    return power in powers and valid_from <= at < valid_to
