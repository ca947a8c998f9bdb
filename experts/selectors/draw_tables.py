"""Tables of the pages of draws: how states look, whose turn it is, reasons, causes, contributors; English msgids."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop as _

from experts.states.draw import DrawState, RequestState
from experts.states.naming import NamingState

_D, _R = DrawState, RequestState
SHAPES: Final[Mapping[DrawState | RequestState, str]] = {
    _R.REQUESTED: "soon",
    _R.CONFIRMED: "done",
    _R.WITHDRAWN: "stop",
    _D.BEGUN: "wait",
    _D.PREPARED: "soon",
    _D.OPEN: "",
    _D.CLOSED: "",
    _D.COMMITTING: "",
    _D.DRAWN: "wait",
    _D.CALLING: "",
    _D.ANSWERED: "wait",
    _D.COMPLETE: "done",
    _D.SHORT: "stop",
    _D.REVEALED: "done",
}
NAMINGS: Final[Mapping[NamingState, str]] = {
    NamingState.PROPOSED: "soon",
    NamingState.CONFIRMED: "soon",
    NamingState.AGREED: "done",
    NamingState.REFUSED: "stop",
    NamingState.WITHDRAWN: "stop",
    NamingState.BARRED: "stop",
}
TURNS: Final[Mapping[DrawState | RequestState, str]] = {
    _R.REQUESTED: _("a second person of the owner: confirm"),
    _R.CONFIRMED: _("the operator of the draw: begin it"),
    _R.WITHDRAWN: _("the owner: ask again, if a panel is needed"),
    _D.BEGUN: _("officers register keys, then the operator prepares the header"),
    _D.PREPARED: _("the supervisor: read the header and sign"),
    _D.OPEN: _("who must contribute: owner, centre, supervisor; each bidder may"),
    _D.CLOSED: _("the officers: commit"),
    _D.COMMITTING: _("the officers: commit, then release"),
    _D.DRAWN: _("the platform: call the drawn"),
    _D.CALLING: _("the invited experts: answer"),
    _D.ANSWERED: _("the platform: complete the panel or ask for a further round"),
    _D.COMPLETE: _("the platform: open the draw at its time"),
    _D.SHORT: _("the operator: begin another serial; the platform opens this one at its time"),
    _D.REVEALED: _("nobody: open to everybody"),
}
REASONS: Final[Mapping[str, str]] = {
    "own-employer": _("works for the owner"),
    "related": _("has an interest: a bidder or a unit tied to one"),
    "recent": _("worked with a bidder lately"),
    "supervisor-staff": _("works for the supervising body"),
    "declared": _("declared an interest"),
    "unavailable": _("told days away beforehand"),
    "suspended": _("suspended"),
    "ordered": _("ordered by the supervisor or a court"),
}
CAUSES: Final[Mapping[str, str]] = {
    "short": _("seats were left open when the rounds were used up"),
    "infeasible": _("what was left could not be drawn under the rules"),
    "contributors": _("who had to contribute did not, or too few contributions counted"),
    "officers": _("too few officers acted"),
    "order": _("an order of the supervisor or a court"),
}
EXCHANGES: Final[Mapping[str, str]] = {
    "prevented": _("the officer is prevented"),
    "key-lost": _("the key is lost"),
    "body-left": _("the body has withdrawn"),
}
WHEN: Final[Mapping[str, str]] = {
    "after-opening": _("after the opening, so that bidders’ people stay out"),
    "before-opening": _("before the opening; conflicts are answered at sign-in"),
}
WAYS: Final[Mapping[str, str]] = {
    "drawn": _("drawn by lot"),
    "named": _("named by the owner: a special project"),
}
NAMED_TURN: Final = _("the owner: name the experts; a second person and the supervisor decide")
CONTRIBUTORS: Final[Mapping[str, str]] = {
    "owner": _("owner"),
    "platform": _("trading centre’s platform"),
    "supervisor": _("supervisor"),
}
