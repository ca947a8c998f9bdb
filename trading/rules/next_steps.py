"""What a lot waits for from the opening to the contract: what happens next, and until when it must (法 40-47); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop as _

STEPS: Mapping[str, str] = {
    "evaluate": _("The panel evaluates the bids and makes its report."),
    "receipt": _("The owner confirms that it has the report."),
    "show": _("The owner shows the candidates to everybody."),
    "object": _("Whoever is concerned may object to the result."),
    "award": _("The owner answers objections, decides, and sends the award letter."),
    "contract": _("Owner and winner sign the contract."),
    "refund": _("Deposits go back to the winner and the others, with interest."),
    "lift": _("The supervisor lifts the suspension; until then nothing is awarded."),
}
TURN_OF: Mapping[str, str] = {
    "evaluate": "panel",
    "receipt": "show",
    "show": "show",
    "object": "objectors",
    "award": "award",
    "contract": "contract",
    "refund": "owner-refund",
    "lift": "supervisor",
}
OF_STATE: Mapping[str, str] = {
    "evaluating": "evaluate",
    "reported": "show",
    "publicity": "object",
    "awaiting_award": "award",
    "awarded": "contract",
    "contracted": "refund",
}


@dataclass(frozen=True)
class NextStep:
    """The step of ``STEPS`` a lot waits for, and its last moment where a rule or a notice sets one."""

    code: str
    until: datetime | None = None


def next_step(
    state: str, *, received: bool, held: bool, until: Mapping[str, datetime | None]
) -> NextStep | None:
    """The step after ``state``; ``until`` has the last moment of steps by code. None before the opening and at the end.

    ``received``: the owner has confirmed the report; ``held``: the supervisor has suspended the lot.
    """
    code = OF_STATE.get(state)
    if code is None:
        return None
    if held and code in ("show", "object", "award"):
        code = "lift"
    elif code == "show" and not received:
        code = "receipt"
    return NextStep(code, until.get(code))
