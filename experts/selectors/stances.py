"""What a member signs when he agrees with a report or dissents from it (条例 53; protocol 16.7)."""

from collections.abc import Mapping
from typing import Any

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import Panel
from experts.rules.sheets import text_hash
from experts.selectors.panels import own_seat
from experts.selectors.reports import report_signing
from experts.states.recall import StanceWord
from protocol import evaluation_bodies


def stance_body(panel: Panel, actor: Actor, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The report-sign body of a chosen stance with its note; None for a dissent without reasons."""
    dissent = given["stance"] == StanceWord.DISSENT.value
    note = tidy(given["note"]) if dissent else ""
    if dissent and not note:
        return None
    return evaluation_bodies.body(
        "report-sign",
        policy=panel.lot.policy,
        report=report_signing(panel).entry.ev,
        seat=own_seat(panel, actor).seat,
        stance=given["stance"],
        note=text_hash(note) if dissent else None,
    )
