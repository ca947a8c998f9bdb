"""A lot whose panel is drawn before everybody's eyes, scores, and is followed; by the services its people call."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.actors import SYSTEM
from accounts.states import OrganisationKind
from bidding import store
from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Registry
from bidding.rehearsal.results import award
from bidding.rehearsal.tenders import Published
from bidding.selectors.anchors import SAME_RUN, anchors_export
from bidding.states import Edition
from experts.models import Panel
from experts.pool_keys import pool_key
from experts.rehearsal.draws import DrawPlay
from experts.rehearsal.panels import PanelPlay
from experts.rules.draws import Asked
from experts.selectors.draws import anchors_of, certifiers_of
from experts.services.draw_request import RequestFields
from experts.services.evaluation_bundle import evaluation_bundle
from portal.demo.experts import DRAWN
from trading.rules.methods.templates import method_templates


def method() -> Mapping[str, Any]:
    """综合评估法 with the mean as base: one of the methods an owner can begin with."""
    return next(one.scheme for one in method_templates() if one.id == "mean")


def drawn(one: Published, registry: Registry, clock: Clock) -> DrawPlay:
    """Asked for by the owner after the opening; one of the drawn declines, and somebody nobody could foresee comes."""
    first, second = DRAWN
    bidder = registry.party(one.plan.offers[0].firm, OrganisationKind.BIDDER, at=clock.now)
    play = DrawPlay(one.lot, one.owner, one.supervisor, registry, clock, pool_key(), [bidder])
    asked = Asked(
        seats={first: 2, second: 2},
        own_members=1,
        employer_cap=1,
        regions={},
        begins_at=clock.now + timedelta(days=1),
    )
    fields = RequestFields(
        asked=asked,
        category="市政工程",
        place="评标室三",
        city="福州",
        hours=4,
        fee="800 元",
        window_s=600,
        max_rounds=3,
    )
    play.through(fields, declines=1)
    return play


def evaluated(play: DrawPlay) -> PanelPlay:
    """The panel comes together, reviews, scores on locked sheets, and signs its report."""
    made = PanelPlay(play)
    made.seated()
    play.clock.after(seconds=1800)
    made.reviewed({"past": "2"})
    play.clock.after(seconds=3600)
    made.scored()
    play.clock.after(seconds=900)
    made.reported()
    return made


def held(one: Published, registry: Registry, clock: Clock, place: Path) -> None:
    """Drawn, evaluated, awarded; the bundle with all of it and its anchors are written beside the opening's."""
    play = drawn(one, registry, clock)
    evaluated(play)
    award(one.lot, one.owner, clock)
    bundle = evaluation_bundle(lot_id=one.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=clock.now)
    (place / "awarded.zip").write_bytes(b"".join(store.default().read(bundle.path)))
    anchors = anchors_export(
        lots=[one.lot],
        registrar=registry.registrar.spki.hex(),
        origin=SAME_RUN,
        draws=anchors_of([one.lot]),
        certifiers=certifiers_of([one.lot]),
    )
    (place / "awarded-anchors.json").write_bytes(anchors)


def members() -> list[tuple[str, str]]:
    """Login names of the panel, its chair first."""
    rows = Panel.objects.get().seats.select_related("person").order_by("seat")
    return [
        ("panel-chair" if not place else f"panel-{place + 1}", row.person.email)
        for place, row in enumerate(rows)
    ]
