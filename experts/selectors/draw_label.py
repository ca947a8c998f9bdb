"""The trust label of draws where their result is shown: recomputed from header and contributions (decision 7, A15)."""

from uuid import UUID

from experts.models import Contribution, Draw
from protocol.draw import objects

SELF = "self-attested"


def label_of(draw: Draw) -> str:
    """Label of a draw, "self-attested" or "independent"; "" before there is a header.

    Until somebody has contributed it is that of those who must.
    """
    if not draw.header:
        return ""
    given = set(Contribution.objects.filter(draw=draw).values_list("org", flat=True))
    return objects.attested(draw.header, given or {row["org"] for row in draw.header["required"]})


def self_attested(lot_id: UUID) -> bool:
    """Whether one organisation, or one officer, could have chosen or foreseen a draw of this lot that was signed."""
    draws = Draw.objects.filter(lot=lot_id).exclude(t_d="").order_by("serial")
    return any(label_of(draw) == SELF for draw in draws)
