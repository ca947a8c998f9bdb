"""The page of who contributes to a draw: what is asked of an organisation, until when, and its receipt."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.selectors import active_spkis
from bidding.models import Receipt
from experts.models import Contribution, Draw
from experts.policies.draw import may_contribute
from experts.selectors.draw_pack import UNSIGNED, logged_files
from experts.selectors.draws import DrawChain, contributors_of, draw_get, placed
from experts.states.draw import DrawState
from kernel.policies import require

SHOWN: Final = frozenset({"draw-header", "draw-postpone", "contribution"})
"""What a contributor's device is shown: whose header it is, and that nothing was taken out since."""


CHECKS: Final = (
    ("continues", gettext_noop("The log continues the one this device saw before; nothing was taken out")),
    ("header", gettext_noop("The header is signed by supervisor and platform, and the officers are t of n")),
    (
        "log",
        gettext_noop("The header stands in a checkpoint with witnesses; no event of the draw is left out"),
    ),
    ("own", gettext_noop("This device has seen no other header of this draw")),
)


class Asked(StrEnum):
    """What the page asks of an organisation."""

    WAIT = "wait"  # the header is not signed, or stands in no checkpoint yet
    GIVE = "give"
    MISSED = "missed"
    GIVEN = "given"


@dataclass(frozen=True)
class OwnReceipt:
    """The receipt of the own contribution, and where it stands in the log."""

    code: str
    digest: str
    issued_at: datetime
    leaf: int
    size: int
    ev: str


@dataclass(frozen=True)
class ContributorPage:
    """``data`` is what the script works with, nothing secret; ``required`` organisations must, bidders may."""

    draw: Draw
    organisation: Organisation
    asked: Asked
    required: bool
    close_at: datetime | None
    ev: str
    receipt: OwnReceipt | None
    data: dict[str, Any]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """What the device checks before it contributes, in words."""
        return [(code, _(words)) for code, words in CHECKS]


def contributor_page(draw_id: UUID, actor: Actor, at: datetime) -> ContributorPage:
    """The page of the organisation a person acts for. NotPermitted when it does not contribute to this draw."""
    draw, organisation = _own(draw_id, actor)
    row = Contribution.objects.select_related("entry").filter(draw=draw, org=organisation.code).first()
    required = {one["org"]: one["spki"] for one in draw.header.get("required", [])}
    keys = required.get(organisation.code)
    return ContributorPage(
        draw=draw,
        organisation=organisation,
        asked=_asked(draw, row, at),
        required=keys is not None,
        close_at=draw.close_at,
        ev=row.entry.ev if row else "",
        receipt=_receipt(row),
        data={
            "pack": reverse("experts:draw-contribute-pack", args=[draw.pk]),
            "receipt": reverse("experts:draw-contribute-receipt", args=[draw.pk]),
            "page": reverse("experts:draw-contribute", args=[draw.pk]),
            "anchors": reverse("portal-anchors", args=[draw.lot.policy]),
            "database": str(actor.person),
            "org": organisation.code,
            "given": row.entry.ev if row else "",
            "keys": [keys] if keys else sorted(active_spkis(organisation.pk)),
        },
    )


def contributor_pack(draw_id: UUID, actor: Actor) -> dict[str, Any]:
    """What the device checks before it contributes: header and chain with proofs, checkpoints, policy.

    StateConflict ``not_in_log`` until the header has its place.
    """
    draw, _organisation = _own(draw_id, actor)
    placed(draw.header_entry)
    return {"t_d": draw.t_d, **logged_files(DrawChain(draw), SHOWN)}


def _own(draw_id: UUID, actor: Actor) -> tuple[Draw, Organisation]:
    draw = draw_get(draw_id)
    require(may_contribute(actor, frozenset(contributors_of(draw).values())))
    assert actor.organisation is not None
    return draw, Organisation.objects.get(pk=actor.organisation)


def _asked(draw: Draw, row: Contribution | None, at: datetime) -> Asked:
    if row is not None:
        return Asked.GIVEN
    state = DrawState(draw.state)
    if state in UNSIGNED or draw.header_entry is None:
        return Asked.WAIT
    if state is not DrawState.OPEN or draw.close_at is None or at >= draw.close_at:
        return Asked.MISSED
    return Asked.GIVE if DrawChain(draw).stands(draw.header_entry) else Asked.WAIT


def _receipt(row: Contribution | None) -> OwnReceipt | None:
    found = Receipt.objects.filter(ev=row.entry.ev).first() if row else None
    if row is None or found is None:
        return None
    size = int(json.loads(found.signed)["body"]["note"].splitlines()[1])
    leaf = int(row.entry.leaf_index or 0)
    return OwnReceipt(found.code, found.digest, found.issued_at, leaf, size, found.ev)
