"""How often owners name instead of draw, for who supervises: counts beside each other, and no word about why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from experts.models import DrawRequest
from experts.states.draw import RequestState


@dataclass(frozen=True)
class NamedOwner:
    """An owner that named the experts of ``named`` of the ``panels`` it asked for; ``lots`` are those it named."""

    name: str
    named: int
    panels: int
    lots: Sequence[DrawRequest]


def named_owners(requests: QuerySet[DrawRequest]) -> list[NamedOwner]:
    """Of these requests, the confirmed ones by owner, where any asked for no draw: the most named first."""
    rows = requests.filter(state=RequestState.CONFIRMED.value)
    rows = rows.select_related("lot__tender__project__owner").order_by("-asked_at", "-id")
    panels: Counter[str] = Counter()
    named: dict[str, list[DrawRequest]] = {}
    for row in rows:
        owner = row.lot.tender.project.owner.name
        panels[owner] += 1
        if row.named:
            named.setdefault(owner, []).append(row)
    found = [NamedOwner(name, len(lots), panels[name], lots) for name, lots in named.items()]
    return sorted(found, key=lambda one: (-one.named, one.name))
