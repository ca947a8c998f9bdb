"""An expert's own named seats; of the experts named for a lot what everybody may know: how many, on which ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.rules.articles import article_shown
from experts.draw_keys import gateway_key
from experts.models import DrawRequest, Expert, NamedSeat, Naming, Panel
from experts.pool_keys import PoolKey
from experts.rules.naming import SPECIAL
from experts.rules.packs import pool_pack
from experts.selectors.pool import chinese
from experts.states.draw import RequestState, SeatCode
from experts.states.naming import NamingState
from kernel.errors import Unavailable
from trading.models import Lot


def own_named(expert: Expert) -> list[NamedSeat]:
    """The seats this expert is named for, in namings that are agreed to; nobody else's is opened on the way."""
    found = []
    for naming in Naming.objects.filter(state=NamingState.AGREED.value).order_by("at"):
        try:
            seat = gateway_key(naming.pk).named_seat(expert.pk.bytes)
        except Unavailable:
            continue
        rows = NamedSeat.objects.select_related(
            "naming__draw__request", "naming__request", "naming__lot", "call"
        )
        found += list(rows.filter(naming=naming, seat=seat))
    return found


def is_named(seat: str) -> bool:
    """Whether a seat is one somebody is named for, and not drawn."""
    return NamedSeat.objects.filter(seat=seat).exists()


@dataclass(frozen=True)
class NamedRecord:
    """Experts named and not drawn, as everybody reads of them once the draw is open; ``names`` where they are due."""

    specialties: Sequence[tuple[str, int]]
    ground: str
    feature: str
    reason: str
    article: str
    names: Sequence[str] = ()

    @property
    def number(self) -> int:
        """How many were named and accepted."""
        return sum(number for _specialty, number in self.specialties)


def named_record(lot: Lot, key: PoolKey | None = None) -> list[NamedRecord]:
    """The namings of a lot by which somebody sits, in order; with ``key`` their names, as those of the drawn."""
    found = []
    rows = Naming.objects.filter(lot=lot, state=NamingState.AGREED.value).order_by("at", "id")
    for naming in rows.prefetch_related("seats"):
        there = [one.specialty for one in naming.seats.all() if one.code == SeatCode.ACCEPTED.value]
        if there:
            counted = sorted((name, there.count(name)) for name in set(there))
            names = _names(naming, key) if key is not None else ()
            words = ground_word(naming.ground), feature_word(naming.feature), naming.reason, article_of(lot)
            found.append(NamedRecord(counted, *words, names))
    return found


def _names(naming: Naming, key: PoolKey) -> list[str]:
    gateway = gateway_key(naming.pk)
    rows = [one for one in naming.seats.all() if one.code == SeatCode.ACCEPTED.value]
    return sorted(key.open_call(gateway.open_call(row.sealed)).name for row in rows)


def named_words(lot: Lot, ground: str, feature: str) -> str:
    """The label beside a member who was named: that he was not drawn, on which ground and by which article."""
    told = {"feature": feature_word(feature), "article": article_of(lot)}
    if ground == SPECIAL:
        return _("Named, not drawn: no draw was asked for. %(feature)s (%(article)s)") % told
    return _("Named, not drawn: the draw ended short. %(feature)s (%(article)s)") % told


def ground_word(ground: str) -> str:
    """On which ground they were named, in a sentence."""
    if ground == SPECIAL:
        return _("No draw of this lot was asked for.")
    return _("The draw had left their seats open.")


def named_request(lot: Lot) -> DrawRequest | None:
    """The confirmed request of a lot whose experts are named instead of drawn; None where they are drawn."""
    return DrawRequest.objects.filter(lot=lot, state=RequestState.CONFIRMED.value, named=True).first()


def named_due(at: datetime) -> QuerySet[DrawRequest]:
    """Requests without a draw whose named are called in by now, where somebody named has accepted."""
    hours = timedelta(hours=pool_pack().number("named_open_hours"))
    rows = DrawRequest.objects.filter(
        named=True, state=RequestState.CONFIRMED.value, begins_at__lte=at + hours
    )
    accepted = NamedSeat.objects.filter(
        code=SeatCode.ACCEPTED.value, naming__state=NamingState.AGREED.value, naming__request__isnull=False
    )
    return rows.filter(pk__in=accepted.values("naming__request"))


@dataclass(frozen=True)
class NamedPanel:
    """A panel without any draw: what was asked for, when its members were called in, and the namings behind it."""

    request: DrawRequest
    called_at: datetime
    namings: Sequence[NamedRecord]

    @property
    def seats(self) -> list[tuple[str, int]]:
        """Seats by specialty, as asked for."""
        return sorted((code, int(number)) for code, number in self.request.seats.items())


def named_panel(lot: Lot, key: PoolKey | None = None) -> NamedPanel | None:
    """The panel of a lot whose experts were named instead of drawn, once they are called in; None before, or elsewhere.

    ``key`` opens their names, where they are due as those of the drawn.
    """
    panel, request = Panel.objects.filter(lot=lot).first(), named_request(lot)
    return NamedPanel(request, panel.formed_at, named_record(lot, key)) if panel and request else None


def feature_word(code: str) -> str:
    """What makes the project special, in the reader's language."""
    found = pool_pack().features.get(code)
    return code if found is None else found.text_zh if chinese() else found.text_en


def article_of(lot: Lot) -> str:
    """The article under which experts of this lot are named; "" where its trade knows no naming."""
    rule = pool_pack().naming_rule(lot.tender.project.trade)
    return article_shown(rule.article, chinese=chinese()) if rule else ""
