"""抽取系数: declared before anybody bids, computed from what nobody could choose, repeated by a stranger (ADR 31)."""

import json
import zipfile
from collections import Counter
from decimal import Decimal
from hashlib import sha256

import pytest

from accounts.actors import SYSTEM
from bidding import services, store
from bidding.models import Figure
from bidding.rehearsal.tenders import Plan
from bidding.rules.coefficients import coefficient_drawn
from bidding.selectors import public
from bidding.states import Edition, FigureKind
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_bidding as build
from trading.rules.coefficients import coefficient_declared, coefficient_values

VALUES = ["0.95", "0.96", "0.97", "0.98", "0.99"]


def hall_of(draw):
    plan = Plan(
        id="coefficient",
        title="某工程",
        title_en="Some works",
        scope="道路",
        ceiling=Decimal(9_500_000),
        offers=[],
        coefficient={"values": VALUES, "draw": draw} if draw else {},
        technical_bytes=1000,
    )
    hall = build.hall(plan=plan)
    hall.bids(3)
    return hall


def repeated(bundle):
    """What a stranger computes, from the public bundle and the ADR alone; nothing of ours is used."""
    with zipfile.ZipFile(bundle) as members:
        names = sorted(name for name in members.namelist() if name.startswith("chain/"))
        events = [json.loads(members.read(name)) for name in names]
        method = json.loads(members.read("method.json"))["method"]
    bodies = {event["kind"]: event for event in events if "body" in event and event["body"].get("e", 0) == 0}
    close, result = bodies["close"], bodies["result"]
    values = method["coefficient"]["values"]
    seeds = sorted([row["bid"], row["seed"]] for row in result["body"]["rows"] if row["seed"])
    text = json.dumps(
        {
            "close": result["body"]["close"],
            "policy": result["body"]["policy"],
            "seeds": seeds,
            "set_root": close["body"]["set_root"],
            "values": values,
        },
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    return values[int(sha256(b"sunlit/coefficient/1\n" + text.encode()).hexdigest(), 16) % len(values)]


@pytest.mark.django_db
def test_a_stranger_repeats_the_coefficient_from_the_public_bundle(tmp_path):
    hall = hall_of("derived")
    hall.close()
    hall.check()
    owner = hall.one.owner.actor
    with pytest.raises(StateConflict):
        services.coefficient_draw(lot_id=hall.lot.pk, actor=owner, at=hall.clock.now)
    hall.reveal(0)
    hall.reveal(1)
    with pytest.raises(NotPermitted):
        services.coefficient_draw(lot_id=hall.lot.pk, actor=hall.handed[0].party.actor, at=hall.clock.now)
    for _ in range(2):
        figure = services.coefficient_draw(lot_id=hall.lot.pk, actor=owner, at=hall.clock.now)
    hall.end()
    made = services.bundle_export(lot_id=hall.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=hall.clock.now)
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"".join(store.default().read(made.path)))

    assert Decimal(repeated(bundle)) == figure.value
    (kept,) = public.opening_record(hall.lot.pk)["figures"]
    assert (
        kept["proof"]["digest"]
        == sha256(b"sunlit/coefficient/1\n" + kept["proof"]["text"].encode()).hexdigest()
    )
    assert Figure.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("draw", ["derived", "physical", None])
def test_by_hand_only_what_the_documents_declared_with_witness_and_recording(draw):
    """Who could still choose way or values after the bids are in would choose the winner."""
    hall = hall_of(draw)
    hall.opened()
    given = {
        "lot_id": hall.lot.pk,
        "kind": FigureKind.COEFFICIENT,
        "value": Decimal("0.97"),
        "how": "五球中由投标人代表当众抽取",
        "watched": "开标见证员",
        "recording": "LX-2026-0042",
        "actor": hall.one.owner.actor,
        "at": hall.clock.now,
    }
    wrong = {"physical": [("value", Decimal("0.5")), ("watched", ""), ("recording", " ")]}.get(
        draw, [("kind", None)]
    )
    for field, value in wrong:
        changed = given if value is None else given | {field: value}
        with pytest.raises(RuleBroken) as refused:
            services.figure_announce(**changed)
        assert [one.field for one in refused.value.findings] == [field]
    if draw == "physical":
        figure = services.figure_announce(**given)
        assert figure.proof == {"watched": "开标见证员", "recording": "LX-2026-0042"}
    if draw is None:
        with pytest.raises(RuleBroken) as refused:
            services.coefficient_draw(lot_id=hall.lot.pk, actor=hall.one.owner.actor, at=hall.clock.now)
        assert refused.value.code == "no_coefficient"


def test_every_seed_moves_the_value_and_none_is_favoured():
    def drawn(*seeds):
        rows = [(f"{n:064x}", seed) for n, seed in enumerate(seeds)]
        place = {"policy": "a" * 64, "close": "b" * 64, "set_root": "c" * 64}
        return coefficient_drawn(**place, seeds=rows, values=VALUES).value

    found = Counter(drawn("1" * 64, f"{n:064x}", "2" * 64) for n in range(2000))

    assert set(found) == set(VALUES)
    assert all(300 < count < 500 for count in found.values())


@pytest.mark.parametrize(
    "bad", [["0.95"], ["0.95", "0.950"], ["0.95", "0"], ["0.95", "x"], ["0.95", "NaN"], ["1", "1e9"]]
)
def test_a_declaration_that_says_nothing_clear_is_none(bad):
    assert coefficient_values(bad) is None
    with pytest.raises(ValueError, match="coefficient"):
        coefficient_declared({"coefficient": {"values": bad, "draw": "derived"}})
