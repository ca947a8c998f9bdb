"""Score rows out of the log: the last sheet of each seat in force, after the report, without rejected bids."""

import pytest

from experts.selectors.leads import other_points, score_rows
from ledger.services import batch_cut, event_append
from protocol import evaluation_bodies, hashing
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_accounts import START
from tests.protocol.evaluation import methods
from trading.models import Lot

pytestmark = pytest.mark.django_db
FIRMS = ("a", "b", "c")
PRICES = {"a": "90", "b": "100", "c": "120"}


@pytest.fixture(autouse=True)
def own_installation(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"


def bid(name):
    return hashing.sha256(name.encode()).hex()


class Panel:
    """A published lot with a method as data, and the panel's events as the log would hold them."""

    def __init__(self):
        method = {"kind": "comprehensive", "candidates": 3, "scheme": methods.scheme()}
        made = build.published_tender(lots=(build.lot_fields(method=method),))
        self.lot = Lot.objects.select_related("tender").get(pk=made.lot.pk)
        self.signer = people.signer("somebody of the panel")

    def log(self, kind, **members):
        body = evaluation_bodies.body(kind, policy=self.lot.policy, **members)
        chain = f"{self.lot.tender_id}/{self.lot.code}/eval"
        signatures = [self.signer.sign(kind, body)]
        entry = event_append(kind=kind, body=body, signatures=signatures, chain=chain, at=START)
        batch_cut(at=START)
        return entry.ev

    def panel(self, seats, replaces=None):
        members = [
            {"seat": n, "kind": "expert", "person": bid(f"person {n}"), "sig_key": self.signer.spki.hex()}
            for n in seats
        ]
        return self.log("panel", replaces=replaces, members=members, reason="")

    def facts(self):
        rows = [
            {
                "bid": bid(name),
                "line": "",
                "price": PRICES[name],
                "correction": "",
                "quantities": [["works", "3"]],
                "adjustments": [],
            }
            for name in sorted(FIRMS, key=bid)
        ]
        return self.log("evaluation-facts", replaces=None, coefficient=None, bids=rows)

    def sheet(self, facts, seat, mark, turn=1):
        rows = [
            {"bid": bid(name), "marks": [["plan", mark], ["team", "5"]]} for name in sorted(FIRMS, key=bid)
        ]
        given = {"facts": facts, "seat": seat, "round": turn, "nonce": bid(f"{seat} {turn}"), "rows": rows}
        return self.log("score-sheet", **given, reasons=[])

    def report(self, panel, facts, sheets):
        given = {"panel": panel, "facts": facts, "replaces": None, "seat": 1, "sheets": sorted(sheets)}
        empty = {"rejections": [], "votes": [], "ranking": [], "candidates": []}
        return self.log("evaluation-report", **given, **empty, inputs=bid("in"), result=bid("out"))


def test_sheets_are_read_once_the_report_stands():
    """A substitute's seat is its own; a second look replaces the first; a rejected bid is in nobody's list."""
    play = Panel()
    first = play.panel((1, 2, 3))
    facts = play.facts()
    sheets = {seat: play.sheet(facts, seat, "10") for seat in (1, 2, 3)}
    sheets[2] = play.sheet(facts, 2, "18", turn=2)
    second = play.panel((1, 2, 4), replaces=first)
    sheets[4] = play.sheet(facts, 4, "12")
    ground = {"ground": "unsigned", "article": "51", "clause": "1", "page": "1", "quote": None, "reason": "x"}
    play.log("rejection", seat=1, bid=bid("c"), **ground)

    assert list(score_rows(play.lot)) == []
    assert list(other_points(play.lot)) == []
    play.report(second, facts, [sheets[1], sheets[2], sheets[4]])
    rows = list(score_rows(play.lot))

    assert {row.expert for row in rows} == {bid(f"person {n}")[:10] for n in (1, 2, 4)}
    assert {row.bidder for row in rows} == {bid(name)[:10] for name in ("a", "b")}
    plans = {row.expert: row.mark for row in rows if row.criterion == "plan"}
    assert plans == {bid("person 1")[:10]: 10, bid("person 2")[:10]: 18, bid("person 4")[:10]: 12}
    assert {(row.criterion, row.maximum) for row in rows} == {("plan", 20), ("team", 10)}
    assert {row.tender for row in rows} == {play.lot.number}


def test_points_no_member_gives_are_those_of_the_method():
    """Price 60 of 60 and 54, three works 10: by hand, 90/100 of 60."""
    play = Panel()
    panel, facts = play.panel((1,)), play.facts()
    play.report(panel, facts, [play.sheet(facts, 1, "10")])

    points = {row.bidder: row.points for row in other_points(play.lot)}

    assert points == {bid("a")[:10]: 70, bid("b")[:10]: 64, bid("c")[:10]: 55}
