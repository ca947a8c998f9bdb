"""Whose turn it is: one code for each state of a project, tender or lot, with the words people read."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

TURNS: Mapping[str, str] = {
    "intake": _("the intake desk"),
    "parties": _("the owner or its agency"),
    "owner": _("the owner: sign and publish"),
    "tenderers": _("the tenderers"),
    "reply": _("the owner or its agency: answer the objection"),
    "supervisor": _("the supervisor"),
    "lift": _("the owner: lift the suspension"),
    "platform": _("the platform, then the officers"),
    "officers": _("the officers"),
    "panel": _("the evaluation panel"),
    "show": _("the owner: confirm the report and show the candidates"),
    "objectors": _("whoever objects to the result; the publicity runs"),
    "award": _("the owner: answer objections and award"),
    "contract": _("owner and winner: sign the contract"),
    "again": _("the owner: tender again or give up"),
    "nobody": _("nobody: finished"),
}
OF_PROJECT: Mapping[str, str] = {"intake": "intake", "returned": "parties", "accepted": "parties"}
OF_TENDER: Mapping[str, str] = {
    "draft": "parties",
    "ready": "owner",
    "open": "tenderers",
    "closed": "platform",
    "unsuccessful": "again",
    "cancelled": "again",
}
OF_LOT: Mapping[str, str] = {
    **OF_TENDER,
    "opening": "officers",
    "paused": "officers",
    "evaluating": "panel",
    "reported": "show",
    "publicity": "objectors",
    "awaiting_award": "award",
    "awarded": "contract",
}
OF_GROUND: Mapping[str, str] = {"objection": "reply", "order": "supervisor", "fault": "lift", "owner": "lift"}


def project_turn(state: str) -> str:
    """The code of whose turn it is in a project."""
    return OF_PROJECT.get(state, "nobody")


def tender_turn(state: str, grounds: tuple[str, ...] = ()) -> str:
    """The code of whose turn it is in a tender; ``grounds`` are those of its open suspensions, the oldest first.

    An unanswered objection comes before everything else: nobody but the parties can end it.
    """
    if state != "suspended":
        return OF_TENDER.get(state, "nobody")
    if "objection" in grounds:
        return "reply"
    return OF_GROUND.get(grounds[0], "lift") if grounds else "lift"


def lot_turn(state: str, grounds: tuple[str, ...] = ()) -> str:
    """The code of whose turn it is in a lot."""
    return tender_turn(state, grounds) if state == "suspended" else OF_LOT.get(state, "nobody")
